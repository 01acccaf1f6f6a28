"""The store between collecting and publishing."""
