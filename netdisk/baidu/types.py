"""What Baidu sends, as typed frozen objects, parsed once at the door.

Tolerant where servers differ (numbers as text, missing or unknown fields, `""`, `[]` or `{}` for "nothing"),
strict where a guess would be wrong: a field of the wrong type is a BaiduError "malformed" that names it, and
never quotes its value.
"""

from __future__ import annotations

import posixpath
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from netdisk.baidu import md5 as cloud_md5
from netdisk.baidu.codes import Family, lookup
from netdisk.baidu.envelope import Context, Json

MIN_POLL_INTERVAL = 5  # seconds, §1.2

T = TypeVar("T")


def _blank_is_none(value: Any) -> Any:
    return None if value in ("", [], {}) else value


def _blank_is_zero(value: Any) -> Any:
    return 0 if value is None or value == "" else value


def _null_is_empty(value: Any) -> Any:
    return "" if value is None else value


def _blank_is_list(value: Any) -> Any:
    """PHP sends `{}` or null for an empty list."""
    return value or []


def _not_too_fast(seconds: int) -> int:
    return max(seconds, MIN_POLL_INTERVAL)


def _links(value: Any) -> Any:
    """Only the addresses: servers put empty texts and numbers beside them."""
    if isinstance(value, dict):
        return {size: link for size, link in value.items() if isinstance(link, str) and link}
    return value or {}


Number = Annotated[int, BeforeValidator(_blank_is_zero), Field(ge=0, le=2**63 - 1)]
SignedNumber = Annotated[int, BeforeValidator(_blank_is_zero), Field(ge=-(2**63), le=2**63 - 1)]
OptionalNumber = Annotated[int | None, BeforeValidator(_blank_is_none), Field(ge=0, le=2**63 - 1)]
Flag = Annotated[bool, BeforeValidator(_blank_is_zero)]
Text = Annotated[str, BeforeValidator(_null_is_empty)]
Secret = Annotated[str, Field(min_length=1, repr=False)]
Maybe = Annotated[T | None, BeforeValidator(_blank_is_none)]
Many = Annotated[list[T], BeforeValidator(_blank_is_list)]
OptionalFlag = Maybe[bool]
Thumbs = Annotated[dict[str, str], BeforeValidator(_links)]


