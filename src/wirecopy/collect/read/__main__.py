"""Pages in, readings out, for measuring: `python -m wirecopy.collect.read --jsonl`.

Reads JSON lines {id, url, html} from standard input, writes {id, title, text, date, authors, html, cpu} in their order.
"""

from __future__ import annotations

import html
import sys
import time
from collections.abc import Iterator

import msgspec

from wirecopy import dates
from wirecopy.collect.read import page
from wirecopy.model import (
    Aside,
    Blocks,
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
    for line in sys.stdin.buffer:
        asked = msgspec.json.decode(line)
        start = time.process_time()
        answer: dict[str, object] = {"id": asked["id"]}
        found = page.read_html(asked["html"], asked["url"])
        facts = found.facts
        answer.update(
            title=facts.title,
            authors=facts.authors,
            date=_day(facts.spelt) or (dates.iso(facts.published) if facts.published else None),
            text="\n".join(_lines(found.blocks)),
        )
        answer["cpu"] = time.process_time() - start
        answer["html"] = (_figure(found.picture) if found.picture else "") + "".join(_html(found.blocks))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()


def _day(spelt: str) -> str | None:
    """The day as the page has it, in its own zone, where it is spelt in ISO 8601."""
    return spelt[:10] if dates.parse(spelt) is not None and spelt[4:5] == "-" else None


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
                    yield entry.title
                    yield plain(entry.text)
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
                yield f"<blockquote>{''.join(_html(block.body))}{_inline(block.credit)}</blockquote>"
            case Aside() | LiveEntry():
                yield f"<div><b>{html.escape(block.title)}</b>{''.join(_html(block.body))}</div>"
            case List():
                name = "ol" if block.ordered else "ul"
                items = ("".join(_html(item)) for item in block.items)
                yield f"<{name}>{''.join(f'<li>{item}</li>' for item in items)}</{name}>"
            case Table():
                rows = ("".join(f"<td>{_inline(cell.text)}</td>" for cell in row) for row in block.rows)
                yield f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
            case Code():
                yield f"<pre>{html.escape(block.text)}</pre>"
            case Figure():
                yield _figure(block.picture)
            case Gallery():
                for entry in block.entries:
                    yield _figure(entry.picture)
            case Embed():
                yield f"<p>{_inline(block.text)}</p>"
            case Media():
                yield _figure(block.poster) if block.poster else ""
            case Rule():
                yield "<hr>"


def _figure(picture: Picture) -> str:
    caption = _inline(picture.caption) + html.escape(f" {picture.credit}" if picture.credit else "")
    shown = f'<img src="{html.escape(picture.url)}">'
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
