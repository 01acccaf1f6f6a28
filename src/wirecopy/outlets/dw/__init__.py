"""Deutsche Welle's readers: one for each shape in which it gives an article, chosen by what the capture is.

| the capture is                                              | reader     | says                                    |
|-------------------------------------------------------------|------------|-----------------------------------------|
| `{"data": {"content": …}}` of the content API               | dw-content | most                                    |
| a page that carries that object in its state                | dw-state   | the same                                |
| a detail document of the apps' API                          | dw-detail  | no moment of the last edit, no credits  |
| a page without state                                        | dw-page    | what it shows; the article is `weak`    |
"""

from __future__ import annotations

import re

from wirecopy.collect.read import blocks, stranger
from wirecopy.collect.read.stranger import Json
from wirecopy.errors import ReadError
from wirecopy.model import Article, Capture, Lead, Picture, Source, replace
from wirecopy.outlets.dw import body, content, detail, page, state


def read(source: Source, lead: Lead, capture: Capture) -> Article:
    """What a capture says, whichever of DW's shapes it has.

    Raises ReadError for what is no article, Doubtful for what is another's or stands in for it.
    """
    text = _decoded(capture)
    if text.startswith(("{", "[")):
        return _read_json(source, lead, text, capture)
    if text.startswith("<"):
        return _read_page(source, lead, text)
    raise ReadError(f"{capture.url} is neither JSON nor HTML: it begins {text[:40]!r}")


def picture_addresses(source: Source, picture: Picture) -> tuple[str, ...]:
    """Where a picture may be had, the largest size first; () for one that is not DW's own."""
    return body.sizes(picture.url, body.place_of(source, source.homepage))


def _read_json(source: Source, lead: Lead, text: str, capture: Capture) -> Article:
    try:
        answer = stranger.parse(text)
    except ValueError as error:
        raise ReadError(f"{capture.url} can't be read as JSON, it may be cut: {error}") from None
    if detail.is_detail(answer):
        return detail.read(source, lead, answer)
    for holder in (answer.at("data"), answer):
        if "content" in holder.fields:
            found = holder.at("content")
            if not found.is_object:
                raise ReadError(f"{capture.url} answered without an article{_excuse(answer)}; it may be gone")
            return content.read(source, lead, found)
    if "__typename" in answer.fields:
        return content.read(source, lead, answer)
    names = ", ".join(sorted(answer.fields)[:8]) or "none"
    raise ReadError(
        f"{capture.url} is neither a content answer nor a detail document{_excuse(answer)}; fields: {names}"
    )


def _read_page(source: Source, lead: Lead, html: str) -> Article:
    complaint = ""
    root = None
    try:
        found = state.content(html, lead.key if lead.key.isdigit() else "")
    except ValueError as error:
        # The page shows what its state fails to say.
        found, complaint = None, f" ({error})"
    root = blocks.parse(html)
    if found is not None:
        article = content.read(source, lead, found, reader="dw-state")
        siblings = article.translations or page.translations(root, body.place_of(source, article.url), article.url)
        return replace(article, translations=siblings)
    try:
        return page.read(source, lead, root)
    except ReadError as error:
        raise ReadError(f"{error}{complaint}") from None


def _excuse(answer: Json) -> str:
    message = answer.at("errors", 0).line("message") or answer.line("message")
    return f" ({message[:200]!r})" if message else ""


def _decoded(capture: Capture) -> str:
    declared = _CHARSET.search(capture.header("content-type"))
    try:
        text = capture.body.decode(declared[1] if declared else "utf-8", "replace")
    except LookupError:
        text = capture.body.decode("utf-8", "replace")
    return text.lstrip("\ufeff \t\r\n")


_CHARSET = re.compile(r"charset=[\"']?([\w-]{1,40})", re.IGNORECASE | re.ASCII)
