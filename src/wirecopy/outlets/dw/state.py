"""The state that a page carries for its own program: the content object, whole or in a normalised cache.

- `window.__APOLLO_STATE__` (2023, recorded): a GraphQL cache, `Article:65897191` beside `{"__ref": …}`.
- `window.__APP_STATE__` (2024 on): the content API's answers, by the path they were asked at.
The script is never run: the JSON after the "=" is read to its own end, whatever follows.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping

from wirecopy.collect.read import stranger
from wirecopy.collect.read.stranger import Json
from wirecopy.outlets.dw.body import KINDS

_STATE = re.compile(r"""window(?:\.|\[["'])(__[A-Z]{2,20}(?:_[A-Z]{2,20}){0,3}__)(?:["']\])?\s{0,20}=\s{0,20}(?=\{)""")
_STATES = 10  # assignments that are looked at
_OBJECTS = 50_000  # objects of a state that are looked at
_CONTENT = frozenset({"article", "liveblog", "gallery", "video", "audio"})


def content(html: str, key: str) -> Json | None:
    """The content object of this id in a page's state; without an id, the object with the longest text.

    None: the page carries no state. Raises ValueError when it has one that can't be read or that holds no article.
    """
    complaint = ""
    for place, _ in zip(_STATE.finditer(html), range(_STATES), strict=False):
        try:
            state = stranger.parse(html, start=place.end())
        except ValueError as error:
            complaint = complaint or f"the page's {place[1]} is no JSON: {error}"
            continue
        found = _content(state, key)
        if found is not None:
            return found
        complaint = complaint or f"the page's {place[1]} holds no article" + (f" {key}" if key else "")
    if complaint:
        raise ValueError(complaint)
    return None


def _content(state: Json, key: str) -> Json | None:
    refs = state.value if isinstance(state.value, dict) else {}
    found = [Json(each, refs) for each in _objects(refs) if KINDS.get(str(each.get("__typename")).lower()) in _CONTENT]
    found = [each for each in found if key in ("", each.line("id"))]
    # The one that is shown has all of its fields; where it is only referred to it has few.
    return max(found, key=lambda each: (bool(each.text("text")), len(each.fields)), default=None)


def _objects(state: Mapping[str, object]) -> Iterator[dict[str, object]]:
    """The objects in a state, those near its top first."""
    waiting: deque[object] = deque([state])
    for _ in range(_OBJECTS):
        if not waiting:
            return
        value = waiting.popleft()
        if isinstance(value, dict):
            if "__typename" in value:
                yield value
            waiting.extend(each for each in value.values() if isinstance(each, dict | list))
        elif isinstance(value, list):
            waiting.extend(each for each in value if isinstance(each, dict | list))
