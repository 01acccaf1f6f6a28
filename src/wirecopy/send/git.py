"""Git: one commit a publication, in a history that begins anew each month.

- A month has a branch of its own (`2026-11`): its first commit has no parent and holds the whole tree, every later one
  is a fast-forward. Whoever follows a month is never pushed over; months older than `keep` are deleted. A small branch
  beside them (`main`) tells which month is the current one; it has a commit a month.
- Where the address holds {year} and {month}, each month has a repository of its own in the place of a branch.
- A fixed `branch` grows for ever, as nothing else is a fast-forward; with `force` it begins anew each month, and is
  pushed over only if it still is what we pushed last.
- The commit is made in a bare repository beside the archive, by `git fast-import`, from the files that the manifest
  says have changed. Nothing there is worth a backup: it is made again from the remote when it is lost or damaged.
- What others put into the branch (a CNAME, a licence) stays, and goes along into the next month.
- The system's git does it, without the operator's git configuration, which could run programs; SSH's is read.
"""

from __future__ import annotations

import base64
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from wirecopy.errors import ConfigError, PublishError
from wirecopy.model import replace
from wirecopy.send import ssh
from wirecopy.send.release import LARGEST_PAGE, Difference, Release, compare
from wirecopy.send.running import Bounds, Children, Failed
from wirecopy.send.staged import Progress, Sent
from wirecopy.send.targets import MONTHLY, Address, Target, secret, shown_of
from wirecopy.text import printable

_RECEIVES_AND_PACKS = "git -c gc.auto=1000 -c gc.autoPackLimit=20 -c gc.autoDetach=false receive-pack"
_NEEDS = "install Git 2.31 or newer (apt install git, brew install git, git-scm.com)"
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_MOST_REFS = 4 << 20  # bytes of what a remote lists: some 60,000 branches
_MOST_MEMORY = 512 << 20
_ASKING = 300.0  # seconds
_MOST_FETCHED = 8 << 30  # bytes of what a remote sends of one commit: no forge takes such a repository
_NOJEKYLL = ".nojekyll"
# Source and key of an article, whether a site or Markdown stands at the root, or Markdown beside a site.
_ARTICLE = re.compile(r"(?:markdown/)?articles/([^/]+)/[0-9]{4}/[0-9]{2}/([^/]+)\.(?:html|md)")

_REMEDIES = (
    *ssh.REMEDIES,
    (re.compile(r"Authentication failed|could not read (?:Username|Password)|HTTP Basic: Access denied|error: 40[13]"),
     "the token was not accepted, or may not write: password_file = \"…\", or WIRECOPY_TARGETS_NAME_PASSWORD"),
    (re.compile(r"non-fast-forward|fetch first|stale info|cannot lock ref"),
     "somebody else pushed at the same moment: send again"),
    (re.compile(r"protected branch|pre-receive hook declined|GH00[0-9]"),
     "the forge's rules for this repository refuse it: see what it says"),
    (re.compile(r"not found|does not appear to be a git repository|does not exist"),
     "there is no such repository, or this user may not see it: make it on the forge first, without any file in it"),
)  # fmt: skip


def send(
    release: Release,
    target: Target,
    address: Address,
    *,
    folder: Path,
    at: datetime,
    children: Children,
    dry: bool,
    progress: Progress,
) -> Sent:
    """Commit what changed and push it. `folder` is ours to keep the bare repository in."""
    git = _Git(folder / "repository.git", target, address, at, children)
    try:
        return _send(release, git, dry=dry, progress=progress)
    except _Damaged:  # of the cache beside the archive: it is made anew, once
        shutil.rmtree(git.place)
        return _send(release, git, dry=dry, progress=progress)


class _Damaged(PublishError):
    """The bare repository can't be used."""


