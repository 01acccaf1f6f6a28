"""The pictures of an archive: which articles show them, the bytes that came, what was made of these for readers.

- A picture is its outlet's key ("dw:67121832"), whatever host and size an article names; without a key, its address.
- Bytes are kept once, under their digest, whoever shows them, and so are the renditions made from them. The answer
  that brought them is kept whole: its head as a capture, its payload as the blob that is the original.
- Other bytes under the same name are a new version; what was kept before stays. Publishers see the latest.
- `shows` is made from the standing copies of the articles, by `note`, source by source: nothing has to be told to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from wirecopy import urls
from wirecopy.archive.file import File
from wirecopy.archive.schema import (
    DOCUMENTS,
    ORIGINALS,
    PICTURED,
    PICTURES,
    RENDITIONS,
    REVISIONS,
    VERSIONS,
    DocumentRow,
    LedgerRow,
    OriginalRow,
    PicturedRow,
    PictureRow,
    RenditionRow,
    VersionRow,
    from_micros,
    to_micros,
)
from wirecopy.errors import ArchiveError
from wirecopy.model import Article, Checked, Damage, Picture, PictureEntry, PictureState, Rendition, decode, pictures

NAMES = ("full", "small", "small-jpeg")
"""The renditions that every original has."""

_PAGE = 500  # documents looked at in one transaction
_MOST_SHOWN = 1_000  # pictures of one article that are looked at; a guess: the largest gallery seen has 150


def name_of(picture: Picture) -> str:
    """What a picture goes by; "" for one that has neither key nor address."""
    return picture.key or urls.canonical(urls.resolve(picture.url))


# --- the ledger of pictures ----------------------------------------------------------------------------------------


def unnoted(file: File, source: str) -> Iterator[tuple[PicturedRow, list[DocumentRow]]]:
    """The documents of a source that changed since its pictures were last noted, in pages, each with the mark to set
    when it is done.
    """
    mark = file.first(PICTURED, "WHERE source = ?", source)
    since = 0 if mark is None else mark.stamp
    until = file.number("SELECT stamp FROM archive")
    if since > until:  # the archive was brought back from an older copy
        since = 0
    after = (since, 2**62)
    while True:
        rest = f"WHERE source = ? AND stamp <= ? AND (stamp, article) > (?, ?) ORDER BY stamp, article LIMIT {_PAGE}"
        page = file.every(DOCUMENTS, rest, source, until, *after)
        if len(page) < _PAGE:
            if page or mark is None or mark.stamp != until:
                yield PicturedRow(source, until), page
            return
        # Documents of one transaction share a stamp: the last one of this page may have more of its kind.
        yield PicturedRow(source, page[-1].stamp - 1), page
        after = (page[-1].stamp, page[-1].article)


def note(file: File, document: DocumentRow, at: datetime) -> tuple[int, bool]:
    """Put the pictures of a document into the ledger: how many were new, and whether it may read differently now."""
    copy = file.first(REVISIONS, "WHERE id = ?", document.standing)
    if copy is None or copy.body is None:
        raise ArchiveError(f"{file.path} is damaged: the copy of {document.source}/{document.key} is missing")
    article = decode(file.blob(copy.body, f"the copy of {document.source}/{document.key}"), Article)
    news = to_micros(article.published) if article.published else document.at
    before = {number for (number,) in file.rows("SELECT picture FROM shows WHERE article = ?", document.article)}
    shown: set[int] = set()
    new, reads_differently = 0, False
    for name, url in named(article).items():
        row = file.first(PICTURES, "WHERE name = ?", name)
        is_new = row is None
        noted = _noted(
            row, name, url, document.source, news, to_micros(at), is_arriving=row is None or row.id not in before
        )
        number = noted.id if noted == row else file.put(PICTURES, noted)
        shown.add(number)
        new += is_new
        reads_differently |= noted.original is not None and number not in before
    drop, add = sorted(before - shown), sorted(shown - before)
    file.each("DELETE FROM shows WHERE article = ? AND picture = ?", ((document.article, each) for each in drop))
    file.each("INSERT INTO shows (article, picture) VALUES (?, ?)", ((document.article, each) for each in add))
    return new, reads_differently


def named(article: Article) -> dict[str, str]:
    """The pictures of an article in reading order, each name once, with an address."""
    found: dict[str, str] = {}
    for picture in islice(pictures(article), _MOST_SHOWN):
        if name := name_of(picture):
            found[name] = found.get(name) or urls.resolve(picture.url)
    return found


def _noted(
    row: PictureRow | None, name: str, url: str, source: str, news: int, at: int, *, is_arriving: bool
) -> PictureRow:
    """The line of a picture that an article of this source shows."""
    if row is None:
        return PictureRow(0, name, source, url, PictureState.WAITING, "", at, news, None, at, 0, None, 0)
    row = row._replace(url=url or row.url, news=max(news, row.news))
    if row.original is None and row.source != source:
        row = row._replace(source=source)  # whoever shows it last asks for it: the other may not be followed any more
    if is_arriving and row.state == PictureState.GONE:
        row = row._replace(due=at)  # somebody shows again what was gone
    return row


_SHOWN = "EXISTS (SELECT 1 FROM shows WHERE picture = pictures.id) "


def next_due(file: File, source: str) -> int | None:
    """When the first picture of a source that an article shows is due, in microseconds."""
    sql = f"SELECT min(due) FROM pictures WHERE source = ? AND due IS NOT NULL AND {_SHOWN}"  # noqa: S608  # words of ours
    found = file.row(sql, source)
    return None if found is None else found[0]


def due(file: File, source: str, at: datetime | None, most: int) -> tuple[PictureEntry, ...]:
    """Pictures to ask for, never asked for first, then those of the newest articles. None: all that are shown."""
    order = "ORDER BY checked IS NOT NULL, news DESC, id LIMIT ?"
    if at is None:
        # What was taken down, or let go by policy, is not asked for again whatever is asked for.
        wanted = "AND reason NOT LIKE 'taken down: %' AND reason NOT LIKE 'let go: %' "
        rows = file.every(PICTURES, f"WHERE source = ? AND {_SHOWN}{wanted}{order}", source, most)
    else:
        rows = file.every(PICTURES, f"WHERE source = ? AND due <= ? AND {_SHOWN}{order}", source, to_micros(at), most)
    return tuple(map(entry_of, rows))


def entry(file: File, name: str) -> PictureEntry | None:
    """A line of the ledger of pictures."""
    row = file.first(PICTURES, "WHERE name = ?", name)
    return None if row is None else entry_of(row)


def entry_of(row: PictureRow) -> PictureEntry:
    """A line of the ledger as callers see it."""
    return PictureEntry(
        name=row.name,
        source=row.source,
        url=row.url,
        state=PictureState(row.state),
        reason=row.reason,
        first_seen=from_micros(row.first_seen),
        checked=None if row.checked is None else from_micros(row.checked),
        due=None if row.due is None else from_micros(row.due),
        failures=row.failures,
    )


def counts(file: File, source: str) -> dict[PictureState, tuple[int, int]]:
    """How many pictures of a source are in each state, and how many bytes are kept of them."""
    stored = file.rows("SELECT state, pictures, bytes FROM picture_tallies WHERE source = ?", source)
    found = {str(state): (int(number), int(size)) for state, number, size in stored}
    return {state: found.get(state.value, (0, 0)) for state in PictureState}


# --- what was kept ---------------------------------------------------------------------------------------------------


def settle(file: File, entry: PictureEntry, capture: int | None, at: datetime | None, checked: Checked | None) -> bool:
    """How a look at a picture ended; whether readers see another one than before. `capture`: its row, with `checked`.

    Raises ValueError for a picture that nobody noted, and for one that is kept without anything kept of it.
    """
    row = file.first(PICTURES, "WHERE name = ?", entry.name)
    if row is None:
        raise ValueError(f"no article shows the picture {entry.name!r}: it was never noted")
    original, size = row.original, row.bytes
    if capture is not None and at is not None and checked is not None:
        original = file.number("SELECT payload FROM captures WHERE id = ?", capture)
        render(file, original, checked)
        if original != row.original:
            file.put(VERSIONS, VersionRow(row.id, to_micros(at), capture, original))
        size = _weight(file, original)
    if (original is None) != (entry.state is not PictureState.KEPT):
        raise ValueError(
            f"the picture {entry.name!r} is {entry.state}, and {'nothing' if original is None else 'it'} is kept"
        )
    file.put(
        PICTURES,
        row._replace(
            state=entry.state,
            reason=entry.reason,
            checked=None if entry.checked is None else to_micros(entry.checked),
            due=None if entry.due is None else to_micros(entry.due),
            failures=entry.failures,
            original=original,
            bytes=size,
        ),
    )
    return original != row.original


def is_kept(file: File, name: str, body: bytes) -> bool:
    """Whether these bytes are what is kept of a picture now."""
    digest = hashlib.sha256(body).digest()
    sql = "SELECT 1 FROM pictures JOIN blobs ON blobs.id = pictures.original WHERE name = ? AND digest = ?"
    return file.row(sql, name, digest) is not None


def render(file: File, original: int, checked: Checked) -> None:
    """Keep what was found out of an original and made of it, unless it is there already by the same rules."""
    there = file.first(ORIGINALS, "WHERE blob = ?", original)
    size = file.number("SELECT size FROM blobs WHERE id = ?", original)
    row = OriginalRow(original, checked.media, checked.width, checked.height, size, checked.recipe)
    made = file.number("SELECT count(*) FROM renditions WHERE original = ?", original)
    if there == row and made == len(checked.renditions):
        return
    file.put(ORIGINALS, row)
    clear(file, original)
    for each in checked.renditions:
        blob = file.keep(each.body)
        file.put(
            RENDITIONS,
            RenditionRow(original, each.name, blob, each.media, each.width, each.height, len(each.body)),
        )


def clear(file: File, original: int) -> None:
    """Take the renditions of an original away, and their bytes where nothing else is in them."""
    blobs = [blob for (blob,) in file.rows("SELECT blob FROM renditions WHERE original = ?", original)]
    file.each("DELETE FROM renditions WHERE original = ?", [(original,)])
    file.each(
        "DELETE FROM blobs WHERE id = ? AND NOT EXISTS (SELECT 1 FROM renditions WHERE blob = blobs.id) "
        "AND NOT EXISTS (SELECT 1 FROM originals WHERE blob = blobs.id) "
        "AND id NOT IN (SELECT payload FROM captures) "
        "AND id NOT IN (SELECT body FROM revisions WHERE body IS NOT NULL)",
        ((blob,) for blob in blobs),
    )


def showing(file: File, picture: str) -> list[int]:
    """The articles that show a picture, by its name."""
    sql = "SELECT article FROM shows JOIN pictures ON pictures.id = shows.picture WHERE name = ? ORDER BY article"
    return [int(article) for (article,) in file.rows(sql, picture)]


def versions(file: File, name: str) -> tuple[tuple[datetime, str], ...]:
    """What a picture was since when, oldest first: moments, and the digests of the bytes that came."""
    sql = (
        "SELECT picture_versions.at, lower(hex(blobs.digest)) FROM picture_versions "
        "JOIN pictures ON pictures.id = picture JOIN blobs ON blobs.id = picture_versions.original "
        "WHERE name = ? ORDER BY picture_versions.at, capture"
    )
    return tuple((from_micros(at), str(digest)) for at, digest in file.rows(sql, name))


def _weight(file: File, original: int) -> int:
    made = "SELECT coalesce(sum(size), 0) FROM renditions WHERE original = ?"
    return file.number("SELECT size FROM originals WHERE blob = ?", original) + file.number(made, original)


# --- for publishers --------------------------------------------------------------------------------------------------


def rendition(file: File, source: str, key: str, picture: Picture, name: str) -> Rendition | None:
    """Our own copy of a picture that this document shows, if there is one."""
    row = file.first(
        RENDITIONS,
        "JOIN pictures ON pictures.original = renditions.original JOIN shows ON shows.picture = pictures.id "
        "JOIN ledger ON ledger.id = shows.article "
        "WHERE pictures.name = ? AND renditions.name = ? AND ledger.source = ? AND ledger.key = ?",
        name_of(picture),
        name,
        source,
        key,
    )
    if row is None:
        return None
    (digest,) = file.rows("SELECT lower(hex(digest)) FROM blobs WHERE id = ?", row.blob)[0]
    return Rendition(
        name=row.name, digest=str(digest), media=row.media, width=row.width, height=row.height, size=row.size
    )


def body(file: File, digest: str) -> bytes:
    """The bytes of this digest."""
    number = file.number("SELECT id FROM blobs WHERE digest = ?", bytes.fromhex(digest))
    if not number:
        raise ArchiveError(f"{file.path} is damaged: the picture {digest} is missing")
    return file.blob(number, f"the picture {digest}")


def documents_showing(file: File, digest: str) -> Iterator[tuple[str, str]]:
    """The (source, key) of every document that may show the rendition of this digest."""
    rows = file.rows(
        "SELECT DISTINCT documents.source, documents.key FROM blobs JOIN renditions ON renditions.blob = blobs.id "
        "JOIN pictures ON pictures.original = renditions.original JOIN shows ON shows.picture = pictures.id "
        "JOIN documents ON documents.article = shows.article WHERE blobs.digest = ? "
        "ORDER BY documents.source, documents.key",
        bytes.fromhex(digest),
    )
    yield from ((str(source), str(key)) for source, key in rows)


# --- damage and repair -----------------------------------------------------------------------------------------------


def damages(file: File) -> Iterator[Damage]:
    """What is wrong with the pictures; their rows' sums and the captures that brought them are looked at elsewhere."""
    yield from _damaged_renditions(file)
    for name, state, original in file.stream("SELECT name, state, original FROM pictures ORDER BY id"):
        if (state == PictureState.KEPT) != (original is not None):
            yield Damage(
                what="picture",
                name=str(name),
                reason=f"it is {state}, and {'something' if original else 'nothing'} is kept",
            )
    for (name,) in file.stream(
        "SELECT name FROM pictures WHERE original IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM picture_versions WHERE picture = pictures.id AND original = pictures.original)"
    ):
        yield Damage(what="picture", name=str(name), reason="no capture says where its bytes came from")
    for digest, said, is_payload in file.stream(
        "SELECT lower(hex(blobs.digest)), originals.size = blobs.size, "
        "originals.blob IN (SELECT original FROM picture_versions) FROM originals JOIN blobs ON blobs.id = blob"
    ):
        if not said or not is_payload:
            reason = "its size is not that of its bytes" if not said else "no picture ever was this"
            yield Damage(what="original", name=str(digest), reason=reason)
    for at, capture, of in file.stream(
        "SELECT picture_versions.at, capture, name FROM picture_versions JOIN captures ON captures.id = capture "
        "JOIN pictures ON pictures.id = picture "
        "WHERE captures.at <> picture_versions.at OR payload <> picture_versions.original"
    ):
        yield Damage(what="picture version", name=f"{of} {at}", reason=f"its capture {capture} says otherwise")
    yield from _recounted(file)


