"""wirecopy mirrors the news, whole: to be read where its publisher can't be, and checked by whoever reads it."""

__version__ = "0.1.0"
