"""`make faults`: runs every test that is named after a fault row and shows, row by row, what held.

python -m tests.faults [--long] [--only F01,F36] [--seed N] [--no-write]
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.groups import POSTGRES, REDIS, answers

from . import report
from .rows import TESTS


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="yungang-faults-") as folder:
        record = Path(folder) / "outcomes.jsonl"
        code = subprocess.call(
            _command(asked.only, long=asked.long), env=_environment(asked, folder, record), cwd=TESTS.parent
        )
        found = _outcomes(record)
    lines = report.lines(found)
    print(f"\n{report.table(lines, asked.seed)}\n\n{report.machine()}; seed {asked.seed}")
    if asked.write and lines and not asked.only:
        report.DOCUMENT.write_text(report.document(lines, asked.seed, long=asked.long), encoding="utf-8")
        print(f"Written to {report.DOCUMENT}")
    return code


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Try every fault row that has tests.")
    parser.add_argument("--long", action="store_true", help="the slow ones too, and the random ones many times")
    parser.add_argument(
        "--only", type=lambda text: text.split(","), default=[], metavar="F01,F36", help="only these rows"
    )
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6), help="repeat the random moments of a run")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/faults.md as it is")
    return parser.parse_args()


def _command(only: list[str], *, long: bool) -> list[str]:
    wanted = " or ".join(f"{row}_" for row in only) or "test_F"
    missing = [name for name, url in (("postgres", POSTGRES), ("redis", REDIS)) if not answers(url)]
    missing += [] if long or only else ["slow"]
    marks = ["-m", " and ".join(f"not {name}" for name in missing)] if missing else []
    plain = ["-q", "--no-header", "-p", "tests.faults.recorder"]
    return [sys.executable, "-m", "pytest", *plain, "-k", wanted, *marks, str(TESTS)]


def _environment(asked: argparse.Namespace, folder: str, record: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    own = {
        "YUNGANG_TEST_DATA": folder,
        "DATA_DIR": folder,
        "FAULTS_RECORD": str(record),
        "FAULTS_SEED": str(asked.seed),
    }
    return {**inherited, **own, "FAULTS_LONG": "1" if asked.long else "0", "PYTHONPATH": str(TESTS.parent)}


def _outcomes(record: Path) -> list[report.Outcome]:
    text = record.read_text(encoding="utf-8") if record.exists() else ""
    return [report.Outcome(**json.loads(line)) for line in text.splitlines()]


if __name__ == "__main__":
    sys.exit(main())
