"""What is about a book: its package document, its navigation for readers of EPUB 3 and 2, its title page.

EPUB 3.3 (w3.org/TR/epub-33), accessibility metadata of EPUB Accessibility 1.1 (w3.org/TR/epub-a11y-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from wirecopy import dates
from wirecopy.model import Noun
from wirecopy.publish.html import escape
from wirecopy.publish.messages import Messages
from wirecopy.text import is_rtl

CONTAINER = b"""<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""

_OUTLETS = 20  # named as creators; a book of more is one of many


class Told(Noun, frozen=True, kw_only=True):
    """What is said about a book. `turned`: its pages are turned from right to left."""

    id: str
    title: str
    series: str
    issued: str
    modified: datetime
    languages: tuple[str, ...]
    turned: bool
    outlets: tuple[str, ...]
    documents: int
    has_pictures: bool


class Line(Noun, frozen=True, kw_only=True):
    """An article in the contents."""

    title: str
    file: str
    language: str = ""


class Section(Noun, frozen=True, kw_only=True):
    """A section of a source in the contents; without a title its articles stand under the source itself."""

    title: str
    lines: tuple[Line, ...]


class Group(Noun, frozen=True, kw_only=True):
    """A source in the contents."""

    title: str
    sections: tuple[Section, ...]


def page(title: str, body: str, *, language: str) -> bytes:
    """An XHTML file of the book in this language (BCP 47, "" unknown)."""
    lang = f' lang="{language}" xml:lang="{language}"' if language else ""
    turned = ' dir="rtl"' if is_rtl(language) else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"'
        f"{lang}{turned}>\n"
        f'<head><meta charset="UTF-8"/><title>{escape(title)}</title>'
        '<link rel="stylesheet" type="text/css" href="style.css"/></head>\n'
        f"<body>{body}</body>\n</html>\n"
    ).encode("utf-8", "replace")


def package(told: Told, say: Messages, spine: Sequence[str], images: Mapping[str, str], *, cover: str = "") -> bytes:
    """The package document. `spine` are the files of the articles, `images` paths with their media types."""
    items = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>',
        '<item id="css" href="style.css" media-type="text/css"/>',
        '<item id="title" href="title.xhtml" media-type="application/xhtml+xml"/>',
    ]
    items += [f'<item id="{_id(file)}" href="{file}" media-type="application/xhtml+xml"/>' for file in spine]
    for number, (path, media) in enumerate(images.items(), 1):
        properties = ' properties="cover-image"' if path == cover else ""
        items.append(f'<item id="p{number}" href="{path}" media-type="{media}"{properties}/>')
    covers = {path: f"p{number}" for number, path in enumerate(images, 1)}
    metadata = list(_metadata(told, say))
    if cover:
        metadata.append(f'<meta name="cover" content="{covers[cover]}"/>')
    references = [f'<itemref idref="{name}"/>' for name in ("title", "nav", *map(_id, spine))]
    direction = "rtl" if told.turned else "ltr"
    return _lines(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id"'
        f' xml:lang="{say.language}">',
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">',
        *metadata,
        "</metadata>",
        "<manifest>",
        *items,
        "</manifest>",
        f'<spine toc="ncx" page-progression-direction="{direction}">',
        *references,
        "</spine>",
        "</package>",
    )


def _metadata(told: Told, say: Messages) -> Iterator[str]:
    yield f'<dc:identifier id="id">{told.id}</dc:identifier>'
    yield f"<dc:title>{escape(told.title)}</dc:title>"
    yield from (f"<dc:language>{language}</dc:language>" for language in told.languages)
    yield from (f"<dc:creator>{escape(outlet)}</dc:creator>" for outlet in told.outlets[:_OUTLETS])
    yield f"<dc:publisher>{escape(told.series or told.title)}</dc:publisher>"
    if told.issued:
        yield f"<dc:date>{told.issued}</dc:date>"
    yield f"<dc:description>{escape(_counted(told, say))}</dc:description>"
    yield f"<dc:rights>{escape(say('book_told'))}</dc:rights>"
    yield f'<meta property="dcterms:modified">{dates.iso(told.modified)}</meta>'
    if told.series:
        yield f'<meta property="belongs-to-collection" id="series">{escape(told.series)}</meta>'
        yield '<meta refines="#series" property="collection-type">series</meta>'
    modes = ("textual", "visual") if told.has_pictures else ("textual",)
    yield from (f'<meta property="schema:accessMode">{mode}</meta>' for mode in modes)
    yield '<meta property="schema:accessModeSufficient">textual</meta>'
    features = ["displayTransformability", "readingOrder", "structuralNavigation", "tableOfContents"]
    features += ["alternativeText"] if told.has_pictures else []
    yield from (f'<meta property="schema:accessibilityFeature">{feature}</meta>' for feature in sorted(features))
    yield '<meta property="schema:accessibilityHazard">none</meta>'
    yield f'<meta property="schema:accessibilitySummary">{escape(say("book_accessible"))}</meta>'


