"""Which hosts may get the access token (§4)."""

from __future__ import annotations

import pytest

from netdisk.baidu import BaiduClient, BaiduError
from netdisk.baidu.hosts import BAIDU_HOSTS, TrustedHosts

from .conftest import TOKEN

TRUSTED = [
    "https://d.pcs.baidu.com/file/abc?fid=1",
    "https://baidu.com/",
    "https://BAIDU.com/",
    "https://d.pcs.baidu.com:443/file",
    "https://nj01ct01.baidupcs.com/file/abc",
]
FOREIGN = [
    "",
    "nonsense",
    "https://",
    "http://d.pcs.baidu.com/file",
    "ftp://d.pcs.baidu.com/file",
    "https://d.pcs.baidu.com:8443/file",
    "https://d.pcs.baidu.com:99999/file",
    "https://evil.example/d.pcs.baidu.com",
    "https://baidu.com.evil.example/",
    "https://evilbaidu.com/",
    "https://d.pcs.baidu.com@evil.example/",
    "https://user@d.pcs.baidu.com/",
    "https://evil.example#@baidu.com/",
    "https://evil.example\\@baidu.com/",
    "https://evil.example\\.baidu.com/",
    "https://evil.example?.baidu.com/",
    "https://d.pcs.baidu.com./",
    "https://d.pcs.baidu.com\r\n.evil.example/",
    "https://ｂaidu.com/",
    "https://127.0.0.1/",
    "https://[::1]/",
    "//d.pcs.baidu.com/",
]


@pytest.mark.parametrize("url", TRUSTED)
def test_baidu_hosts_are_trusted(url: str) -> None:
    assert url in TrustedHosts(BAIDU_HOSTS)


@pytest.mark.parametrize("url", FOREIGN)
def test_H33_others_are_not(url: str) -> None:
    assert url not in TrustedHosts(BAIDU_HOSTS)


def test_an_exact_host_and_port_may_speak_http() -> None:
    hosts = TrustedHosts([*BAIDU_HOSTS, "standin.test:8443"])
    assert "http://standin.test:8443/file" in hosts
    assert "https://standin.test:8443/file" in hosts
    assert "http://standin.test/file" not in hosts
    assert "http://a.standin.test:8443/file" not in hosts


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5/f", "https://127.0.0.1/f", "http://localhost:8/", "http://[::1]:5/"]
)
def test_a_machine_is_trusted_on_any_port(url: str) -> None:
    hosts = TrustedHosts(["127.0.0.1", "localhost", "::1"])
    assert url in hosts
    assert "http://127.0.0.2:5/f" not in hosts


def test_the_token_goes_to_trusted_hosts_only(client: BaiduClient) -> None:
    address, headers = client.download_request("https://d.pcs.baidu.com/file/abc?fid=1-250528-2&sign=a%2Bb#x")
    assert address == f"https://d.pcs.baidu.com/file/abc?fid=1-250528-2&sign=a%2Bb&access_token={TOKEN}"
    assert headers == {"User-Agent": "pan.baidu.com"}
    with pytest.raises(BaiduError) as caught:
        client.download_request("https://evil.example/file?fid=1")
    assert caught.value.platform_code == "netdisk.untrusted_host"
    assert TOKEN not in str(caught.value)


def test_the_hosts_of_the_base_urls_are_trusted(client: BaiduClient) -> None:
    client_port = client.pcs_url.rsplit(":", 1)[1]
    assert client.is_trusted_host(f"http://127.0.0.1:{client_port}/file")
    assert not client.is_trusted_host(f"http://127.0.0.1:{int(client_port) ^ 1}/file")


def test_a_dlink_without_query_gets_one(client: BaiduClient) -> None:
    assert client.download_request("https://d.pcs.baidu.com/f")[0].endswith(f"/f?access_token={TOKEN}")
