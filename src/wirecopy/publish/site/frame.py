"""What every page of the site has: head, policy, skip link, navigation, footer. The page's own part stands in <main>.

- A page asks for the style sheet, its pictures and (where it says so) a script of the site, and for nothing else: its
  Content-Security-Policy keeps it to that, whatever its text says.
- Every address in it is relative, so that it works below any path, and from a folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

import msgspec

from wirecopy.publish.html import escape
from wirecopy.publish.look import Look
from wirecopy.publish.messages import Messages
from wirecopy.publish.site import plan
from wirecopy.text import NO_CHARACTERS, stand_in

POLICY = (
    "default-src 'none'; img-src 'self' file:; style-src 'self' file:; script-src 'self' file:; "
    "base-uri 'none'; form-action 'self'"
)
"""`file:` is for pages that are opened from a folder, where browsers do not take 'self' for the folder."""


_CURRENT = ' aria-current="page"'
_NAVIGATION = (
    (plan.DAYS, "days"),
    (plan.SOURCES, "sources"),
    (plan.SECTIONS, "sections"),
    (plan.TOPICS, "topics"),
    (plan.AUTHORS, "authors"),
    (plan.CHANGES, "changes"),
    (plan.SEARCH, "search"),
    (plan.ABOUT, "about"),
)


class Frame:
    """The frame of the pages of one site."""

    def __init__(self, say: Messages, look: Look) -> None:
        self._say = say
        self._look = look
        self.title = look.title or say("mirror")
        self._name = escape(self.title)
        self._around = cache(self._made)  # as many as there are folders of articles: some per source and month

    def page(
        self,
        path: str,
        title: str,
        main: str,
        *,
        head: str = "",
        current: str = "",
        script: str = "",
    ) -> bytes:
        """A page of the site, as UTF-8: `main` is markup, `title` plain words, `head` more markup
        for the head, `current` the page of the navigation that this one is, `script` a script of the site.
        """
        loaded = f'<script src="{relative(script, path)}" defer></script>' if script else ""
        return self.joined(path, title, (utf8(main),), head=head + loaded, current=current)

    def joined(self, path: str, title: str, main: Iterable[bytes], *, head: str = "", current: str = "") -> bytes:
        """Like `page`, of a main part in pieces of UTF-8: of an article's pages most pieces are the same."""
        start, above, below = self._around(path.rpartition("/")[0], current)
        named = f"{escape(title)} · {self._name}" if title else self._name
        return b"".join((start, utf8(f"<title>{named}</title>{head}"), above, *main, below))

    def _made(self, folder: str, current: str) -> tuple[bytes, bytes, bytes]:
        """The frame of the pages in a folder: what stands before the title, and before and after the main part."""
        say = self._say
        here = f"{folder}/page" if folder else "page"
        style = relative(plan.STYLE, here)
        start = (
            f'<!DOCTYPE html>\n<html lang="{say.language}" dir="{say.direction}"><head><meta charset="utf-8"/>'
            f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"/>'
            '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
            '<meta name="referrer" content="no-referrer"/><meta name="color-scheme" content="light dark"/>'
            f'<link rel="stylesheet" href="{style}"/><link rel="icon" href="{relative(plan.ICON, here)}"/>'
        )
        links = "".join(
            f'<li><a href="{relative(target, here)}"{_CURRENT if target == current else ""}>'
            f"{escape(say(name))}</a></li>"
            for target, name in _NAVIGATION
        )
        front = relative(plan.FRONT, here)
        above = (
            f'</head><body><a class="skip" href="#main">{escape(say("skip"))}</a><header class="site">'
            f'<p class="name"><a href="{front}">{self._name}</a></p>'
            f'<nav aria-label="{escape(say("navigation"))}"><ul>{links}</ul></nav></header>\n<main id="main">'
        )
        below = (
            f'</main>\n<footer class="site"><p>{escape(say("made_by"))} '
            f'<a href="{relative(plan.ABOUT, here)}">{escape(say("about"))}</a></p></footer></body></html>\n'
        )
        return utf8(start), utf8(above), utf8(below)


def utf8(markup: str) -> bytes:
    """Markup as it is written."""
    return markup.encode("utf-8", "replace")


def relative(path: str, start: str) -> str:
    """`path` as a link in the file `start`; both are paths in the folder. It goes by the root: quick to make."""
    return "../" * start.count("/") + path


def data(value: object) -> str:
    """A value as JSON within a <script> element that is data: nothing in it can end the element, and what no page may
    hold as it is, or turns a direction, is spelt out.
    """
    said = msgspec.json.encode(value).decode()
    if not said.isprintable():  # hardly any words hold what cannot be seen
        said = _UNSEEN.sub(_spelt_out, said)
    return said.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


_UNSEEN = re.compile(f"[\x7f-\x9f\u2028-\u202e\u2066-\u2069{NO_CHARACTERS}]")


def _spelt_out(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}" if found[0] < "\ufdd0" else stand_in(found[0])
