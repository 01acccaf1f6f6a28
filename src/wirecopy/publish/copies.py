"""Our own copies of pictures, as files of a published folder: each under its digest, once, whoever shows it.

A picture is brought before a document that shows it, and taken away when no document shows it any more. Of what is
there already no byte is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import groupby
from pathlib import PurePosixPath

from wirecopy.model import Document, Edition, Picture, Rendition
from wirecopy.model import pictures as pictures_of
from wirecopy.publish import manifest
from wirecopy.publish.output import Output


class Copies:
    """The copies of one folder. `named`: the paths that were named so far.

    `renditions` are those of a picture that the folder has, `shows` says whether it has the pictures of a document.
    """

    def __init__(
        self,
        edition: Edition,
        output: Output,
        shows: Callable[[Document], bool],
        renditions: tuple[str, ...] = ("full",),
        listed_in: Callable[[str], str] = manifest.listed_in,
    ) -> None:
        self._edition = edition
        self._output = output
        self._shows = shows
        self._renditions = renditions
        self._listed_in = listed_in
        self.named: set[str] = set()

    def name(self, document: Document, picture: Picture, rendition: str = "full") -> tuple[str, Rendition] | None:
        """The path of our copy of a picture, and what it is; from now on it is named. None where there is none."""
        found = self._find(document, picture, rendition) if self._shows(document) else None
        if found is not None:
            self.named.add(found[0])
        return found

    def of(self, names: Iterable[tuple[str, str]]) -> set[str]:
        """The paths of all copies that these documents show."""
        found: set[str] = set()
        for source, key in names:
            document = self._edition.document(source, key)
            if document is None or not self._shows(document):
                continue
            for picture in pictures_of(document.article):
                copies = (self._find(document, picture, each) for each in self._renditions)
                found.update(copy[0] for copy in copies if copy is not None)
        return found

    def bring(self, paths: Iterable[str]) -> None:
        """Have these files in the folder, a page of the manifest after the other."""
        for page, group in groupby(sorted(paths), key=self._listed_in):
            for path in group:
                digest = PurePosixPath(path).stem
                self._output.place(path, digest, partial(self._edition.picture_body, digest))
            self._output.seal(page)

    def drop(self, paths: Iterable[str]) -> None:
        """Take away those of these files that no document shows any more."""
        for page, group in groupby(sorted(paths), key=self._listed_in):
            for path in group:
                if path not in self.of(self._edition.showing(PurePosixPath(path).stem)):
                    self._output.remove(path)
            self._output.seal(page)

    def _find(self, document: Document, picture: Picture, rendition: str) -> tuple[str, Rendition] | None:
        article = document.article
        found = self._edition.picture(article.source, article.key, picture, rendition)
        return None if found is None else (manifest.picture(found.digest, found.media), found)


def named_in(document: bytes) -> set[str]:
    """The pictures that a published document names."""
    return set(manifest.PICTURE.findall(document.decode("utf-8", "replace")))
