from __future__ import annotations

from typing import Any, get_args

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.fields import Count, Strict, Text
from transfers import messages, services
from transfers.models import LibraryFile, Transfer, TransferPart, TransferStep

MAX_ID = 2**63 - 1
WAYS = {
    "fs_id": "netdisk",
    "fs_ids": "netdisk",
    "path": "netdisk",
    "url": "url",
    "library": "library",
    "upload": "upload",
    "cloud_path": "clouddrive",
}
NOT_FOR = {
    Transfer.Destination.LIBRARY: ("drive", "server", "path", "name", "conflict"),
    Transfer.Destination.NETDISK: ("server",),
    Transfer.Destination.CLOUDDRIVE: ("drive",),
}


class SourceSerializer(Strict):
    kind = serializers.ChoiceField(
        Transfer.Source.choices, required=False, help_text="Told by the other fields when left out."
    )
    drive = serializers.UUIDField(required=False, help_text="Which drive; default: the first one.")
    fs_id = serializers.IntegerField(required=False, min_value=1, max_value=MAX_ID)
    fs_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MAX_ID),
        required=False,
        min_length=1,
        max_length=services.MAX_BATCH,
    )
    path = Text(required=False, max_length=1000, help_text="Instead of fs_id.")
    url = Text(required=False, max_length=services.MAX_URL)
    library = Text(required=False, max_length=1000, help_text="A library file: its id, or /folder/name.")
    upload = serializers.UUIDField(required=False, help_text="A complete upload that has become nothing else yet.")
    server = serializers.UUIDField(required=False, help_text="Which CloudDrive2 server; default: the first one.")
    cloud_path = Text(required=False, max_length=4000, help_text="A file of a CloudDrive2 server, by its whole path.")
    name = Text(required=False, max_length=255, help_text="For a link: the file's name.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        ways = [name for name in WAYS if name in values]
        if len(ways) != 1:
            raise serializers.ValidationError(_("Give exactly one of %s.") % ", ".join(WAYS))
        kind = WAYS[ways[0]]
        if values.get("kind", kind) != kind:
            raise serializers.ValidationError({"kind": [_("This does not fit the other fields.")]})
        return values


class DestinationSerializer(Strict):
    kind = serializers.ChoiceField(Transfer.Destination.choices, default=Transfer.Destination.LIBRARY)
    folder = Text(
        required=False, max_length=1000, allow_blank=True, trim_whitespace=False, help_text="Default: the top folder."
    )
    drive = serializers.UUIDField(required=False, help_text="Which drive; default: the first one.")
    server = serializers.UUIDField(required=False, help_text="Which CloudDrive2 server; default: the first one.")
    path = Text(
        required=False,
        max_length=1000,
        trim_whitespace=False,
        help_text="On a drive, instead of folder: the whole path, or a folder if it ends with / or name is given.",
    )
    name = Text(
        required=False, max_length=255, trim_whitespace=False, help_text="On a drive; default: the source's own."
    )
    conflict = serializers.ChoiceField(
        get_args(services.Conflicts), required=False, help_text="When the drive has the name already; default: rename."
    )

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        odd = [name for name in NOT_FOR[values["kind"]] if name in values]
        if odd:
            raise serializers.ValidationError({name: [_("This is not for kind %s.") % values["kind"]] for name in odd})
        if "path" in values and "folder" in values:
            raise serializers.ValidationError({"path": [_("Give path or folder, not both.")]})
        return values


def place_on_drive(values: dict[str, Any]) -> dict[str, Any]:
    """Folder, name, drive or server, and conflict as the services want them, of a destination beyond the library."""
    path, name = values.get("path", ""), values.get("name", "")
    if path and not name and not path.endswith("/"):
        path, _slash, name = path.rpartition("/")
        path = path or "/"
    place = {"path": path or values.get("folder", ""), "name": name}
    if values["kind"] == Transfer.Destination.CLOUDDRIVE:
        place["server_id"] = values.get("server")
    else:
        place["drive_id"] = values.get("drive")
    return place | ({"conflict": values["conflict"]} if "conflict" in values else {})


class CreateTransfer(Strict):
    source = SourceSerializer()  # type: ignore[assignment]
    destination = DestinationSerializer(required=False)
    priority = Count(default=0, min_value=-10, max_value=10)
    connections = Count(default=0, min_value=0, max_value=16, help_text="0: as the source allows.")


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class TransferSerializer(serializers.ModelSerializer[Transfer]):
    source = serializers.SerializerMethodField()  # type: ignore[assignment]
    destination = serializers.SerializerMethodField()
    error = serializers.SerializerMethodField()
    percent = serializers.IntegerField(read_only=True, allow_null=True)
    library_file = serializers.SerializerMethodField()

    class Meta:
        model = Transfer
        fields = [
            "id", "name", "state", "source", "destination", "size", "done_bytes", "percent", "speed", "priority", "attempts",
            "connections", "verified", "sha256", "error", "library_file", "available_at", "created_at", "started_at",
            "finished_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_source(self, row: Transfer) -> dict[str, Any]:
        known = {name: row.source.get(name) for name in ("fs_id", "path", "host", "upload")}
        known["library"] = row.source.get("file")
        known["server"] = row.from_server_id
        return {
            "kind": row.source_kind,
            "drive": row.account_id,
            **{name: value for name, value in known.items() if value},
        }

    def get_destination(self, row: Transfer) -> dict[str, Any]:
        if row.destination_kind == Transfer.Destination.LIBRARY:
            return {"kind": "library", "folder": row.folder}
        shown = ("path", "conflict", "fs_id", "rapid", "skipped", "way", "tried", "how")
        told = {name: row.destination[name] for name in shown if name in row.destination}
        if row.to_server_id:
            told["server"] = row.to_server_id
        return {"kind": row.destination_kind, "drive": row.target_id, **told}

    @extend_schema_field(ErrorSerializer(allow_null=True))
    def get_error(self, row: Transfer) -> dict[str, str] | None:
        return {"code": row.error_code, "detail": messages.why(row.error_code, row.error)} if row.error_code else None

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_library_file(self, row: Transfer) -> str | None:
        arrived = row.state == "done" and row.destination_kind == Transfer.Destination.LIBRARY
        return f"/files/{row.pk}" if arrived else None


class PartSerializer(serializers.ModelSerializer[TransferPart]):
    class Meta:
        model = TransferPart
        fields = ["index", "start", "stop", "done", "md5"]


class StepSerializer(serializers.ModelSerializer[TransferStep]):
    text = serializers.SerializerMethodField()

    class Meta:
        model = TransferStep
        fields = ["code", "text", "data", "attempt", "created_at"]

    def get_text(self, row: TransferStep) -> str:
        return messages.step(row.code)


class TransferDetail(TransferSerializer):
    parts = PartSerializer(many=True, read_only=True)
    steps = StepSerializer(many=True, read_only=True)

    class Meta(TransferSerializer.Meta):
        fields = [*TransferSerializer.Meta.fields, "parts", "steps"]


class ManyTransfers(serializers.Serializer[Any]):
    transfers = TransferSerializer(many=True)


class Priority(Strict):
    priority = Count(min_value=-10, max_value=10)


class LibrarySerializer(serializers.ModelSerializer[LibraryFile]):
    content = serializers.SerializerMethodField()

    class Meta:
        model = LibraryFile
        fields = ["id", "name", "folder", "size", "sha256", "mime", "created_at", "content"]
        read_only_fields = fields

    def get_content(self, row: LibraryFile) -> str:
        return f"/files/{row.pk}"
