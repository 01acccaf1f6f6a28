"""The readers' side: an edition becomes files."""
