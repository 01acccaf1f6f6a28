"""The stories of the simulated outlet: an invented town and its newspaper in four languages.

Nobody in them lives, no place in them is on a map. Each holds some of the habits, and some of the traps, of the outlet
whose shapes it is served in (shapes.py); `TRAPS` says where.
"""

from __future__ import annotations

from dataclasses import replace

from wirecopy.demo.newsroom import Story
from wirecopy.demo.stories import ar, de, en, zh

STORIES: tuple[Story, ...] = (*zh.STORIES, *en.STORIES, *de.STORIES, *ar.STORIES)
PAPERS = {paper.language: paper for paper in (zh.PAPER, en.PAPER, de.PAPER, ar.PAPER)}

# Trap → a story that holds it.
TRAPS = {
    "a title that ends in a space": "zh-bridge",
    "a question mark in the slug": "zh-blue",
    "a hash in the slug": "zh-lock",
    "a percent sign in the slug": "zh-rice",
    "the lead picture again in the text": "zh-blue",
    "the lead picture again in the gallery": "zh-bridge",
    "an icon inside a link's text": "zh-blue",
    "a heading that belongs to a video": "zh-school",
    "an iframe whose address is in data-src": "zh-school",
    "an empty paragraph": "zh-bridge",
    "a gallery with an older date": "zh-bridge",
    "a link to a story not yet published": "zh-library",
    "a link into another language": "zh-library",
    "traditional characters in the simplified edition": "zh-teahouse",
    "free text for a byline": "zh-opinion",
    "a picture stored as PNG": "en-bees",
}


def many(count: int, language: str = "en", *, first_id: int = 80_000_000) -> tuple[Story, ...]:
    """Articles in bulk, for measurements: the language's own, again and again under new ids and titles."""
    models = [story for story in STORIES if story.language == language and story.kind == "article"]
    return tuple(
        replace(
            models[number % len(models)],
            name=f"{language}-bulk-{number}",
            id=first_id + number,
            title=f"{models[number % len(models)].title.rstrip('?')} ({number})",
        )
        for number in range(count)
    )
