"""A mirror of the simulated outlet, for the stories: its own folder, archive and clock, over real sockets."""

from datetime import timedelta
from pathlib import Path

from scripted import Time
from wirecopy.archive import open_archive
from wirecopy.cli.collecting import run_round
from wirecopy.config import Config
from wirecopy.model import Article, Gallery, document_text, pictures, walk
from wirecopy.publish import markdown


class Mirror:
    """Collects from and publishes a FakeOutlet, with the outlet's own clock."""

    def __init__(self, folder: Path, outlet, *languages: str, name: str = "mirror") -> None:
        self.outlet = outlet
        self.folder = folder / name
        self.folder.mkdir(exist_ok=True)
        self.sources = tuple(outlet.source(language) for language in languages or ("zh",))
        self.config = Config(
            path=self.folder / "wirecopy.toml",
            contact="test@example.org",
            archive=self.folder / "wirecopy.db",
            public=self.folder / "public",
            allow_private=("127.0.0.1",),
            workers=0,
            sources=self.sources,
        )
        self.archive = open_archive(self.config.archive, write=True, holder="a test")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.archive.close()

    def collect(self, *, everything=False, pass_hours=1.0, pictures=False):
        """Let time pass at the outlet, then make one round."""
        self.outlet.pass_time(hours=pass_hours)
        time = Time()  # back-off and pace take no time of ours
        outcomes = run_round(
            self.config,
            self.sources,
            self.archive,
            everything=everything,
            pictures=pictures,
            clock=self.outlet.now,
            sleep=time.sleep,
            monotonic=time.monotonic,
        )
        assert not any("fault of wirecopy" in failure.reason for each in outcomes for failure in each.failures), (
            outcomes
        )
        return outcomes[0] if len(outcomes) == 1 else outcomes

    def publish(self, layout="plain", pictures=""):
        with self.archive.edition() as edition:
            return markdown.publish(edition, self.config.public / layout, layout=layout, pictures=pictures)

    def article(self, key, source="") -> Article | None:
        standing = self.archive.standing(source or self.sources[0].id, str(key))
        return standing.article if standing else None

    def changes(self, key, source=""):
        return [revision.change.value for revision in self.archive.history(source or self.sources[0].id, str(key))]

    def state(self, key, source=""):
        return self.archive.entry(source or self.sources[0].id, str(key)).state.value

    def verify(self):
        assert list(self.archive.verify()) == []


def tree(folder: Path) -> dict[str, bytes]:
    """Every published file and its bytes, but for the publisher's own bookmark."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".wirecopy.json"
    }


def words(text: str) -> str:
    """What is read, without the blanks between: layouts differ in those."""
    return "".join(text.split())


def shows(article: Article, shown) -> None:
    """Assert that an article says what the outlet shows."""
    assert article.title == shown.title.strip()
    assert article.kind == shown.kind
    assert article.published - shown.published < timedelta(milliseconds=1)
    assert article.opinion == shown.opinion
    assert list(article.authors) == list(shown.authors)
    said = words(document_text(article.body))
    at = 0
    for paragraph in shown.paragraphs:
        found = said.find(words(paragraph), at)
        assert found >= 0, f"{paragraph!r} is missing or out of order in {shown.name}"
        at = found
    galleries = [block for block in walk(article.body) if isinstance(block, Gallery)]
    for title, slides in shown.galleries:
        gallery = next(each for each in galleries if words(each.title) == words(title) or article.kind == "gallery")
        assert [words(entry.title) for entry in gallery.entries] == [words(heading) for heading, _, _ in slides]
    names = {picture.key.rpartition(":")[2] for picture in pictures(article)}
    assert {str(picture.id) for picture in shown.pictures} <= names
