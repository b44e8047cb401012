"""Typed arguments of drive operations. Loose as the seed's are: numbers may be texts, lists may be JSON texts (A6)."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from core.operations import Arguments

MAX_LIMIT = 1000  # rows of one call upstream
MOST_ROWS = 10_000  # rows of one answer
MOST_ITEMS = 10_000
NUMBER = re.compile(r"-?[0-9]{1,19}")
ITEMS = re.compile(r"\s*[\[{]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
LONGEST_NAME = 255
FLAGS = {"true": 1, "false": 0, "": 0, "1": 1, "0": 0}


def number(value: Any) -> Any:
    """A whole number, also as a text; never a truth value or a fraction."""
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return int(value)
    if isinstance(value, bool | str) or (isinstance(value, float) and not value.is_integer()):
        raise ValueError("write a whole number")
    return value


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        return FLAGS.get(value.lower(), value)
    return int(value) if isinstance(value, bool) else value


def items(value: Any) -> Any:
    """A list, also as a JSON text or as texts between commas; a single item is a list of one."""
    if isinstance(value, str) and ITEMS.match(value):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise ValueError("write a list such as [123, 456]") from error
    elif isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    return [value] if isinstance(value, int | dict) and not isinstance(value, bool) else value


def paths(value: Any) -> Any:
    """As `items`, but a comma belongs to a path; an item may be an object with `path`."""
    if isinstance(value, str) and not ITEMS.match(value):
        value = [value]
    found = items(value)
    if isinstance(found, list):
        return [entry["path"] if isinstance(entry, dict) and set(entry) == {"path"} else entry for entry in found]
    return found


def absolute(path: str) -> str:
    """Paths are absolute, without empty or dot parts (wire/baidu-netdisk.md §0)."""
    if not path.startswith("/") or "\x00" in path or any(part in {".", ".."} for part in path.split("/")):
        raise ValueError("write an absolute path such as /folder")
    return path if path == "/" else path.rstrip("/") or "/"


def not_the_root(path: str) -> str:
    if path == "/":
        raise ValueError("the top folder itself can't be meant")
    return path


def plain_name(name: str) -> str:
    """One name without a folder, on one line; which other letters are taken is for Baidu to say."""
    if name in {".", ".."} or "/" in name or CONTROL.search(name):
        raise ValueError("write a name without a folder and without control characters")
    if len(name) > LONGEST_NAME:
        raise ValueError(f"write a name of at most {LONGEST_NAME} characters")
    return name


def new_path(path: str) -> str:
    """The path of something that is to be made: every part can be a name."""
    for part in path.split("/"):
        plain_name(part)
    return path


Flag = Annotated[int, Field(ge=0, le=1), BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(number)]
Path = Annotated[
    str, Field(min_length=1, max_length=1000, json_schema_extra={"pattern": "^/"}), AfterValidator(absolute)
]
ItemPath = Annotated[Path, AfterValidator(not_the_root)]
NewPath = Annotated[ItemPath, AfterValidator(new_path)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(plain_name)]
FsId = Annotated[int, Field(ge=1, le=2**63 - 1), BeforeValidator(number)]
FsIds = Annotated[list[FsId], BeforeValidator(items), Field(min_length=1, max_length=100)]
Limit = Annotated[int, Field(ge=1, le=MAX_LIMIT), BeforeValidator(number)]
Rows = Annotated[int, Field(ge=1, le=MOST_ROWS), BeforeValidator(number)]
Page = Annotated[int, Field(ge=1, le=100_000), BeforeValidator(number)]
Start = Annotated[int, Field(ge=0, le=10_000_000), BeforeValidator(number)]
Second = Annotated[int, Field(ge=0, le=2**40), BeforeValidator(number)]
Category = Annotated[int, Field(ge=1, le=7), BeforeValidator(number)]
Order = Literal["name", "time", "size"]


class OnDrive(Arguments):
    drive: str | None = Field(None, max_length=36, description="Which drive; default: the first one.")


class OfFile(OnDrive):
    """One file, by its number or by its path."""

    fsid: FsId | None = Field(None, validation_alias=AliasChoices("fsid", "fs_id"))
    path: ItemPath | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if (self.fsid is None) == (self.path is None):
            raise ValueError("name the file by fsid or by path")
        return self
