"""The files in deploy/ fit together, and fit the product."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from configparser import ConfigParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from prometheus_client import REGISTRY

from config.environment import BY_NAME
from core import metrics
from tests.docs.pages import ROOT, read

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
OF_POSTGRES = {"POSTGRES_PASSWORD"}


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_start_what_exists(path: Path) -> None:
    service = unit(path)["Service"]
    words = service["ExecStart"].split()
    assert words[0] == f"{service['WorkingDirectory']}/.venv/bin/python"
    assert find_spec(words[2]) if words[1] == "-m" else (ROOT / words[1]).exists() and words[2] in get_commands()
    assert service["KillMode"] == "mixed", "a second SIGTERM would end the child without handing back"
    assert service["NoNewPrivileges"] == "yes" and service["ProtectSystem"] == "strict"
    assert service["User"] != "root"
    names = {word.partition("=")[0] for word in service.get("Environment", "").split()}
    assert names <= set(BY_NAME)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_itself_finds_no_fault(path: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("no systemd-analyze here")
    copy = tmp_path / path.name.replace("@.", "@8001.")
    copy.write_text(
        re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    )
    found = subprocess.run([program, "verify", str(copy)], capture_output=True, text=True, check=False, timeout=60)
    assert [line for line in found.stderr.splitlines() if path.stem.strip("@") in line] == []


@pytest.mark.parametrize("name", ["yungang.env", "compose.env"])
def test_environment_files_name_variables_that_exist(name: str) -> None:
    lines = [line for line in read(f"deploy/env/{name}").splitlines() if line and not line.startswith("#")]
    assert lines
    assert {line.partition("=")[0] for line in lines} <= set(BY_NAME) | OF_POSTGRES


def test_the_example_environment_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from config.environment import read as value_of

    for line in read("deploy/env/yungang.env").splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            monkeypatch.setenv(name, value.strip('"'))
            value_of(name)


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(read("deploy/compose.yaml"))
    return found


def test_compose_has_the_parts_and_starts_what_exists() -> None:
    services = compose()["services"]
    assert {"postgres", "redis", "migrate", "web1", "web2", "worker1", "worker2", "nginx"} == set(services)
    assert all("healthcheck" in service for name, service in services.items() if not name.startswith("web")), (
        "web's is in the Dockerfile"
    )
    for service in services.values():
        command = service.get("command", [])
        if command[:2] == ["python", "manage.py"]:
            assert command[2] in get_commands()
        for other in service.get("depends_on", {}):
            assert other in services
        assert set(service.get("environment", {})) <= set(BY_NAME) | {
            "POSTGRES_USER",
            "POSTGRES_DB",
            "POSTGRES_PASSWORD",
        }
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose()["volumes"] or source.startswith("$") or (DEPLOY / source).exists(), volume


def test_the_check_of_a_worker_container_is_python_that_runs(db: Any) -> None:
    code = compose()["services"]["worker1"]["healthcheck"]["test"][-1]
    from core.jobs.lease import keeper

    def exit_status() -> int:
        with pytest.raises(SystemExit) as ended:
            exec(compile(code, "healthcheck", "exec"), {})
        return int(ended.value.code or 0)

    assert exit_status() == 1
    keeper.beat()
    assert exit_status() == 0


def test_the_image_is_not_root_and_has_a_check() -> None:
    text = read("deploy/Dockerfile")
    assert re.search(r"^FROM python:3\.11-slim$", text, re.MULTILINE)
    assert re.search(r"^USER (?!root)", text, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)
    names = re.findall(r"([A-Z_]+)=", re.search(r"^ENV (.*)$", text, re.MULTILINE)[1])  # type: ignore[index]
    assert set(names) <= set(BY_NAME) | {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


@pytest.mark.parametrize("name", ["nginx.conf", "upstream.conf", "compose-upstream.conf"])
def test_nginx_files_are_well_formed(name: str) -> None:
    text = re.sub(r"#.*", "", read(f"deploy/{name}"))
    text = re.sub(r"'[^']*'|\"[^\"]*\"", "q", text)
    depth = 0
    for statement in re.findall(r"[^;{}]*[;{}]", text):
        depth += {"{": 1, "}": -1}.get(statement[-1], 0)
        assert depth >= 0
        assert statement[-1] != "}" or not statement[:-1].strip(), f"no semicolon: {statement}"
    assert depth == 0 and not text[text.rfind("}") + 1 :].strip()


def test_nginx_knows_what_the_product_needs() -> None:
    site = read("deploy/nginx.conf")
    for location in ("location = /ws {", "location /files/ {", "location = /metrics {"):
        assert location in site
    socket = site.split("location = /ws {")[1].split("}")[0]
    for header in ("Host", "X-Forwarded-For", "X-Forwarded-Proto", "Upgrade", "Connection"):
        assert re.search(rf"proxy_set_header {header} ", socket), "a location with headers of its own inherits none"
    assert "$request_uri" not in site.split("log_format")[1].split(";")[0], "queries may hold one-time secrets"
    assert site.index("log_format") < site.index("access_log")


def series(client: Any) -> set[str]:
    """Every name that a scrape may hold; those of requests come with the first one."""
    assert client.get("/health").status_code == 200 and metrics.TRANSFERS
    ends = ("", "_total", "_bucket", "_sum", "_count", "_created")
    return {f"{family.name}{end}" for family in REGISTRY.collect() for end in ends}


def asked(expression: str) -> set[str]:
    return set(re.findall(r"\b((?:yungang|django|process)_\w+)", expression))


def test_alerts_ask_for_series_that_exist(client: Any, db: Any) -> None:
    rules = [
        rule for group in yaml.safe_load(read("deploy/prometheus/alerts.yml"))["groups"] for rule in group["rules"]
    ]
    names = set().union(*(asked(rule["expr"]) for rule in rules))
    assert len(names) >= 6
    assert names - series(client) == set()
    assert all(rule["annotations"]["summary"] and rule["annotations"]["action"] for rule in rules)
    yaml.safe_load(read("deploy/prometheus/prometheus.yml"))


def test_the_dashboard_asks_for_series_that_exist(client: Any, db: Any) -> None:
    panels = json.loads(read("deploy/grafana/dashboard.json"))["panels"]
    names = set().union(*(asked(target["expr"]) for panel in panels for target in panel["targets"]))
    assert len(names) >= 9
    assert names - series(client) == set()
    places = [tuple(panel["gridPos"].items()) for panel in panels]
    assert len(set(places)) == len(places)


def test_pre_commit_runs_local_hooks_only() -> None:
    repos = yaml.safe_load(read(".pre-commit-config.yaml"))["repos"]
    assert {repo["repo"] for repo in repos} == {"local"}
    for hook in repos[0]["hooks"]:
        assert hook["language"] == "system" and hook["entry"].startswith(".venv/bin/")
        assert (ROOT / hook["entry"].split()[0]).exists()
