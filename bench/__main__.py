"""`python -m bench [--only NAME] [--quick] [--list] [--no-write]`"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import machine, table
from bench.rows import ROWS
from bench.runner import Row, Setting, run
from bench.server import ROOT

DOCUMENT = ROOT / "docs" / "bench.md"


def main(arguments: list[str]) -> int:
    options = _options(arguments)
    if options.list:
        print("\n".join(f"{row.name:<15} {row.work}" for row in ROWS))
        return 0
    rows = [row for row in ROWS if not options.only or row.name in options.only]
    data = ROOT / "data"
    data.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as name:
        _measure(rows, Path(name), options)
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the product against peers.")
    names = [row.name for row in ROWS]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help="this row alone; may be repeated"
    )
    parser.add_argument("--quick", action="store_true", help="3 rounds instead of 5, and shorter ones")
    parser.add_argument("--list", action="store_true", help="name the rows and end")
    parser.add_argument("--no-write", action="store_true", help="leave docs/bench.md as it is; so does --only")
    return parser.parse_args(arguments)


def _measure(rows: list[Row], folder: Path, options: argparse.Namespace) -> None:
    facts, at, outcomes = machine.facts(folder), datetime.now(UTC), []
    rounds, seconds = (3, 1.5) if options.quick else (5, 3.0)
    for row in rows:
        print(f"== {row.name}", flush=True)
        place = folder / row.name
        place.mkdir()
        outcomes.append(run(row, Setting(place, rounds, seconds), lambda text: print(f"   {text}", flush=True)))
    print(f"\n{table.as_text(outcomes)}\n")
    if not options.only and not options.no_write:
        DOCUMENT.write_text(table.as_document(outcomes, facts, at, rounds), encoding="utf-8")
        print(f"Written to {DOCUMENT.relative_to(ROOT)}.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
