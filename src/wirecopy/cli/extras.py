"""Which of wirecopy's extras the settings of a mirror need: libraries that are not in every installation."""

from __future__ import annotations

from collections.abc import Iterator

from wirecopy.config import Config
from wirecopy.model import Noun


class Extra(Noun, frozen=True, kw_only=True):
    """An extra by its name, the package that comes with it, and what needs it, in words."""

    name: str
    package: str
    what: str


def wanted(config: Config) -> Iterator[Extra]:
    """The extras that these settings need, one for each thing that does."""
    if "zim" in config.formats:
        yield Extra(name="zim", package="libzim", what="the format zim")
    if "data" in config.formats and "parquet" in config.data.formats:
        yield Extra(name="data", package="pyarrow", what="the format data")
    if config.look.scripts:
        yield Extra(name="zh", package="opencc", what="scripts = true")
    if config.proxy.startswith("socks"):
        yield Extra(name="socks", package="aiohttp-socks", what="a SOCKS proxy")
    for target in config.targets:
        from wirecopy.send.targets import parse  # here: most files name none

        if parse(target.to).kind == "s3":
            yield Extra(name="s3", package="boto3", what=f"the target {target.name}")
