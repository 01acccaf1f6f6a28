"""Pages in, readings out, for measuring: `python -m wirecopy.collect.read --jsonl`.

Reads JSON lines {id, url, html} from standard input, writes {id, title, text, date, authors, html, cpu} in their order.
"""

from __future__ import annotations

import gc
import html
import sys
import time
from collections.abc import Iterator

import msgspec

from wirecopy.collect.read import page
from wirecopy.model import (
    Aside,
    Blocks,
    Cell,
    Code,
    Embed,
    Figure,
    Gallery,
    Heading,
    List,
    LiveEntry,
    Media,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Table,
    Text,
    plain,
)  # fmt: skip


def main() -> None:
    """Read every page that is asked for."""
    gc.freeze()  # as the processes that read in a round do
    for line in sys.stdin.buffer:
        asked = msgspec.json.decode(line)
        start = time.process_time()
        answer: dict[str, object] = {"id": asked["id"]}
        found = page.read_html(asked["html"], asked["url"])
        facts = found.facts
        answer.update(
            title=facts.title,
            authors=facts.authors,
            date=facts.written.isoformat() if facts.written else None,
            text="\n".join(_lines(found.blocks)),
        )
        answer["cpu"] = time.process_time() - start
        answer["html"] = (_figure(found.picture) if found.picture else "") + "".join(_html(found.blocks))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


def _lines(found: Blocks) -> Iterator[str]:
    """The text of a body, a paragraph a line: no captions, nothing of other hosts'."""
    for block in found:
        match block:
            case Paragraph() | Heading():
                yield plain(block.text)
            case Quote():
                yield from _lines(block.body)
                yield plain(block.credit)
            case Aside() | LiveEntry():
                if block.title:
                    yield block.title
                yield from _lines(block.body)
            case List():
                for item in block.items:
                    yield from _lines(item)
            case Table():
                for row in block.rows:
                    yield " ".join(plain(cell.text) for cell in row)
            case Code():
                yield block.text
            case Embed():
                yield plain(block.text)
            case Gallery():
                for entry in block.entries:
                    yield from filter(None, (entry.title, plain(entry.text)))
            case _:
                pass


def _html(found: Blocks) -> Iterator[str]:  # noqa: C901 — one case a block, and nothing else
    for block in found:
        match block:
            case Paragraph():
                yield f"<p>{_inline(block.text)}</p>"
            case Heading():
                yield f"<h{block.level}>{_inline(block.text)}</h{block.level}>"
            case Quote():
                credit = f"<cite>{_inline(block.credit)}</cite>" if block.credit else ""
                yield f"<blockquote>{''.join(_html(block.body))}{credit}</blockquote>"
            case Aside() | LiveEntry():
                yield f"<div>{_heading(block.title)}{''.join(_html(block.body))}</div>"
            case List():
                name = "ol" if block.ordered else "ul"
                items = ("".join(_html(item)) for item in block.items)
                yield f"<{name}>{''.join(f'<li>{item}</li>' for item in items)}</{name}>"
            case Table():
                caption = f"<caption>{_inline(block.caption)}</caption>" if block.caption else ""
                rows = (f"<tr>{''.join(map(_cell, row))}</tr>" for row in block.rows)
                yield f"<table>{caption}{''.join(rows)}</table>"
            case Code():
                yield f"<pre>{html.escape(block.text)}</pre>"
            case Figure():
                yield _figure(block.picture)
            case Gallery():
                yield _heading(block.title)
                for entry in block.entries:
                    text = f"<p>{_inline(entry.text)}</p>" if entry.text else ""
                    yield _heading(entry.title) + _figure(entry.picture) + text
            case Embed():
                yield f'<iframe src="{html.escape(block.url)}" title="{html.escape(block.title)}"></iframe>'
                yield f"<p>{_inline(block.text)}</p>" if block.text else ""
            case Media():
                yield _figure(block.poster) if block.poster else ""
                yield f"<p>{_inline(block.text)}</p>" if block.text else ""
            case Rule():
                yield "<hr>"


def _heading(words: str) -> str:
    return f"<h3>{html.escape(words)}</h3>" if words else ""


def _cell(cell: Cell) -> str:
    name = "th" if cell.header else "td"
    spans = "".join(f' {key}="{n}"' for key, n in (("colspan", cell.across), ("rowspan", cell.down)) if n > 1)
    return f"<{name}{spans}>{_inline(cell.text)}</{name}>"


def _figure(picture: Picture) -> str:
    caption = _inline(picture.caption) + html.escape(f" {picture.credit}" if picture.credit else "")
    size = "".join(f' {key}="{n}"' for key, n in (("width", picture.width), ("height", picture.height)) if n)
    shown = f'<img src="{html.escape(picture.url)}" alt="{html.escape(picture.alt)}"{size}>'
    return f"<figure>{shown}<figcaption>{caption}</figcaption></figure>" if caption else f"<figure>{shown}</figure>"


def _inline(words: Text) -> str:
    return "".join(
        f'<a href="{html.escape(run.link.href)}">{html.escape(run.text)}</a>'
        if run.link
        else html.escape(run.text).replace("\n", "<br>")
        for run in words
    )


if __name__ == "__main__":
    main()
