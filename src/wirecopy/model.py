"""The nouns of wirecopy, and the blocks of a document. Values only: this module imports nothing of ours.

- Every noun is frozen, its fields are keyword-only, its collections are tuples, its moments aware and in UTC.
- A document is a tuple of blocks; the text inside a block is a tuple of runs with one spelling: no run is
  empty, no two neighbours could be one, marks are ordered. `text()` and `merge()` give that spelling.
- No outlet's HTML is ever stored: what is not one of these types cannot reach a reader.
- `encode` and `decode` are the stored form (JSON, see docs/formats.md); decode(encode(x)) == x.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Hashable, Iterable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache, lru_cache
from typing import Protocol, TypeVar, cast

import msgspec

replace = msgspec.structs.replace


class Noun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What all nouns share: frozen values, compared by their fields, stored without what is default.

    Values hold values and never themselves, so Python's collector of cycles need not look at them (a quarter of the
    time it takes to decode an article).
    """


# --- text -----------------------------------------------------------------------------------------------------


class Mark(StrEnum):
    """What a run of text may be, in the order in which marks are written (outermost first)."""

    STRONG = "strong"
    EM = "em"
    UNDERLINE = "u"
    STRIKE = "s"
    SMALL = "small"
    SUB = "sub"
    SUP = "sup"
    CODE = "code"


_ORDER = {mark: place for place, mark in enumerate(Mark)}


class Link(Noun, frozen=True, kw_only=True):
    """Where a run of text leads.

    `href` is an absolute address a person can open, or "" when only `ref` is known. `ref` names an article of an
    outlet as `family:key` ("dw:19165792"), whatever its address is today. `rel` is the source's own word for the
    kind of reference (DW: ArticleRef, ExternalRef, AUTO_TOPIC …), kept because documents show it.
    """

    href: str = ""
    ref: str = ""
    rel: str = ""


class Run(Noun, frozen=True, kw_only=True):
    """A piece of text that is alike throughout. A line break is "\\n"; no-break spaces stay what they are."""

    text: str
    marks: tuple[Mark, ...] = ()
    link: Link | None = None


Text = tuple[Run, ...]


def merge(runs: Iterable[Run]) -> Text:
    """The one spelling of these runs: empty ones dropped, marks ordered and single, equal neighbours joined."""
    merged: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        marks = run.marks
        if len(marks) > 1:
            marks = tuple(sorted(set(marks), key=_ORDER.__getitem__))
        last = merged[-1] if merged else None
        if last is not None and last.marks == marks and last.link == run.link:
            merged[-1] = Run(text=last.text + run.text, marks=marks, link=run.link)
        else:
            merged.append(run if marks == run.marks else Run(text=run.text, marks=marks, link=run.link))
    return tuple(merged)


def text(words: str, *marks: Mark, link: Link | None = None) -> Text:
    """Plain words as a text: one run, or none when there are no words."""
    return merge([Run(text=words, marks=marks, link=link)])


def plain(words: Text) -> str:
    """The characters of a text, without marks or links."""
    return words[0].text if len(words) == 1 else "".join([run.text for run in words])


# --- pictures and blocks ---------------------------------------------------------------------------------------


class Picture(Noun, frozen=True, kw_only=True):
    """A picture as an outlet names it. `url` is the largest useful address, "" when the outlet gave none.

    `key` is the outlet's own name of the picture ("dw:67121832"): the same picture over hosts and formats.
    `credit` is the photographer's or agency's line, apart from the caption. `width`, `height` in pixels, 0 unknown.
    """

    url: str = ""
    key: str = ""
    caption: Text = ()
    credit: str = ""
    alt: str = ""
    width: int = 0
    height: int = 0


class Block(Noun, frozen=True, kw_only=True, tag_field="is"):
    """One piece of a document."""


class Paragraph(Block, frozen=True, kw_only=True, tag="p"):
    """A paragraph. `role` says what it does beside telling the story: "agency", "rights", "correction", "note"."""

    text: Text
    role: str = ""


class Heading(Block, frozen=True, kw_only=True, tag="h"):
    """A heading inside the document; `level` 2 is the highest (the title is 1 and no block)."""

    text: Text
    level: int = 2


class Quote(Block, frozen=True, kw_only=True, tag="quote"):
    body: tuple[AnyBlock, ...]
    credit: Text = ()


class List(Block, frozen=True, kw_only=True, tag="list"):
    items: tuple[tuple[AnyBlock, ...], ...]
    ordered: bool = False


