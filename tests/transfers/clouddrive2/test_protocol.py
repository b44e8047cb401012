"""The definition is what the tables of wire/clouddrive2.md §2 say, and the committed code is made from it."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from protos import clouddrive_pb2 as pb
from protos.generate import FOLDER, generate

TABLE = (Path(__file__).parent / "protocol.txt").read_text("utf-8").splitlines()
"""The tables: ``rpc NAME: REQUEST -> REPLY``, ``message NAME: number type name; ...``, ``enum NAME: NAME=NUMBER, ...``."""

SCALARS = {
    FieldDescriptor.TYPE_STRING: "string",
    FieldDescriptor.TYPE_BOOL: "bool",
    FieldDescriptor.TYPE_BYTES: "bytes",
    FieldDescriptor.TYPE_DOUBLE: "double",
    FieldDescriptor.TYPE_INT32: "int32",
    FieldDescriptor.TYPE_INT64: "int64",
    FieldDescriptor.TYPE_UINT32: "uint32",
    FieldDescriptor.TYPE_UINT64: "uint64",
}


def short(full_name: str) -> str:
    return full_name.removeprefix("clouddrive.").removeprefix("google.protobuf.")


def type_of(field: FieldDescriptor) -> str:
    if field.message_type and field.message_type.GetOptions().map_entry:
        entry = field.message_type.fields_by_name
        return f"map<{type_of(entry['key'])},{type_of(entry['value'])}>"
    if field.message_type:
        return short(field.message_type.full_name)
    return short(field.enum_type.full_name) if field.enum_type else SCALARS[field.type]


def row(field: FieldDescriptor) -> str:
    oneof = field.containing_oneof
    single = oneof is not None and oneof.name.startswith("_")
    label = "optional " if single else "repeated " if field.is_repeated and "map<" not in type_of(field) else ""
    inside = f" in {oneof.name}" if oneof is not None and not single else ""
    return f"{field.number} {label}{type_of(field)} {field.name}{inside}"


def enum_row(enum: EnumDescriptor) -> str:
    return f"enum {short(enum.full_name)}: {', '.join(f'{each.name}={each.number}' for each in enum.values)}"


def described() -> list[str]:
    stream = {True: "stream ", False: ""}
    methods = pb.DESCRIPTOR.services_by_name["CloudDriveFileSrv"].methods
    rows = [
        f"rpc {each.name}: {stream[each.client_streaming]}{short(each.input_type.full_name)}"
        f" -> {stream[each.server_streaming]}{short(each.output_type.full_name)}"
        for each in methods
    ]
    messages = pb.DESCRIPTOR.message_types_by_name.values()
    rows += [f"message {each.name}: {'; '.join(map(row, each.fields))}" for each in messages]
    rows += [enum_row(each) for each in pb.DESCRIPTOR.enum_types_by_name.values()]
    return rows + [enum_row(each) for message in messages for each in message.enum_types]


def test_every_method_message_and_enum_is_as_in_the_tables() -> None:
    assert sorted(described()) == sorted(TABLE)
    assert pb.DESCRIPTOR.package == "clouddrive"


def test_the_committed_code_is_what_the_definition_gives(tmp_path: Path) -> None:
    for made in generate(tmp_path):
        assert made.read_text("utf-8") == (FOLDER / made.name).read_text("utf-8"), "run `make proto`"


def test_what_a_newer_server_sends_is_kept() -> None:
    newer = pb.CloudDriveFile(name="a").SerializeToString() + bytes([0xFA, 0x3F, 1, 65])  # field 1023
    assert pb.CloudDriveFile.FromString(newer).SerializeToString() == newer


@pytest.mark.parametrize("name", ["LogMessage", "MultpleUploadFileKeyRequest", "CloudDriveFile"])
def test_spelling_is_that_of_the_interface(name: str) -> None:
    assert name in pb.DESCRIPTOR.message_types_by_name
    assert "percendDone" in pb.OfflineFile.DESCRIPTOR.fields_by_name
