"""Serving pages: requests a second over loopback, asked from a second process; beside aiohttp's own static handler, a
bare aiohttp handler that always answers the same bytes (the floor), and, where it is installed, nginx.

CPU is that of the serving process alone: on a machine with a core to itself a server gives so many pages a second. The
one that asks is written for it (`_load`): it keeps connections open, and reads answers by their length.
"""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import Row

WORDS = "中国官媒报道说在周四的通话中双方要密切战略协作捍卫各自国家主权安全发展利益市长表示新渡轮比预想更安静"
CONNECTIONS = 16
PLAIN = b"GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
BROWSER = b"GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n\r\n"


def run(quick: bool) -> list[Row]:
    pages, requests = (50, 1_000) if quick else (2_000, 10_000)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        names = [_page(folder, number) for number in range(pages)]
        one, every = names[:1], names
        rows = []
        with _serving(_ours, folder) as (port, cpu):
            cold = _measured(port, cpu, BROWSER, every, pages)
            packed = _measured(port, cpu, BROWSER, one, requests)
            plain = _measured(port, cpu, PLAIN, one, requests)
            many = _measured(port, cpu, BROWSER, every, requests)
            tag = _tag(port, one[0])
            known = _measured(
                port, cpu, PLAIN.replace(b"\r\n\r\n", b"\r\nIf-None-Match: " + tag + b"\r\n\r\n"), one, requests
            )
        with _serving(_floor, folder) as (port, cpu):
            floor = _measured(port, cpu, PLAIN, one, requests)
        with _serving(_static, folder) as (port, cpu):
            static = _measured(port, cpu, PLAIN, one, requests)
        beside = f"aiohttp static {static[0]:,.0f}"
        with contextlib.suppress(FileNotFoundError), _nginx(folder) as (port, cpu):
            beside += f", nginx {_measured(port, cpu, PLAIN, one, requests)[0]:,.0f}"
        size = (folder / one[0]).stat().st_size / 1000
        rows.append(Row(f"a page of {size:.0f} kB, as it is", plain[0], "pages/CPU-s", beside))
        rows.append(
            Row(
                "  by the clock, this machine as busy as it is", plain[1], "pages/s", f"aiohttp static {static[1]:,.0f}"
            )
        )
        rows.append(
            Row("  as browsers ask (zstd)", packed[0], "pages/CPU-s", f"a bare aiohttp handler {floor[0]:,.0f}")
        )
        rows.append(Row("  known already (304)", known[0], "pages/CPU-s"))
        rows.append(Row(f"{pages:,} pages, each many times, as browsers ask", many[0], "pages/CPU-s"))
        rows.append(
            Row("  each for the first time: read, packed", cold[0], "pages/CPU-s", "with the threads that pack")
        )
    return rows


def _page(folder: Path, number: int) -> str:
    """A page like an article's: some 9 kB, most of it Chinese."""
    chance = random.Random(number)
    paragraphs = "".join(
        f"<p>{''.join(chance.choices(WORDS, k=90))}，<a href='x.html'>{number}</a>。</p>\n" for _ in range(28)
    )
    name = f"articles/dw-zh/2026/{number % 12 + 1:02}/{number}.html"
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"<!doctype html>\n<html lang='zh'><title>{number}</title>\n{paragraphs}</html>\n")
    return name


# --- who serves -------------------------------------------------------------------------------------------------------


def _ours(folder: Path, told: Callable[[int], None]) -> None:
    from wirecopy.serve import Serving

    async def work() -> None:
        async with Serving(folder, port=0) as served:
            told(int(served.address.rpartition(":")[2].rstrip("/")))
            await asyncio.Event().wait()

    asyncio.run(work())


def _static(folder: Path, told: Callable[[int], None]) -> None:
    from aiohttp import web

    def runner() -> web.BaseRunner:
        app = web.Application()
        app.router.add_static("/", folder)
        return web.AppRunner(app, access_log=None)

    _aiohttp(runner, told)


def _floor(folder: Path, told: Callable[[int], None]) -> None:
    from aiohttp import web

    body = next(folder.rglob("*.html")).read_bytes()

    async def same(_: web.BaseRequest) -> web.Response:
        return web.Response(body=body, content_type="text/html")

    _aiohttp(lambda: web.ServerRunner(web.Server(same, access_log=None)), told)