class Figure(Block, frozen=True, kw_only=True, tag="figure"):
    picture: Picture


class GalleryEntry(Noun, frozen=True, kw_only=True):
    picture: Picture
    title: str = ""
    text: Text = ()


class Gallery(Block, frozen=True, kw_only=True, tag="gallery"):
    """Pictures with their own headings and texts, in order. `ref` is the gallery's own content (`family:key`)."""

    entries: tuple[GalleryEntry, ...]
    title: str = ""
    ref: str = ""


class Cell(Noun, frozen=True, kw_only=True):
    text: Text = ()
    header: bool = False
    across: int = 1
    down: int = 1


class Table(Block, frozen=True, kw_only=True, tag="table"):
    rows: tuple[tuple[Cell, ...], ...]
    caption: Text = ()


class Code(Block, frozen=True, kw_only=True, tag="code"):
    text: str


class Rule(Block, frozen=True, kw_only=True, tag="rule"):
    pass


class Embed(Block, frozen=True, kw_only=True, tag="embed"):
    """Something of another host's: kept as its address and its words, never loaded. `kind`: youtube, tweet, map …"""

    kind: str
    url: str
    title: str = ""
    text: Text = ()


class Media(Block, frozen=True, kw_only=True, tag="media"):
    """A video or a sound of the outlet's own. `duration` in seconds, 0 unknown; `url` may be "" (not offered)."""

    kind: str
    url: str = ""
    title: str = ""
    text: Text = ()
    poster: Picture | None = None
    duration: int = 0
    ref: str = ""


class Aside(Block, frozen=True, kw_only=True, tag="aside"):
    """What stands beside the story. `role`: factbox, related, footer …"""

    body: tuple[AnyBlock, ...]
    title: str = ""
    role: str = ""


class LiveEntry(Block, frozen=True, kw_only=True, tag="live"):
    """One entry of a live blog, with its own time and, where the outlet gives one, its own id."""

    body: tuple[AnyBlock, ...]
    key: str = ""
    at: datetime | None = None
    title: str = ""
    authors: tuple[str, ...] = ()


AnyBlock = (
    Paragraph | Heading | Quote | List | Figure | Gallery | Table | Code | Rule | Embed | Media | Aside | LiveEntry
)
Blocks = tuple[AnyBlock, ...]


# --- where articles come from ------------------------------------------------------------------------------------


class PageRules(Noun, frozen=True, kw_only=True):
    """What an outlet's pages hold where, when the general rules need help. See docs/config.md for each key.

    Each field is a tuple of selectors, of which the first that finds something is taken (`drop`: all of them): CSS,
    or XPath where it begins with "/", "./" or "(". `next_page` and `single_page` find links: to the next part of an
    article, to all of it on one page. `since` and `until` (yyyy-mm-dd, "" open) bound the captures they are for.
    """

    title: tuple[str, ...] = ()
    subtitle: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    next_page: tuple[str, ...] = ()
    single_page: tuple[str, ...] = ()
    since: str = ""
    until: str = ""


RESPECTED = ("robots", "noarchive", "tdm", "ai")
"""The wishes that can be obeyed: robots.txt, `noarchive`, a reservation of text and data mining, and of use for AI."""


class Source(Noun, frozen=True, kw_only=True):
    """An outlet in one language: where it lists, how to ask it, how to read it. See docs/config.md for each key.

    `family` is shared by sources whose content ids are one number space ("dw"). `key` is a regular expression whose
    group `key` finds the outlet's own id in an address (and `kind`, where there is one). `asks` are the addresses to
    ask for one article, in order, as templates of {url} {key} {kind} {language} {origin}; empty: the page itself.
    `reader` names the module under `wirecopy.outlets` that reads the outlet's own shapes; empty: the common reader,
    which `page` helps. `read` says whether articles are taken from their pages ("page") or from the feed's own full
    text ("feed", nothing else is asked). `listings` are section pages, whose links are leads. `zone` (IANA) is where
    moments are from that name no zone. `pictures` says whether readers get them as our copies ("own", only then they
    are fetched), by the "proxy", or not at all ("none"). `keep_captures` and `keep_pictures`: for how long these are
    kept, 0 for ever; text is. Durations are seconds.
    """

    id: str
    name: str = ""
    language: str = ""
    homepage: str = ""
    family: str = ""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    listings: tuple[str, ...] = ()
    key: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    asks: tuple[str, ...] = ()
    strip: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    reader: str = ""
    read: str = "page"
    page: PageRules = PageRules()
    zone: str = ""
    pictures: str = "own"
    every: float = 900.0
    pace: float = 1.0
    keep_captures: float = 0.0
    keep_pictures: float = 0.0
    respect: tuple[str, ...] = ("robots",)


