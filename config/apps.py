from __future__ import annotations

from django.apps import AppConfig


class ProjectConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from . import navigation  # noqa: F401
