"""Server-side requests stay outside: rows H30, H31, H33, H35 and F56."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.outbound import (
    Blocked,
    ConnectFailed,
    DnsFailed,
    HostPort,
    Policy,
    TimedOut,
    make_session,
    open_stream,
    parse_url,
)
from core.outbound.addresses import is_public
from core.outbound.dial import dial, interleave
from core.outbound.gate import checked_addresses

PUBLIC = "93.184.216.34"
NAMES = {
    "localhost": ["127.0.0.1", "::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "mixed.example": [PUBLIC, "127.0.0.1"],
    "mixed6.example": ["2606:2800:220:1::1", "::ffff:127.0.0.1"],
    "own.example": ["127.0.0.1"],
    "scoped.example": ["fe80::1%lo"],
}

FORBIDDEN_HOSTS = [
    "169.254.169.254", "127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST", "localhost.", "0.0.0.0", "0",
    "127.1", "127.0.1",
    "2130706433", "0x7f000001", "0x7f.0.0.1", "017700000001", "0177.0.0.1", "127.0.0.01", "127.0.0.1.",
    "[::1]", "[::]",
    "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[fe80::1]",
    "[fe80::1%25lo]",
    "[fe80::1%lo]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[2001:db8::1]", "[3fff::1]", "[5f00::1]",
    "metadata.google.internal", "mixed.example", "mixed6.example", "own.example", "scoped.example",
    "100.100.100.200",
    "100.64.0.1", "192.0.0.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "224.0.0.1", "239.1.1.1",
    "240.0.0.1",
    "255.255.255.255", "10.0.0.1", "172.16.0.1", "192.168.1.1", "１２７.0.0.1", "127。0。0。1", "①②⑦.0.0.1",
    "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
]  # fmt: skip


def resolver(host: str) -> list[str]:
    return NAMES[host]


@pytest.fixture(params=["session", "stream"])
def door(request: pytest.FixtureRequest) -> Callable[..., object]:
    """Every way out of the platform."""

    def by_session(url: str, policy: Policy, **options: object) -> int:
        with make_session(policy, resolver=resolver, **options) as session:
            return session.get(url).status_code

    def by_stream(url: str, policy: Policy, **options: object) -> int:
        with open_stream(url, policy=policy, resolver=resolver, **options) as stream:
            return stream.status

    return by_session if request.param == "session" else by_stream


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_H30_private_address_is_refused_and_never_reached(make_upstream, door, host):
    canary = make_upstream()
    if socket.has_ipv6:
        make_upstream(address="::1", port=canary.port)
    for port in (canary.port, 80, 5432, 6379):
        with pytest.raises(Blocked):
            door(f"http://{host}:{port}/latest/meta-data?token=canary", Policy())
    assert canary.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "unix:///run/redis.sock",
        "http+unix://%2Frun%2Fredis.sock/",
        "http://127.0.0.1#@good.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "",
        "//x/",
    ],
)
def test_H30_other_schemes_and_hidden_hosts(door, url):
    with pytest.raises(Blocked):
        door(url, Policy())


def test_H30_allow_list_is_per_host_and_port(make_upstream, door, send):
    allowed, other = make_upstream(routes={"/": send(b"hello")}), make_upstream(routes={"/": send(b"secret")})
    policy = Policy.parse(f"127.0.0.1:{allowed.port}")
    assert door(allowed.url(), policy) == 200
    assert door(f"http://localhost:{allowed.port}/", Policy.parse(f"localhost:{allowed.port}")) == 200
    with pytest.raises(Blocked):
        door(other.url(), policy)
    with pytest.raises(Blocked):
        door(f"http://localhost:{allowed.port}/", policy)  # ::1 is not on the list
    assert other.connections == 0


def test_H30_denied_name_is_refused_though_public_or_allowed(door):
    policy = Policy.parse("own.example, 127.0.0.0/8", deny="own.example")
    with pytest.raises(Blocked):
        door("http://OWN.example.:8000/", policy)


def test_H31_checked_address_is_the_one_connected_to(make_upstream, send):
    good = make_upstream(routes={"/": send(b"good")})
    canary = make_upstream(address="127.0.0.2", port=good.port)
    answers = iter([["127.0.0.1"], ["127.0.0.2"]])
    with make_session(good.policy(), resolver=lambda host: next(answers)) as session:
        assert session.get(f"http://rebind.example:{good.port}/", headers={"Connection": "close"}).content == b"good"
        with pytest.raises(Blocked):
            session.get(f"http://rebind.example:{good.port}/")
    assert next(answers, None) is None, "the name must be resolved exactly once per connection"
    assert canary.connections == 0


def test_H31_second_answer_is_checked_as_the_first():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    target = parse_url("http://rebind.example/")
    assert checked_addresses(target, Policy(), resolver=lambda host: next(answers), timeout=1) == [ip_address(PUBLIC)]
    with pytest.raises(Blocked):
        checked_addresses(target, Policy(), resolver=lambda host: next(answers), timeout=1)


@pytest.mark.parametrize(
    "url",
    [
        "http://good.example@127.0.0.1/", "http://user:secret@good.example/",
        "http://good.example\\@127.0.0.1/",
        "http://good.example:80\\@127.0.0.1/", "http://good.example/a\\b",
        "http://good.example/\r\nHost: evil",
        "http://good.example/\tx", "ht\ntp://good.example/",
        " http://good.example/", "http://good.example/ ", "http://good.example/\x00",
        "http://good%2eexample/", "http://%31%32%37.0.0.1/",
        "http://good.example:0/", "http://good.example:65536/", "http://good.example:-1/",
        "http://good.example:+80/", "http://good.example:８０/",
        "http://good.example:/", "http://good.example:80:80/", "http://[::1", "http://::1/",
        "http://[127.0.0.1]/", "http:///etc", "http:/good.example/", "http:good.example",
        "http://good..example/", "http://.good.example/", "http://-good.example/", "http://good.example../",
        "http://" + "a" * 64 + ".example/",
        "http://" + "a." * 200 + "example/", "http://good example/", "http://good.example/" + "x" * 20_000,
        "http://\ud800.example/", "http://good.example/\u2028",
        "http://256.1.1.1/", "http://1.2.3/", "http://good.example.0x1/", "https://good_ex*mple/",
    ],
)  # fmt: skip
def test_H33_ambiguous_url_is_refused(url):
    with pytest.raises(Blocked):
        parse_url(url)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Good.Example", "http://good.example/"),
        ("https://good.example.:443/a?b#c", "https://good.example/a?b"),
        ("http://good.example:8080?x=1", "http://good.example:8080/?x=1"),
        ("http://bücher.example/下载?dir=/我的 文件",
        "http://xn--bcher-kva.example/%E4%B8%8B%E8%BD%BD?dir=/%E6%88%91%E7%9A%84%20%E6%96%87%E4%BB%B6"),
        ("http://[2606:2800:0220:0001::0001]:8443/%2e%2E/", "http://[2606:2800:220:1::1]:8443/%2e%2E/"),
        ("http://my_nas.lan:5005/", "http://my_nas.lan:5005/"),
        ("http://good.example/a@b:c", "http://good.example/a@b:c"),
    ],
)  # fmt: skip
def test_H33_good_url_has_one_form(url, canonical):
    assert parse_url(url).url == canonical
    assert parse_url(canonical).url == canonical


@given(st.text(alphabet=st.sampled_from("htps:/@\\#?[]%.:0123456789abcxé。\t\n -_"), max_size=40))
def test_H33_whatever_passes_means_the_same_to_every_parser(text):
    with contextlib.suppress(Blocked):
        target = parse_url("http://" + text)
        parts = urlsplit(target.url)
        assert (parts.scheme, parts.hostname, parts.port or 80) == (target.scheme, target.host, target.port)
        assert parts.username is None


def test_H35_all_refusals_read_the_same(upstream):
    closed_port = socket.create_server(("127.0.0.1", 0))
    port = closed_port.getsockname()[1]
    closed_port.close()
    urls = [
        upstream.url("/?access_token=canary"),
        f"http://127.0.0.1:{port}/",
        "http://10.1.2.3/",
        "http://x:99999/",
        "file:///etc/passwd",
        "http://metadata.google.internal/",
    ]
    sentences = set()
    for url in urls:
        with make_session(Policy(), resolver=resolver) as session, pytest.raises(Blocked) as refusal:
            session.get(url)
        sentences.add((str(refusal.value), refusal.value.code, refusal.value.permanent, refusal.value.retry_after))
    assert len(sentences) == 1


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", PUBLIC, "2606:2800:220:1::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"],
)
def test_public_addresses_pass(address):
    assert is_public(ip_address(address))


@given(st.ip_addresses(v=4))
def test_H30_embedding_never_turns_a_private_address_public(address):
    embedded = [
        f"::ffff:{address}",
        f"::{address}",
        f"64:ff9b::{address}",
        f"2002:{int(address) >> 16:x}:{int(address) & 0xFFFF:x}::",
    ]
    if not is_public(address):
        assert not any(is_public(ip_address(text)) for text in embedded)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("nas.lan:8096", "nas.lan"),
        ("NAS.lan.", "nas.lan"),
        ("127.0.0.1:18101", "127.0.0.1/32"),
        ("192.168.1.0/24", "192.168.1.0/24"),
        ("192.168.1.0/24:80", "192.168.1.0/24"),
        ("[fd00::/8]:443", "fd00::/8"),
        ("::1", "::1/128"),
        ("fd00::/8", "fd00::/8"),
    ],
)
def test_policy_entries(text, entry):
    assert str(HostPort.parse(text).host) == entry


@pytest.mark.parametrize(
    "text",
    ["nas.lan:0", "nas.lan:65536", "nas.lan:http", "192.168.1.1/24", "10.0.0.0/33", "10.1", "http://nas.lan",
     "a:1:2", "[::1]:", "*", "u@h:1", "::1/129"],
)  # fmt: skip
def test_policy_refuses_unclear_entries(text):
    with pytest.raises(ValueError, match=r".") as error:
        Policy.parse(f"127.0.0.1:1, {text}")
    assert not isinstance(error.value, Blocked)


def test_policy_reads_settings_of_both_shapes():
    assert Policy.parse("127.0.0.1:1, nas.lan\n10.0.0.0/8,") == Policy.parse(["127.0.0.1:1", "nas.lan", "10.0.0.0/8"])
    assert Policy.parse("") == Policy()


@pytest.mark.parametrize("failure", [socket.gaierror(-2, "unknown"), UnicodeError("label"), []])
def test_F56_missing_name_is_called_dns(failure):
    def failing(host: str) -> list[str]:
        if isinstance(failure, Exception):
            raise failure
        return failure

    with pytest.raises(DnsFailed, match="DNS"):
        dial(parse_url("http://nowhere.example/"), Policy(), timeout=1, resolver=failing)


def test_F56_silent_name_server_costs_the_time_out_only(upstream):
    def silent(host: str) -> list[str]:
        upstream.wait_for_stop()
        return []

    started = time.monotonic()
    with pytest.raises(TimedOut, match="DNS"):
        dial(parse_url("http://slow.example/"), Policy(), timeout=0.3, resolver=silent)
    assert time.monotonic() - started < 2
    upstream.stopping.set()


def _black_hole() -> tuple[socket.socket, list[socket.socket]]:
    """A listener whose queue is full: further SYNs get no answer."""
    listener = socket.create_server(("127.0.0.3", 0), backlog=0)
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        fillers.append(filler)
    return listener, fillers


def test_F50_connecting_without_an_answer_ends_in_time():
    listener, fillers = _black_hole()
    target = parse_url(f"http://127.0.0.3:{listener.getsockname()[1]}/")
    started = time.monotonic()
    with pytest.raises(TimedOut):
        dial(target, Policy.parse("127.0.0.3"), timeout=0.5)
    assert 0.4 < time.monotonic() - started < 2
    for sock in [listener, *fillers]:
        sock.close()


def test_F56_unreachable_address_falls_back_quickly(make_upstream):
    listener, fillers = _black_hole()
    port = listener.getsockname()[1]
    make_upstream(port=port)
    target = parse_url(f"http://two.example:{port}/")
    started = time.monotonic()
    with dial(target, Policy.parse("127.0.0.0/8"), timeout=5, resolver=lambda host: ["127.0.0.3", "127.0.0.1"]) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"
    assert time.monotonic() - started < 2
    for sock in [listener, *fillers]:
        sock.close()


@pytest.mark.parametrize("answers", [["::1", "127.0.0.1"], ["127.0.0.9", "127.0.0.8", "127.0.0.1"]])
def test_F56_refusing_address_falls_back_at_once(upstream, answers):
    target = parse_url(f"http://two.example:{upstream.port}/")
    with dial(target, Policy.parse("127.0.0.0/8 ::1"), timeout=5, resolver=lambda host: answers) as sock:
        assert sock.getpeername()[0] == "127.0.0.1"


def test_F56_no_address_answers():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(ConnectFailed) as error:
        dial(parse_url(f"http://127.0.0.1:{port}/?token=canary"), Policy.parse("127.0.0.1"), timeout=1)
    assert not error.value.permanent
    assert "canary" not in str(error.value)


def test_address_families_take_turns():
    addresses = [ip_address(text) for text in ("2606::1", "2606::2", "2606::3", "1.1.1.1")]
    assert [str(address) for address in interleave(addresses)] == ["2606::1", "1.1.1.1", "2606::2", "2606::3"]
