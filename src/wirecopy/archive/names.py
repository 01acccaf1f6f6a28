"""The names an article goes by, the names it refers to, and who answers to a name.

- An article goes by its addresses (each one a lead or a revision ever gave), by `family:key` of its source (`id:key`
  where the source has no family), and by `source/key`.
- Of several that claim a name, the one of the smallest (source, key) answers, whoever came first.
- `names` and `refs` hold digests of 96 bits: short, and nobody finds two names with one.
"""

from __future__ import annotations

from collections.abc import Iterator
from operator import itemgetter

from wirecopy import urls
from wirecopy.archive.file import File
from wirecopy.archive.schema import SOURCES, name_digest
from wirecopy.model import Article, Gallery, Media, links, walk

_CLAIM = "SELECT ledger.id, ledger.source, ledger.key FROM"
_JOINED = ("", "JOIN documents ON documents.article = ledger.id")  # for any article, for those with a document
# Only words of ours are put into these statements (S608).
_BY_ADDRESS = [
    f"{_CLAIM} names JOIN ledger ON ledger.id = names.article {also} WHERE names.name = ?" for also in _JOINED
]
_BY_NAME = [
    f"""{_CLAIM} (
        SELECT id, ? AS key FROM sources WHERE family = ?
        UNION ALL SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM sources WHERE id = ? AND family <> '')
        UNION ALL SELECT ?, ?
    ) AS meant CROSS JOIN ledger ON ledger.source = meant.id AND ledger.key = meant.key {also}"""  # noqa: S608
    for also in _JOINED
]


def claimant(file: File, name: str, *, readable: bool) -> tuple[int, str, str] | None:
    """The (id, source, key) of the article that answers to this name; `readable`: of those with a document."""
    if name.startswith(("http://", "https://")):
        claims = file.rows(_BY_ADDRESS[readable], name_digest(name))
    else:
        prefix, _, key = name.partition(":")
        source, _, slashed = name.partition("/")
        claims = file.rows(_BY_NAME[readable], key, prefix, prefix, key, prefix, source, slashed)
    # Sorted here: most names are nobody's, and SQLite makes ready to sort before it finds that out.
    return min(claims, key=itemgetter(1, 2), default=None)


def prefix_of(file: File, source: str) -> str:
    """What stands before the colon in the names of this source's articles."""
    row = file.first(SOURCES, "WHERE id = ?", source)
    return source if row is None or not row.family else row.family


def names_of(file: File, article: int, source: str, key: str) -> set[bytes]:
    """The digests of all names of an article."""
    given = (name for (name,) in file.rows("SELECT name FROM names WHERE article = ?", article))
    return {name_digest(f"{prefix_of(file, source)}:{key}"), name_digest(f"{source}/{key}"), *given}


def refs_of(article: Article) -> set[bytes]:
    """The digests of all names that a document may point to: in its text, beside it, and in other languages."""
    return {name_digest(name) for name in _references(article) if name}


def spellings(ref: str, href: str) -> tuple[str, ...]:
    """The names under which somebody may look for what is referred to in this way."""
    return tuple(filter(None, (ref, *_addresses(href))))


def _references(article: Article) -> Iterator[str]:
    for link in links(article):
        yield from (link.ref, *_addresses(link.href))
    for reference in article.related:
        yield from (reference.ref, *_addresses(reference.url))
    for translation in article.translations:
        yield from (translation.ref, *_addresses(translation.url))
    for block in walk(article.body):
        if isinstance(block, Gallery | Media):
            yield block.ref


def _addresses(href: str) -> tuple[str, ...]:
    # As it stands and as a publisher may look for it: a link to a paragraph is a link to the article.
    return (href, urls.canonical(href)) if href else ()