MOST_ALSO = 7
"""Indexes beside the first that are remembered of a lead: more tell nothing new about what an index leaves out."""


class Lead(Noun, frozen=True, kw_only=True):
    """A source says that there is an article here. `key` names the article within the source; `via` is the index that
    said so first, `also` the others that did (`MOST_ALSO` at most are kept).
    """

    source: str
    key: str
    url: str
    kind: str = ""
    title: str = ""
    summary: str = ""
    section: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    modified: datetime | None = None
    via: str = ""
    also: tuple[str, ...] = ()


Headers = tuple[tuple[str, str], ...]


class Capture(Noun, frozen=True, kw_only=True):
    """What a server answered: evidence, kept as it came. A 404 is an answer.

    `url` was asked for, `final_url` answered after redirects; `asked` and `headers` are the request's and the
    response's header lines (Latin-1, in order, case kept). `body` is the payload after transfer and content coding
    were undone; the coding is still named in `headers`. `truncated` says why the payload is not whole ("" when it is):
    such a capture is evidence and is never read as an article. `at` is when the answer's head arrived.
    """

    url: str
    final_url: str = ""
    asked: Headers = ()
    status: int
    headers: Headers = ()
    body: bytes = b""
    at: datetime
    truncated: str = ""

    def header(self, name: str) -> str:
        """The first response header of this name, in any case, or ""."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")

    @property
    def digest(self) -> str:
        """The SHA-256 of the payload, in hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def id(self) -> str:
        """The SHA-256 of the whole answer (head, moment and payload), in hexadecimal: one capture, one id anywhere."""
        return hashlib.sha256(_encoder.encode(replace(self, body=b"")) + self.digest.encode()).hexdigest()


class Listing(Noun, frozen=True, kw_only=True):
    """What an index page gave: its leads in its own order, further pages, and what could not be read, in words.

    `more` are parts of the same index (the files of a sitemap index), `touched` when some of them last changed, by the
    index's own word, `older` the pages that go on into the past.
    `copies` are the texts that the index itself carried, each as evidence, by the key of its lead.
    """

    leads: tuple[Lead, ...] = ()
    more: tuple[str, ...] = ()
    touched: tuple[tuple[str, datetime], ...] = ()
    older: tuple[str, ...] = ()
    copies: tuple[tuple[str, Capture], ...] = ()
    complaints: tuple[str, ...] = ()


class Validators(Noun, frozen=True, kw_only=True):
    """What a server gave us to ask again with, verbatim (RFC 9110 13.1)."""

    etag: str = ""
    last_modified: str = ""


class Visit(Noun, frozen=True, kw_only=True):
    """What we remember of asking one address. `due`: not again before. `result`: the last answer in a word. `good`:
    when it last answered as it should; `since`: when the first of the latest `failures` in a row was. Of an index,
    `listed`: the leads it gave last; `usual`: how many it gives otherwise (a moving average).
    """

    url: str
    validators: Validators = Validators()
    digest: str = ""
    checked: datetime | None = None
    due: datetime | None = None
    failures: int = 0
    result: str = ""
    good: datetime | None = None
    since: datetime | None = None
    listed: int = 0
    usual: float = 0.0


# --- what was read and kept ---------------------------------------------------------------------------------------


class Translation(Noun, frozen=True, kw_only=True):
    """The same article in another language or script, as the outlet names it."""

    language: str
    url: str = ""
    ref: str = ""


class Reference(Noun, frozen=True, kw_only=True):
    """Something the outlet puts beside the article: further reading, a topic, a web page."""

    title: str = ""
    url: str = ""
    ref: str = ""
    kind: str = ""


class Seam(Noun, frozen=True, kw_only=True):
    """Where a source spelt a text otherwise than we would write it back; see publish/classic.py.

    `path` leads to the text inside the document, `tags` are (character offset, tag) in the order of writing, each tag
    one of a closed vocabulary without attributes. Readers never see it; only the classic layout uses it.
    """

    path: str
    tags: tuple[tuple[int, str], ...]


