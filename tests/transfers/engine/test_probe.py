"""What is learned about a file before it is moved."""

from __future__ import annotations

import base64
import hashlib

import pytest

from tests.transfers.engine.conftest import CONTENT, SIZE
from tests.transfers.engine.faulty_server import chunked
from tests.transfers.engine.opener import opener
from transfers.engine import Link
from transfers.engine.http_source import HttpSource


@pytest.fixture
def probe(server):
    server.probes_too = True
    return HttpSource(lambda renew: Link(server.url), opener()).probe


def test_size_validator_ranges_and_name(server, probe):
    server.headers["Last-Modified"] = "Mon, 02 Jan 2023 03:04:05 GMT"
    info = probe()
    assert (info.identity.size, info.identity.etag, info.ranges) == (SIZE, '"v1"', True)
    assert info.identity.last_modified == "Mon, 02 Jan 2023 03:04:05 GMT"
    assert info.name == "some file.bin"
    assert server.sent == 1


def test_name_is_data_and_may_be_hostile(server, probe):
    server.headers["Content-Disposition"] = 'attachment; filename="../../etc/passwd"'
    assert probe().name == "../../etc/passwd"


def test_server_without_ranges_is_tolerated(server, probe):
    server.ranges = False
    info = probe()
    assert (info.identity.size, info.ranges) == (SIZE, False)


def test_unknown_length(server, probe):
    server.behave = chunked()
    info = probe()
    assert (info.identity.size, info.ranges) == (None, False)


def test_total_that_is_not_told(server, probe):
    server.behave = lambda exchange: (
        exchange.head(206, Content_Range="bytes 0-0/*", Content_Length=1),
        exchange.send(0, 1),
    )
    assert not probe().ranges


@pytest.mark.parametrize("fields", [{"Content_Encoding": "gzip"}, {"Content_Range": f"bytes 0-99/{SIZE}"}])
def test_ranges_that_cannot_be_trusted(server, probe, fields):
    server.behave = lambda exchange: exchange.range_head(0, 1, **fields)
    assert not probe().ranges


def test_content_md5_of_the_single_byte_is_not_taken_for_that_of_the_file(server, probe):
    server.headers["Content-MD5"] = base64.b64encode(hashlib.md5(CONTENT[:1]).digest()).decode()
    assert probe().digests == {}
    server.headers["Content-MD5"] = base64.b64encode(hashlib.md5(CONTENT).digest()).decode()
    assert probe().digests == {"md5": hashlib.md5(CONTENT).hexdigest()}
