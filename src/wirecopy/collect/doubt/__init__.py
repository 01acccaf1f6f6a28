"""Reasons not to believe a page. Pure: a capture, a reading, and what was known before -> a reason in words, or "".

A page that is not the article never becomes one: it is held, and the last good copy stands. `doubt_page` is about the
answer itself (walls, block pages, errors), `doubt` about the reading of it against what is known. What can't be read
at all is the readers' ReadError.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from wirecopy.collect.doubt import agreement
from wirecopy.collect.doubt.page import doubt_page
from wirecopy.collect.doubt.sight import letters
from wirecopy.collect.doubt.words import small, stands_in
from wirecopy.model import Article, Embed, Figure, Gallery, Lead, LiveEntry, Media, Source, document_text, walk

__all__ = ["doubt", "doubt_page", "repeats"]

# An edit rarely takes more than half of an article away; a paywall stub or a cut answer does.
_SHRUNKEN = 0.4
_LONG_ENOUGH = 400
# What is this much shorter than nineteen in twenty articles of an outlet is a stub of one. A guess.
_STUB = 0.25
_ENDS = re.compile(r"[.!?…。！？؟।」』”\"'’»)\]）】:：;；—–*]\s*$|[ฯๆะาเ]\s*$")
_SPEAKING = 20  # letters below which a text says nothing
_FOREIGN = 0.02  # part of a text in the expected script, names and quotations, that makes it no other one's


def doubt(
    article: Article,
    standing: Article | None,
    *,
    source: Source | None = None,
    lead: Lead | None = None,
    lengths: Sequence[int] = (),
) -> str:
    """Why this reading is not to be believed, or "". `lengths` are the outlet's habit (`Habits.lengths`): of its
    articles' texts in characters the least, then what 5, 25, 50, 75 and 95 in a hundred do not exceed.
    """
    told = document_text(article.body)
    return (
        _is_nothing(article, told)
        or _has_shrunk(told, standing)
        or (_is_foreign(told, source, lead) if source is not None else "")
        or _is_cut(article, told, lead)
        or _is_unusual(article, told, lengths)
    )


def repeats(article: Article, others: Iterable[tuple[str, str, str]]) -> str:
    """Why a text that stands at other addresses too is not believed, or "". `others` are (key, announced title, text).

    One article at two addresses is announced by one title; a wall answers for articles that have nothing in common.
    """
    told = small(document_text(article.body))
    mine = agreement.words_of(article.title)
    if letters(told) < _SPEAKING:
        return ""
    alike = [
        (key, title)
        for key, title, text in others
        if key != article.key and small(text) == told and agreement.share(agreement.words_of(title), mine) < 0.5
    ]
    if not alike:
        return ""
    more = f" and {len(alike) - 1:,} more" if len(alike) > 1 else ""
    return f"the same text was answered for {alike[0][1] or alike[0][0]!r:.80}{more}"


def _is_nothing(article: Article, told: str) -> str:
    title = article.title.strip()
    if not title:
        return "it has no title"
    bare = small(title).strip(" .…!?！？。-–—")
    if letters(told) < _WALL and stands_in(bare):
        return f"its title is that of a page which stands in for an article: {title[:80]!r}"
    if not told and not _shows_something(article):
        return "it has no text and no picture"
    return ""


def _has_shrunk(told: str, standing: Article | None) -> str:
    before = len(document_text(standing.body)) if standing is not None else 0
    if before >= _LONG_ENOUGH and len(told) < before * _SHRUNKEN:
        return f"it has shrunk from {before:,} to {len(told):,} characters"
    return ""


def _is_foreign(told: str, source: Source, lead: Lead | None) -> str:
    """It is wholly in another script than its source and what announced it let expect."""
    expected, found = agreement.script_for(source.language), agreement.script_of(told)
    if len(told) < _SPEAKING * 10 or not expected or not found or {expected, found} in ({found}, {"Han", "kana"}):
        return ""
    announced = agreement.script_of(f"{lead.title} {lead.summary}") if lead is not None else ""
    if found == announced or (not announced and letters(told) > _WALL) or agreement.part_in(expected, told) > _FOREIGN:
        return ""
    return f"its text is in {found} letters, and {source.id} is written in {expected} ones ({source.language})"


def _is_cut(article: Article, told: str, lead: Lead | None) -> str:
    """It ends in the middle of a sentence, and its lead alone says more."""
    if lead is None or article.reader == "feed" or not told:
        return ""
    announced = letters(lead.summary)
    if announced > 300 and letters(told) < 0.6 * announced and not _ENDS.search(told):
        return f"it ends in the middle ({told[-40:]!r}), and has less text than its own summary"
    return ""


def _is_unusual(article: Article, told: str, lengths: Sequence[int]) -> str:
    """It is far shorter than the outlet's articles are: unless it is something to look at, or a flash like others."""
    if len(lengths) < 2 or article.reader == "feed" or article.kind != "article" or _shows_more_than_a_picture(article):
        return ""
    least, usual = lengths[0], lengths[1]
    if usual >= _LONG_ENOUGH and len(told) < _STUB * usual and len(told) < least:
        return (
            f"it has {len(told):,} characters; nineteen in twenty articles of {article.source} have {usual:,} or more"
        )
    return ""


def _shows_something(article: Article) -> bool:
    return article.picture is not None or any(
        isinstance(block, Media | Embed | Gallery | Figure) for block in walk(article.body)
    )


def _shows_more_than_a_picture(article: Article) -> bool:
    return any(isinstance(block, Media | Embed | Gallery | LiveEntry) for block in walk(article.body))


_WALL = 1_500  # letters: what stands in for an article says no more under such a title
