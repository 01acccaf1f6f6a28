"""The readers' side: an edition becomes files."""

LAYOUTS = ("plain", "classic")
PICTURES = ("own", "outlet", "proxy", "none")
