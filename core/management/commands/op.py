from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from core import operations
from core.errors import AppError
from core.operations import Call, Surface


class Command(BaseCommand):
    help = "Run one operation: manage.py op netdisk.quota --user NAME --json '{}'. Without a name: list them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?")
        parser.add_argument("--json", default="{}", help="the arguments as a JSON object")
        parser.add_argument("--user", help="whose things it works on; default: the first administrator")
        parser.add_argument("--public", action="store_true", help="on the site's shared account")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["name"]:
            for entry in operations.all_operations():
                self.stdout.write(f"{entry.name:<28} {entry.danger:<8} {entry.title}")
            return
        try:
            raw = json.loads(options["json"])
            call = Call(user=_user(options["user"]), surface=Surface.SCRIPT, service=options["public"])
            result = operations.run(operations.find(options["name"]), call, raw)
        except ValueError as error:
            raise CommandError(f"--json is not valid JSON: {error}") from error
        except AppError as error:
            fields = "".join(f"\n  {name}: {'; '.join(map(str, texts))}" for name, texts in error.fields.items())
            raise CommandError(f"{error.code}: {error.message} {error.hint}{fields}") from error
        self.stdout.write(json.dumps(operations.dump(result), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))


def _user(name: str | None) -> Any:
    users = get_user_model()._default_manager
    found = users.filter(username=name).first() if name else users.filter(is_superuser=True).order_by("pk").first()
    if found is None:
        raise CommandError(
            f"There is no user {name}." if name else "There is no administrator yet; name one with --user."
        )
    return found
