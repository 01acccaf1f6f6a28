"""What an address says, what it may not hold, and what differs between two publications."""

import pytest

from send.published import AT, article, front, held, publish
from wirecopy.errors import ConfigError, PublishError
from wirecopy.publish import manifest
from wirecopy.send import Target, check, standing
from wirecopy.send.release import compare, entry_of, stages
from wirecopy.send.targets import is_folder, secret, shown_of


@pytest.mark.parametrize(
    ("to", "kind", "host", "path"),
    [
        ("git+https://forge.example/me/news.git", "git", "forge.example", "/me/news.git"),
        ("git+https://me@forge.example:8443/news", "git", "forge.example", "/news"),
        ("git+ssh://git@forge.example/me/news-{year}-{month}.git", "git", "forge.example", None),
        ("git+file:///srv/news.git", "git", "", "/srv/news.git"),
        ("git:/srv/news.git", "git", "", "/srv/news.git"),
        ("s3://bucket", "s3", "bucket", ""),
        ("s3://my.bucket/a/b", "s3", "my.bucket", "/a/b"),
        ("rsync://host/module/path", "rsync", "host", "/module/path"),
        ("rsync+ssh://me@[::1]:22/www", "rsync+ssh", "[::1]", "/www"),
        ("me@host.example:www/news", "rsync+ssh", "host.example", "www/news"),
        ("sftp://me@host/~/www", "sftp", "host", "/~/www"),
    ],
)
def test_an_address_says_which_kind_of_place_it_is(to, kind, host, path):
    address = check(Target(name="x", to=to))
    assert (address.kind, address.host) == (kind, host)
    assert path is None or address.path == path
    assert not is_folder(to)


@pytest.mark.parametrize("words", ["public", "/srv/www", "./a:b", "C:\\mirror", "C:/mirror", "../elsewhere", "a b"])
def test_all_else_is_a_folder(words):
    assert is_folder(words)


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("ftp://host/x", "is no target"),
        ("https://host/x", "is no target"),
        ("sftp://host", "names no path"),
        ("sftp:///x", "names no host"),
        ("rsync://host/", "names no path"),
        ("git+http://forge.example/x", r"write git\+https"),
        ("git+file://host/x", "without a host"),
        ("git:news.git", "from the root"),
        ("sftp://host/a%2e%2e/b", "has none of"),
        ("git://host/x", "is no target"),
        ("s3://UPPER/x", "small letters"),
        ("s3://me@bucket/x", "small letters"),
        ("sftp://-oProxyCommand=x/y", "is no target"),
        ("sftp://-x@host/y", "is no target"),
        ("me@-host:/y", "is no target"),
        ("me@host:-y", "begins with no hyphen"),
        ("sftp://host/a/../b", "and .."),
        ('sftp://host/a"b', "has none of"),
        ("sftp://host/a*", "has none of"),
        ("sftp://host/x?y=z", "has none of"),
        ("sftp://host/x\ny", "one line"),
        ("sftp://host:99999/x", "no port"),
        ("sftp://host/{year}", "are for the repositories of Git"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused_with_what_would_be_right(to, why):
    with pytest.raises(ConfigError, match=why):
        check(Target(name="x", to=to))


@pytest.mark.parametrize(
    "to",
    [
        "sftp://me:hunter2@host/x", "git+https://me:hunter2@host/x", "git+https://:hunter2@host/x",
        "rsync://me:hunter2@host/m", "me:hunter2@host:x", "s3://key:hunter2@bucket/x", "git+https://a:hunter2@b@host/x",
        "https://me:hunter2@host/x", "git+https://me:hun/ter2@host/x",
    ],
)  # fmt: skip
def test_a_password_in_an_address_is_refused_and_never_shown(to):
    with pytest.raises(ConfigError, match="a password does not belong in an address") as told:
        check(Target(name="x", to=to))
    assert "hunter2" not in str(told.value)
    assert "ter2" not in str(told.value)
    assert "hunter2" not in shown_of(to)


@pytest.mark.parametrize(
    "keys",
    [
        {"branch": "-x"}, {"branch": "a b"}, {"branch": "a..b"}, {"branch": "x.lock"}, {"branch": "a//b"},
        {"branch": "/a"},
        {"branch": "a:b"}, {"branch": "{day}"}, {"front": "{year}"}, {"author": "nobody"}, {"author": "a <b\nc>"},
        {"keep": -1}, {"endpoint": "ftp://x"}, {"endpoint": "https://me:x@host"},
    ],
)  # fmt: skip
def test_a_key_that_makes_no_sense_is_refused(keys):
    with pytest.raises(ConfigError, match="'x'"):
        check(Target(name="x", to="git:/srv/x", **keys))


@pytest.mark.parametrize("branch", ["main", "{year}-{month}", "news/{year}/{month}", "gh-pages", "v1.2_x"])
def test_a_plain_name_of_a_branch_is_taken(branch):
    check(Target(name="x", to="git:/srv/x", branch=branch))


def test_a_secret_is_of_the_environment_or_of_a_file(tmp_path):
    file = tmp_path / "token"
    file.write_text("of the file\n")
    target = Target(name="my-forge", to="git:/x", password_file=file)
    assert secret(target, {}) == "of the file"
    assert secret(target, {"WIRECOPY_TARGETS_MY_FORGE_PASSWORD": "of the environment"}) == "of the environment"
    assert secret(Target(name="x", to="git:/x"), {}) == ""
    for wrong in ("two\nlines", "x" * 5000):
        file.write_text(wrong)
        with pytest.raises(ConfigError, match="one line") as told:
            secret(target, {})
        assert wrong not in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"key_file = .*there is no such file"):
        check(Target(name="x", to="sftp://host/x", key_file=tmp_path / "none"))