class Article(Noun, frozen=True, kw_only=True):
    """What a page says, freed of the page.

    `kind`: article, liveblog, gallery, video, audio. `url` is the public page. `byline` is the outlet's own line,
    `authors` the names in it. `published`, `modified`: the outlet's own moments; `body` is complete: dateline, agency
    and rights lines stand in it and are repeated in their fields. `reader` names the shape it was read from and
    `rules` the version of the rules; `weak` marks a reading of last resort. `lost` counts what was not understood.
    `usage` are the publisher's wishes on what may be done with it, verbatim, each as `signal: value`
    (usage.py); no reader sees them, so that they alone make no revision.
    """

    source: str
    key: str
    kind: str = "article"
    url: str = ""
    title: str = ""
    kicker: str = ""
    subtitle: str = ""
    summary: str = ""
    byline: str = ""
    authors: tuple[str, ...] = ()
    dateline: str = ""
    published: datetime | None = None
    modified: datetime | None = None
    language: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    opinion: bool = False
    picture: Picture | None = None
    body: Blocks = ()
    agencies: tuple[str, ...] = ()
    rights: str = ""
    short_url: str = ""
    translations: tuple[Translation, ...] = ()
    related: tuple[Reference, ...] = ()
    reader: str = ""
    rules: str = ""
    weak: bool = False
    lost: tuple[tuple[str, int], ...] = ()
    seams: tuple[Seam, ...] = ()
    usage: tuple[str, ...] = ()


class Change(StrEnum):
    """How a revision differs from the one before it."""

    NEW = "new"
    EDITED = "edited"
    GONE = "gone"
    BACK = "back"


class Revision(Noun, frozen=True, kw_only=True):
    """An article as archived. `article` is None exactly when `change` is GONE.

    `number` counts an article's revisions in the order of time, from 1; the archive gives it. `at` is the moment of
    the capture. `fingerprint` is of what a reader can see (collect/revise.py). `capture` is the `Capture.id` of the
    evidence, "" where there is none. `day` is the article's place in the calendar, fixed by its first revision.
    """

    source: str
    key: str
    number: int = 0
    change: Change
    at: datetime
    article: Article | None = None
    fingerprint: str = ""
    capture: str = ""
    day: str = ""


class State(StrEnum):
    """Where a lead has ended, each lead in one state."""

    WAITING = "waiting"
    ARCHIVED = "archived"
    UNCHANGED = "unchanged"
    HELD = "held"
    EXCLUDED = "excluded"
    FAILED = "failed"
    GONE = "gone"


class Entry(Noun, frozen=True, kw_only=True):
    """A line of the ledger: a lead, its state, why, and when it is to be looked at again."""

    lead: Lead
    state: State = State.WAITING
    reason: str = ""
    first_seen: datetime
    last_seen: datetime
    checked: datetime | None = None
    due: datetime | None = None
    failures: int = 0


class Failure(Noun, frozen=True, kw_only=True):
    """Something that went wrong, in words an operator can act on."""

    url: str
    reason: str


class Outcome(Noun, frozen=True, kw_only=True):
    """What a round did for one source. `asked` counts requests, `unchanged` answers that brought nothing new.

    `failures` are what has to be tried again; `complaints` what was odd in an index and cost only itself. `pictures`
    counts those that were kept, `pictures_missing` those that were asked for and could not be.
    """

    source: str
    leads: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    back: int = 0
    unchanged: int = 0
    held: int = 0
    asked: int = 0
    not_modified: int = 0
    pictures: int = 0
    pictures_missing: int = 0
    failures: tuple[Failure, ...] = ()
    complaints: tuple[str, ...] = ()


# --- operating ----------------------------------------------------------------------------------------------------


class Footprint(Noun, frozen=True, kw_only=True):
    """What one host was asked on one day (UTC), as its own log counts it: every request that was sent, robots.txt,
    redirects and pictures too. `bytes`: of bodies, as they came. `not_modified`: 304s; `refused`: 429s and 503s;
    `failed`: requests without an answer.
    """

    host: str
    day: str
    asked: int = 0
    bytes: int = 0
    not_modified: int = 0
    refused: int = 0
    failed: int = 0


class SourceDay(Noun, frozen=True, kw_only=True):
    """What one source gave on one day (UTC). `leads`: never seen before. `new` to `back`: revisions. `held`, `failed`:
    leads that came into that state. Of the new articles, `undated` have no moment, `unsigned` no author, `unpictured`
    no picture, and all have so many `characters`.
    """

    source: str
    day: str
    leads: int = 0
    new: int = 0
    edited: int = 0
    gone: int = 0
    back: int = 0
    held: int = 0
    failed: int = 0
    undated: int = 0
    unsigned: int = 0
    unpictured: int = 0
    characters: int = 0


