"""The readers' side: an edition becomes files. Names only: whoever asks for help imports this."""

FORMATS = ("site", "feeds", "markdown", "epub", "zim", "data", "warc")
DEFAULT_FORMATS = ("site", "feeds", "markdown")
LAYOUTS = ("plain", "classic")
PICTURES = ("own", "outlet", "proxy", "none")
