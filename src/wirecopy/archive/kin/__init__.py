"""Which articles are one text: the same agency story in several outlets, an article published again under a new id."""
