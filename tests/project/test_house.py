"""The house polices itself: sizes, types of functions, migrations, dependencies, the API description."""

from __future__ import annotations

import ast
import io
import os
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "core", "accounts", "netdisk", "transfers", "emulators")
TABLES = {"config/settings.py", "config/environment.py", "netdisk/baidu/codes.py"}
LONGEST_MODULE, LONGEST_TEST, LONGEST_FUNCTION = 400, 600, 60


def sources(*rooms: str) -> Iterator[tuple[str, str]]:
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "migrations" not in path.parts and "__pycache__" not in path.parts:
                yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_modules_and_functions_stay_small() -> None:
    lengths: list[int] = []
    for name, text in sources(*ROOMS):
        lines = text.count("\n")
        assert lines <= LONGEST_MODULE or name in TABLES, f"{name} has {lines} lines: split it by noun"
        for node in functions(text):
            lengths.append(length(node))
            assert length(node) <= LONGEST_FUNCTION, f"{name}:{node.lineno} {node.name} has {length(node)} lines"
    lengths.sort()
    assert statistics.median(lengths) <= 10
    assert lengths[len(lengths) * 9 // 10] <= 30


def test_test_modules_stay_small() -> None:
    for name, text in sources("tests"):
        assert text.count("\n") <= LONGEST_TEST, name


def test_every_module_has_postponed_annotations() -> None:
    for name, text in sources(*ROOMS, "bench", "tests"):
        only_names = name.endswith("__init__.py") and not any(True for _ in functions(text))
        assert only_names or not text.strip() or "from __future__ import annotations" in text, name


def test_nothing_is_left_open_in_the_code() -> None:
    open_ends = re.compile("TO" + "DO|FIX" + "ME|XX" + "X|NotImplemented" + "Error")
    for name, text in sources(*ROOMS, "bench", "tests"):
        assert not open_ends.search(text), name


def test_no_test_sleeps_instead_of_waiting() -> None:
    for name, text in sources("tests"):
        assert "time.sl" + "eep(" not in text, name


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def pins(name: str) -> dict[str, str]:
    found = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        match = re.match(r"([A-Za-z0-9_.\[\]-]+)==(\S+)", line)
        if match:
            found[re.sub(r"\[.*\]", "", match[1]).lower()] = match[2]
    return found


def wanted(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    names = [re.match(r"[A-Za-z0-9_.-]+", line) for line in lines if line and not line.startswith(("#", "-"))]
    return [match[0].lower() for match in names if match]


def test_every_direct_dependency_is_locked_and_both_locks_agree() -> None:
    runtime, dev = pins("requirements.txt"), pins("requirements-dev.txt")
    assert set(wanted("requirements.in")) <= set(runtime)
    assert set(wanted("requirements-dev.in")) <= set(dev)
    assert {name: dev[name] for name in runtime.keys() & dev.keys()} == {
        name: runtime[name] for name in runtime.keys() & dev.keys()
    }


IMPORTED_AS = {
    "djangorestframework": "rest_framework", "drf-spectacular": "drf_spectacular", "drf-spectacular-sidecar": "drf_spectacular_sidecar",
    "django-filter": "django_filters", "django-cors-headers": "corsheaders", "django-csp": "csp", "django-unfold": "unfold",
    "djangorestframework-simplejwt": "rest_framework_simplejwt", "argon2-cffi": "Argon2PasswordHasher", "psycopg": "postgres",
    "pymysql": "pymysql", "grpcio": "import grpc",
    "protobuf": "google.protobuf", "django-environ": "environ", "django-prometheus": "django_prometheus", "uvicorn": "uvicorn",
}  # fmt: skip


def test_nothing_is_required_that_is_not_used() -> None:
    code = "\n".join(text for _name, text in sources(*ROOMS))
    for name in wanted("requirements.in"):
        assert IMPORTED_AS.get(name, name.replace("-", "_")) in code, f"{name} is required but not used"


def test_the_committed_api_description_is_current() -> None:
    """In a process of its own: some labels keep the language that was active when they were made."""
    command = [sys.executable, "manage.py", "spectacular", "--lang", "en"]
    out = subprocess.check_output(command, cwd=ROOT, env={**os.environ, "LANGUAGE_CODE": "en"}, text=True)
    assert out.strip() == (ROOT / "docs/openapi.yaml").read_text(encoding="utf-8").strip(), "run: make docs"


@pytest.mark.django_db
def test_the_api_description_has_no_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=io.StringIO())


def test_no_word_of_this_machine_in_the_files() -> None:
    strangers = re.compile(r"(?<![\w.])/(work|farm)/")
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *(ROOT / "deploy").rglob("*")]:
        if path.is_file():
            assert not strangers.search(path.read_text(encoding="utf-8", errors="ignore")), path
