from __future__ import annotations

from contextlib import suppress
from itertools import groupby
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from core.operations import Danger, Operation, all_operations

TARGET = "docs/operations.md"
ROOMS = ("netdisk", "clouds")  # of the addresses
PLACES = ("drive", "server")  # said once for all
UNBOUNDED = 1_000_000  # bounds beyond it say nothing to a reader
KINDS = {"integer": "number", "string": "text", "boolean": "flag", "array": "list", "object": "object"}
MEANINGS = {
    "read": "looks",
    "write": "changes something",
    "destroy": "takes something away",
    "spend": "costs money",
    "execute": "runs something",
}
HEAD = """\
# Operations

Made by `manage.py operations --write` from the declarations in the code; a test keeps it current. How to call one:
[API guide](api.md#operations). The exact JSON Schema of the arguments is in `GET /api/v1/operations`.

Numbers may be sent as texts, flags as `0`, `1`, `"true"` or `true`, lists as JSON texts or with commas. Names in bold have to be
there; what follows `=` is taken when a name is left out. Those on a drive also take `drive`, the id of one of several, those on a
CloudDrive2 server `server` (`cloud_servers` lists them). *Public* ones work on the site's shared account, too (`POST /mcp/public/exec`):
what looks for everyone, what changes for staff.

## Uploads in parts

1. `upload_multipart_init` with `path` and `size`: the answer has `uploadid`, `part_size`, `parts` and in `block_list` the numbers of
   the missing parts. With `block_list` (the MD5 of each part) and the earlier `uploadid` it tells what an interrupted upload lacks;
   with `content_md5` and `slice_md5`, too, Baidu may know the content already (`return_type` 2: done).
2. `PUT /api/v1/netdisk/uploads/{uploadid}/parts/{number}` with the bytes as `application/octet-stream` and a `Content-Length`, in any
   order, several at once; or `upload_multipart_part` with up to 1 MiB in base64. The answer has the `md5`.
3. `upload_multipart_finish` with all `md5` in order as `block_list`.

An `uploadid` works for the user and the drive that started it, and as long as Baidu keeps the upload (days).
"""


class Command(BaseCommand):
    help = "Write docs/operations.md from the declared operations; without --write: fail when it differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en"):
            text = document()
        path = settings.BASE_DIR / TARGET
        if options["write"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            raise CommandError(f"{TARGET} differs from the code; run manage.py operations --write")


def document() -> str:
    lines = [HEAD]
    for room, entries in groupby(all_operations(), key=lambda entry: entry.name.partition(".")[0]):
        lines += [f"## {room}", "", "| operation | arguments | scope, danger | upstream | supported when |"]
        lines += ["|---|---|---|---|---|", *(row(entry) for entry in entries), ""]
    lines += ["| danger | means |", "|---|---|", *(f"| {name} | {meaning} |" for name, meaning in MEANINGS.items())]
    return "\n".join(lines) + "\n"


def row(entry: Operation) -> str:
    public = ", public" if entry.service else ""
    cells = [
        f"`{entry.name}`{address(entry)}<br>{' '.join(entry.summary.split())}",
        arguments(entry.schema()),
        f"`{entry.scope}`, {entry.danger}{public}",
        "<br>".join(f"`{part.strip()}`" for part in entry.upstream.split(",")) if entry.upstream else "–",
        str(entry.supported) or "always",
    ]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def address(entry: Operation) -> str:
    """Where it answers by itself, beside `/mcp/user/exec`."""
    for room in ROOMS:
        with suppress(NoReverseMatch):
            path = reverse(f"v1:{room}-{entry.short_name}")
            return f"<br>`{'GET ' if entry.danger == Danger.READ else ''}POST {path}`"
    return ""


def arguments(schema: dict[str, Any]) -> str:
    needed = schema.get("required", [])
    found = [
        argument(name, each, schema.get("$defs", {}), needed=name in needed)
        for name, each in schema.get("properties", {}).items()
        if name not in PLACES
    ]
    return "<br>".join(found) or "–"


def argument(name: str, schema: dict[str, Any], definitions: dict[str, Any], *, needed: bool) -> str:
    default = schema.get("default")
    shown = f" = `{default}`" if default not in (None, "") else ""
    mark = f"**`{name}`**" if needed else f"`{name}`"
    return f"{mark} {kind(schema, definitions)}{shown}"


def kind(schema: dict[str, Any], definitions: dict[str, Any]) -> str:
    """The type in words: number with its bounds, one of some words, list of something."""
    if "anyOf" in schema:
        return kind(next(each for each in schema["anyOf"] if each.get("type") != "null"), definitions)
    if "$ref" in schema:
        schema = definitions[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        return " / ".join(str(value) for value in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'], definitions)}"
    if "properties" in schema:
        return "{" + ", ".join(schema["properties"]) + "}"
    least, most = schema.get("minimum"), schema.get("maximum", UNBOUNDED)
    if (least, most) == (0, 1):
        return "flag"
    bounds = f" {least}–{most}" if least is not None and most < UNBOUNDED else ""
    return KINDS.get(schema.get("type", ""), "any") + bounds
