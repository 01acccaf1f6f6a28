"""The web side: discover, fetch, read, revise."""
