"""What code names, documents explain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command, find_commands
from drf_spectacular.generators import SchemaGenerator

from config.environment import VARIABLES
from core import live_settings, operations
from core.consumers import CLOSE
from core.events.hub import REVOKED, TOO_SLOW
from core.metrics import OPERATIONS  # noqa: F401  (declares the series)
from tests.docs.pages import ROOT, documents, missing, read

ROOMS = ("config", "core", "accounts", "netdisk", "transfers")
SPEAKING = {"publish": 1, "tell": 1, "broadcast": 1, "notice": 0}
TYPE = re.compile(r"[a-z_]+(\.[a-z_]+)?\Z")
SOCKET_CODE = re.compile(r"\b(4\d{3}|10(?:0\d|1[0-5]))\b")


def modules() -> Iterator[Path]:
    for room in ROOMS:
        yield from (path for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts)


def everything() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in documents())


def test_settings_and_their_generated_documents_agree() -> None:
    call_command("envdocs")
    assert missing({variable.name for variable in VARIABLES}, read("docs/settings.md")) == []
    assert missing({variable.name for variable in VARIABLES}, read(".env.example")) == []


def test_every_management_command_is_explained() -> None:
    ours = {name for room in ROOMS for name in find_commands(str(ROOT / room / "management"))}
    assert ours
    assert missing({f"manage.py {name}" for name in ours}, read("docs/operators.md")) == []


def test_every_make_target_is_explained() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.MULTILINE))
    assert "run" in targets
    assert missing({f"make {name}" for name in targets}, read("CONTRIBUTING.md")) == []


def test_every_api_address_and_verb_is_in_the_guide() -> None:
    schema = SchemaGenerator().get_schema(public=True)
    guide = read("docs/api.md") + read("docs/operations.md")
    verbs: dict[str, set[str]] = {}
    for line in re.findall(r"`((?:(?:GET|POST|PUT|PATCH|DELETE) )+)(/[^`?]*)`", guide):
        verbs.setdefault(line[1], set()).update(line[0].split())
    lost = []
    for address, methods in schema["paths"].items():
        told = verbs.get(address.replace("/api/v1/auth/", "/auth/"), set())
        lost += [f"{verb.upper()} {address}" for verb in methods if verb.upper() not in told and verb != "parameters"]
    assert lost == []


def test_every_operation_is_in_the_guide() -> None:
    assert missing({entry.name for entry in operations.all_operations()}, read("docs/operations.md")) == []


def test_every_event_type_is_in_the_guide() -> None:
    types = {kind for path in modules() for kind in _types(ast.parse(path.read_text(encoding="utf-8")))}
    assert {"transfer.done", "drive.needs_you", "hello", "broadcast"} <= types
    assert missing({f"`{kind}`" for kind in types}, read("docs/api.md")) == []


def _types(tree: ast.AST) -> Iterator[str]:
    """The constants that calls of publish, tell, broadcast and notice give as a type."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = SPEAKING.get(name)
            if place is not None and len(node.args) > place:
                argument = node.args[place]
                branches = [argument.body, argument.orelse] if isinstance(argument, ast.IfExp) else [argument]
                yield from (
                    each.value for each in branches if isinstance(each, ast.Constant) and TYPE.match(str(each.value))
                )


def test_every_close_code_is_in_the_guide() -> None:
    sources = "".join(read(name) for name in ("core/consumers.py", "core/events/hub.py", "config/asgi.py"))
    codes = {*SOCKET_CODE.findall(sources), *map(str, CLOSE.values()), str(TOO_SLOW), str(REVOKED)}
    assert len(codes) >= 8
    assert missing({f"| {code} |" for code in codes}, read("docs/api.md")) == []


def test_every_series_of_ours_is_explained() -> None:
    declared = set(re.findall(r'"(yungang_\w+)"', read("core/metrics.py")))
    assert declared
    assert missing(declared, read("docs/operators.md")) == []


def test_every_setting_that_staff_may_change_is_explained() -> None:
    assert missing({shown.setting.name for shown in _live()}, read("docs/operators.md")) == []


def _live() -> list[live_settings.Shown]:
    return [live_settings.Shown(setting, None, "") for setting in live_settings._declared.values()]


def test_variables_that_documents_name_exist() -> None:
    """A capital name with an underscore in code font is a variable of ours, or one of the few others."""
    others = {
        "TEST_POSTGRES_URL", "TEST_MARIADB_URL", "TEST_REDIS_URL", "REQUIRE_ALL_GROUPS", "KEEP_PICTURES", "NAME_FILE", "TLS_DIR",
        "FAULTS_SEED",
    }  # fmt: skip
    named = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)\b[^`]*`", everything()))
    known = {name for variable in VARIABLES for name in (variable.name, *variable.aliases)}
    assert sorted(named - known - others) == []
