from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from core.fastlane import open_door


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People")

    def ready(self) -> None:
        from . import receivers  # noqa: F401
        from .api import schema  # noqa: F401
        from .api.serializers import profile_of
        from .sockets import register

        register()
        for path in ("/auth/me", "/api/v1/auth/me"):
            open_door(path, profile_of)