class Wire(BaseModel):
    """Base of everything parsed from a reply."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        coerce_numbers_to_str=True,
        hide_input_in_errors=True,
    )


class Quota(Wire):
    """Bytes (§2.1). `free` is the free-tier capacity, present with `checkfree` only; `expire`.

    Some of it ends within 7 days.
    """

    total: Number
    used: Number
    free: OptionalNumber = None
    expire: Flag = False


class UserInfo(Wire):
    """The account (§2.1); `vip_type` 0 ordinary, 1 vip, 2 svip."""

    uk: Number
    baidu_name: Text = ""
    netdisk_name: Text = ""
    avatar_url: Text = ""
    vip_type: Number = 0


class Entry(Wire):
    """A file or folder as any of the listings, searches and filemetas show it (§2.2-2.6).

    `size` in bytes, times in Unix seconds (0 unknown), `fs_id` 0 where the server names only the path. `md5`
    is what the server sent (None for folders), `content_md5` the real one where it can be told; a file sent
    in several parts has none that describes its bytes.
    """

    fs_id: Number = Field(0, validation_alias=AliasChoices("fs_id", "fsid"))
    path: str = Field(min_length=1)
    name: Text = Field("", validation_alias=AliasChoices("server_filename", "filename"))
    is_dir: Flag = Field(False, validation_alias="isdir")
    size: Number = 0
    category: Number = 0
    md5: Maybe[str] = None
    server_ctime: SignedNumber = Field(0, validation_alias=AliasChoices("server_ctime", "ctime"))
    server_mtime: SignedNumber = Field(0, validation_alias=AliasChoices("server_mtime", "mtime"))
    local_ctime: SignedNumber = 0
    local_mtime: SignedNumber = 0
    thumbs: Thumbs = Field(default_factory=dict)
    dir_empty: OptionalFlag = None

    @model_validator(mode="after")
    def _name_from_path(self) -> Self:
        if not self.name:
            object.__setattr__(self, "name", posixpath.basename(self.path.rstrip("/")))
        return self

    @property
    def content_md5(self) -> str | None:
        """The md5 of the content, where the cloud md5 can be decoded (§3.7)."""
        return cloud_md5.decode(self.md5) if self.md5 else None


class MediaInfo(Wire):
    """What is known of a video or audio file (§2.5): pixels, milliseconds, frames per second, hertz."""

    width: Number = 0
    height: Number = 0
    duration_ms: Number = 0
    frame_rate: Annotated[float, BeforeValidator(_blank_is_zero)] = 0.0
    channels: Number = 0
    sample_rate: Number = 0
    rotate: SignedNumber = 0


class FileMeta(Entry):
    """An entry with details (§2.5): `dlink` lives 8 hours, `duration` in seconds rounded up."""

    dlink: Annotated[str, BeforeValidator(_null_is_empty), Field(repr=False)] = ""
    duration: OptionalNumber = None
    width: OptionalNumber = None
    height: OptionalNumber = None
    date_taken: Maybe[int] = None
    orientation: Maybe[str] = None
    media_info: Maybe[MediaInfo] = None


class SemanticHit(Entry):
    """A hit of the semantic search (§2.6): the matching text of the file or of the picture."""

    content: Text = ""
    ocr: Text = ""


class CategoryUsage(Wire):
    """How many files of one category there are, and their bytes (§2.4)."""

    count: Number = 0
    size: Number = 0
    total: Number = 0


class ItemResult(Wire):
    """What became of one item of a file manager call (§2.8); `errno` 0 is success."""

    path: Text = ""
    errno: SignedNumber = 0

    @property
    def platform_code(self) -> str | None:
        """Our code of the failure, None on success."""
        return lookup(self.errno, Family.FILEMANAGER).platform_code if self.errno else None


class FileOperation(Wire):
    """The result of copy, move, rename or delete.

    `taskid` is not 0 when the work goes on in the background.
    """

    taskid: Number = 0
    items: Many[ItemResult] = Field(default_factory=list, validation_alias="info")

    @property
    def failed(self) -> list[ItemResult]:
        return [item for item in self.items if item.errno]


class TaskState(StrEnum):
    PENDING = "pending"
    RUNNING = "running"
    SUCCESS = "success"
    FAILED = "failed"


class TaskItem(Wire):
    """One item of a background task."""

    source: Text = Field("", validation_alias="from")
    target: Text = Field("", validation_alias="to")
    error_code: SignedNumber = 0


class TaskStatus(Wire):
    """A background task (§2.8); `progress` in percent."""

    status: TaskState
    progress: Number = 0
    task_errno: SignedNumber = 0
    total: Number = 0
    items: Many[TaskItem] = Field(default_factory=list, validation_alias="list")


class TokenPair(Wire):
    """An access token (30 days) and its single-use refresh token (10 years).

    `expires_in` in seconds (§1.1, §1.3).
    """

    access_token: Secret
    refresh_token: Secret
    expires_in: Annotated[int, Field(gt=0, le=2**31)]
    scope: Text = ""


class DeviceCode(Wire):
    """A started device login (§1.2): show `user_code` or the QR image, poll every `interval` seconds."""

    device_code: Secret
    user_code: str
    verification_url: str
    qrcode_url: Text = ""
    expires_in: Annotated[int, Field(gt=0, le=2**31)]
    interval: Annotated[int, BeforeValidator(_blank_is_zero), Field(le=3600), AfterValidator(_not_too_fast)] = (
        MIN_POLL_INTERVAL
    )


Model = TypeVar("Model", bound=Wire)


def parse(model: type[Model], data: object, context: Context, where: str = "") -> Model:
    """`data` as a `model`; BaiduError "malformed" naming the first wrong field, prefixed by `where`."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    field = ".".join(str(part) for part in (where, *problem["loc"]) if part != "")
    raise context.error("malformed", f"{field or model.__name__}: {problem['msg']}")


def rows(data: Json, context: Context, *keys: str) -> list[Any]:
    """The list under the first of `keys` that is there; PHP sends `{}` or null for an empty one."""
    key = next((key for key in keys if data.get(key)), None)
    if key is None:
        return []
    found = data[key]
    if not isinstance(found, list):
        raise context.error("malformed", f"{key}: not a list")
    return found


def parse_rows(
    model: type[Model], data: Json, context: Context, *keys: str, defaults: Json | None = None
) -> list[Model]:
    """The rows under the first of `keys`, each laid over `defaults`."""
    found = rows(data, context, *keys)
    filled = [{**defaults, **row} if defaults and isinstance(row, dict) else row for row in found]
    return [parse(model, row, context, f"{keys[0]}.{index}") for index, row in enumerate(filled)]
