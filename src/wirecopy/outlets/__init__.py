"""Outlets that ship with wirecopy: a TOML table each, and a module only where data can not say it."""
