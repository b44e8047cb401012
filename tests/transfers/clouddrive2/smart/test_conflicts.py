"""What is at the place already: fail, skip, rename, overwrite."""

from __future__ import annotations

import hashlib

import pytest

from tests.emulators.clouddrive2.standin import Control as Steering
from tests.transfers.clouddrive2.conftest import DATA, SIZE
from tests.transfers.clouddrive2.smart.conftest import NAS, Smart, refusals
from transfers.clouddrive2.smart import WAYS
from transfers.engine import TransferError


@pytest.fixture
def taken(smart: Smart, control: Steering) -> Smart:
    control("POST", "change", {"op": "mkdir", "path": "/CloudNAS/新 夹"})
    control("POST", "change", {"op": "file", "path": NAS, "size": 1000})
    control("DELETE", "log")
    return smart


def test_fail_ends_before_the_first_byte(taken: Smart, control: Steering) -> None:
    with pytest.raises(TransferError) as error:
        taken(conflict="fail")
    assert (error.value.code, error.value.permanent) == ("clouddrive_exists", True)
    assert control.counter("calls.StartRemoteUpload") == control.counter("calls.CreateFile") == 0
    assert control.file(NAS)["size"] == 1000
    assert taken.checkpoints == []


@pytest.mark.parametrize("way", WAYS)
def test_overwrite_replaces_by_every_way(taken: Smart, control: Steering, way: str) -> None:
    taken.with_mount()
    taken.with_dav()
    result = taken(conflict="overwrite", ways=(way,))
    assert (result.path, result.way, taken.whole()) == (NAS, way, True)


def test_overwrite_without_the_right_to_delete(taken: Smart, control: Steering) -> None:
    taken.credentials = {"token": control.token(without=["delete"])}
    result = taken(conflict="overwrite", ways=("remote", "direct"))
    assert refusals(result) == [("remote", "clouddrive_permission")]
    assert (result.way, taken.whole()) == ("direct", True)


def test_a_folder_is_never_overwritten(smart: Smart, control: Steering) -> None:
    control("POST", "change", {"op": "mkdir", "path": NAS})
    with pytest.raises(TransferError) as error:
        smart(conflict="overwrite")
    assert error.value.code == "clouddrive_exists"
    assert smart(conflict="skip").path == "/CloudNAS/新 夹/s (1).bin"


def test_rename_takes_the_first_free_number(taken: Smart, control: Steering) -> None:
    control("POST", "change", {"op": "file", "path": "/CloudNAS/新 夹/S (1).bin", "size": 5})
    result = taken(conflict="rename")
    assert result.path == "/CloudNAS/新 夹/s (2).bin"
    assert taken.whole(result.path)
    assert control.file(NAS)["size"] == 1000


def test_skip_leaves_a_file_of_the_same_size(taken: Smart, control: Steering) -> None:
    result = taken(conflict="skip", size=1000)
    assert (result.skipped, result.way, result.path, result.size) == (True, "", NAS, 1000)
    assert control.counter("calls.StartRemoteUpload") == 0
    other = taken(conflict="skip")
    assert (other.skipped, other.path, other.size) == (False, "/CloudNAS/新 夹/s (1).bin", SIZE)


def test_skip_compares_hashes_where_both_are_known(smart: Smart) -> None:
    path, sha1 = "/115open/新/s.bin", hashlib.sha1(DATA).hexdigest()
    smart(path)
    assert smart(path, conflict="skip", hashes={"sha1": sha1.upper()}).hashed == "sha1"
    smart.file.write_bytes(DATA[::-1])
    other = hashlib.sha1(DATA[::-1]).hexdigest()
    result = smart(path, conflict="skip", hashes={"sha1": other}, ways=("direct",))
    assert (result.path, result.hashed) == ("/115open/新/s (1).bin", "sha1")
