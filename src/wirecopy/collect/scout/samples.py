"""One article as it would be read, with what an operator should look at, in plain words. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

from wirecopy.collect.doubt import doubt
from wirecopy.collect.read import read
from wirecopy.collect.scout import weighing
from wirecopy.collect.scout.finding import Original, Sample
from wirecopy.collect.scout.front import original
from wirecopy.errors import SourceError
from wirecopy.model import Article, Capture, Lead, Source, document_text, pictures, replace

_SHORT = 300  # characters below which an article may be a stub; an ideograph counts 2.5
_DAY = timedelta(days=1)
_MUCH = 700  # characters in a feed that are an article where its page can't be read


def sample(source: Source, lead: Lead, copy: Capture | None, page: Capture | None, *, forbidden: bool) -> Sample:
    """One article, read from its page and, where the feed carries text, compared with that."""
    carried = _read(source, lead, copy)[0] if copy is not None else None
    if page is None:
        why = "robots.txt forbids its page" if forbidden else "its page did not answer"
        return _sample(carried, lead, (why,)) if carried else Sample(url=lead.url, title=lead.title, warnings=(why,))
    article, why = _read(source, lead, page)
    itself = original(page)
    if article is None:
        whole = 1.0 if carried and len(document_text(carried.body)) > _MUCH else None
        return Sample(url=lead.url, title=lead.title, warnings=(why,), in_feed=whole, original=itself)
    found = _sample(article, lead, (*_warnings(article), *_differences(article, itself)))
    found = replace(found, original=itself)
    if carried is None:
        return replace(found, in_feed=0.0) if source.feeds and not source.sitemaps else found
    in_feed, in_page = weighing.shares(document_text(article.body), document_text(carried.body))
    return replace(found, in_feed=round(in_feed, 3), in_page=round(in_page, 3))


def _read(source: Source, lead: Lead, capture: Capture) -> tuple[Article | None, str]:
    """An article, or why it would not be kept."""
    try:
        article = read(source, lead, capture)
    except SourceError as error:
        return None, f"it would be held: {error}"
    reason = doubt(article, None)
    return (None, f"it would be held: {reason}") if reason else (article, "")


def _sample(article: Article, lead: Lead, warnings: tuple[str, ...]) -> Sample:
    lines = [each for each in document_text(article.body).split("\n") if each.strip()]
    return Sample(
        url=lead.url,
        title=article.title,
        published=article.published,
        authors=article.authors,
        language=article.language,
        characters=sum(map(len, lines)),
        pictures=sum(1 for _ in pictures(article)),
        picture=next((each.url for each in pictures(article)), ""),
        first=_sentence(lines[0], 0) if lines else "",
        last=_sentence(lines[-1], -1) if lines else "",
        lost=article.lost,
        warnings=warnings,
    )


def _warnings(article: Article) -> list[str]:
    """What an operator should look at, in plain words."""
    said = []
    length = len(document_text(article.body))
    wide = article.language.split("-")[0] in ("zh", "ja", "ko")
    if article.published is None:
        said.append("no date was found")
    if not article.authors:
        said.append("no author was found")
    if length * (2.5 if wide else 1) < _SHORT:
        said.append(f"it is short ({length} characters): a teaser, a stub, or a brief")
    if article.weak:
        said.append("its text is not in the page but in the data of the page's program")
    if article.lost:
        said.append("not understood and left out: " + ", ".join(f"{count} × {what}" for what, count in article.lost))
    return said


def _differences(article: Article, itself: Original) -> list[str]:
    """Where the reading and the page's metadata are two, so that one of them errs."""
    said = []
    ours, theirs = (re.sub(r"\W+", "", each).lower() for each in (article.title, itself.title))
    if ours and theirs and ours not in theirs and theirs not in ours:
        said.append(f"the page calls itself «{itself.title}»")
    if article.published and itself.published and abs(article.published - itself.published) > _DAY:
        theirs, ours = f"{itself.published:%Y-%m-%d}", f"{article.published:%Y-%m-%d}"
        said.append(f"the page says that it is of {theirs}, and it is read as of {ours}")
    if itself.picture and not any(True for _ in pictures(article)):
        said.append("the page names a picture, and none was read")
    if itself.authors and not article.authors:
        said.append(f"the page says that it is by {', '.join(itself.authors)}")
    return said


def _sentence(words: str, which: int) -> str:
    """The first (0) or last (-1) sentence of a line, cut where it is long."""
    parts = [each for each in re.split(r"(?<=[.!?。！？।])\s*(?=\S)", words) if each.strip()] or [words]
    said = parts[which].strip()
    return said if len(said) <= 160 else said[:159] + "…" if which == 0 else "…" + said[-159:]
