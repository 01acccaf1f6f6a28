"""Renditions made again from their originals: those that are missing or damaged, or that other rules made."""

from __future__ import annotations

from collections.abc import Callable

from wirecopy.archive.protocol import Archive
from wirecopy.collect.pictures import Checker
from wirecopy.errors import ArchiveError, ReadError
from wirecopy.model import Damage, Noun


class Rebuilt(Noun, frozen=True, kw_only=True):
    """How many originals have their renditions back, and which can't, with the reason."""

    made: int = 0
    lost: tuple[Damage, ...] = ()


async def rebuild(
    archive: Archive, checker: Checker, *, recipe: str = "", tell: Callable[[str], None] = lambda _digest: None
) -> Rebuilt:
    """Make what is missing or damaged again; with `recipe`, also what was made by other rules than these.

    `tell` is called with the digest of each original that is looked at.
    """
    made, lost = 0, []
    for digest in archive.unrendered(recipe):
        tell(digest)
        try:
            archive.rerender(digest, await checker.check(archive.original(digest)))
        except (ArchiveError, ReadError) as error:
            lost.append(Damage(what="original", name=digest, reason=str(error)))
        else:
            made += 1
    return Rebuilt(made=made, lost=tuple(lost))
