"""Runs one client's script in the clients' environment against a stand-in of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from tests.emulators.standin import CALLBACK, KEY, ROOT, Browser, Program, Standin, query_of

from .clients import REQUIREMENTS
from .door import tls_door

INSTALL_S, RUN_S = 600, 300


@dataclass(frozen=True)
class Seen:
    """What came of one call."""

    call: str
    worked: bool
    what: str


def install(folder: Path) -> Path:
    """Make a virtual environment with the pinned clients; gives its interpreter."""
    environment = {
        **os.environ,
        "PYTHON": sys.executable,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = [str(ROOT / "deploy" / "install"), str(folder), str(REQUIREMENTS)]
    subprocess.run(command, env=environment, check=True, timeout=INSTALL_S)
    return folder / "bin" / "python"


def run(python: Path, script: Path, folder: Path, switches: Mapping[str, str] | None = None) -> list[Seen]:
    """Every call of a script, in order; a script that breaks off adds a last line about that.

    `folder` is new, and home and working folder of the script. `switches` are settings of the stand-in.
    """
    folder.mkdir()
    program = Program("--port", "0", "--entries", "300")
    try:
        port = urlsplit(program.url).port or 0
        with tls_door(folder, port) as (tls_port, authority):
            environment = _environment(folder, authority) | {"TLS_PORT": str(tls_port), "HTTP_PORT": str(port)}
            environment |= _grants(program)
            Standin(program.url).settings(**(switches or {}))
            return _script(python, script, folder, environment)
    finally:
        program.stop()


def _environment(folder: Path, authority: Path) -> dict[str, str]:
    trust = dict.fromkeys(("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), str(authority))
    own = {
        "HOME": str(folder),
        "CLIENT_REPORT": str(folder / "calls.jsonl"),
        "PYTHONPATH": str(ROOT / "tests/emulators"),
    }
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", **trust, **own}


def _grants(program: Program) -> dict[str, str]:
    """A token pair, and a code that a person allowed on the stand-in's own pages."""
    pair = Standin(program.url).sign_in()
    query = {"response_type": "code", "client_id": KEY["client_id"], "redirect_uri": CALLBACK, "scope": "basic,netdisk"}
    person = Browser()
    consent = person.sign_in(f"{program.url}/oauth/2.0/authorize?{urlencode(query)}")
    code = query_of(person.submit(consent, decision="allow").headers["Location"])["code"]
    return {"ACCESS_TOKEN": pair["access_token"], "REFRESH_TOKEN": pair["refresh_token"], "CODE": code}


def _script(python: Path, script: Path, folder: Path, environment: dict[str, str]) -> list[Seen]:
    with (folder / "output.log").open("wb") as log:
        ended = subprocess.run(
            [str(python), str(script)], env=environment, cwd=folder, stdout=log, stderr=log, timeout=RUN_S, check=False
        )
    record = Path(environment["CLIENT_REPORT"])
    lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    seen = [Seen(**json.loads(line)) for line in lines]
    if ended.returncode:
        last = (folder / "output.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        seen.append(Seen("the script", False, "broke off: " + "".join(last)[:200]))
    return seen
