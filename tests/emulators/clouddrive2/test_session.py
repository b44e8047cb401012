"""Signing in, API tokens, permissions, roots: wire/clouddrive2.md §1.1."""

from __future__ import annotations

import time

import grpc
import pytest

from emulators.clouddrive2.call import METHODS, SERVICE
from protos import clouddrive_pb2 as pb
from tests.emulators.clouddrive2.standin import Control, Plain, Program, status


def test_it_has_every_method_of_the_definition() -> None:
    import emulators.clouddrive2.app  # noqa: F401

    assert {each.name for each in SERVICE.methods} == set(METHODS)


def test_a_user_gets_a_token_that_expires(plain: Plain, control: Control) -> None:
    answer = plain.sign_in()
    assert answer.success
    assert answer.expiration.seconds > time.time()
    assert plain.names("/") == ["115open", "CloudNAS", "PikPak", "归档", "百度网盘"]
    assert control("POST", "expire-tokens")["expired"] >= 1
    with pytest.raises(grpc.RpcError) as error:
        plain.names("/")
    assert status(error) == (16, "token expired")


def test_wrong_passwords_and_codes_are_refused_in_the_reply(plain: Plain) -> None:
    refused = plain.sign_in("demo", "wrong")
    assert (refused.success, refused.token) == (False, "")
    assert "incorrect" in refused.errorMessage
    assert not plain.sign_in("second@example.org", "second").success
    assert plain.sign_in("second@example.org", "second", "123456").success


def test_without_a_token_only_public_methods_answer(cd2_program: Program, control: Control) -> None:
    anybody = Plain(cd2_program.port)
    info = anybody.call("GetSystemInfo")
    assert (info.SystemReady, info.fullUserName) == (True, "")
    for token in ("", "wrong"):
        anybody.token = token
        with pytest.raises(grpc.RpcError) as error:
            anybody.call("GetRuntimeInfo")
        assert status(error)[0] == 16


def test_an_api_token_may_do_what_its_flags_say_and_tells_them(plain: Plain, control: Control) -> None:
    flags = pb.TokenPermissions(allow_list=True, allow_create_file=True)
    made = plain.call("CreateToken", pb.CreateTokenRequest(rootDir="/", permissions=flags, expires_in=60))
    plain.token = made.token
    told = plain.call("GetApiTokenInfo", pb.StringValue(value=made.token))
    assert (told.permissions, told.rootDir) == (flags, "/")
    assert 50 < told.expires_in <= 60
    assert plain.names("/115open/空文件夹") == []
    with pytest.raises(grpc.RpcError) as error:
        plain.call("CreateFile", pb.CreateFileRequest(parentPath="/CloudNAS", fileName="a"))
    assert status(error) == (7, "permission denied: allow_create_file, allow_write")
    with pytest.raises(grpc.RpcError) as error:
        plain.call("ListTokens")
    assert status(error)[0] == 7
    plain.sign_in()
    assert [each.token for each in plain.call("ListTokens").tokens] == ["demo-token", made.token]
    plain.call("RemoveToken", pb.StringValue(value=made.token))
    plain.token = made.token
    with pytest.raises(grpc.RpcError) as error:
        plain.names("/")
    assert status(error)[0] == 16


def test_a_token_with_all_rights_is_there_from_the_start(plain: Plain, control: Control) -> None:
    plain.token = "demo-token"
    told = plain.call("GetApiTokenInfo", pb.StringValue(value=plain.token))
    assert (told.rootDir, told.HasField("expires_in")) == ("/", False)
    assert all(getattr(told.permissions, flag.name) for flag in pb.TokenPermissions.DESCRIPTOR.fields)
    assert plain.names("/115open/空文件夹") == []
    plain.write("/CloudNAS", "by token.bin", b"abc")
    assert plain.find("/CloudNAS/by token.bin").size == 3


def test_a_token_with_a_root_sees_that_folder_as_the_whole(plain: Plain, control: Control) -> None:
    plain.token = control.token(root="/115open/特殊名称")
    names = plain.names("/")
    assert "no extension" in names
    found = plain.find("/no extension")
    assert (found.fullPathName, found.CloudAPI.path) == ("/no extension", "/115open")
    with pytest.raises(grpc.RpcError) as error:
        plain.find("/115open/特殊名称/no extension")
    assert status(error)[0] == 5
    with pytest.raises(grpc.RpcError) as error:
        plain.names("/../测试")
    assert status(error)[0] == 5


def test_an_older_server_lacks_newer_methods(plain: Plain, control: Control) -> None:
    control.settings(version="0.8.5")
    with pytest.raises(grpc.RpcError) as error:
        plain.call("StartRemoteUpload", pb.StartRemoteUploadRequest(file_path="/CloudNAS/a"))
    assert status(error)[0] == 12
    assert plain.call("GetRuntimeInfo").productVersion == "0.8.5"


def test_the_log_tells_calls_without_secrets(plain: Plain, control: Control) -> None:
    control("DELETE", "log")
    plain.names("/115open")
    calls = control("GET", "log")["calls"]
    assert [(each["op"], each["path"], each["transport"]) for each in calls] == [("GetSubFiles", "/115open", "grpc")]
    assert plain.token not in str(calls)
