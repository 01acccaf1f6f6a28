"""How wrong pages are built: from one bare line to a whole site around nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True, slots=True)
class Wrong:
    """A page that is answered in an article's place. `at`: the path that a redirect leads to first, "" for none.

    `{title}` in `html` is the article's, for walls that stand inside its own page; `{{` and `}}` are braces.
    """

    name: str
    kind: str
    language: str
    html: str
    at: str = ""

    def told(self, title: str) -> bytes:
        """The page as it is answered for an article of this title."""
        return self.html.replace("{title}", escape(title)).replace("{{", "{").replace("}}", "}").encode()


def page(title: str, body: str, *, lang: str = "", head: str = "") -> str:
    """A whole page."""
    declared = f' lang="{lang}"' if lang else ""
    return (
        f'<!DOCTYPE html><html{declared}><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f"<body>{body}</body></html>"
    )


def bare(title: str, *said: str) -> str:
    """As a server writes it by itself."""
    return f"<html><head><title>{title}</title></head><body><center><h1>{said[0]}</h1></center><hr>" + "".join(
        f"<p>{each}</p>" for each in said[1:]
    )


def boxed(title: str, heading: str, *said: str, lang: str = "", mark: str = "", links: Sequence[str] = ()) -> str:
    """A box in the middle of nothing."""
    more = "".join(f'<a href="/{n}">{escape(each)}</a> ' for n, each in enumerate(links))
    told = "".join(f"<p>{each}</p>" for each in said)
    return page(title, f'<main class="box">{mark}<h1>{heading}</h1>{told}<div>{more}</div></main>', lang=lang)


def dialog(title: str, heading: str, *said: str, buttons: Iterable[str], lang: str = "", behind: str = "") -> str:
    """A dialog with buttons, over what is behind it."""
    told = "".join(f"<p>{each}</p>" for each in said)
    asked = "".join(f"<button>{each}</button>" for each in buttons)
    return page(title, f'{behind}<div role="dialog" class="layer"><h2>{heading}</h2>{told}{asked}</div>', lang=lang)


def form(title: str, heading: str, fields: Iterable[str], *said: str, lang: str = "", button: str = "OK") -> str:
    """A form to fill in."""
    asked = "".join(
        f'<label>{each}<input type="{"password" if n else "text"}"></label>' for n, each in enumerate(fields)
    )
    told = "".join(f"<p>{each}</p>" for each in said)
    inside = f'<form method="post"><h1>{heading}</h1>{asked}<button>{button}</button>{told}</form>'
    return page(title, inside, lang=lang)


def table(title: str, heading: str, rows: Iterable[tuple[str, str]], *said: str, head: str = "") -> str:
    """A notice in a table, as appliances write them."""
    told = "".join(f"<tr><td>{name}</td><td>{value}</td></tr>" for name, value in rows)
    above = "".join(f"<div>{each}</div>" for each in said)
    return page(title, f"<table><tr><td><h2>{heading}</h2>{above}<table>{told}</table></td></tr></table>", head=head)


def site(title: str, middle: str, *, lang: str, sections: Iterable[str], headlines: Iterable[str] = ()) -> str:
    """A whole site around what is in the middle: sections above, headlines below, a foot."""
    above = "".join(f'<li><a href="/{n}">{each}</a></li>' for n, each in enumerate(sections))
    below = "".join(
        f'<article><h3><a href="/news/{n}-more">{each}</a></h3></article>' for n, each in enumerate(headlines)
    )
    around = f"<header><nav><ul>{above}</ul></nav></header><main>{middle}</main><aside>{below}</aside>"
    return page(title, f"{around}<footer>© 2025</footer>", lang=lang)


def shell(
    title: str, *, without: str = "", programs: Sequence[str] = ("/static/main.8f3a.js",), root: str = "root"
) -> str:
    """A page that is nothing before its programs ran."""
    run = "".join(f'<script src="{each}" defer></script>' for each in programs)
    said = f"<noscript>{without}</noscript>" if without else ""
    return page(title, f'{said}<div id="{root}"></div>{run}')
