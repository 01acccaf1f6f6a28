"""The text of a wirecopy.toml: one to start from, and one with a source more. What stands in it stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wirecopy.config.kinds import inline, quoted, written
from wirecopy.model import PageRules, Source
from wirecopy.outlets import shipped, shipped_source

if TYPE_CHECKING:
    from wirecopy.collect.discover.opml import Outline  # named only: most files hold none

PROJECT = "https://github.com/wirecopy/wirecopy"


def template(contact: str = "") -> str:
    """A file to start from."""
    return f"""\
# A wirecopy mirror. Every key: {PROJECT}/blob/main/docs/config.md

# Who runs this mirror: a mail address or a page, sent to every outlet with each request (in the User-Agent).
contact = "{contact}"

# archive = "wirecopy.db"     # where articles, revisions and evidence are kept
# public = "public"           # where `wirecopy publish` writes

# [publish]
# formats = ["site", "markdown"]
# title = "…"                 # what readers call this mirror
# address = "https://…/"      # where the public folder will stand, for feeds and search engines
# layout = "plain"            # or "classic"
# pictures = "own"            # or "none", "outlet", "proxy", for all sources: where documents show pictures from

# An outlet that ships with wirecopy needs no more than its table: [sources.dw-zh]
"""


def with_source(text: str, source_id: str) -> str:
    """The text of a config file with one shipped source more. The rest of the file stays as it is."""
    return with_table(text, shipped_source(source_id))


def with_table(text: str, source: Source, outline: Outline | None = None) -> str:
    """The text of a config file with one source more; the rest of it stays as it is.

    Only keys are written that say something else than the defaults, or than the shipped outlet of this id:
    `parse(with_table(text, source)).source(source.id) == source`.
    """
    base = shipped()[source.id] if source.id in shipped() else Source(id=source.id, name=source.id)
    name = source.id if "." not in source.id else quoted(source.id)
    lines = [f"[sources.{name}]"]
    for key in Source.__struct_fields__:
        value = getattr(source, key)
        if key not in ("id", "page", "kinds") and value != getattr(base, key):
            lines.append(f"{key} = {written(value)}")
    if source.kinds != base.kinds:
        lines.append(f"kinds = {inline(source.kinds)}")
    rules = [(each, getattr(source.page, each)) for each in PageRules.__struct_fields__]
    changed = [f"{each} = {written(value)}" for each, value in rules if value != getattr(base.page, each)]
    if changed:
        lines += ["", f"[sources.{name}.page]", *changed]
    if outline is not None and (outline.folders or outline.attributes):
        lines += ["", f"[sources.{name}.outline]"]
        if outline.folders:
            lines.append(f"folders = [{', '.join(map(inline, outline.folders))}]")
        if outline.attributes:
            lines.append(f"attributes = {inline(outline.attributes)}")
    return text.rstrip("\n") + "\n\n" + "\n".join(lines) + "\n"
