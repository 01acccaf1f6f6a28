"""Nothing inside a network is asked, in whatever spelling, and whatever a name resolves to."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address

import ada_url
import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from scripted import fetcher, names, page, serving
from wirecopy import urls
from wirecopy.collect.fetch.guard import BAD_PORTS, Guard, special, split
from wirecopy.errors import Refused

INSIDE = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
]
INSIDE_6 = ["::/127", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001:db8::/32", "100::/64", "5f00::/16"]
INNER = st.one_of([st.ip_addresses(network=network) for network in INSIDE]).map(IPv4Address)


def number_spellings(ip: IPv4Address, draw: st.DrawFn) -> str:
    """An IPv4 address as the URL standard lets it be written: 1 to 4 parts, each in base 8, 10 or 16."""
    count = draw(st.integers(1, 4))
    whole = int(ip)
    parts = [(whole >> (24 - 8 * place)) & 0xFF for place in range(count - 1)]
    parts.append(whole & ((1 << (8 * (5 - count))) - 1))
    spell = ["0{:o}", "000{:o}", "{}", "0x{:x}", "0X{:08X}"]
    return ".".join(draw(st.sampled_from(spell)).format(part) for part in parts)


@st.composite
def spellings(draw: st.DrawFn) -> str:
    """An address inside a network as a host in an address, spelt somehow."""
    ip = draw(INNER)
    number = int(ip)
    low = f"{number >> 16:x}:{number & 0xFFFF:x}"
    host = draw(
        st.sampled_from(
            [
                number_spellings(ip, draw),
                f"[::ffff:{ip}]",
                f"[::FFFF:{low}]",
                f"[0:0:0:0:0:ffff:{low}]",
                f"[::{ip}]",
                f"[::{low}]",
                f"[64:ff9b::{ip}]",
                f"[64:ff9b::{low}]",
                f"[64:ff9b:1::{low}]",
                f"[2002:{low}::]",
                f"[2001:0:{low}::1]",
                f"[2001:0:4136:e378:8000:63bf:{number >> 16 ^ 0xFFFF:x}:{number & 0xFFFF ^ 0xFFFF:x}]",
            ]
        )
    )
    if host[0] != "[":
        host += draw(st.sampled_from(["", "."]))
        wide = draw(st.sampled_from([False, True]))
        escape = draw(st.sampled_from([False, True]))
        host = "".join(chr(ord(c) - 0x30 + 0xFF10) if wide and c.isdigit() else c for c in host)
        host = host.replace(".", draw(st.sampled_from([".", "。", "．"]))) if wide else host
        host = "".join(f"%{ord(c):02x}" for c in host) if escape and not wide else host
    return host


@given(
    host=spellings(),
    slashes=st.sampled_from(["//", "/", "", "\\\\", "/\\"]),
    user=st.sampled_from(["", "dw.com@", "a:b@"]),
)
def test_no_spelling_of_an_inner_address_passes(host: str, slashes: str, user: str) -> None:
    with pytest.raises(Refused):
        Guard().target(f"http:{slashes}{user}{host}/")


@given(ip=INNER | st.one_of([st.ip_addresses(network=network) for network in INSIDE_6]))
def test_no_inner_address_may_be_connected_to(ip: IPv4Address | IPv6Address) -> None:
    assert Guard().refuses(str(ip), "www.example.org")
    assert (
        Guard(frozenset({"192.0.2.255", "other.example"})).refuses(str(ip), "www.example.org")
        or str(ip) == "192.0.2.255"
    )


@given(ip=st.ip_addresses())
def test_what_passes_is_global_to_the_standard_library_too(ip: IPv4Address | IPv6Address) -> None:
    if not special(str(ip)):
        inner = IPv4Address(int(ip) & 0xFFFFFFFF) if str(ip).startswith("64:ff9b::") else ip
        assert inner.is_global


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "99.255.255.255",
        "100.128.0.0",
        "172.32.0.0",
        "192.0.1.0",
        "223.255.255.255",
        "2606:4700::1111",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2a00:1450::1",
        "192.31.196.1",
    ],
)
def test_the_public_internet_may_be_visited(address: str) -> None:
    assert special(address) == ""
    host = f"[{address}]" if ":" in address else address
    assert ip_address(Guard().target(f"https://{host}/").host) == ip_address(address)


@pytest.mark.parametrize("address", ["", "localhost", "1.2.3", "fe80::1%eth0", "::1%lo"])
def test_what_is_no_address_is_not_connected_to(address: str) -> None:
    assert Guard().refuses(address)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST.",
        "a.localhost",
        "printer",
        "printer.local",
        "x.internal",
        "router.home.arpa",
        "a..b",
        "a" * 64 + ".org",
        "a." * 127 + "org",
        ".example.org",
        "ⓛocalhost",
    ],
)
def test_names_inside_a_network_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        Guard().target(f"http://{host}/")


def test_an_onion_service_is_never_asked_of_the_dns() -> None:
    async def story() -> None:
        async with fetcher() as web:
            with pytest.raises(Refused, match="Tor"):
                await web.fetch("http://dwnewsgngmhlplxy6o2twtfgjnrnjxbegbwqx6wnotdhkzt562tszfid.onion/")

    asyncio.run(story())


def test_ports_of_other_protocols_are_refused() -> None:
    for port in BAD_PORTS:
        with pytest.raises(Refused, match="belongs to another protocol"):
            Guard().target(f"http://www.example.org:{port}/")
    assert Guard().target("http://www.example.org:8080/").port == 8080


@pytest.mark.parametrize(
    "address", ["", "www.dw.com", "ftp://dw.com/", "file:///etc/passwd", "http://", "https://[::1/", "data:,x"]
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    with pytest.raises(Refused, match="can't be asked"):
        Guard().target(address)


def test_only_what_is_named_is_opened() -> None:
    guard = Guard(frozenset({"127.0.0.1", "[::1]", "Demo.Internal"}))
    assert guard.target("http://0x7f.1:8080/").host == "127.0.0.1"
    assert guard.target("http://[0:0::1]/").host == "::1"
    assert guard.target("http://demo.internal./")
    assert guard.refuses("127.0.0.1", "www.example.org") == ""
    assert guard.refuses("10.1.2.3", "demo.internal") == ""
    for host in ("127.0.0.2", "[::ffff:7f00:1]", "localhost", "10.1.2.3", "a.demo.internal"):
        with pytest.raises(Refused):
            guard.target(f"http://{host}/")
    assert guard.refuses("10.1.2.3", "www.example.org")


@given(
    address=st.builds(
        "{}://{}{}{}/{}".format,
        st.sampled_from(["http", "https"]),
        st.sampled_from(["", "user@", "u:p@", "a%40b:c%2f@"]),
        st.sampled_from(["www.dw.com", "1.2.3.4", "[2606::1]", "münchen.de", "xn--p1ai.org", "a_b.example"]),
        st.sampled_from(["", ":80", ":443", ":8080", ":"]),
        st.text(max_size=20),
    )
)
def test_an_address_is_taken_apart_as_the_standard_does(address: str) -> None:
    href = urls.parse(address)
    target, url = split(href), ada_url.URL(href)
    assert target.host == url.hostname.strip("[]")
    assert target.origin == url.origin
    assert target.port == int(url.port or {"http:": 80, "https:": 443}[url.protocol])
    url.username = url.password = ""
    assert target.url == url.href
    url.hash = ""
    assert target.href == url.href


@given(path=st.text(alphabet="/?#%&=.:;@[]\\|^`{}<>'\" aé德+*~$!,()-_0", max_size=12))
def test_no_second_parser_rewrites_what_is_asked_for(path: str) -> None:
    href = split(urls.parse(f"http://www.example.org/{path}")).href
    way, mark, query = href.removeprefix("http://www.example.org").partition("?")
    assert URL(href, encoded=True).raw_path_qs == (way + mark + query if query else way)  # an empty query loses its "?"


# --- at the moment of connecting


def test_a_name_that_leads_inside_is_refused_before_a_byte_is_sent() -> None:
    async def story() -> None:
        resolve = names(trap_example="127.0.0.1", cloud_example="169.254.169.254", six_example="::ffff:7f00:1")
        async with serving(a=page()) as server, fetcher(allow=frozenset(), resolve=resolve) as web:
            for name in ("trap.example", "cloud.example", "six.example"):
                with pytest.raises(Refused, match=f"{name} leads inside"):
                    await web.fetch(server.url("/a", name))
            assert (server.connections, web.asked) == (0, 0)

    asyncio.run(story())


def test_a_name_that_changes_its_mind_is_judged_by_where_we_connect() -> None:
    """DNS rebinding. 127.0.0.1 stands for a public address here, since tests reach no other; 10.0.0.1 is inside."""
    answers = [["127.0.0.1"], ["10.0.0.1"], ["10.0.0.1", "::1"], ["10.0.0.1", "127.0.0.1"]]

    async def resolve(host: str) -> list[str]:
        return answers.pop(0)

    async def ask(url: str) -> bytes:
        # A new fetcher each time, so that the name is looked up anew, as after its time to live.
        async with fetcher(resolve=resolve) as web:
            return (await web.fetch(url)).body

    async def story() -> None:
        async with serving(a=page(b"public")) as server:
            url = server.url("/a", "rebind.example")
            assert await ask(url) == b"public"
            for _ in range(2):
                with pytest.raises(Refused, match=r"rebind\.example leads inside"):
                    await ask(url)
            assert await ask(url) == b"public"  # of several addresses only the public ones are tried
            assert server.connections == 2

    asyncio.run(story())


def test_a_name_is_opened_by_its_name_and_not_for_others_at_the_same_address() -> None:
    async def story() -> None:
        resolve = names(demo_example="127.0.0.1", trap_example="127.0.0.1")
        async with serving(a=page(b"open")) as server:
            async with fetcher(allow=frozenset({"demo.example"}), resolve=resolve) as web:
                assert (await web.fetch(server.url("/a", "demo.example"))).body == b"open"
                with pytest.raises(Refused):
                    await web.fetch(server.url("/a", "trap.example"))
                with pytest.raises(Refused):
                    await web.fetch(server.url("/a"))
            assert server.connections == 1

    asyncio.run(story())
