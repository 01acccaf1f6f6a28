"""The readers' side: an edition becomes files."""

LAYOUTS = ("plain", "classic")
PICTURES = ("outlet", "proxy", "none")
