"""A capture becomes an article: by the outlet's own reader where it has one, else by the common one.

Captures are the evidence; an article is a reading of it and carries `RULES`, the version of the rules that read it.
"""

from __future__ import annotations

from importlib import import_module

from wirecopy import urls
from wirecopy.collect.read import classic
from wirecopy.errors import Doubtful, ReadError
from wirecopy.model import Article, Capture, Lead, Source, replace

# To be raised with every change that makes any reader read a capture otherwise than before.
RULES = "1"


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """What a capture says. Pure; the same capture gives the same article under the same rules.

    Raises ReadError for what can't be read, Doubtful for what can be read and is not believed.
    """
    if capture.truncated:
        raise Doubtful(f"{capture.url} arrived in part ({capture.truncated})")
    if capture.status != 200:
        raise ReadError(f"{capture.url} answered {capture.status}, which is no article")
    if is_imported(capture):
        return replace(classic.read(capture.body, fallback_at=capture.at, source=source.id).article, rules=RULES)
    reader = import_module(f"wirecopy.outlets.{source.reader}" if source.reader else "wirecopy.collect.read.page")
    article: Article = reader.read(source, lead, capture)
    hosts = [urls.host(url) for url in (lead.url, capture.final_url) if url]
    if article.url and urls.host(article.url) not in hosts:  # no page may give itself another outlet's address
        article = replace(article, url=lead.url)
    return replace(article, rules=RULES)


def is_imported(capture: Capture) -> bool:
    """Whether this is a document that somebody gave us, and not a server's answer: nobody was asked for it."""
    return not capture.asked and capture.header("content-type").startswith("text/markdown")
