"""Fuzzing by coverage, run by hand (docs/threat-model.md): what no list of ours thought of.

    pip install atheris
    cd tests && python -m hostile.atheris_parsers feeds -max_total_time=200 -max_len=4096 -timeout=10 -rss_limit_mb=1024

The first word names a parser; what follows is libFuzzer's. What it finds becomes an example in test_fuzz.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import atheris  # type: ignore[import-not-found,unused-ignore]

with atheris.instrument_imports(include=["wirecopy"]):
    from hostile import test_fuzz as laws
    from hostile import vectors
    from wirecopy import model as m
    from wirecopy import urls
    from wirecopy.collect import discover
    from wirecopy.collect.discover import finding, listings
    from wirecopy.collect.fetch.guard import Guard
    from wirecopy.collect.read import classic, reading
    from wirecopy.errors import ReadError, Refused, SourceError


def feeds(data: bytes) -> None:
    """A feed is leads that can be stored, or a ReadError."""
    try:
        listing = discover.read(laws.SOURCE, laws.capture(data, "text/xml", laws.FEED))
    except ReadError:
        return
    for lead in listing.leads:
        laws.storable(lead)
    for _, copy in listing.copies:
        laws.storable(copy)


def pages(data: bytes) -> None:
    """A page is an article that can be stored, or a SourceError."""
    try:
        laws.storable(reading(laws.SOURCE, laws.LEAD, laws.capture(data)).article)
    except SourceError:
        return


def links(data: bytes) -> None:
    """Any page may be asked for feeds, for a section's links and for its addresses."""
    page = laws.capture(data, url=laws.FEED)
    finding.find(page)
    try:
        for lead in listings.read(laws.SECTION, page).leads:
            laws.storable(lead)
    except ReadError:
        pass
    words = data.decode("utf-8", "surrogateescape")
    found = urls.resolve(words, "https://h.example/")
    assert urls.resolve(found) == found
    try:
        Guard().target(words)
    except Refused:
        return


def documents(data: bytes) -> None:
    """A document of another mirror is an article that can be stored, or a SourceError."""
    try:
        laws.storable(classic.read(data, fallback_at=laws.AT, source="dw-zh").article)
    except SourceError:
        return


def archives(data: bytes) -> None:
    """A web archive is records, or damage that is told."""
    laws.read_archive(data)


PARSERS: dict[str, Callable[[bytes], None]] = {
    each.__name__: each for each in (feeds, pages, links, documents, archives)
}
WORDS = {
    "feeds": laws.PIECES,
    "pages": (*laws.TAGS, *vectors.MARKUP),
    "links": (*laws.TAGS, *vectors.SCHEMES),
    "documents": vectors.MARKDOWN,
    "archives": (laws.RECORD.decode(),),
}


def main() -> None:
    """Fuzz the parser that is named."""
    parser = PARSERS[sys.argv.pop(1)]
    told = WORDS[parser.__name__]

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        """Now and then one of our own words, somewhere: libFuzzer finds no tag by itself."""
        data = atheris.Mutate(data, most)
        if seed % 3:
            word = told[seed % len(told)].encode("utf-8", "surrogatepass")
            at = seed // 7 % (len(data) + 1)
            data = data[:at] + word + data[at:]
        return data[:most]

    assert m.encode(laws.LEAD)
    atheris.Setup(sys.argv, parser, custom_mutator=mutated)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
