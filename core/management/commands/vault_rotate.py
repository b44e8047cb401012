from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.vault import rotate


class Command(BaseCommand):
    help = (
        "Seal every stored secret under the current ENC_MASTER_KEY; earlier keys go in ENC_MASTER_KEYS_OLD meanwhile."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rotate()} secrets sealed under the current key.")
