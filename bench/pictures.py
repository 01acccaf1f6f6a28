"""What pictures cost: fetched from another process on the loopback interface, checked in processes, rendered, kept."""

import asyncio
import contextlib
import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageFilter

from bench import Row
from wirecopy.archive import open_archive
from wirecopy.collect import pictures
from wirecopy.collect.fetch import Fetcher
from wirecopy.collect.pictures import renditions
from wirecopy.collect.pictures.checking import Checkers
from wirecopy.collect.read.workers import count
from wirecopy.collect.revise import fingerprint
from wirecopy.model import Article, Change, Entry, Figure, Lead, Picture, Revision, Source, State

AT = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = Source(id="bench", pace=0.0)
HOST = """
import sys
from wirecopy.demo.server import Reply, Server
from bench.pictures import photograph
made = [photograph(number) for number in range({number})]
server = Server(lambda asked: Reply(200, (), made[int(asked.path[1:])]))
server.start()
print(server.port, flush=True)
sys.stdin.read()
server.stop()
"""


def photograph(number: int) -> bytes:
    """Something like a press photograph of 1,920 by 1,080 pixels: soft shapes, edges, grain; 250 to 400 KB."""
    size = (1920, 1080)
    soft = [Image.effect_noise((24 + number, 14), 90).resize(size, Image.Resampling.BICUBIC) for _ in range(3)]
    image = Image.merge("RGB", soft)
    image.paste(image.transpose(Image.Transpose.ROTATE_180).filter(ImageFilter.EDGE_ENHANCE), (700, 300))
    grain = Image.merge("RGB", [Image.effect_noise(size, 22)] * 3)
    out = io.BytesIO()
    Image.blend(image, grain, 0.2).save(out, "JPEG", quality=84)
    return out.getvalue()


def run(quick: bool) -> list[Row]:
    number = 8 if quick else 48
    with _host(number) as port, tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        urls = [f"http://127.0.0.1:{port}/{each}" for each in range(number)]
        with open_archive(path, write=True, holder="bench") as archive:
            _show(archive, urls)
            alone = asyncio.run(_fetched(urls))
            begun = time.perf_counter()
            kept = asyncio.run(_gathered(archive))
            took = time.perf_counter() - begun
            assert kept == number
            made = [archive.original(digest) for digest in _originals(archive, urls)]
        size = path.stat().st_size
    small = [_small(body) for body in made[: 2 if quick else 16]]
    names = ("full", "small", "small-jpeg")
    sizes = {name: sum(len(_named(each, name)) for each, _ in small) / len(small) for name in names}
    cpu = sum(seconds for _, seconds in small) / len(small)
    avif, avif_cpu = _avif([each for each, _ in small])
    return [
        Row("fetched, checked, rendered, kept", kept / took, "pictures/s", f"fetched alone {number / alone:,.0f}"),
        Row("checked and rendered (1920 × 1080 JPEG)", cpu * 1e3, "ms CPU a picture", f"{count()} processes"),
        Row("the archive, a picture", size / number, "bytes", f"as it came {sum(map(len, made)) / number:,.0f}"),
        Row("full, at most 1,600 pixels", sizes["full"], "bytes", ""),
        Row(
            "small, WebP of at most 640", sizes["small"], "bytes", f"JPEG {sizes['small-jpeg']:,.0f}, AVIF {avif:,.0f}"
        ),
        Row("small as AVIF, encoding alone", avif_cpu * 1e3, "ms CPU a picture", ""),
    ]


@contextlib.contextmanager
def _host(number: int) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", HOST.format(number=number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        yield int(running.stdout.readline())
        running.stdin.close()


def _show(archive, urls: list[str]) -> None:
    with archive.batch():
        for url in urls:
            key = url.rpartition("/")[2]
            lead = Lead(source="bench", key=key, url=f"https://bench.example/{key}")
            article = Article(source="bench", key=key, url=lead.url, body=(Figure(picture=Picture(url=url)),))
            archive.settle(
                Entry(lead=lead, state=State.ARCHIVED, first_seen=AT, last_seen=AT),
                revision=Revision(
                    source="bench", key=key, change=Change.NEW, at=AT, article=article, fingerprint=fingerprint(article)
                ),
            )


def _originals(archive, urls: list[str]) -> list[str]:
    return [archive.picture_versions(url)[0][1] for url in urls]


async def _gathered(archive) -> int:
    async with (
        Checkers(count()) as checker,
        Fetcher(contact="bench", clock=lambda: AT, allow=frozenset({"127.0.0.1"}), robots=False, per_host=4) as door,
    ):
        found = await pictures.gather(
            SOURCE,
            archive=archive,
            door=door,
            checker=checker,
            now=AT,
            most=1_000,
            jitter=lambda: 0.0,
            tell=lambda *_: None,
        )
        return found.kept


async def _fetched(urls: list[str]) -> float:
    async with Fetcher(contact="bench", clock=lambda: AT, allow=frozenset({"127.0.0.1"}), robots=False) as door:
        begun = time.perf_counter()
        for url in urls:
            await door.fetch(url, pace=0.0)
        return time.perf_counter() - begun


def _small(body: bytes):
    begun = time.process_time()
    checked = renditions.check(body)
    return checked, time.process_time() - begun


def _named(checked, name: str) -> bytes:
    return next(each.body for each in checked.renditions if each.name == name)


def _avif(made: list) -> tuple[float, float]:
    size, begun, spent = 0, 0.0, 0.0
    for checked in made:
        image = Image.open(io.BytesIO(_named(checked, "full")))
        image.thumbnail((640, 640))
        begun = time.process_time()
        image.save(out := io.BytesIO(), "AVIF", quality=60, speed=6)
        spent += time.process_time() - begun
        size += len(out.getvalue())
    return size / len(made), spent / len(made)
