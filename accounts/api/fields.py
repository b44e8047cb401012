"""Serializers that take exactly what they name: other fields are reported, texts must be texts (H13, H14)."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts.validators import MOST_BYTES


class Strict(serializers.Serializer[Any]):
    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = set(data) - {name for name, field in self.fields.items() if not field.read_only}
            if unknown:
                raise serializers.ValidationError(
                    {str(name)[:64]: [_("Unknown field.")] for name in sorted(unknown)[:20]}
                )
        return super().to_internal_value(data)


class Text(serializers.CharField):
    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Password(Text):
    def __init__(self, **options: Any) -> None:
        options |= {"write_only": True, "trim_whitespace": False, "max_length": MOST_BYTES}
        super().__init__(style={"input_type": "password"}, **options)


class Flag(serializers.BooleanField):
    """A real JSON boolean; DRF's own field also takes "yes" and 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Count(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class TimeZone(Text):
    def to_internal_value(self, data: Any) -> str:
        name = super().to_internal_value(data)
        if name and name not in zoneinfo.available_timezones():
            raise serializers.ValidationError(_("There is no such time zone. Write it as Asia/Shanghai."))
        return name
