"""Rules of sites as ftr-site-config keeps them: a folder of text files, one a host → `PageRules` for a host.

- `example.org.txt` is for that host, with and without `www.`; `.example.org.txt` for all hosts below it. The most
  specific file is taken, and only that one is opened.
- Each line is `directive: value`. What finds things is taken (`title body author date strip strip_id_or_class
  strip_image_src next_page_link single_page_link if_page_contains`); what tells another program how to work, sends
  headers, logs in or rewrites the page's source is passed over. `strip_id_or_class` names whole words of a class: as a
  part of any word, `ad` would strip every `header`.
- A file is a stranger's: its name is made of a host that was checked, its size and rules are bounded, an expression
  that is no XPath is left out and told in `complaints`. What it says wrongly of a page, the reader notices.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from wirecopy.model import Noun, PageRules, replace
from wirecopy.selectors import compiled

_SIZE = 100_000  # bytes of a file; the largest of ftr-site-config's 2,040 has a tenth of it
_RULES = 500  # directives of a file that are read
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9](?:[a-z0-9-]{0,62}))+")

_FIELDS = {
    "title": "title",
    "body": "body",
    "author": "authors",
    "date": "published",
    "strip": "drop",
    "strip_id_or_class": "drop",
    "strip_image_src": "drop",
    "next_page_link": "next_page",
    "single_page_link": "single_page",
}
# What if_page_contains may follow, as it is used.
_CONDITIONAL = frozenset({"next_page", "single_page"})
_TEXT = re.compile(r"[\s(]*(?:concat|substring(?:-before|-after)?|normalize-space|translate|string)\(")
_PASSED_OVER = re.compile(
    r"autodetect_\w+|convert_double_br_tags|dissolve|find_string|footnotes|http_header|insert_detected_image|login_\w+"
    r"|move_into|native_ad_clue|not_logged_in_xpath|parser|post_strip_attr|prune|replace_string|requires_login"
    r"|single_page_link_in_feed|skip_id_or_class|skip_json_ld|src_lazy_load_attr|strip_attr|strip_comments|test_\w+|tidy"
    r"|wrap_in"
)


class SiteRules(Noun, frozen=True, kw_only=True):
    """The rules of a file, the file's name, and what in it is no rule, in words."""

    rules: PageRules = PageRules()
    file: str = ""
    complaints: tuple[str, ...] = ()


def of_host(folder: Path, host: str) -> SiteRules:
    """The rules that a folder has for a host; none where it has no file for it.

    Raises OSError when there is such a file and it can't be read.
    """
    for name in names(host):
        try:
            with (folder / name).open("rb") as file:
                written = file.read(_SIZE + 1)
        except (FileNotFoundError, NotADirectoryError):
            continue
        if len(written) > _SIZE:
            return SiteRules(file=name, complaints=(f"{name} has more than {_SIZE:,} bytes, and is not read",))
        found = read(written.decode("utf-8", "replace"))
        return SiteRules(rules=found.rules, file=name, complaints=tuple(f"{name}, {each}" for each in found.complaints))
    return SiteRules()


def names(host: str) -> Iterator[str]:
    """The files that may hold the rules of a host, the most specific first. A name that is no host has none."""
    host = host.lower().rstrip(".")
    if not _HOST.fullmatch(host):
        return
    bare = host.removeprefix("www.")
    yield f"{bare}.txt"
    if bare != host:
        yield f"{host}.txt"
    labels = bare.split(".")
    for n in range(1, len(labels) - 1):
        yield f".{'.'.join(labels[n:])}.txt"


def read(written: str) -> SiteRules:
    """The rules in the text of a file."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    complaints: list[str] = []
    last = ""
    for number, directive, value in islice(_directives(written), _RULES):
        wrong = ""
        field = _FIELDS.get(directive, "")
        if directive == "if_page_contains":
            wrong = _restrict(found[last], value) if last else "if_page_contains belongs to no rule before it"
        elif field:
            wrong = _add(found[field], _selector(directive, value)) if value else "it has no value"
            last = field if field in _CONDITIONAL and not wrong else ""
        elif not _PASSED_OVER.fullmatch(directive):
            wrong = f"{directive[:40]!r} is no directive"
        if wrong:
            complaints.append(f"line {number}: {wrong}")
    rules = {field: tuple(dict.fromkeys(selectors)) for field, selectors in found.items()}
    return SiteRules(rules=replace(PageRules(), **rules), complaints=tuple(complaints))


def _directives(written: str) -> Iterator[tuple[int, str, str]]:
    """Number, name and value of each line that is no comment."""
    for number, line in enumerate(written.lstrip("\ufeff").splitlines(), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            directive, _, value = line.partition(":")
            yield number, directive.split("(", 1)[0].strip().lower(), value.strip()


def _selector(directive: str, value: str) -> str:
    """The XPath of a directive's value."""
    match directive:
        case "strip_id_or_class":
            name = _literal(value)
            spelt = f"contains(concat(' ', normalize-space(@class), ' '), {_literal(f' {value} ')})"
            return f"//*[@id = {name} or (contains(@class, {name}) and {spelt})]"
        case "strip_image_src":
            return f"//img[contains(@src, {_literal(value)})]"
        case _:
            # In brackets: also what begins with a function ("concat(…)", "id(…)") is XPath here, and no CSS.
            return value if value.startswith(("/", "./", "(")) else f"({value})"


def _literal(words: str) -> str:
    """Words in XPath, which has no way to write both kinds of quotes in one: names of classes have none."""
    bare = words.replace('"', "").replace("'", "")
    return f"'{bare}'"


def _add(selectors: list[str], selector: str) -> str:
    """Take one selector more, or say what is wrong with it."""
    try:
        compiled(selector)
    except ValueError as error:
        return str(error)
    selectors.append(selector)
    return ""


def _restrict(selectors: list[str], condition: str) -> str:
    """Bind the last rule to pages that hold something."""
    last = selectors.pop()
    # A text has no predicates: it begins at character 1, or, where the condition is false, at 1 div 0.
    is_text = _TEXT.match(last) is not None
    bound = f"(substring({last}, 1 div boolean({condition})))" if is_text else f"({last})[{condition}]"
    return _add(selectors, bound)
