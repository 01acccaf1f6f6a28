"""What became of a document, as the entry of a feed: that it was edited, corrected, withdrawn or came back, and what
changed, in words. A change is known by its article and its moment; later imports may number revisions anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wirecopy import dates
from wirecopy.differences import Line, differences
from wirecopy.model import Article, Change, Headline, Noun, Paragraph, Revision, Shelf, document_text, walk
from wirecopy.publish.addresses import public
from wirecopy.publish.feeds.entries import Entry, Place, id_of, minute, turned
from wirecopy.publish.html import escape, language_of
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import plan
from wirecopy.text import clean, language_tag

_LINES = 60  # of one change
_LONGEST = 400_000  # characters of both texts together that are compared; a guess that keeps one change under a second
_AROUND = 80  # characters of what did not change that are shown beside what did


class Told(Noun, frozen=True, kw_only=True):
    """A change with what is known of it: the revision's article and the one before it."""

    headline: Headline
    revision: Revision
    before: Article | None = None
    after: Article | None = None

    @property
    def name(self) -> str:
        """The change in a word: edited, corrected, gone, back. Corrected is what gained a note of a correction."""
        if self.revision.change is Change.EDITED and self.before is not None and self.after is not None:
            more = set(_corrections(self.after)) - set(_corrections(self.before))
            return "corrected" if more else "edited"
        return str(self.revision.change)


def told(headline: Headline, revision: Revision, history: Sequence[Revision]) -> Told:
    """A change within the history of its article."""
    before = after = None
    for each in history:
        if (each.at, each.change, each.number) == (revision.at, revision.change, revision.number):
            after = each.article
            break
        before = each.article or before
    return Told(headline=headline, revision=revision, before=before, after=after)


def entry(change: Told, place: Place, say: Messages, shelf: Shelf | None = None) -> Entry:
    """A change as an entry; `say` speaks of it."""
    headline, revision = change.headline, change.revision
    outlet = clean((shelf.name if shelf else "") or headline.source)
    article = change.after or change.before
    original = public(article.url) if article else ""
    page = ""
    if place.address:
        page = place.address + plan.revision(headline.source, headline.day, headline.key, revision.number)
    said = say(f"feed_{change.name}")
    title = clean(article.title if article else headline.title) or headline.key
    seen = say("feed_seen", outlet=outlet, when=minute(revision.at))
    language = language_tag(article.language if article else headline.language)
    parts = [f"<p>{escape(said)}. {escape(seen)}.</p>"]
    parts += _differences(change, say, language)
    links = [(place.page(headline.source, headline.day, headline.key), title)] if place.address else []
    links += [(original, say("feed_original", outlet=outlet))] if original else []
    if links:
        anchors = [f'<a href="{escape(to)}">{escape(words)}</a>' for to, words in links]
        parts.append(f"<p>{' · '.join(anchors)}</p>")
    return Entry(
        id=id_of(headline.source, headline.key, dates.iso_ms(revision.at), str(revision.change)),
        address=page or original,
        original=original,
        title=clean(say("feed_change", change=said, title=title)),
        summary=clean(f"{said}. {seen}."),
        content=turned("".join(parts), say.language),
        language=say.language,
        outlet=outlet,
        feed=f"{place.address}feeds/changes/{headline.source}" if place.address else "",
        published=revision.at,
        updated=revision.at,
        tags=(said,),
        withdrawn=revision.at if revision.change is Change.GONE else None,
    )


def _corrections(article: Article) -> Iterator[str]:
    for block in walk(article.body):
        if isinstance(block, Paragraph) and block.role == "correction":
            yield "".join(run.text for run in block.text)


def _differences(change: Told, say: Messages, language: str) -> Iterator[str]:
    """Where words changed and how: what was taken out struck through, what was put in marked."""
    if change.before is None or change.after is None:
        return
    if sum(len(document_text(each.body)) for each in (change.before, change.after)) > _LONGEST:
        yield f"<p>{escape(say('feed_long'))}</p>"
        return
    lines = differences(change.before, change.after)
    if not lines:
        yield f"<p>{escape(say('feed_no_words'))}</p>"
        return
    items = "".join(
        f"<li>{escape(say(f'in_{line.where}'))}: {_line(line, say, language)}</li>" for line in lines[:_LINES]
    )
    yield f"<ul>{items}</ul>"
    if len(lines) > _LINES:
        yield f"<p>{escape(say('feed_long'))}</p>"


def _line(line: Line, say: Messages, language: str) -> str:
    words = "".join(_piece(piece.text, piece.sign) for piece in line.pieces)
    around = language_of(language, say.language)
    return f"<span{around}>{words}</span>" if around else words


def _piece(words: str, sign: str) -> str:
    if sign:
        tag = "ins" if sign == "+" else "del"
        return f"<{tag}>{escape(words)}</{tag}>"
    if len(words) > 2 * _AROUND + 1:
        words = f"{words[:_AROUND]}…{words[-_AROUND:]}"
    return escape(words)