class Trouble(StrEnum):
    """What can be wrong with a source, or ("" as the source) with the mirror itself: see health.py."""

    FAILING = "failing"
    SILENT = "silent"
    SHRUNK = "shrunk"
    HELD = "held"
    UNDATED = "undated"
    UNSIGNED = "unsigned"
    UNPICTURED = "unpictured"
    SHORT = "short"
    GAP = "gap"
    CLOCK = "clock"
    DISK = "disk"
    TARGET = "target"
    COLLECT = "collect"


class Incident(Noun, frozen=True, kw_only=True):
    """Something was wrong from `since` until `until` (None: still is). `what`: the address or the reason, in the words
    of whoever gave it; `now` and `usual`: the figure that is out of the ordinary, and what it is otherwise.
    `told`: the channels that were told, as (channel, "begun" | "began" | "ending" | "ended"); "begun" and "ending" are
    what was not finished: it may have arrived, so it is not told again. `tried`: the channels that could not be told,
    how often, and before when not again.
    """

    source: str
    trouble: Trouble
    since: datetime
    until: datetime | None = None
    what: str = ""
    now: float = 0.0
    usual: float = 0.0
    told: tuple[tuple[str, str], ...] = ()
    tried: tuple[tuple[str, int, datetime], ...] = ()


class File(Noun, frozen=True, kw_only=True):
    """What a publisher makes: a path below the output folder, with "/", and its bytes."""

    path: str
    body: bytes


class Damage(Noun, frozen=True, kw_only=True):
    """Something stored or published that is not what it should be: what kind of thing, which by name, and why."""

    what: str
    name: str
    reason: str


# --- pictures of our own -------------------------------------------------------------------------------------------


class PictureState(StrEnum):
    """Where a picture that an article shows has ended."""

    WAITING = "waiting"
    KEPT = "kept"
    FAILED = "failed"
    REFUSED = "refused"
    GONE = "gone"


class PictureEntry(Noun, frozen=True, kw_only=True):
    """A line of the ledger of pictures: what is shown, its state, why, and when it is to be asked for again.

    `name` is the outlet's own key of the picture, else its address; `url` the address an article last gave for it.
    A KEPT one stays so whatever is answered later: then `reason` says what that was.
    """

    name: str
    source: str
    url: str = ""
    state: PictureState = PictureState.WAITING
    reason: str = ""
    first_seen: datetime
    checked: datetime | None = None
    due: datetime | None = None
    failures: int = 0


class Rendered(Noun, frozen=True, kw_only=True):
    """A picture made for readers, with its bytes; `name` says for what, see `Rendition`."""

    name: str
    media: str
    width: int
    height: int
    body: bytes


class Checked(Noun, frozen=True, kw_only=True):
    """What bytes turned out to be that were decoded whole: a picture of this kind and size, and its renditions.

    `recipe` is the version of the rules by which these were made.
    """

    media: str
    width: int
    height: int
    recipe: str
    renditions: tuple[Rendered, ...] = ()


class Rendition(Noun, frozen=True, kw_only=True):
    """A picture as readers may see it, by the digest (SHA-256, hexadecimal) of its bytes.

    `name`: "full" is JPEG or PNG of at most 1,600 pixels a side, "small" WebP of at most 640, "small-jpeg" the same as
    JPEG, for what shows no WebP.
    """

    name: str
    digest: str
    media: str
    width: int
    height: int
    size: int


# --- what the operator takes out again -----------------------------------------------------------------------------


class Removal(Noun, frozen=True, kw_only=True):
    """What is to be taken down: one article (`source`, `key`), all of a source, what of it is filed under the days
    `since` to `until` (yyyy-mm-dd, "" open), or a `picture`, by its name or the digest of its bytes.
    """

    source: str = ""
    key: str = ""
    since: str = ""
    until: str = ""
    picture: str = ""