def title_page(told: Told, say: Messages) -> bytes:
    """The page that a book opens with."""
    outlets = "".join(f"<li>{escape(outlet)}</li>" for outlet in told.outlets)
    body = (
        '<section epub:type="titlepage">'
        f"<h1>{escape(told.title)}</h1><p>{escape(_counted(told, say))}</p><ul>{outlets}</ul>"
        f'<p class="foot">{escape(say("book_told"))}</p></section>'
    )
    return page(told.title, body, language=say.language)


def navigation(told: Told, contents: Sequence[Group], say: Messages) -> bytes:
    """The navigation document: contents by source and section, and landmarks."""
    first = contents[0].sections[0].lines[0].file
    groups = "".join(
        f"<li><span>{escape(group.title)}</span><ol>{_sections(group, say)}</ol></li>" for group in contents
    )
    landmarks = (
        ("titlepage", "title.xhtml", say("book_title_page")),
        ("toc", "nav.xhtml", say("book_contents")),
        ("bodymatter", first, say("book_begin")),
    )
    marks = "".join(
        f'<li><a epub:type="{kind}" href="{file}">{escape(name)}</a></li>' for kind, file, name in landmarks
    )
    body = (
        f'<nav epub:type="toc" role="doc-toc" id="toc"><h1>{escape(say("book_contents"))}</h1><ol>{groups}</ol></nav>'
        f'<nav epub:type="landmarks" hidden="hidden" aria-label="{escape(say("navigation"))}"><ol>{marks}</ol></nav>'
    )
    return page(told.title, body, language=say.language)


def _sections(group: Group, say: Messages) -> str:
    parts = []
    for section in group.sections:
        lines = "".join(f"<li>{_anchor(line, say)}</li>" for line in section.lines)
        parts.append(f"<li><span>{escape(section.title)}</span><ol>{lines}</ol></li>" if section.title else lines)
    return "".join(parts)


def _anchor(line: Line, say: Messages) -> str:
    lang = f' lang="{line.language}" xml:lang="{line.language}"' if line.language not in ("", say.language) else ""
    turned = "rtl" if is_rtl(line.language or say.language) else "ltr"
    direction = f' dir="{turned}"' if turned != say.direction else ""
    return f'<a href="{line.file}"{lang}{direction}>{escape(line.title)}</a>'


def ncx(told: Told, contents: Sequence[Group]) -> bytes:
    """The contents for readers of EPUB 2 (OPF 2.0.1, 2.4.1)."""
    points: list[str] = []
    for group in contents:
        points.append(_point(len(points), group.title, group.sections[0].lines[0].file))
        for section in group.sections:
            if section.title:
                points.append(_point(len(points), section.title, section.lines[0].file))
            for line in section.lines:
                points.append(_point(len(points), line.title, line.file) + "</navPoint>")
            if section.title:
                points[-1] += "</navPoint>"
        points[-1] += "</navPoint>"
    return _lines(
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1">',
        f'<head><meta name="dtb:uid" content="{told.id}"/></head>',
        f"<docTitle><text>{escape(told.title)}</text></docTitle>",
        "<navMap>",
        *points,
        "</navMap>",
        "</ncx>",
    )


def _point(number: int, title: str, file: str) -> str:
    said = f"<navLabel><text>{escape(title)}</text></navLabel>"
    return f'<navPoint id="n{number}">{said}<content src="{file}"/>'


def _counted(told: Told, say: Messages) -> str:
    return say("book_counted", documents=told.documents, sources=len(told.outlets))


def _id(file: str) -> str:
    return file.removesuffix(".xhtml")


def _lines(*lines: str) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")
