from __future__ import annotations

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("Platform")

    def ready(self) -> None:
        from . import checks, retention  # noqa: F401
        from .batches import navigation, operations, tasks  # noqa: F401

        autodiscover_modules("operations", "tasks", "navigation", "privacy")