class TakeDown(Noun, frozen=True, kw_only=True):
    """Something that was taken down, and why; nothing of what it said.

    `scope` is "article", "source", "days" or "picture". `name` is the SHA-256 of "source/key", or of a picture's name,
    "" for a source. Counted is what was removed, `bytes` as they were stored. `purged` is when the last byte of it had
    left the archive's file, None until then.
    """

    scope: str
    source: str = ""
    name: str = ""
    since: str = ""
    until: str = ""
    at: datetime
    reason: str
    who: str = ""
    articles: int = 0
    revisions: int = 0
    captures: int = 0
    pictures: int = 0
    bytes: int = 0
    purged: datetime | None = None


class Leftover(Noun, frozen=True, kw_only=True):
    """Where something that was taken down still stands: in which file, and how much of it is known again there."""

    file: str
    what: str
    known: int
    of: int


class LetGo(Noun, frozen=True, kw_only=True):
    """What was let go because it was older than its source's policy keeps; `bytes` as they were stored."""

    captures: int = 0
    pictures: int = 0
    bytes: int = 0
    more: bool = False


class Growth(Noun, frozen=True, kw_only=True):
    """What was stored since a moment, and what the archive takes on the disk now, all in bytes.

    `began` is the first revision's moment, None for an archive without any.
    """

    bytes: int = 0
    revisions: int = 0
    size: int = 0
    began: datetime | None = None


# --- what is handed to publishers ----------------------------------------------------------------------------------


class Document(Noun, frozen=True, kw_only=True):
    """An article as it is to be published: its last standing copy, and what became of it.

    `number` is the revision the copy is from, `at` the moment of that revision's capture, `first_at` that of the first.
    `withdrawn` is the moment when the outlet was seen to have taken it away, None while it stands.
    """

    article: Article
    number: int
    revisions: int
    at: datetime
    first_at: datetime
    day: str
    capture: str = ""
    withdrawn: datetime | None = None


class Headline(Noun, frozen=True, kw_only=True):
    """A document in a list: enough to name it, to find its file, and to say what happened to it. `day`: yyyy-mm-dd."""

    source: str
    key: str
    day: str
    title: str
    kind: str = "article"
    language: str = ""
    published: datetime | None = None
    at: datetime
    revisions: int = 1
    withdrawn: bool = False


class Shelf(Noun, frozen=True, kw_only=True):
    """A source as its readers see it: what it is and how many documents stand in each month ("yyyy-mm")."""

    source: str
    name: str = ""
    language: str = ""
    homepage: str = ""
    months: tuple[tuple[str, int], ...] = ()


class Term(Noun, frozen=True, kw_only=True):
    """What documents are filed under: a section of a source, an author, a topic. See `term` and `terms`.

    `kind` is "section", "author" or "topic"; `source` is "" but for sections. `digest` is that of the name however it
    is spelt, and may name a file: 16 hexadecimal digits. In an Edition `name` is spelt as the document of the earliest
    day spells it, and `documents` counts all that are filed under it; where there is none any more, `name` is "".
    """

    kind: str
    name: str
    source: str = ""
    documents: int = 0
    digest: str


