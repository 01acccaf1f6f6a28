"""A capture becomes an article."""
