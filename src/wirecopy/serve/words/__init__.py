"""The words of the server's own pages, a file a language, for translators to edit: as `publish/messages`, see there."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

from wirecopy.publish.messages import LANGUAGES, Messages, nearest
from wirecopy.serve.conditions import languages


@cache
def of(language: str) -> Messages:
    """The words in one of `LANGUAGES`."""
    stored = resources.files(__package__).joinpath(f"{language}.toml").read_text("utf-8")
    return Messages(language, tomllib.loads(stored))


def wanted(accepted: str, otherwise: str = "en") -> Messages:
    """The words for who sends this Accept-Language header: the first of their languages that we speak."""
    for language in languages(accepted):
        near = nearest(language)
        if near.lower().partition("-")[0] == language.lower().partition("-")[0]:
            return of(near)
    return of(otherwise if otherwise in LANGUAGES else "en")