def _send(release: Release, git: _Git, *, dry: bool, progress: Progress) -> Sent:
    git.prepare()
    tips = git.remote()
    tip = tips.get(git.branch, "")
    if tip and not git.has(tip):
        git.fetch(git.branch)
    begins = not tip or (git.target.force and git.begins(tip))
    base = tip or git.last(tips)
    found = git.difference(release, base, is_ours=bool(base) and git.made(base))
    front = git.front(tips)
    todo = Sent(files=found.files, bytes=found.size, removed=len(found.gone), note=f"branch {git.branch}")
    old = git.outlived(tips)
    if dry:
        return todo
    if not (found.files or found.gone) and tip and not front and not old:
        git.keep(tip)
        return todo
    commit = tip
    if found.files or found.gone or not tip:
        commit = git.commit(release, found, base=base, parent="" if begins else tip, progress=progress)
        if not begins and git.tree(commit) == git.tree(tip):  # our notes were lost, and all of it is there
            commit, todo = tip, Sent(note=todo.note)
    pushed = [(commit, git.branch, tip)] if commit != tip else []
    if pushed or front:
        git.push([*pushed, *front])
    git.keep(commit)
    return replace(todo, note=f"{todo.note}{git.drop({each: tips[each] for each in old})}")


class _Git:
    """The bare repository, and the remote that it is for."""

    def __init__(self, place: Path, target: Target, address: Address, at: datetime, children: Children) -> None:
        self.place, self.target = place, target
        at = at.astimezone(UTC)
        month = {"year": f"{at:%Y}", "month": f"{at:%m}"}
        self._is_by_repository = "{" in target.to
        self._pattern = target.branch or ("main" if self._is_by_repository else MONTHLY)
        self._is_monthly = "{" in self._pattern
        if self._is_monthly and self._pattern == target.front:
            raise ConfigError(f"target {target.name!r}: front and branch are one")
        self.branch = _filled(self._pattern, month)
        self._at, self._month = at, f"{at:%Y-%m}"
        self._shown = shown_of(_filled(target.to, month))
        self._url = _filled(_url(address), month)
        self._children = children
        self._secret = secret(target)
        self._environment = self._controlled(address)
        # On this machine nobody else does what a forge does by itself, and Git begins with it at 6,700 loose objects.
        is_here = self._environment["GIT_ALLOW_PROTOCOL"] == "file"
        self._tidied = [f"--receive-pack={_RECEIVES_AND_PACKS}"] if is_here else []
        seconds = target.timeout
        # Git keeps a whole list of branches in its memory before it says any.
        self._asking = Bounds(seconds=min(seconds, _ASKING), output=_MOST_REFS, memory=_MOST_MEMORY)
        self._fetching = Bounds(seconds=seconds, watched=place / "objects", disk=_MOST_FETCHED)

    def prepare(self) -> None:
        """Have the repository there, and usable after any end of the last run. The folder's lock is held by us."""
        told = self._children.run(["git", "version"], needs=_NEEDS, bounds=Bounds(seconds=60)).decode(
            "utf-8", "replace"
        )
        version = re.match(r"git version (\d+)\.(\d+)", told)
        if version is None or (int(version[1]), int(version[2])) < (2, 31):  # older ones take no settings from us
            raise ConfigError(f"{printable(told.strip())[:60]} is too old: {_NEEDS}")
        if not (self.place / "HEAD").exists():
            shutil.rmtree(self.place, ignore_errors=True)
            beside = self.place.with_name(self.place.name + "~")
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True, mode=0o700)
            self._git("init", "--quiet", "--bare", "--template=", ".", within=beside)
            beside.rename(self.place)
        for left in (*self.place.glob("*.lock"), *(self.place / "refs").rglob("*.lock")):
            left.unlink()  # of a git that was killed: what runs now would have our lock

    def remote(self) -> dict[str, str]:
        """The commits of the remote's branches."""
        listed = self._git("ls-remote", "--heads", "--", self._url, bounds=self._asking)
        tips = {}
        for line in listed.decode("utf-8", "replace").splitlines():
            commit, _, name = line.partition("\t")
            if _ID.match(commit) and name.startswith("refs/heads/"):
                tips[name.removeprefix("refs/heads/")] = commit
        return tips

    def has(self, commit: str) -> bool:
        """Is all of this commit here?"""
        try:
            self._git("cat-file", "-e", f"{commit}^{{tree}}")
        except Failed:
            return False
        return True

    def tree(self, commit: str) -> str:
        """The tree of a commit."""
        return self._git("rev-parse", "--verify", "--quiet", f"{commit}^{{tree}}").decode().strip()

    def made(self, commit: str) -> bool:
        """Did we make this commit, so that its manifest tells all that is in it?"""
        return commit in {self._ref("built"), self._ref("sent")}

    def begins(self, tip: str) -> bool:
        """Is this commit of an earlier month?"""
        told = self._git("show", "--no-patch", "--format=%ct", tip).decode().strip()
        return f"{datetime.fromtimestamp(int(told), UTC):%Y-%m}" < self._month

    def last(self, tips: Mapping[str, str]) -> str:
        """The commit that a new month begins with the tree of; "" for none."""
        if not self._is_monthly:
            return self._ref("sent") if self._is_by_repository else ""
        earlier = sorted(name for name in tips if self._is_month(name) and name < self.branch)
        if not earlier:
            return ""
        if not self.has(tips[earlier[-1]]):
            self.fetch(earlier[-1])
        return tips[earlier[-1]]

    def fetch(self, branch: str) -> None:
        """Have the last commit of a branch here, without those before it."""
        with self._damage():
            self._git(
                "fetch", "--quiet", "--depth=1", "--no-tags", "--no-write-fetch-head", "--",
                self._url, f"+refs/heads/{branch}:refs/wirecopy/fetched", bounds=self._fetching,
            )  # fmt: skip

    def difference(self, release: Release, base: str, *, is_ours: bool) -> Difference:
        """What is to be changed in the tree of this commit. Of a commit that somebody else made, every file is."""
        if not base:
            return compare(release, lambda _: {})

        def there(paths: Sequence[str]) -> dict[str, bytes]:
            return self._files(base, paths)

        found = compare(release, there)
        if not is_ours:
            for path, entry in release.files().items():
                if path not in found.new and path not in found.roots:
                    found.changed[path] = entry
        return found

    def commit(self, release: Release, found: Difference, *, base: str, parent: str, progress: Progress) -> str:
        """Make a commit out of the tree of `base` and what differs from it."""
        built = "refs/wirecopy/built"
        with self._damage():
            if self._ref("built"):
                self._git("update-ref", "-d", built)
            self._git(
                "fast-import", "--quiet", "--force", "--date-format=raw",
                stdin=self._stream(release, found, built, base=base, parent=parent, progress=progress),
            )  # fmt: skip
        return self._ref("built")

    def front(self, tips: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """What to push so that the small branch names this month; nothing where it does."""
        name = self.target.front
        if not self._is_monthly or not name:
            return []
        tip = tips.get(name, "")
        if tip and not self.has(tip):
            self.fetch(name)
        if tip and self._files(tip, ["CURRENT"]).get("CURRENT") == f"{self.branch}\n".encode():
            return []
        readme = _README.format(branch=self.branch)
        stream = self._commit("refs/wirecopy/front", f"{self.branch} is the current month", tip, tip)
        for path, body in (("CURRENT", f"{self.branch}\n"), ("README.md", readme)):
            stream += _inline(path, body.encode())
        with self._damage():
            if self._ref("front"):
                self._git("update-ref", "-d", "refs/wirecopy/front")
            self._git("fast-import", "--quiet", "--force", "--date-format=raw", stdin=[stream, b"\ndone\n"])
        return [(self._ref("front"), name, tip)]

    def outlived(self, tips: Mapping[str, str]) -> list[str]:
        """The branches of months that are too long ago."""
        if not self._is_monthly or not self.target.keep:
            return []
        months = sorted(name for name in {*tips, self.branch} if self._is_month(name))
        return [name for name in months[: -self.target.keep] if name != self.branch]

    def push(self, refs: Sequence[tuple[str, str, str]]) -> None:
        """Have these commits in these branches, which were those before."""
        leases = [
            f"--force-with-lease=refs/heads/{branch}:{before}"
            for _, branch, before in refs
            if self.target.force and branch == self.branch
        ]
        specs = [f"{commit}:refs/heads/{branch}" for commit, branch, _ in refs]
        self._git("push", "--quiet", "--no-verify", *self._tidied, *leases, "--", self._url, *specs)

    def drop(self, tips: Mapping[str, str]) -> str:
        """Delete these branches, which are these commits. What to say of those that the forge keeps: no publication
        fails for them, as a forge does not let its default branch go.
        """
        if not tips:
            return ""
        leases = [f"--force-with-lease=refs/heads/{branch}:{commit}" for branch, commit in tips.items()]
        specs = [f":refs/heads/{branch}" for branch in tips]
        try:
            self._git("push", "--quiet", "--no-verify", *leases, "--", self._url, *specs)
        except Failed as error:
            return f"; older branches could not be deleted: {error}"
        return ""

    def keep(self, commit: str) -> None:
        """Remember what was pushed, and tidy up where there is much to tidy."""
        self._git("update-ref", "refs/wirecopy/sent", commit)
        with suppress(Failed):  # a tidy repository is no part of what was asked for
            self._git("gc", "--auto", "--quiet")

    # --- the stream of fast-import (git-fast-import(1)) ---------------------------------------------------------------

    def _stream(
        self, release: Release, found: Difference, ref: str, *, base: str, parent: str, progress: Progress
    ) -> Iterator[bytes]:
        yield self._commit(ref, _message(found), parent, base)
        for path in sorted(found.gone):
            yield f"D {path}\n".encode()
        todo = {**found.new, **found.changed}
        for count, path in enumerate(sorted(todo)):
            yield _inline(path, release.body(path, todo[path]))
            progress(count + 1, len(todo), path)
        for path, body in sorted(found.roots.items()):
            yield _inline(path, body)
        if "" in release.roots and release.stands("index.html"):
            yield _inline(_NOJEKYLL, b"")  # else GitHub Pages leaves names out that begin with _ (jekyll)
        yield b"\ndone\n"

    def _commit(self, ref: str, message: str, parent: str, base: str) -> bytes:
        words = message.encode()
        who = f"{self.target.author} {int(self._at.timestamp())} +0000"
        head = (
            f"feature done\ncommit {ref}\nauthor {who}\ncommitter {who}\ndata {len(words)}\n".encode() + words + b"\n"
        )
        head += f"from {parent}\n".encode() if parent else b""
        if base and base != parent:
            head += f"M 040000 {self.tree(base)} \n".encode()
        return head

    # --- asking git ---------------------------------------------------------------------------------------------------

    def _files(self, commit: str, paths: Sequence[str]) -> dict[str, bytes]:
        """Those of these files that a commit holds."""
        if not paths:
            return {}
        asked = "".join(f"{commit}:{path}\n" for path in paths).encode()
        with self._damage():
            sizes = self._git("cat-file", "--batch-check", stdin=[asked]).decode("utf-8", "replace").splitlines()
            wanted = [
                path
                for path, line in zip(paths, sizes, strict=False)
                if (said := line.split(" "))[1:2] == ["blob"] and int(said[2]) <= LARGEST_PAGE
            ]
            found: dict[str, bytes] = {}
            for begin in range(0, len(wanted), 64):
                some = wanted[begin : begin + 64]
                asked = "".join(f"{commit}:{path}\n" for path in some).encode()
                answer = self._git("cat-file", "--batch", stdin=[asked], bounds=Bounds(output=65 * LARGEST_PAGE))
                for path in some:
                    head, _, answer = answer.partition(b"\n")
                    size = int(head.split(b" ")[2])
                    found[path], answer = answer[:size], answer[size + 1 :]
        return found

    def _ref(self, name: str) -> str:
        try:
            found = self._git("rev-parse", "--verify", "--quiet", f"refs/wirecopy/{name}").decode().strip()
        except Failed:
            return ""
        return found if _ID.match(found) else ""

    def _is_month(self, name: str) -> bool:
        pattern = re.escape(self._pattern).replace(r"\{year\}", "[0-9]{4}").replace(r"\{month\}", "[01][0-9]")
        return re.fullmatch(pattern, name) is not None

    def _git(
        self,
        *arguments: str,
        stdin: Sequence[bytes] | Iterator[bytes] = (),
        within: Path | None = None,
        bounds: Bounds | None = None,
    ) -> bytes:
        try:
            return self._children.run(
                ["git", *arguments],
                needs=_NEEDS,
                environment={**self._environment, "GIT_DIR": str(within or self.place)},
                stdin=stdin,
                within=within,
                bounds=bounds or Bounds(seconds=self.target.timeout),
                secrets=(self._secret,),
            )
        except Failed as error:
            remedy = next((told for sign, told in _REMEDIES if sign.search(error.said)), "")
            if not remedy:
                raise Failed(f"{self._shown}: {error}", code=error.code, said=error.said) from error
            raise Failed(f"{self._shown}: {remedy} ({error})", code=error.code, said=error.said) from error

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """An error in here is perhaps of our own repository."""
        try:
            yield
        except Failed as error:
            if re.search(
                r"bad object|missing|corrupt|unable to (?:read|unpack)|not a valid|inflate|shallow", error.said
            ):
                raise _Damaged(str(error)) from error
            raise

    def _controlled(self, address: Address) -> dict[str, str]:
        settings = {
            "core.fsync": "objects,reference",
            "core.autocrlf": "false",
            "core.hooksPath": "/dev/null",
            "fetch.fsckObjects": "true",
            "fetch.unpackLimit": "1",
            "gc.autoDetach": "false",
            "gc.pruneExpire": "1.day.ago",
            "http.followRedirects": "false",  # else a host could send us, and what we send, elsewhere
            "http.lowSpeedLimit": "1",
            "http.lowSpeedTime": "120",
            "http.userAgent": "git/2 wirecopy",
            "init.defaultBranch": "main",
            "pack.threads": "1",
            "protocol.version": "2",
            "push.default": "nothing",
            "safe.directory": "*",
        }
        if address.scheme in ("git+https", "git+http"):
            if self.target.proxy:
                settings["http.proxy"] = "" if self.target.proxy == "none" else self.target.proxy
            if self._secret:
                told = base64.b64encode(f"{address.user or 'git'}:{self._secret}".encode()).decode()
                settings[f"http.{_origin(self._url)}.extraHeader"] = f"Authorization: Basic {told}"
        environment = {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",  # Git for Windows knows this name too
            "GIT_ALLOW_PROTOCOL": {"git+https": "https", "git+http": "http", "git+ssh": "ssh"}.get(
                address.scheme, "file"
            ),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_ASKPASS": "true",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_CONFIG_COUNT": str(len(settings)),
        }
        for number, (key, value) in enumerate(settings.items()):
            environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
        if address.scheme == "git+ssh":
            environment["GIT_SSH_COMMAND"] = shlex.join(["ssh", *ssh.options(self.target)])
            environment["GIT_SSH_VARIANT"] = "ssh"
        return environment


_README = """\
# A mirror of the news

The documents are in a branch of their own for each month. The current one is `{branch}` (also in the file `CURRENT`):

    git clone --single-branch --branch {branch} ADDRESS

A month's first commit holds everything, so older branches are needed only for their history. No branch is ever
rewritten; the oldest ones are deleted one day.
"""


def _message(found: Difference) -> str:
    """What a commit says: how many articles and other files came, changed and went."""
    counts = (("new", found.new), ("changed", found.changed), ("gone", found.gone))
    articles = {
        what: {named.groups() for path in paths if (named := _ARTICLE.fullmatch(path))} for what, paths in counts
    }
    said = [f"{len(names):,} {what}" for what, names in articles.items() if names]
    head = f"Articles: {', '.join(said)}" if said else "Lists and other files"
    files = ", ".join(f"{len(paths):,} {what}" for what, paths in counts)
    return f"{head}\n\nFiles: {files}\n"


def _inline(path: str, body: bytes) -> bytes:
    return f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n"


def _filled(words: str, month: Mapping[str, str]) -> str:
    for name, value in month.items():
        words = words.replace(f"{{{name}}}", value)
    return words


def _url(address: Address) -> str:
    """The address as Git wants it."""
    if address.scheme == "git+file":
        return f"file://{'' if address.path.startswith('/') else '/'}{address.path}"
    user = f"{address.user}@" if address.user and address.scheme == "git+ssh" else ""
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme.removeprefix('git+')}://{user}{address.host}{port}{address.path}"


def _origin(url: str) -> str:
    return "/".join(url.split("/")[:3]) + "/"
