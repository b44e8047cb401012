"""The pages of the mounts of a server, against the stand-in, which shows its clouds in real folders."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from core.models import AuditEntry
from transfers.clouds import servers
from transfers.models import CloudServer

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
SOURCE = "/PikPak/音乐"


@pytest.fixture
def point(cloud_standin: Any, tmp_path: Path) -> Iterator[str]:
    """A folder where the stand-in may mount; it lets go of it before the folder goes."""
    yield str(tmp_path / "mount & <b>")
    cloud_standin("POST", "reset")


@pytest.fixture
def mounted(page: Any, server: CloudServer, point: str) -> str:
    answer = page.post(url("mount-new", server), {"point": point, "source": SOURCE, "name": "music", "auto": "on"})
    assert answer.status_code == 302
    return point


def url(name: str, server: CloudServer, *more: Any) -> str:
    return reverse(f"transfers:{name}", args=[server.pk, *more])


def told(server: CloudServer) -> Any:
    """The one mount as the server tells it."""
    [mount] = servers.client_for(server).mounts()
    return mount


def act(page: Any, server: CloudServer, verb: str, point: str) -> Any:
    return page.post(url("mount-act", server, verb), {"point": point}, headers=HTMX)


def test_without_mounts_the_page_says_what_they_are_and_how_to_add_one(page: Any, server: CloudServer) -> None:
    text = page.get(url("mounts", server)).content.decode()
    assert "This server has no mounts" in text and url("mount-new", server) in text
    assert "<html" not in page.get(url("mounts", server), headers=HTMX).content.decode()


def test_a_mount_is_added_and_shown_as_it_is(page: Any, server: CloudServer, mounted: str) -> None:
    mount = told(server)
    assert (mount.mountPoint, mount.sourceDir, mount.name, mount.autoMount) == (mounted, SOURCE, "music", True)
    assert mount.isMounted and Path(mounted).is_dir()
    text = page.get(url("mounts", server)).content.decode()
    assert "mount &amp; &lt;b&gt;" in text and "<b>" not in text.split('id="mounts"')[1]
    assert SOURCE in text and "Mounted" in text and "mounted at every start" in text
    assert AuditEntry.objects.get(action="transfers.server_mount").summary == {"verb": "add", "point": mounted}


def test_the_form_is_a_dialog_with_script_and_suggests_clouds(page: Any, server: CloudServer) -> None:
    text = page.get(url("mount-new", server), headers=HTMX).content.decode()
    assert text.lstrip().startswith("<dialog") and '<option value="/115open">' in text
    assert "<html" in page.get(url("mount-new", server)).content.decode()


def test_unmounted_mounted_and_removed(page: Any, server: CloudServer, mounted: str) -> None:
    answer = act(page, server, "unmount", mounted)
    assert "Not mounted" in answer.content.decode() and "is unmounted" in answer.headers["HX-Trigger"]
    assert not told(server).isMounted
    assert act(page, server, "mount", mounted).status_code == 200
    assert told(server).isMounted
    assert "This server has no mounts" in act(page, server, "remove", mounted).content.decode()
    assert servers.client_for(server).mounts() == []
    verbs = [entry.summary["verb"] for entry in AuditEntry.objects.filter(action="transfers.server_mount")]
    assert sorted(verbs) == ["add", "mount", "remove", "unmount"]


def test_without_script_the_buttons_lead_back_to_the_page(page: Any, server: CloudServer, mounted: str) -> None:
    answer = page.post(url("mount-act", server, "unmount"), {"point": mounted}, follow=True)
    assert answer.redirect_chain == [(url("mounts", server), 302)]
    assert "is unmounted" in answer.content.decode()


def test_changing_one_starts_from_what_it_is(page: Any, server: CloudServer, mounted: str) -> None:
    address = f"{url('mount-edit', server)}?point={mounted.replace('&', '%26')}"
    shown = page.get(address).context["form"]
    assert shown["source"].value() == SOURCE and shown["auto"].value() is True
    answer = page.post(address, {"point": mounted, "source": "/PikPak", "name": "all", "read_only": "on"})
    assert answer.url == url("mounts", server)
    mount = told(server)
    assert (mount.sourceDir, mount.name, mount.readOnly, mount.autoMount) == ("/PikPak", "all", True, False)
    assert "read only" in page.get(url("mounts", server)).content.decode()


def test_one_that_is_not_there_can_not_be_changed(page: Any, server: CloudServer) -> None:
    assert page.get(f"{url('mount-edit', server)}?point=/nowhere").status_code == 404
    assert page.post(url("mount-act", server, "explode"), {"point": "/x"}).status_code == 404
    assert page.post(url("mount-act", server, "mount")).status_code == 404


def test_why_a_mount_failed_is_shown_in_its_row(page: Any, server: CloudServer, point: str) -> None:
    Path(point).mkdir()
    (Path(point) / "in the way.txt").touch()
    answer = page.post(url("mount-new", server), {"point": point, "source": SOURCE, "auto": "on"})
    assert answer.url == url("mounts", server)
    text = page.get(url("mounts", server)).content.decode()
    assert "is stored, but could not be mounted" in text
    assert "Could not be mounted" in text and "mount point is not empty" in text


def test_a_second_one_at_the_same_folder_is_refused(page: Any, server: CloudServer, mounted: str) -> None:
    answer = page.post(url("mount-new", server), {"point": mounted, "source": "/"})
    assert answer.status_code == 422 and "already" in answer.context["form"].errors["point"][0]
    assert told(server).sourceDir == SOURCE


def test_what_the_server_refuses_is_said_above_the_list(page: Any, server: CloudServer, mounted: str) -> None:
    answer = act(page, server, "mount", mounted)
    assert "already mounted" in answer.content.decode() and "HX-Trigger" not in answer.headers


def test_the_plan_may_not_allow_another_one(page: Any, server: CloudServer, cloud_standin: Any, point: str) -> None:
    cloud_standin.settings(mounts_allowed=0)
    answer = page.post(url("mount-new", server), {"point": point, "source": "/"})
    assert answer.status_code == 422 and "plan of the CloudDrive2 account" in answer.content.decode()


@pytest.mark.parametrize("values", [{"point": "", "source": "/"}, {"point": "/x", "source": ""}, {"point": "x" * 1001}])
def test_what_is_missing_is_said_at_its_field(page: Any, server: CloudServer, values: dict[str, str]) -> None:
    answer = page.post(url("mount-new", server), values)
    assert answer.status_code == 422 and answer.context["form"].errors
    assert servers.client_for(server).mounts() == []


def test_a_token_without_the_right_gets_a_sentence(page: Any, alice: Any, cloud_standin: Any) -> None:
    token = cloud_standin.token(without=["get_mounts", "modify_mounts"])
    row = servers.add(alice, cloud_standin.access(username="", secret=token))
    answer = page.get(url("mounts", row))
    assert answer.status_code == 200 and "The token does not allow this" in answer.content.decode()
    assert "The token does not allow this" in page.get(f"{url('mount-edit', row)}?point=/x").content.decode()
    assert "The token does not allow this" in act(page, row, "mount", "/x").content.decode()


def test_a_server_that_is_away_is_a_sentence(page: Any, server: CloudServer, cloud_standin: Any) -> None:
    cloud_standin.fault("unavailable")
    for path in (url("mounts", server), f"{url('mount-edit', server)}?point=/x"):
        answer = page.get(path)
        assert answer.status_code == 200 and "reached" in answer.content.decode(), path
    answer = page.post(url("mount-new", server), {"point": "/x", "source": "/"})
    assert answer.status_code == 422 and "reached" in answer.content.decode()