# --- what differs ----------------------------------------------------------------------------------------------------


def reader(files):
    return lambda paths: {path: files[path] for path in paths if path in files}


def test_two_publications_are_compared_by_the_pages_that_differ(tmp_path):
    publish(tmp_path, {**front(3), article("a", "2026/10"): b"older"})
    there, asked = held(tmp_path), []
    now = {**front(4), article("a", "2026/10"): b"older", article(1): b"changed"}
    del now[article(0)]
    publish(tmp_path, now)

    def read(paths):
        asked.extend(paths)
        return reader(there)(paths)

    found = compare(standing(tmp_path), read)
    assert "manifest/sources/dw-zh/2026-10.json" not in asked
    assert set(found.new) == {article(3)}
    assert {path for path in found.changed if not path.startswith("manifest/")} == {
        article(1), "days/2026/11/2026-11-20.md", "index.html",
    }  # fmt: skip
    assert found.gone == {article(0)}
    groups = [[path for path, _ in group] for group in stages(standing(tmp_path), found)]
    assert groups[:4] == [[article(3)], [article(1)], ["days/2026/11/2026-11-20.md"], ["index.html"]]
    assert groups[-1][-1].count("/") < groups[4][0].count("/"), "a page of the manifest comes after those it lists"


def test_what_comes_and_goes_is_all_of_what_differs(tmp_path):
    publish(tmp_path, front(3))
    before = held(tmp_path)
    publish(tmp_path, front(5))
    release = standing(tmp_path)
    found = compare(release, reader(before))
    after = {**before, **{path: release.body(path, entry) for path, entry in {**found.new, **found.changed}.items()}}
    assert {path: body for path, body in {**after, **found.roots}.items() if path not in found.gone} == held(tmp_path)
    assert compare(release, reader(held(tmp_path))).files == 0


def test_books_are_sent_by_their_notes(tmp_path):
    publish(tmp_path, front(1))
    book = b"a book"
    (tmp_path / "zim").mkdir()
    (tmp_path / "zim" / "news.zim").write_bytes(book)
    note = tmp_path / "zim" / ".news.zim.wirecopy.json"
    note.write_text(f'{{"sha256": "{entry_of(book)[0]}", "size": {len(book)}, "archive": "x"}}')
    release = standing(tmp_path, ("", "zim/"))
    assert release.files()["zim/news.zim"] == entry_of(book)
    assert manifest.decode(release.roots["zim/"], "x") == {"news.zim": entry_of(book)}
    assert compare(release, reader({**release.made(), **held(tmp_path)})).files == 0
    note.write_text('{"sha256": ""}')
    with pytest.raises(PublishError, match="did not finish"):
        standing(tmp_path, ("", "zim/"))


def test_nothing_and_half_a_publication_are_not_sent(tmp_path):
    with pytest.raises(PublishError, match="nothing is published"):
        standing(tmp_path)
    publish(tmp_path, front(1))
    (tmp_path / ".wirecopy.unfinished").touch()
    with pytest.raises(PublishError, match="did not finish"):
        standing(tmp_path)


def test_a_second_run_to_the_same_target_waits_outside(tmp_path):
    from wirecopy.publish.output import _locked
    from wirecopy.send import send

    publish(tmp_path / "public", front(1))
    target = Target(name="x", to=f"git:{tmp_path}/none")
    state = tmp_path / "state"

    def run():
        return send([(target, standing(tmp_path / "public"))], state=state, at=AT, dry=False, progress=lambda *_: None)

    run()
    import os

    lock = _locked(next(state.iterdir()) / ".wirecopy.lock")
    assert "another wirecopy" in run()[0].failed
    os.close(lock)
