"""What a value may be: each check gives the reason why it may not, in words, or "". Pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wirecopy import urls
from wirecopy.errors import ConfigError
from wirecopy.outlets import shipped

Check = Callable[[str], str]

NO_ID = (
    "is no id: use small letters, digits, dots (not at the end) and hyphens, 64 at most, no name that Windows keeps "
    "for a device (aux, con, nul …) and none of our files (manifest, or what ends in .md, .html, .json …)"
)


def near(word: str, known: Iterable[str]) -> str:
    """The known word that may have been meant, as a question; "" when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean {found[0]!r}?" if found else ""


def one_of(choices: tuple[str, ...]) -> Check:
    """One of these words."""

    def wrong(value: str) -> str:
        return "" if value in choices else near(value, choices) or f"it is one of {', '.join(filter(None, choices))}"

    return wrong


def is_address(value: str) -> str:
    """An http or https address, absolute."""
    try:
        urls.parse(value)
    except ValueError:
        return "this is no http or https address"
    return ""


def is_folder(value: str) -> str:
    """The address of a folder, or nothing."""
    return "" if not value else is_address(value) or ("" if value.endswith("/") else "it must end with a slash")


def is_line(value: str) -> str:
    """One line of text."""
    return "" if value.isprintable() and len(value) <= 200 else "it must be one line of at most 200 characters"


def is_template(value: str) -> str:
    """An address with places for what an article is known by."""
    try:
        home = "https://example.org"
        address = value.format(origin=home, url=home, key="1", kind="a", language="en")
    except (KeyError, IndexError, ValueError):
        return "it may hold {origin}, {url}, {key}, {kind} and {language}, and no other brace"
    return is_address(address)


def is_pattern(value: str) -> str:
    """A regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        return f"this is no regular expression ({error})"
    return ""


def is_key(value: str) -> str:
    """A regular expression that finds an id."""
    return is_pattern(value) or ("" if "(?P<key>" in value else "it needs a group (?P<key>…) that finds the id")


def is_reader(value: str) -> str:
    """A reader of an outlet's own shapes."""
    return "" if value in readers() else near(value, readers()) or f"there are: {', '.join(readers())}"


def readers() -> tuple[str, ...]:
    """The readers that sources may name."""
    return tuple(sorted({source.reader for source in shipped().values() if source.reader}))


def is_selector(value: str) -> str:
    """A CSS selector or an XPath."""
    from wirecopy.selectors import compiled  # here: it loads lxml, and most files hold no selector

    try:
        compiled(value)
    except ValueError as error:
        return str(error)
    return ""


def is_day(value: str) -> str:
    """A day as ISO 8601 has it."""
    try:
        date.fromisoformat(value)
    except ValueError:
        return "this is no day; write it as 2026-11-22"
    return ""


def is_zone(value: str) -> str:
    """A time zone by its IANA name."""
    try:
        ZoneInfo(value)
    except (ValueError, ZoneInfoNotFoundError, OSError):
        return "this is no time zone of the IANA list, as Asia/Shanghai is"
    return ""


def is_contact(value: str) -> str:
    """What can stand in a comment of the User-Agent (RFC 9110, 10.1.5)."""
    if not value.isprintable() or len(value) > 200:
        return "it must be one line of at most 200 characters"
    return (
        "" if value.isascii() and not set("()\\") & set(value) else "it must be ASCII without parentheses (User-Agent)"
    )


def is_proxy(value: str) -> str:
    """A proxy's address, or nothing."""
    if not value or re.match(r"(https?|socks5h?)://", value):
        return ""
    return "it must begin with http://, https://, socks5:// or socks5h://"


def is_target_proxy(value: str) -> str:
    """A proxy's address, none at all, or that of the whole file."""
    return "" if value == "none" else is_proxy(value)


def is_mail(value: str) -> str:
    """A mail address, alone: what could become a second header or recipient is none."""
    bare = re.fullmatch(r"[^\s@<>,;:\"()\\\[\]]{1,64}@[^\s@<>,;:\"()\\\[\]]{1,190}", value) and value.isprintable()
    return "" if bare else "this is no mail address; write it alone, as you@example.org"


def is_smtp(value: str) -> str:
    """Where mail is handed over, without a password."""
    right = 'write it as "smtps://mail.example.org:465", or "smtp://mail.example.org:587"'
    try:
        parts = urlsplit(value)
        whole = parts.scheme in ("smtp", "smtps") and parts.hostname and value.isprintable() and parts.port != 0
    except ValueError:
        return f"this is no address of a mail server; {right}"
    if "@" in parts.netloc:
        return f"no user and no password may stand in it: they have their own keys; {right}"
    if not whole or parts.path.strip("/") or parts.query or parts.fragment:
        return f"this is no address of a mail server; {right}"
    return ""


def is_target(value: str) -> str:
    """Where a publication goes: an address or a folder, without a password."""
    from wirecopy.send.targets import parse  # here: most files name none

    try:
        parse(value)
    except ConfigError as error:
        return str(error)
    return ""
