"""HTML inside feeds: its words, and elements written back as the HTML that they are."""

from __future__ import annotations

import html
import re
from html.entities import html5
from xml.etree.ElementTree import Element

from wirecopy import text

_MOST_WORDS = 2_000
_MOST_MARKUP = 20_000  # markup that is looked at for so many words; a guess
_OPENING = re.compile(r"<!--|<((?a:script|style|template|textarea))\b", re.IGNORECASE)  # in ASCII: else ſ is an s
_ENDS = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "template", "textarea")}
_ENDS["comment"] = re.compile("-->")
_INLINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|mark|q|s|samp|small|span|strike|strong|sub|sup"
    r"|tt|u|var|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")
_TAG_NAME = re.compile(r"</?([a-zA-Z][\w:-]*)")
_CLOSING = re.compile(r"</[a-zA-Z]\w*>")
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});")
_KNOWN = frozenset(
    {"a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "big", "blockquote", "br", "button",
     "canvas", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "dir",
     "div", "dl", "dt", "em", "fieldset", "figcaption", "figure", "font", "footer", "form", "h1", "h2", "h3",
     "h4", "h5", "h6", "header", "hr", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li",
     "map", "mark", "menu", "nav", "noscript", "object", "ol", "optgroup", "option", "p", "picture", "pre", "q",
     "s", "samp", "section", "select", "small", "source", "span", "strike", "strong", "sub", "summary", "sup",
     "table", "tbody", "td", "textarea", "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video",
     "wbr"}
)  # fmt: skip
_UNEVEN = re.compile(r"[\t\n\r\f]|  ")
_CONTROL = re.compile("[\x80-\x9f]")
_EMPTY = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)  # fmt: skip


def words(markup: str) -> str:
    """The words of a piece of HTML, in one line, of bounded length."""
    if "<" in markup:
        markup = shown(markup[:_MOST_MARKUP])
        markup = _TAG.sub(" ", _INLINE.sub("", markup))
    if "&" in markup:
        markup = html.unescape(markup[:_MOST_MARKUP])
    return squeezed(markup)


def shown(markup: str) -> str:
    """HTML without comments, scripts and the like; one that is not closed hides the rest, as in a browser."""
    kept: list[str] = []
    place = 0
    while opening := _OPENING.search(markup, place):
        kept.append(markup[place : opening.start()])
        ending = _ENDS[(opening[1] or "comment").lower()].search(markup, opening.end())
        if ending is None:
            return " ".join(kept)
        place = ending.end() if opening[1] is None else markup.find(">", ending.end()) + 1 or len(markup)
    return " ".join([*kept, markup[place:]])


def squeezed(line: str) -> str:
    """A bounded piece of text in one line. C1 controls are the letters that Windows has in their places."""
    line = line[:_MOST_MARKUP]
    if not line.isascii() and _CONTROL.search(line):
        line = _CONTROL.sub(_meant, line)
    line = text.squeeze(line) if _UNEVEN.search(line) else line.strip(" ")
    return line[:_MOST_WORDS]


def _meant(control: re.Match[str]) -> str:
    return control[0].encode("latin-1").decode("cp1252", "replace")


def looks_like_html(line: str) -> bool:
    """Is what should be plain text HTML after all? Only when all of it could be: else text would be lost."""
    if not ("<" in line or "&" in line) or not (_CLOSING.search(line) or _REFERENCE.search(line)):
        return False
    return all(name.lower() in _KNOWN for name in _TAG_NAME.findall(line)) and all(
        found[1] == "#" or found[1:] in html5 for found in _REFERENCE.findall(line)
    )


def inner(element: Element) -> str:
    """What stands inside an element, as HTML; Atom's own <div> around it is no part of it (RFC 4287 3.1.1.3)."""
    only = len(element) == 1 and not (element.text or "").strip() and not (element[0].tail or "").strip()
    if only and element[0].tag.rpartition("}")[2].lower() == "div":
        element = element[0]
    written = [html.escape(element.text or "", quote=False)]
    waiting: list[Element | str] = list(reversed(element))
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            written.append(one)
            continue
        name = one.tag.rpartition("}")[2]
        written.append(f"<{name}{''.join(_attribute(key, value) for key, value in one.items())}>")
        after = html.escape(one.tail or "", quote=False)
        if name.lower() in _EMPTY and not len(one) and not one.text:
            written.append(after)
            continue
        written.append(html.escape(one.text or "", quote=False))
        waiting.append(f"</{name}>{after}")
        waiting.extend(reversed(one))
    return "".join(written).strip()


def _attribute(name: str, value: str) -> str:
    return f' {name.rpartition("}")[2]}="{html.escape(value)}"'
