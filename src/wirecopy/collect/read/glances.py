"""A capture of an article → a glance at its page, from which an outlet's habits are learned (`habits.py`).

A page is looked at as a stranger would: by the general rules, without any habits, so that what is learned does not
depend on what was learned before.
"""

from __future__ import annotations

from wirecopy.collect.read import blocks, habits, lines, reading
from wirecopy.collect.read.habits import Glance
from wirecopy.collect.read.page import charset
from wirecopy.collect.read.page.survey import is_wide, survey
from wirecopy.model import Capture, Lead, Paragraph, Source, document_text, plain, text, texts

_LONG = 2_000  # characters of a line: what is longer is a page without paragraphs, and nobody's habit


def glance(source: Source, lead: Lead, capture: Capture) -> Glance:
    """What this page shows. Raises ReadError or Doubtful as reading it does: what is no article teaches nothing."""
    article = reading(source, lead, capture).article
    seen, labels = _lines(charset.decoded(capture)) if not source.reader else (frozenset[str](), frozenset[str]())
    told = {habits.fingerprint(line) for words in texts(article.body) for line in plain(words).split("\n")}
    return Glance(
        key=lead.key,
        at=capture.at,
        title=article.title,
        lines=tuple(sorted(seen)),
        labels=tuple(sorted(labels)),
        told=tuple(sorted(told - {""})),
        length=len(document_text(article.body)),
    )


def _lines(html: str) -> tuple[frozenset[str], frozenset[str]]:
    """The fingerprints of a page's lines that may be habits, and of those among them that are labels."""
    page = survey(blocks.parse(html), wide=is_wide(html), prune=False)
    seen, labels = set(), set()
    for line in page.lines:
        found = habits.fingerprint(line.words) if len(line.words) <= _LONG and not _is_an_articles(line.words) else ""
        if found:
            seen.add(found)
            if line.box.tag in _HEADINGS or habits.is_label(line.words):
                labels.add(found)
    page.release()
    return frozenset(seen), frozenset(labels)


def _is_an_articles(line: str) -> bool:
    """Is this a line that many articles carry and each owns: an agency's, of rights, a dateline?"""
    said = lines.read((Paragraph(text=text(line)),))
    return bool(said.agencies or said.rights or said.dateline == line or lines.agencies(line) is not None)


_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
