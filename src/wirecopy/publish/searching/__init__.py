"""Search in the published site, without a server: scripts that a browser can run from a disk too (docs/search.md).

`everything` and `changes` write the files below search/ into the site's own output; `listed_in` says on which pages of
the manifest they stand; `page` is what stands in the page of the search. How it works: docs/decisions/0012.
"""

from __future__ import annotations

from wirecopy.publish.searching.index import RULES as RULES
from wirecopy.publish.searching.index import changes as changes
from wirecopy.publish.searching.index import everything as everything
from wirecopy.publish.searching.page import STRINGS as STRINGS
from wirecopy.publish.searching.page import page as page
from wirecopy.publish.searching.plan import listed_in as listed_in