class Edition(Protocol):
    """A read-only window on an archive at one moment. The same archive gives the same answers, in the same order."""

    @property
    def archive(self) -> str:
        """The archive's own name (a UUID), so that an output folder knows whose it is."""
        ...

    @property
    def stamp(self) -> int:
        """A number that grows with every change to what can be published."""
        ...

    def shelves(self) -> tuple[Shelf, ...]:
        """Every source that has documents, by id, months newest first."""
        ...

    def changed(self, since: int) -> Iterator[tuple[str, str]]:
        """The (source, key) of every document that may read differently than at stamp `since`, also because an
        article it refers to has arrived meanwhile. `since` 0: every document. Ordered by source and key.
        """
        ...

    def document(self, source: str, key: str) -> Document | None:
        """One document, or None when the archive holds no readable copy of it."""
        ...

    def documents(self, source: str, month: str) -> Iterator[Document]:
        """Every document of one source and month ("yyyy-mm"), in the order of `month`: what `document` gives of each,
        for much less. Read while it is walked through.
        """
        ...

    def history(self, source: str, key: str) -> tuple[Revision, ...]:
        """Every revision of an article, oldest first, numbered from 1, with what `document` would show of it (GONE has
        no article); () where there is none.
        """
        ...

    def day(self, day: str) -> tuple[Headline, ...]:
        """The documents of one day, by source, then newest published first, then key."""
        ...

    def month(self, source: str, month: str) -> tuple[Headline, ...]:
        """The documents of one source and month, newest day first, then newest published, then key."""
        ...

    def days(self) -> tuple[tuple[str, int], ...]:
        """Every day that has documents with their number, newest first."""
        ...

    def latest(self, most: int, source: str = "") -> tuple[Headline, ...]:
        """The newest documents, of all sources or of one, at most so many; then by source and key. A document is as new
        as `published` says where that can be believed (from 1990 on, and no more than a day after it was taken), else
        as new as `at`.
        """
        ...

    def changes(self, most: int, source: str = "") -> tuple[tuple[Headline, Revision], ...]:
        """What became of documents, of all sources or of one: the latest revisions that are not NEW, at most so many,
        newest first, then by source and key. Each with the document as it is now; the revision comes without its
        article, whatever it is. A second look that found the same article gone is none.
        """
        ...

    def entries(self, source: str) -> Iterator[Entry]:
        """The ledger of a source, by key, without what was taken down."""
        ...

    def terms(self, kind: str) -> Iterator[Term]:
        """Every term of a kind that has documents, those with most first, then by name and source."""
        ...

    def term(self, kind: str, name: str, source: str = "") -> Term | None:
        """The term of this name, however it is spelt; None where no document is filed under it."""
        ...

    def terms_of(self, source: str, key: str) -> tuple[Term, ...]:
        """What a document is filed under: its section, its authors, its topics, in its own order."""
        ...

    def under(self, term: Term, month: str = "") -> tuple[Headline, ...]:
        """The documents that are filed under a term, of all months or of one ("yyyy-mm"): newest day first, then newest
        published, then source and key.
        """
        ...

    def months_of(self, term: Term) -> tuple[tuple[str, int], ...]:
        """The months in which documents are filed under a term, newest first, with their numbers."""
        ...

    def terms_changed(self, since: int) -> Iterator[Term]:
        """Every term whose documents, or their headlines, may be others than at stamp `since`, by kind and digest; also
        those that have no document any more (`documents` 0, `name` ""). `since` 0: every term that has documents.

        What a document shows beside its headline (a picture that came, its source's name) changes the document, not
        its terms: see `changed` and `terms_of`.
        """
        ...

    def find(self, name: str) -> Headline | None:
        """The document that goes by this name: a `ref` ("dw:19165792") or an article's address. None: not held."""
        ...

    def kin(self, source: str, key: str) -> tuple[Headline, ...]:
        """The other documents that are one text with this one (an agency's story, an article published again under a
        new id), oldest first; () if there are none.
        """
        ...

    def picture(self, source: str, key: str, picture: Picture, rendition: str = "full") -> Rendition | None:
        """Our own copy of a picture that this document shows. None: there is none (yet). No bytes are read."""
        ...

    def picture_body(self, digest: str) -> bytes:
        """The bytes of a rendition."""
        ...

    def showing(self, digest: str) -> Iterator[tuple[str, str]]:
        """The (source, key) of every document that may show the rendition of this digest."""
        ...

    def take_downs(self) -> tuple[TakeDown, ...]:
        """What the operator of the archive took out of it, oldest first."""
        ...

    def source_days(self, source: str, most: int) -> tuple[SourceDay, ...]:
        """The latest days on which a source gave something, at most so many, oldest first."""
        ...

    def incidents(self, most: int) -> tuple[Incident, ...]:
        """What was or is wrong: what still is first, then the latest that began, at most so many."""
        ...


class Kept(Noun, frozen=True, kw_only=True):
    """A capture in the list of all that an archive keeps.

    `number` is its place in the order in which they were taken in, `id` is `Capture.id`. `original` and `original_id`
    are of the first capture with the same payload: its own where there is none before. `articles` are those that it is
    evidence of, `readings` those of which a revision was read from it, as `source/key`.
    """

    number: int
    id: str
    original: int
    original_id: str
    articles: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()


class Evidence(Protocol):
    """A read-only window on the captures of an archive at one moment."""

    @property
    def archive(self) -> str:
        """The archive's own name (a UUID)."""
        ...

    def kept(self) -> Iterator[Kept]:
        """Every capture, by number."""
        ...

    def capture(self, number: int) -> Capture:
        """One capture, whole."""
        ...


# --- walking and storing -------------------------------------------------------------------------------------------


def walk(blocks: Blocks) -> Iterator[AnyBlock]:
    """Every block of a document, in reading order, each before what it holds."""
    for block in blocks:
        yield block
        match block:
            case Quote() | Aside() | LiveEntry():
                yield from walk(block.body)
            case List():
                for item in block.items:
                    yield from walk(item)
            case _:
                pass


