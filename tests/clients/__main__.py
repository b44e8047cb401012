"""`make clients`: runs clients that others wrote against the stand-in and writes docs/clients.md.

python -m tests.clients [--only NAME] [--keep FOLDER] [--no-write]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from . import table
from .clients import CLIENTS, Client
from .runner import install, run


def main(arguments: list[str]) -> int:
    asked = _arguments(arguments)
    with _folder(asked.keep) as folder:
        python = install(folder / "venv")
        outcomes = [_try(client, python, folder) for client in CLIENTS if not asked.only or client.name in asked.only]
    print(f"\n{table.as_table(outcomes)}\n")
    if asked.write and not asked.only:
        table.DOCUMENT.write_text(table.as_document(outcomes, datetime.now(UTC)), encoding="utf-8")
        print(f"Written to {table.DOCUMENT}")
    return 0


def _arguments(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description="Run clients that others wrote.")
    names = [client.name for client in CLIENTS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="this client; may be repeated")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="a new folder to work in, with logs to read after")
    parser.add_argument("--no-write", dest="write", action="store_false", help="leave docs/clients.md as it is")
    return parser.parse_args(arguments)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        kept.mkdir(parents=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="yungang-clients-") as name:
        yield Path(name)


def _try(client: Client, python: Path, folder: Path) -> table.Outcome:
    print(f"== {client.name} {client.version}", flush=True)
    documented = run(python, client.script, folder / client.name)
    if not client.switches:
        return table.Outcome(client, documented)
    print(f"== {client.name} again, with {dict(client.switches)}", flush=True)
    return table.Outcome(
        client, documented, run(python, client.script, folder / f"{client.name}-loosened", client.switches)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
