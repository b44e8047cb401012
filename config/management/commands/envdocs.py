from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.environment import BASE_DIR, VARIABLES

TARGETS = {".env.example": "env_example", "docs/settings.md": "reference"}


class Command(BaseCommand):
    help = (
        "Write .env.example and docs/settings.md from the table of variables; without --write: fail when they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, maker in TARGETS.items():
            path, text = BASE_DIR / name, globals()[maker]()
            if options["write"]:
                path.write_text(text, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"{name} differs from config/environment.py; run manage.py envdocs --write")


def env_example() -> str:
    lines = [
        "# Every setting, with its default. Copy to .env and change what you need. Made by `manage.py envdocs --write`."
    ]
    for section, rows in groupby(VARIABLES, key=lambda row: row.section):
        lines += ["", f"# -- {section}"]
        for row in rows:
            lines += [f"# {row.help}", f"#{row.name}={row.default}"]
    return "\n".join(lines) + "\n"


def reference() -> str:
    lines = [
        "# Settings",
        "",
        "Made by `manage.py envdocs --write` from `config/environment.py`. Any value may come from a file instead: `NAME_FILE=/path`.",
    ]
    for section, rows in groupby(VARIABLES, key=lambda row: row.section):
        lines += ["", f"## {section}", "", "| variable | default | meaning |", "|---|---|---|"]
        for row in rows:
            names = "<br>".join(f"`{name}`" for name in (row.name, *row.aliases))
            lines.append(
                f"| {names} | {f'`{row.default}`' if row.default else ''} | {row.help.replace('|', chr(92) + '|')} |"
            )
    return "\n".join(lines) + "\n"
