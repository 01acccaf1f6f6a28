"""Proxies by argument and by environment, and TLS."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import sys

import pytest

from scripted import fetcher, page, serving
from wirecopy.collect.fetch import proxies
from wirecopy.errors import ConfigError, FetchError, Refused

URL = "http://www.example.org/a"


def test_a_proxy_is_asked_for_the_whole_address_and_resolves_the_name() -> None:
    async def resolve(host: str) -> list[str]:
        raise AssertionError(f"{host} was looked up although a proxy asks for it")

    async def story() -> None:
        async with serving() as server, fetcher(proxy=server.url(""), allow=frozenset(), resolve=resolve) as web:
            server.tell(URL, page(b"by proxy"))
            seen = await web.fetch(URL)
            assert (seen.body, seen.final_url) == (b"by proxy", URL)
            assert seen.asked[0] == ("Host", "www.example.org")

    asyncio.run(story())


def test_https_goes_through_a_tunnel() -> None:
    async def story() -> None:
        async with serving() as server, fetcher(proxy=server.url(""), attempts=1) as web:
            server.tell("www.example.org:443", page(status="403 No"))
            with pytest.raises(FetchError, match=rf"the proxy {server.url('')} did not connect us"):
                await web.fetch("https://www.example.org/a")
            assert server.requests[0].raw.startswith(b"CONNECT www.example.org:443 HTTP/1.1\r\n")

    asyncio.run(story())


def test_the_password_of_a_proxy_is_told_to_the_proxy_and_nobody_else() -> None:
    async def story() -> None:
        async with serving() as server:
            proxy = f"http://me:s%40cret@127.0.0.1:{server.port}"
            async with fetcher(proxy=proxy, attempts=1) as web:
                server.tell(URL, page(b"ok"))
                seen = await web.fetch(URL)
                assert server.requests[0].headers["Proxy-Authorization"] == "Basic bWU6c0BjcmV0"
                assert not [name for name, _ in seen.asked if name.lower().startswith("proxy")]
                with pytest.raises(FetchError) as caught:
                    await web.fetch("https://www.example.org/a")
                assert server.requests[1].headers["Proxy-Authorization"] == "Basic bWU6c0BjcmV0"
                assert "cret" not in str(caught.value)

    asyncio.run(story())


def test_through_a_proxy_the_inside_is_refused_by_address_and_by_name() -> None:
    async def story() -> None:
        async with serving() as server, fetcher(proxy=server.url(""), allow=frozenset()) as web:
            for host in ("127.0.0.1", "169.254.169.254", "localhost", "printer", "a.internal", "[::ffff:a00:1]"):
                with pytest.raises(Refused):
                    await web.fetch(f"http://{host}/")
            assert server.requests == []

    asyncio.run(story())


def test_a_connection_to_a_near_proxy_is_no_way_in_for_others() -> None:
    async def resolve(host: str) -> list[str]:
        return ["127.0.0.1"]

    async def story() -> None:
        async with serving(a=page()) as server, fetcher(allow=frozenset(), resolve=resolve) as web:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("http_proxy", server.url(""))
                patch.setenv("no_proxy", "trap.example")
                server.tell(URL, page(b"by proxy"))
                assert (await web.fetch(URL)).body == b"by proxy"
                with pytest.raises(Refused, match="leads inside"):
                    await web.fetch(server.url("/a", "trap.example"))

    asyncio.run(story())


def test_what_was_opened_by_name_is_asked_without_the_proxy() -> None:
    async def story() -> None:
        async with serving(a=page(b"direct")) as server, fetcher(proxy="http://127.0.0.1:9") as web:
            assert (await web.fetch(server.url("/a"))).body == b"direct"

    asyncio.run(story())


def test_a_proxy_that_is_down_is_named() -> None:
    async def story() -> None:
        async with serving() as server:
            proxy = server.url("")
        async with fetcher(proxy=proxy.replace("//", "//me:secret@")) as web:
            with pytest.raises(FetchError, match=f"the proxy {proxy} did not connect us"):
                await web.fetch(URL)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("environment", "url", "proxy"),
    [
        ({}, URL, ""),
        ({"http_proxy": "http://p:1"}, URL, "http://p:1"),
        ({"HTTP_PROXY": "http://p:1"}, URL, "http://p:1"),
        ({"http_proxy": "http://p:1"}, "https://www.example.org/", ""),
        ({"HTTPS_PROXY": "p:2"}, "https://www.example.org/", "p:2"),
        ({"ALL_PROXY": "socks5h://p:3", "https_proxy": "p:2"}, URL, "socks5h://p:3"),
        ({"all_proxy": "p:3", "NO_PROXY": "example.org"}, URL, ""),
        ({"all_proxy": "p:3", "no_proxy": "www.example.org:81"}, URL, "p:3"),
        ({"all_proxy": "p:3", "no_proxy": "*"}, URL, ""),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, URL, ""),  # https://httpoxy.org
    ],
)
def test_the_environment_names_proxies_as_everywhere(environment, url, proxy, monkeypatch) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxies.proxy_for(url) == proxy


@pytest.mark.parametrize(
    ("spelt", "proxy"),
    [
        ("proxy.example:3128", proxies.Proxy("http", "proxy.example", 3128)),
        ("http://proxy.example", proxies.Proxy("http", "proxy.example", 80)),
        ("https://proxy.example/", proxies.Proxy("https", "proxy.example", 443)),
        ("socks5h://127.0.0.1", proxies.Proxy("socks5h", "127.0.0.1", 1080)),
        ("socks5://a%3Ab:p%40ss@[::1]:80", proxies.Proxy("socks5", "::1", 80, "a:b", "p@ss")),
    ],
)
def test_a_proxy_is_read_as_it_is_spelt_everywhere(spelt: str, proxy: proxies.Proxy) -> None:
    assert proxies.parse(spelt) == proxy


@pytest.mark.parametrize(
    "spelt", ["ftp://p:1", "socks4://p:1", "http://", "http://me:secret@", "http://a b:1", "http://p:99999"]
)
def test_a_proxy_that_cannot_be_one_is_complained_about_without_its_password(spelt: str) -> None:
    with pytest.raises(ConfigError, match="is no proxy") as caught:
        fetcher(proxy=spelt)
    assert "secret" not in str(caught.value)


def test_the_environment_s_proxies_are_looked_at_before_anything_starts(monkeypatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://p")
    with pytest.raises(ConfigError, match="is no proxy"):
        fetcher()


# --- SOCKS


def test_socks_without_its_package_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "aiohttp_socks", None)
    with pytest.raises(
        ConfigError, match=r"socks5h://127.0.0.1:9050 needs one more package: pip install 'wirecopy\[socks\]'"
    ):
        fetcher(proxy="socks5h://me:secret@127.0.0.1:9050")


async def socks(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, hosts: list[bytes], refuse: bool) -> None:
    """SOCKS 5 (RFC 1928), as far as a name to connect to; then it answers itself."""
    _, methods = await reader.readexactly(2)
    await reader.readexactly(methods)
    writer.write(b"\x05\x00")
    request = await reader.readexactly(5)
    hosts.append(request[3:4] + await reader.readexactly(request[4]))
    await reader.readexactly(2)
    writer.write(b"\x05" + (b"\x05" if refuse else b"\x00") + b"\x00\x01\x00\x00\x00\x00\x00\x00")
    if not refuse:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(page(b"by socks", then="close").data)
    await writer.drain()
    writer.close()


@pytest.mark.parametrize("refuse", [False, True])
def test_socks_resolves_names_at_the_proxy_and_reaches_onions(refuse: bool) -> None:
    pytest.importorskip("aiohttp_socks", reason="the optional package aiohttp-socks is not installed")
    hosts: list[bytes] = []

    async def story() -> None:
        listening = await asyncio.start_server(lambda r, w: socks(r, w, hosts, refuse), "127.0.0.1", 0)
        port = listening.sockets[0].getsockname()[1]
        async with fetcher(proxy=f"socks5h://127.0.0.1:{port}", attempts=1) as web:
            for url in (URL, "http://dwnews.onion/"):
                if refuse:
                    with pytest.raises(FetchError, match=f"the proxy was socks5h://127.0.0.1:{port}"):
                        await web.fetch(url)
                else:
                    assert (await web.fetch(url)).body == b"by socks"
        listening.close()
        await listening.wait_closed()
        assert hosts == [b"\x03www.example.org", b"\x03dwnews.onion"]

    asyncio.run(story())


# --- TLS


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl, which makes the certificate, is not installed")
def test_a_certificate_nobody_vouches_for_is_not_believed(tmp_path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    make += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(page(b"secret").data)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def story() -> None:
        listening = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
        port = listening.sockets[0].getsockname()[1]
        async with fetcher() as web:
            with pytest.raises(FetchError, match=r"no safe connection to offer .*self.signed certificate"):
                await web.fetch(f"https://127.0.0.1:{port}/")
            assert web.asked == 0
        listening.close()
        await listening.wait_closed()

    asyncio.run(story())
