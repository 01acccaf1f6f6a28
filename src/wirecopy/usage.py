"""What publishers wish to be done, and not done, with what they publish: read from answers, kept verbatim, obeyed by
policy. See docs/manners.md.

- A signal is `where: value`, as `x-robots-tag: noarchive`: from the head of an answer, from a page's `meta`, from
  robots.txt (`robots.txt content-usage: …`), from the site's TDMRep file (`tdmrep.json: …`).
- Read are X-Robots-Tag and `meta name=robots`, TDMRep (https://www.w3.org/2022/tdmrep/), and the draft Content-Usage of
  the IETF's AIPREF (draft-ietf-aipref-attach). What is said to other robots by their names is not said to us.
- Everything is a stranger's words: so many signals of such a length at most, one line each.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

import msgspec

from wirecopy.model import Capture

MOST = 16
LONGEST = 300
TDMREP = "/.well-known/tdmrep.json"

_HEAD = 262_144  # bytes in which a page's `meta` is looked for; a guess: ten times the largest head seen
_UNSAID = ("", "text/plain", "application/octet-stream")  # of what may be a page all the same, and is read as one
_HEADERS = ("x-robots-tag", "content-usage", "tdm-reservation", "tdm-policy")
_METAS = ("robots", "wirecopy", "content-usage", "tdm-reservation", "tdm-policy")
_META = re.compile(rb"<meta\s([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""(name|content)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
# "otherbot: noarchive" is for that robot; these begin with a directive that has a value itself.
_NAMED = re.compile(r"\s*(?!unavailable_after|max-)([a-z_][\w-]*)\s*:", re.ASCII | re.IGNORECASE)
_NO = re.compile(r"\b(?:train-ai|train-genai|ai|genai)\s*=\s*(?:n|no|\?0)(?![\w-])", re.IGNORECASE)
_YES = re.compile(r"\b(?:train-ai|train-genai|ai|genai)\s*=\s*(?:y|yes|\?1)(?![\w-])", re.IGNORECASE)
_NO_AT_ALL = re.compile(r"\b(?:bots|all|tdm)\s*=\s*(?:n|no|\?0)(?![\w-])", re.IGNORECASE)


def signals(capture: Capture) -> tuple[str, ...]:
    """What an answer says of its use: of its head, then of its page, each once."""
    return _bounded((*_in_headers(capture), *_in_page(capture)))


def in_robots(capture: Capture, url: str) -> tuple[str, ...]:
    """What a robots.txt says of the use of this address, in the groups for everybody (`*`) and for us."""
    found: list[str] = []
    ours, in_agents = False, False
    path = "/" + url.split("://", 1)[-1].partition("/")[2]
    for line in capture.body[:512_000].decode("utf-8-sig", "replace").splitlines():
        field, colon, value = line.partition("#")[0].partition(":")
        field, value = field.strip().lower(), value.strip()
        if not colon:
            continue
        if field == "user-agent":
            ours = (in_agents and ours) or value.lower() == "*" or value.lower().startswith("wirecopy")
            in_agents = True
            continue
        in_agents = False
        if field == "content-usage" and ours:
            under, rules = value.split(None, 1) if value[:1] in ("/", "*") and " " in value else ("/", value)
            if _matches(under, path):
                found.append(f"robots.txt content-usage: {rules}")
    return _bounded(found)


def in_tdmrep(capture: Capture, url: str) -> tuple[str, ...]:
    """What a site's TDMRep file says of this address: the first rule whose location is the beginning of its path."""
    if capture.status != 200 or capture.truncated:
        return ()
    try:
        rules = msgspec.json.decode(capture.body[:512_000])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ()
    path = "/" + url.split("://", 1)[-1].partition("/")[2]
    for rule in rules[:1000] if isinstance(rules, list) else ():
        if not isinstance(rule, dict) or not isinstance(location := rule.get("location"), str):
            continue
        if _matches(location, path):
            reserved, policy = rule.get("tdm-reservation"), rule.get("tdm-policy")
            said = [f"tdmrep.json tdm-reservation: {reserved}"] if reserved in (0, 1) else []
            return _bounded([*said, f"tdmrep.json tdm-policy: {policy}"] if isinstance(policy, str) else said)
    return ()