def disagreement(file: File, line: LedgerRow, article: Article) -> Iterator[Damage]:
    """Whether what is said to be shown by a document is what it shows; what is still to be noted says nothing."""
    noted = file.row("SELECT stamp FROM pictured WHERE source = ?", line.source)
    stamp = file.number("SELECT stamp FROM documents WHERE article = ?", line.id)
    if noted is None or int(noted[0]) < stamp:
        return
    sql = "SELECT name FROM pictures JOIN shows ON picture = pictures.id WHERE article = ?"
    said = {str(name) for (name,) in file.rows(sql, line.id)}
    for name in sorted(said ^ set(named(article))):
        reason = "it shows it no more" if name in said else "it shows it, and that is missing"
        yield Damage(what="picture shown", name=f"{line.source}/{line.key} {name}", reason=reason)


def _damaged_renditions(file: File) -> Iterator[Damage]:
    for original, digest in file.stream(
        "SELECT blob, lower(hex(digest)) FROM originals JOIN blobs ON blobs.id = blob ORDER BY blob"
    ):
        for name, reason in _broken(file, int(original)):
            yield Damage(what="rendition", name=f"{name} of {digest}", reason=f"{reason}; it can be made again")


def _broken(file: File, original: int) -> Iterator[tuple[str, str]]:
    """The renditions of an original that are missing or damaged, and why."""
    stored = file.rows(RENDITIONS.select("WHERE original = ? ORDER BY renditions.name"), original)
    for name in sorted({*NAMES} - {str(each[1]) for each in stored}):
        yield name, "it is missing"
    for each in stored:
        row = RENDITIONS.checked(each)
        if row is None:
            yield str(each[1]), "its check sum is wrong"
            continue
        try:
            if len(file.unpacked(row.blob)) != row.size:
                yield row.name, "its size is not that of its bytes"
        except (ValueError, ArchiveError) as error:
            yield row.name, str(error)


