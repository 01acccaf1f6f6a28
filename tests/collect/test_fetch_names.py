"""Names are looked up by the system, beside each other, and nobody waits for one that stays silent."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import pytest

from scripted import fetcher, page, serving
from wirecopy.collect.fetch import names
from wirecopy.errors import FetchError

_MANY = 64  # more than threads that asyncio has for all of them


def test_names_that_stay_silent_keep_no_other_name_waiting_and_no_process_from_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = threading.Event()
    found = socket.getaddrinfo

    def getaddrinfo(name: str, *how: Any, **more: Any) -> Any:
        if name.startswith("silent"):
            answers.wait(60.0)
            raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")
        return found("127.0.0.1" if name == "good.example" else name, *how, **more)

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    async def story() -> None:
        async with serving(a=page(b"words")) as server, fetcher(allow=frozenset({"good.example"})) as web:
            silent = [asyncio.create_task(web.fetch(f"http://silent{n}.example/a")) for n in range(_MANY)]
            good = f"http://good.example:{server.port}/a"
            assert (await web.fetch(good, robots=False)).body == b"words"
            assert not any(each.done() for each in silent)
            for each in silent:
                each.cancel()
            await asyncio.wait(silent)

    try:
        asyncio.run(story())  # which ends, although they go on
        assert not answers.is_set()
    finally:
        answers.set()


def test_a_name_of_this_machine_is_found_and_judged_by_where_it_leads() -> None:
    async def story() -> None:
        async with serving(a=page(b"words")) as server:
            url = f"http://localhost:{server.port}/a"
            async with fetcher(allow=frozenset({"localhost"})) as web:
                assert (await web.fetch(url)).body == b"words"
            async with fetcher(allow=frozenset()) as web:
                with pytest.raises(FetchError, match="inside"):
                    await web.fetch(url)

    asyncio.run(story())


@pytest.mark.parametrize("name", ["no-such-name.invalid", "a..b", "x" * 70 + ".example"])
def test_what_leads_nowhere_is_an_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(name: str, *_: Any, **__: Any) -> Any:
        name.encode("idna")
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises((OSError, UnicodeError)):
        asyncio.run(names.addresses(name))
