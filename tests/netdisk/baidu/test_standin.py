"""The client against the stand-in: uploads, shares, media and tags as a whole."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from core.outbound import Policy, make_session
from netdisk.baidu import BaiduClient, BaiduError, Reaction
from netdisk.baidu.media import AdRequired, Playlist, StreamType
from netdisk.baidu.types import Entry, TaskState
from netdisk.baidu.upload import PLACEHOLDER_BLOCKS, Blocks, Precreated, Rtype, plan_blocks
from tests.emulators.standin import Standin
from tests.support.waiting import until

from .bodies import Bytes

MIB = 1 << 20
CONTENT = random.Random(3).randbytes(9 * MIB + 5)
PATH = "/apps/我 的/大 100%+a&b.bin"


@pytest.fixture
def baidu(standin_program: Any) -> Standin:
    user = Standin(standin_program.url, standin_program.download_url)
    user.control("POST", "reset")
    user.sign_in()
    return user


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with make_session(Policy.parse("127.0.0.1")) as session:
        yield session


@pytest.fixture
def client(baidu: Standin, session: requests.Session) -> BaiduClient:
    return as_user(baidu, session)


def as_user(baidu: Standin, session: requests.Session) -> BaiduClient:
    token = baidu.access_token
    return BaiduClient(session, pan_url=baidu.url, pcs_url=baidu.url, access_token=lambda: token, app_id="24029330")


def md5(data: bytes | memoryview) -> str:
    return hashlib.md5(data).hexdigest()


class Sending:
    """One file on its way."""

    def __init__(self, client: BaiduClient, content: bytes = CONTENT, path: str = PATH) -> None:
        self.client, self.path, self.content = client, path, memoryview(content)
        self.blocks: Blocks = plan_blocks(len(content), 0)
        self.md5s = [md5(self.block(number)) for number in range(self.blocks.count)]

    def block(self, number: int) -> memoryview:
        start, stop = self.blocks.span(number)
        return self.content[start:stop]

    def begin(self, **more: Any) -> Precreated:
        return self.client.precreate(self.path, self.blocks.size, self.md5s, **more)

    def send(self, upload_id: str, numbers: Any) -> None:
        host = self.client.locate_upload(self.path, upload_id)
        for number in numbers:
            body = Bytes(self.block(number))
            assert self.client.upload_part(host, self.path, upload_id, number, body) == self.md5s[number]

    def finish(self, upload_id: str, **more: Any) -> Entry:
        return self.client.create_file(self.path, self.blocks.size, self.md5s, upload_id=upload_id, **more)


@pytest.fixture
def sending(client: BaiduClient) -> Sending:
    return Sending(client)


def test_a_file_arrives_byte_for_byte(baidu: Standin, sending: Sending) -> None:
    begun = sending.begin(mtime=1_600_000_000)
    assert begun.missing == (0, 1, 2)
    sending.send(begun.upload_id, begun.missing)
    entry = sending.finish(begun.upload_id, mtime=1_600_000_000)
    assert (entry.path, entry.size, entry.is_dir) == (PATH, len(CONTENT), False)
    (listed,) = sending.client.list_dir("/apps/我 的")
    assert (listed.fs_id, listed.local_mtime) == (entry.fs_id, 1_600_000_000)
    assert baidu.fetch(baidu.dlink(PATH)).content == CONTENT


def test_an_upload_goes_on_where_it_was(sending: Sending) -> None:
    begun = sending.begin()
    sending.send(begun.upload_id, [1])
    assert sending.begin(upload_id=begun.upload_id).missing == (0, 2)
    with pytest.raises(BaiduError) as caught:
        sending.finish(begun.upload_id)
    assert caught.value.reaction is Reaction.RESEND_PARTS
    sending.send(begun.upload_id, [0, 2])
    assert sending.finish(begun.upload_id).size == len(CONTENT)


def test_an_empty_block_list_means_the_first_block(baidu: Standin, sending: Sending) -> None:
    baidu.settings(block_list_answer="empty")
    assert sending.begin().missing == (0,)


def test_a_known_file_is_not_sent(client: BaiduClient, sending: Sending) -> None:
    begun = sending.begin()
    sending.send(begun.upload_id, begun.missing)
    sending.finish(begun.upload_id)
    copy = Sending(client, path="/apps/copy.bin")
    known = copy.begin(content_md5=md5(CONTENT), slice_md5=md5(CONTENT[: 256 * 1024]))
    assert known.entry is not None
    assert (known.entry.path, known.entry.size, known.missing) == ("/apps/copy.bin", len(CONTENT), ())


def test_an_app_without_rapid_upload_sends_all(baidu: Standin, sending: Sending) -> None:
    baidu.settings(rapid_upload="refused")
    with pytest.raises(BaiduError) as caught:
        sending.begin(content_md5=md5(CONTENT), slice_md5=md5(CONTENT[: 256 * 1024]))
    assert caught.value.reaction is Reaction.NO_RAPID
    assert sending.begin().missing == (0, 1, 2)


def test_placeholders_do_until_the_md5s_are_known(client: BaiduClient, sending: Sending) -> None:
    begun = client.precreate(PATH, len(CONTENT), PLACEHOLDER_BLOCKS)
    sending.send(begun.upload_id, range(sending.blocks.count))
    assert sending.finish(begun.upload_id).size == len(CONTENT)


@pytest.mark.parametrize(
    ("rtype", "renamed"),
    [(Rtype.RENAME, True), (Rtype.RENAME_IF_DIFFERENT, True), (Rtype.OVERWRITE, False)],
)
def test_a_taken_name(client: BaiduClient, rtype: Rtype, renamed: bool) -> None:
    small(client, b"first")
    entry = small(client, b"second", rtype=rtype)
    assert (entry.path != "/apps/a.txt", entry.size) == (renamed, 6)
    with pytest.raises(BaiduError) as caught:
        small(client, b"third")
    assert caught.value.platform_code == "netdisk.exists"


def small(client: BaiduClient, content: bytes, **more: Any) -> Entry:
    sending = Sending(client, content, "/apps/a.txt")
    begun = sending.begin(**more)
    sending.send(begun.upload_id, begun.missing)
    return sending.finish(begun.upload_id, **more)


@pytest.mark.parametrize(
    ("fault", "reaction"),
    [
        ({"name": "part_dropped"}, Reaction.BACKOFF),
        ({"name": "answer_lost"}, Reaction.BACKOFF),
        ({"name": "uploadid_expired"}, Reaction.RESEND_PARTS),
        ({"name": "errno", "code": 31364, "status": 400}, Reaction.SMALLER_PARTS),
        ({"name": "rate_limited"}, Reaction.BACKOFF),
        ({"name": "status", "code": 503}, Reaction.BACKOFF),
        ({"name": "html_body"}, Reaction.BACKOFF),
    ],
)
def test_F52_a_block_that_fails_says_what_helps(
    baidu: Standin, sending: Sending, fault: dict[str, Any], reaction: Reaction
) -> None:
    begun = sending.begin()
    name = fault.pop("name")
    baidu.fault(name, times=1, match={"op": "superfile2"}, **fault)
    with pytest.raises(BaiduError) as caught:
        sending.send(begun.upload_id, [0])
    assert caught.value.reaction is reaction
    if name == "part_dropped":
        assert caught.value.code == "network"
    if reaction is Reaction.BACKOFF:
        sending.send(begun.upload_id, [0])


def test_a_damaged_block_shows_in_the_md5(baidu: Standin, sending: Sending) -> None:
    begun = sending.begin()
    baidu.fault("part_flip", times=1)
    body = Bytes(sending.block(0))
    assert sending.client.upload_part(baidu.url, PATH, begun.upload_id, 0, body) != sending.md5s[0]


def test_hosts_that_may_not_get_the_token_are_passed_over(baidu: Standin, sending: Sending) -> None:
    baidu.settings(locate_servers=f"https://evil.example,http://c.pcs.baidu.com,{baidu.url}")
    assert sending.client.locate_upload(PATH, "N1-x") == baidu.url


def test_a_share_is_opened_and_taken_over(baidu: Standin, client: BaiduClient, session: requests.Session) -> None:
    file = small(client, b"shared bytes")
    link = client.share([file.fs_id], "12zx", days=7, remark="hi")
    assert (link.period, link.password, link.remark) == (7, "12zx", "hi")
    baidu.sign_in("demo2")
    other = as_user(baidu, session)
    with pytest.raises(BaiduError) as caught:
        other.share_verify(link.short_url, "0000")
    assert caught.value.platform_code == "netdisk.share_passcode"
    spwd = other.share_verify(link.short_url, "12zx")
    assert (other.share_info(link.short_url, spwd).share_id, other.share_info(link.short_url, spwd).remark) == (
        link.share_id,
        "hi",
    )
    page = other.share_list(link.short_url, spwd)
    assert ([entry.name for entry in page.entries], page.count) == (["a.txt"], 1)
    other.mkdir("/in")
    task = other.share_transfer(link.short_url, spwd, [page.entries[0].fs_id], "/in")
    until(lambda: other.share_task(task.task_id).status is TaskState.SUCCESS)
    assert [entry.size for entry in other.list_dir("/in")] == [12]


def test_an_app_without_the_entitlement_may_not_share(baidu: Standin, client: BaiduClient) -> None:
    baidu.settings(share_entitled=False)
    with pytest.raises(BaiduError) as caught:
        client.share([1], "12zx")
    assert caught.value.platform_code == "netdisk.not_supported"


def test_a_video_needs_membership_or_patience(baidu: Standin, client: BaiduClient) -> None:
    video = client.list_by_type("video").entries[0]
    playlist = client.stream(video.path, kind=StreamType.VIDEO_480)
    assert isinstance(playlist, Playlist)
    assert playlist.text.startswith("#EXTM3U")
    baidu.control("POST", "user", {"user": "demo", "vip_type": 0})
    wait = client.stream(video.path, kind=StreamType.VIDEO_480)
    assert isinstance(wait, AdRequired)
    assert wait.seconds > 0
    again = client.stream(video.path, kind=StreamType.VIDEO_480, ad_token=wait.token)
    assert isinstance(again, AdRequired)  # too soon


def test_a_document_is_no_video(client: BaiduClient) -> None:
    document = client.list_by_type("doc").entries[0]
    with pytest.raises(BaiduError) as caught:
        client.stream(document.path)
    assert caught.value.platform_code == "netdisk.media_failed"


def test_playlists_recent_files_and_tags(client: BaiduClient) -> None:
    lists, _ = client.broadcasts()
    assert lists
    files = client.broadcast_files(lists[0].mb_id).entries
    assert len(files) == lists[0].file_count
    assert all(entry.fs_id and entry.path for entry in files)
    recent = client.list_recent(3, limit=5).entries
    assert 0 < len(recent) <= 5
    assert {entry.category for entry in recent} == {3}
    tags = client.image_tags()
    assert tags
    images, _ = client.images_by_tag(tag_id=tags[0].tag_id)
    assert images
    assert all(image.name and image.path for image in images)


@pytest.mark.parametrize("call", ["recycle_list", "recycle_clear", "offline_list", "changes"])
def test_the_old_calls_are_closed_to_most_apps(client: BaiduClient, call: str) -> None:
    with pytest.raises(BaiduError) as caught:
        getattr(client, call)()
    assert caught.value.platform_code == "netdisk.not_supported"