def texts(blocks: Blocks) -> Iterator[Text]:
    """Every text a reader can see in these blocks, in reading order, titles and captions included."""
    for block in blocks:
        match block:
            case Paragraph() | Heading():
                yield block.text
            case Figure():
                yield from _picture_texts(block.picture)
            case Gallery():
                yield text(block.title)
                for entry in block.entries:
                    yield text(entry.title)
                    yield entry.text
                    yield from _picture_texts(entry.picture)
            case Quote():
                yield from texts(block.body)
                yield block.credit
            case List():
                for item in block.items:
                    yield from texts(item)
            case Table():
                yield block.caption
                yield from (cell.text for row in block.rows for cell in row)
            case Code():
                yield text(block.text)
            case Embed() | Media():
                yield text(block.title)
                yield block.text
                yield from _picture_texts(block.poster if isinstance(block, Media) else None)
            case Aside() | LiveEntry():
                yield text(block.title)
                yield from texts(block.body)
            case _:
                pass


def _picture_texts(picture: Picture | None) -> Iterator[Text]:
    if picture is not None:
        yield picture.caption
        yield text(picture.credit)


def document_text(blocks: Blocks) -> str:
    """What a reader reads, one text a line. Empty texts leave no line."""
    return "\n".join(line for line in map(plain, texts(blocks)) if line)


def pictures(article: Article) -> Iterator[Picture]:
    """Every picture of an article in reading order: the lead picture, figures, galleries, posters."""
    if article.picture is not None:
        yield article.picture
    for block in walk(article.body):
        match block:
            case Figure():
                yield block.picture
            case Gallery():
                yield from (entry.picture for entry in block.entries)
            case Media(poster=Picture() as poster):
                yield poster
            case _:
                pass


def links(article: Article) -> Iterator[Link]:
    """Every in-text link of an article, in reading order."""
    captions = () if article.picture is None else (article.picture.caption,)
    for words in (*captions, *texts(article.body)):
        yield from (run.link for run in words if run.link is not None)


def term(kind: str, name: str, source: str = "") -> Term | None:
    """The term of this name; None for one that nobody can see.

    Its digest is the first 16 hexadecimal digits of the SHA-256 of kind, source and folded name, a NUL between them.
    Folded: NFKC, casefold, NFKC; without control and format characters; runs of blanks as one space. Of a name 200
    characters count.
    """
    return _term(kind, name[:_LONGEST], source)


@lru_cache(maxsize=8192)  # most documents are filed under what others are
def _term(kind: str, name: str, source: str) -> Term | None:
    spelt = " ".join(name.split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", spelt).casefold())
    folded = " ".join("".join(c for c in folded if unicodedata.category(c) not in ("Cc", "Cf")).split())
    if not folded:
        return None
    digest = hashlib.sha256(f"{kind}\0{source}\0{folded}".encode()).hexdigest()[:16]
    seen = "".join(c for c in spelt if unicodedata.category(c) != "Cc")
    return Term(kind=kind, name=seen, source=source, digest=digest)


def terms(article: Article) -> tuple[Term, ...]:
    """What an article is filed under, spelt as it spells it: its section, its authors, its topics (tags), each once and
    at most 40 together.
    """
    named = [term("section", article.section, article.source)] if article.section else []
    named += [term("author", name) for name in article.authors[:_TERMS]]
    named += [term("topic", name) for name in article.tags[:_TERMS]]
    found: dict[str, Term] = {}
    for each in named:
        if each is not None:
            found.setdefault(each.digest, each)
    return tuple(found.values())[:_TERMS]


_TERMS = 40  # a document is filed under; more is no help to anybody who looks for something
_LONGEST = 200  # characters of a term's name


def utc(moment: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive one: a moment without a zone is no moment."""
    if moment.tzinfo is None:
        raise ValueError(f"a moment needs a time zone: {moment!r}")
    return moment.astimezone(UTC)


_T = TypeVar("_T")
_encoder = msgspec.json.Encoder()


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[object]:
    return msgspec.json.Decoder(cast("type[object]", kind))


def encode(noun: Noun) -> bytes:
    """A noun as JSON (UTF-8): fields in the order of its class, defaults left out."""
    return _encoder.encode(noun)


def decode(stored: bytes, kind: type[_T]) -> _T:
    """The noun of this kind in these bytes. Raises ValueError when they are no such thing."""
    return cast("_T", _decoder(cast("Hashable", kind)).decode(stored))
