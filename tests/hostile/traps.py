"""What takes a careless parser minutes or gigabytes, each trap a few megabytes at most; and a process that reads them.

Run as a program it sets itself limits that the kernel keeps, reads every index named on its command line, and says what
each took. Whoever starts it sees whether it lived.
"""

from __future__ import annotations

import json
import resource
import sys
from datetime import UTC, datetime

from wirecopy.collect import discover
from wirecopy.errors import ReadError
from wirecopy.model import Capture, Source

FEED = "https://h.example/feed"
SECTION = "https://h.example/section"
SOURCE = Source(id="h", language="en", homepage="https://h.example/", feeds=(FEED,), listings=(SECTION,))

_ITEM = "<item><title>Sound</title><link>https://h.example/2026/11/22/sound</link></item>"
_LAUGHS = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "lol"}">' for at in range(10))


def rss(inside: str, *, head: str = "", around: str = _ITEM) -> str:
    """A feed with this in it, and one sound item."""
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{around}{inside}</channel></rss>'


INDEXES: dict[str, str] = {
    "a billion laughs": rss("<item><title>&l9;</title></item>", head=f"<!DOCTYPE rss [{_LAUGHS}]>"),
    "a quadratic blow-up": rss(
        f"<item><title>{'&a;' * 100_000}</title></item>", head=f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>'
    ),
    "a file as an entity": rss(
        "<item><title>&x;</title></item>", head='<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    ),
    "another host's DTD": rss("", head='<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd">'),
    "a parameter entity": rss("", head='<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x"> %x;]>'),
    "XInclude": rss('<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'),
    "a style sheet": rss("", head='<?xml-stylesheet type="text/xsl" href="file:///etc/passwd"?>'),
    "100,000 elements in each other": rss("<a>" * 100_000 + "</a>" * 100_000),
    "50,000 that never end": rss("<a>" * 50_000),
    "100,000 attributes": rss("<item " + " ".join(f'a{at}="x"' for at in range(100_000)) + "/>"),
    "200,000 attributes without values": rss("<item " + "x " * 200_000 + "/>"),
    "50,000 namespaces": rss("<item " + " ".join(f'xmlns:n{at}="u:{at}"' for at in range(50_000)) + "/>"),
    "one long name": rss(f"<{'a' * 1_000_000}/>"),
    "names that collide": rss("".join(f"<a{at}/>" for at in range(100_000))),
    "sections that never end": rss("<item><title><![CDATA[" * 20_000),
    "comments that never end": rss("<!-- " * 200_000),
    "instructions that never end": rss("<?x " * 200_000),
    "quotes that never end": rss('<a b="' * 30_000),
    "a tail of ampersands": rss("<item><title>" + "&" * 1_000_000),
    "blanks in a tag": rss("<item" + " " * 1_000_000 + "x>"),
    "300,000 broken tags": rss("<a b=c>" * 300_000),
    "JSON in itself": '{"version":"https://jsonfeed.org/version/1.1","items":' + "[" * 200_000,
    "JSON objects in each other": '{"items":[' + '{"a":' * 200_000,
    "a number of a million digits": '{"items":[{"id":' + "1" * 1_000_000 + ',"url":"https://h.example/2026/11/22/n"}]}',
    "a number that is no number": '{"items":[{"id":1e999999,"url":"https://h.example/2026/11/22/n"}, {"id":-0}]}',
    "strings that never end": '{"items":[' + '{"url":"\\' * 100_000,
    "100,000 broken objects": '{"items":[' + '{"url":nothing},' * 100_000,
    "a list of one line": "https://h.example/2026/11/22/one-more\n" * 40_000,
    "a list of lists": '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    + "<sitemap><loc>https://h.example/s.xml</loc></sitemap>" * 60_000
    + "</sitemapindex>",
}
"""Indexes that are answered in a feed's place."""

PAGES: dict[str, str] = {
    "headings in headings": "<h1>" * 30_000,
    "headings with words in headings": "<h2>x" * 25_000,
    "links in links": "<a href=x><div>t" * 30_000,
    "what stands for programs in itself": "<noscript>" * 20_000,
    "blanks in JSON-LD": '<script type="application/ld+json">' + " \n" * 200_000,
    "comments in JSON-LD": '<script type="application/ld+json">[1' + "/* " * 300_000,
    "commas in JSON-LD": '<script type="application/ld+json">[1' + ",   " * 200_000,
    "200,000 attributes": "<p " + " ".join(f"a{at}=x" for at in range(200_000)) + ">x",
    "100,000 in each other": "<div>" * 100_000 + "x",
    "formatting that is never closed": "<b><i><u><font>" * 10_000 + "<p>x" * 300,
    "tables in tables": "<table><tr><td>x" * 8_000,
    "boxes of facts in each other": "<section class=factbox><a href=x>" * 20_000,
    "quotes in quotes": "<q>" * 30_000,
    "options": "<select><option>" * 20_000,
    "foreign": "<svg><math><mi>" * 15_000,
    "300,000 short tags": "<a>" * 300_000,
    "bars in a heading": "<h1>" + "a | " * 100_000,
}
"""Pages that are answered in an article's place."""


def capture(body: bytes, url: str) -> Capture:
    """What a server answered."""
    head = (("Content-Type", "text/html" if url == SECTION else "application/xml"),)
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return Capture(url=url, final_url=url, status=200, asked=(("Host", "x"),), headers=head, body=body, at=at)


def main() -> None:
    """Read every trap as a feed, and the pages as section pages, too; one line of JSON of what came of each."""
    cpu, memory = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    told = {}
    tasks = [(what, FEED, said) for what, said in INDEXES.items()]
    tasks += [(f"{what} (section)", SECTION, f"<html><body>{said}") for what, said in PAGES.items()]
    for what, url, said in tasks:
        try:
            leads = discover.read(SOURCE, capture(said.encode(), url)).leads
            is_sound = any(each.url == "https://h.example/2026/11/22/sound" for each in leads)
            came = "sound" if is_sound else f"{len(leads)} leads"
            assert not any("root:" in each.title for each in leads)
        except ReadError as error:
            came = f"ReadError: {error}"
        told[what] = came
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