def _aiohttp(made: Callable[[], Any], told: Callable[[int], None]) -> None:
    from aiohttp import web

    async def work() -> None:
        runner = made()
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        told(site._server.sockets[0].getsockname()[1])
        await asyncio.Event().wait()

    asyncio.run(work())


def _child(serve: Callable[..., None], folder: Path, pipe: object) -> None:
    serve(folder, pipe.send)


@contextlib.contextmanager
def _serving(serve: Callable[..., None], folder: Path) -> Iterator[tuple[int, Callable[[], float]]]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_child, args=(serve, folder, theirs), daemon=True)
    process.start()
    try:
        assert ours.poll(30), "the server did not begin"
        yield ours.recv(), lambda: _cpu(process.pid)
    finally:
        process.kill()
        process.join()


@contextlib.contextmanager
def _nginx(folder: Path) -> Iterator[tuple[int, Callable[[], float]]]:
    if shutil.which("nginx") is None:
        raise FileNotFoundError("nginx")
    port = 20_000 + os.getpid() % 20_000
    with tempfile.TemporaryDirectory() as place:
        own = " ".join(f"{what}_temp_path {place};" for what in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root; " if os.getuid() == 0 else ""
        (Path(place) / "nginx.conf").write_text(
            f"{user}daemon off; master_process off; pid {place}/pid; error_log /dev/null;\n"
            f"events {{}} http {{ access_log off; {own} keepalive_requests 1000000;\n"
            f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
        )
        process = subprocess.Popen(["nginx", "-p", place, "-c", f"{place}/nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                with contextlib.suppress(OSError):
                    asyncio.run(_load(port, [PLAIN % b"x"], 1))
                    break
                time.sleep(0.05)
            else:
                raise FileNotFoundError("an nginx that begins")
            yield port, lambda: _cpu(process.pid)
        finally:
            process.terminate()
            process.wait()


def _cpu(process: int | None) -> float:
    """CPU seconds of a process, as the system counts them."""
    import psutil

    times = psutil.Process(process).cpu_times()
    return times.user + times.system


# --- who asks ---------------------------------------------------------------------------------------------------------


def _measured(
    port: int, cpu: Callable[[], float], request: bytes, names: list[str], number: int
) -> tuple[float, float]:
    """Pages a CPU second of the server, and a second of the clock."""
    asked = [request.replace(b"%s", name.encode()) for name in names]
    if len(asked) == 1:
        asyncio.run(_load(port, asked, CONNECTIONS))  # what is measured is not the first time
    before, begun = cpu(), time.perf_counter()
    done = asyncio.run(_load(port, asked, number))
    took, spent = time.perf_counter() - begun, cpu() - before
    assert done == number, f"{done} of {number} were answered"
    return number / max(spent, 0.01), number / took


async def _load(port: int, asked: list[bytes], number: int) -> int:
    """Ask for so many pages over some connections; how many came."""
    share = max(1, number // CONNECTIONS)
    counts = [share] * (number // share) + ([number % share] if number % share else [])
    done = await asyncio.gather(*(_reader(port, asked, place, count) for place, count in enumerate(counts)))
    return sum(done)


async def _reader(port: int, asked: list[bytes], place: int, count: int) -> int:
    done = 0
    writer = None
    for turn in range(count):
        if writer is None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(asked[(place * count + turn) % len(asked)])
        head = await reader.readuntil(b"\r\n\r\n")
        if head[9:12] not in (b"200", b"304", b"404"):
            raise RuntimeError(head.decode())
        low = head.lower()
        at = low.find(b"content-length:")
        if at >= 0:
            await reader.readexactly(int(low[at + 15 : low.index(b"\r", at)]))
        if b"connection: close" in low:
            writer.close()
            writer = None
        done += 1
    if writer is not None:
        writer.close()
    return done


def _tag(port: int, name: str) -> bytes:
    async def ask() -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(PLAIN.replace(b"%s", name.encode()))
        head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        at = head.index(b"ETag: ") + 6
        return head[at : head.index(b"\r", at)]

    return asyncio.run(ask())


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(f"{row.what:<55} {row.figure:>10,.0f} {row.unit:<14} {row.beside}")
