"""Pure: what stands in the page of the search, and the words it needs.

The script finds its places by the ids below; what it says it takes from `data-say`, so no word is in it. Of its
Content-Security-Policy the page needs `script-src 'self' file:` and nothing else: Chromium takes 'self' for the
folder's scripts on a disk too, `file:` is for browsers that don't, and means nothing on a host.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable

from wirecopy.publish.searching.plan import SCRIPT
from wirecopy.text import clean

STRINGS = {
    "words": "Search for",
    "source": "Source",
    "every-source": "All sources",
    "since": "From",
    "until": "Until",
    "search": "Search",
    "hint": 'Words, one or two Chinese characters, "words in a row", -without, since:2026-10, until:2026-11-05',
    "looking": "Looking…",
    "found": "{n} results, newest first.",
    "none": "No results.",
    "looked": "Looked at {since} to {until}.",
    "all": "All articles were looked at.",
    "older": "Older results",
    "further": "Look further back",
    "withdrawn": "withdrawn",
    "nothing": "There is nothing to look for.",
    "broken": "A part of the search index is missing or damaged, or changed meanwhile ({files}): results may be missing. Load the page again.",  # noqa: E501  (a sentence)
    "signs": "Signs without a letter or digit were left out.",
    "prefix": "{word} was looked for as a whole word.",
    "quote": "A quotation mark has no partner: all that follows it was taken as one phrase.",
    "day": "{word} names no day and was taken as words.",
}
"""What must be said, by key, in English; in braces what is put in."""

_IN_SCRIPT = (
    "looking", "found", "none", "looked", "all", "older", "further", "withdrawn", "nothing", "broken", "signs",
    "prefix", "quote", "day",
)  # fmt: skip


def page(say: Callable[[str], str], sources: Iterable[tuple[str, str]], *, root: str = "") -> str:
    """The inner HTML of the page: form, status, results. It is well-formed XML too.

    `say` gives the words for a key of `STRINGS`, braces kept; `sources` are (id, name); `root` leads from the page to
    the site's folder ("" or "../"). Below it the page has `noscript` for what there is without a script, which is not
    ours to say.
    """
    options = "".join(
        f'<option value="{_safe(source)}">{_safe(clean(name) or source)}</option>' for source, name in sources
    )
    told = json.dumps({key: say(key) for key in _IN_SCRIPT}, ensure_ascii=False)
    return f"""<div id="search" data-root="{_safe(root)}" data-say="{_safe(told)}">
<form id="search-form" role="search" hidden="hidden">
<p><label for="search-words">{_safe(say("words"))}</label>
<input id="search-words" name="q" type="search" dir="auto" maxlength="2000" autocomplete="off" \
aria-describedby="search-hint"/></p>
<p id="search-hint">{_safe(say("hint"))}</p>
<p><span><label for="search-source">{_safe(say("source"))}</label>
<select id="search-source" name="source"><option value="">{_safe(say("every-source"))}</option>{options}</select></span>
<span><label for="search-since">{_safe(say("since"))}</label>
<input id="search-since" name="since" type="date"/></span>
<span><label for="search-until">{_safe(say("until"))}</label>
<input id="search-until" name="until" type="date"/></span></p>
<p><button type="submit">{_safe(say("search"))}</button></p>
</form>
<p id="search-status" role="status" aria-live="polite"></p>
<ol id="search-results"></ol>
<p><button id="search-more" type="button" hidden="hidden"></button></p>
</div>
<script src="{_safe(root + SCRIPT)}"></script>
"""


def _safe(words: str) -> str:
    return html.escape(words)
