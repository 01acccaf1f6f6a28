"""wirecopy mirrors the news, whole: to be read where its publisher can't be, and checked by whoever reads it.

The public names, loaded when they are first used:

>>> import wirecopy
>>> with wirecopy.open_archive("wirecopy.db", write=False) as archive:   # doctest: +SKIP
...     print(archive.standing("dw-zh", "68204677").article.title)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from wirecopy.version import __version__

if TYPE_CHECKING:
    from wirecopy.archive import open_archive as open_archive
    from wirecopy.archive.search import search as search
    from wirecopy.collect.read import read as read
    from wirecopy.errors import WirecopyError as WirecopyError
    from wirecopy.model import Article as Article
    from wirecopy.model import Capture as Capture
    from wirecopy.model import Document as Document
    from wirecopy.model import Edition as Edition
    from wirecopy.model import Lead as Lead
    from wirecopy.model import Revision as Revision
    from wirecopy.model import Source as Source
    from wirecopy.model import document_text as document_text
    from wirecopy.outlets import shipped as shipped

_HOMES = {
    "Article": "wirecopy.model",
    "Capture": "wirecopy.model",
    "Document": "wirecopy.model",
    "Edition": "wirecopy.model",
    "Lead": "wirecopy.model",
    "Revision": "wirecopy.model",
    "Source": "wirecopy.model",
    "WirecopyError": "wirecopy.errors",
    "document_text": "wirecopy.model",
    "open_archive": "wirecopy.archive",
    "read": "wirecopy.collect.read",
    "search": "wirecopy.archive.search",
    "shipped": "wirecopy.outlets",
}
__all__ = [*_HOMES, "__version__"]  # noqa: PLE0604 - names, all of them


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'wirecopy' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