def forbidden(usage: Iterable[str], wish: str) -> str:
    """The signal by which a publisher asks for what this wish is of (`model.RESPECTED`); "" where none does.

    What stands nearer to the page goes before what stands farther off: an answer's own TDM reservation before the
    site's file, as TDMRep says.
    """
    said = [(where.strip().lower(), value) for where, _, value in (each.partition(":") for each in usage)]
    if wish == "tdm":
        nearest = next((value for name in ("tdm-reservation", "meta tdm-reservation", "tdmrep.json tdm-reservation")
                        for where, value in said if where == name), "")  # fmt: skip
        return f"tdm-reservation:{nearest}" if nearest.strip() == "1" else _usage(said, _NO_AT_ALL)
    robots = [(where, value) for where, value in said if where in ("x-robots-tag", "meta robots", "meta wirecopy")]
    tokens = {"noarchive": {"noarchive", "none"}, "ai": {"noai", "noimageai"}}.get(wish, set())
    for where, value in robots:
        if tokens & set(_to_us(value)):
            return f"{where}:{value}"
    if wish != "ai":
        return ""
    # What is said of all uses holds for one that nothing is said of.
    return _usage(said, _NO) or ("" if _usage(said, _YES) else _usage(said, _NO_AT_ALL))


def _matches(pattern: str, path: str) -> bool:
    """Whether a path begins with this pattern of robots.txt, where * is anything and a $ at the end is the end."""
    bare = pattern.removesuffix("$")
    first, *others = bare.split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for n, part in enumerate(others):
        is_end = bare != pattern and n == len(others) - 1
        found = max(path.rfind(part), at) if is_end else path.find(part, at)
        if found < 0 or not path.startswith(part, found):
            return False
        at = found + len(part)
    return bare == pattern or at == len(path)


def _usage(said: Iterable[tuple[str, str]], rule: re.Pattern[str]) -> str:
    return next((f"{where}:{value}" for where, value in said if "content-usage" in where and rule.search(value)), "")


def _in_headers(capture: Capture) -> Iterator[str]:
    for name, value in capture.headers:
        if (known := name.lower()) in _HEADERS and (known != "x-robots-tag" or any(_to_us(value))):
            yield f"{known}: {value}"


def _in_page(capture: Capture) -> Iterator[str]:
    kind = capture.header("content-type").partition(";")[0].strip().lower()
    if "html" not in kind and kind not in _UNSAID:
        return
    head = capture.body[:_HEAD]
    if b"\0" in head[:4]:  # UTF-16, in which markup is ASCII with a NUL beside each byte
        head = head.replace(b"\0", b"")
    end = head.find(b"</head")
    for found, tag in enumerate(_META.finditer(head, 0, _HEAD if end < 0 else end)):
        if found >= 500:
            return
        said = {
            name.lower(): html.unescape(next(filter(None, values), ""))
            for name, *values in _ATTRIBUTE.findall(tag[1].decode("utf-8", "replace"))
        }
        if (name := said.get("name", "").strip().lower()) in _METAS and said.get("content"):
            yield f"meta {name}: {said['content']}"


def _to_us(value: str) -> Iterator[str]:
    """The directives in a list that are not for another robot: whose name stands before one is told all that follow."""
    is_ours = True
    for token in value.split(","):
        named = _NAMED.match(token)
        if named is not None:
            is_ours = named[1].lower() == "wirecopy"
        if is_ours:
            yield token[named.end() if named else 0 :].strip().lower()


def _bounded(found: Iterable[str]) -> tuple[str, ...]:
    lines = (" ".join("".join(c if c.isprintable() else " " for c in each[:LONGEST]).split()) for each in found)
    return tuple(dict.fromkeys(lines))[:MOST]
