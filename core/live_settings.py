"""Settings that staff change at run time (C5): declared here by each app, stored with history, fixed by the environment if set there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .errors import Conflict, Invalid, Text
from .models import LiveSettingChange, LiveSettingValue

CACHE_SECONDS = 5


@dataclass(frozen=True)
class LiveSetting:
    """`name` is also the environment variable and the Django setting that gives the default."""

    name: str
    label: Text
    help: Text
    minimum: int = 0
    maximum: int = 2**40
    choices: Sequence[tuple[str, Text]] = ()

    @property
    def default(self) -> Any:
        return getattr(settings, self.name)

    @property
    def fixed(self) -> bool:
        return self.name in settings.FIXED_BY_ENVIRONMENT

    def clean(self, value: Any) -> Any:
        if self.choices:
            if value not in dict(self.choices):
                raise Invalid(_("Choose one of the listed values."), fields={self.name: [self.help]})
            return value
        try:
            number = int(str(value))
        except ValueError as error:
            raise Invalid(_("Write a whole number."), fields={self.name: [self.help]}) from error
        if not self.minimum <= number <= self.maximum:
            raise Invalid(_("The number is outside the allowed range."), fields={self.name: [self.help]})
        return number


_declared: dict[str, LiveSetting] = {}


def declare(setting: LiveSetting) -> LiveSetting:
    _declared[setting.name] = setting
    return setting


def value(name: str) -> Any:
    """The value in force: environment, else saved by staff, else default. Seen by all processes within 5 s."""
    setting = _declared[name]
    if setting.fixed:
        return setting.default
    key = f"live:{name}"
    found = cache.get(key)
    if found is None:
        row = LiveSettingValue.objects.filter(key=name).values_list("value", flat=True).first()
        found = setting.default if row is None else row
        cache.set(key, found, CACHE_SECONDS)
    return found


@dataclass(frozen=True)
class Shown:
    setting: LiveSetting
    value: Any
    source: str  # environment, saved or default


def overview() -> list[Shown]:
    saved = dict(LiveSettingValue.objects.values_list("key", "value"))
    return [
        Shown(
            setting,
            setting.default if setting.fixed else saved.get(setting.name, setting.default),
            "environment" if setting.fixed else "saved" if setting.name in saved else "default",
        )
        for setting in _declared.values()
    ]


def save(name: str, new: Any, user: Any) -> None:
    """Store a new value with history; None goes back to the default."""
    setting = _declared.get(name)
    if setting is None:
        raise Invalid(_("There is no such setting."))
    if setting.fixed:
        raise Conflict(_("The environment fixes this setting."), hint=_("Change the variable and restart."))
    with transaction.atomic():
        before = LiveSettingValue.objects.filter(key=name).values_list("value", flat=True).first()
        after = None if new is None else setting.clean(new)
        if after is None:
            LiveSettingValue.objects.filter(key=name).delete()
        else:
            LiveSettingValue.objects.update_or_create(key=name, defaults={"value": after})
        LiveSettingChange.objects.create(key=name, before=before, after=after, user=user)
    cache.delete(f"live:{name}")


declare(
    LiveSetting(
        "REGISTRATION",
        _("Registration"),
        _("Whether newcomers may make their own account."),
        choices=[("open", pgettext_lazy("registration", "Open")), ("closed", _("Closed"))],
    )
)