def _recounted(file: File) -> Iterator[Damage]:
    stored = set(file.rows("SELECT source, state, pictures, bytes FROM picture_tallies"))
    made = set(file.rows("SELECT source, state, count(*), sum(bytes) FROM pictures GROUP BY source, state"))
    for source, state in sorted({(str(each[0]), str(each[1])) for each in stored ^ made}):
        yield Damage(what="picture_tallies", name=f"{source} {state}", reason="the count is not that of the pictures")


def unrendered(file: File, recipe: str) -> Iterator[str]:
    """The digests of originals whose renditions are missing, damaged, or made by other rules than these."""
    numbers = [(int(blob), str(made)) for blob, made in file.rows("SELECT blob, recipe FROM originals ORDER BY blob")]
    for number, made in numbers:
        if (recipe and made != recipe) or next(_broken(file, number), None) is not None:
            yield str(file.rows("SELECT lower(hex(digest)) FROM blobs WHERE id = ?", number)[0][0])


def rerender(file: File, digest: str, checked: Checked) -> Sequence[str]:
    """Put these renditions in the place of those that an original has; the names of the pictures that change."""
    original = file.number("SELECT id FROM blobs WHERE digest = ?", bytes.fromhex(digest))
    clear(file, original)
    render(file, original, checked)
    rows = file.every(PICTURES, "WHERE original = ? ORDER BY id", original)
    for row in rows:
        file.put(PICTURES, row._replace(bytes=_weight(file, original)))
    return [row.name for row in rows]
