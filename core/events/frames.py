"""What travels to a client: JSON text made once and sent to every socket unchanged."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

_encoder = DjangoJSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dump(value: Any) -> str:
    return _encoder.encode(value)


def event_frame(seq: int, type_: str, object_: str, data: dict[str, Any], at: datetime) -> str:
    """`{"id", "type", "data", "at"}`; `id` is the user's own event number, `data.object` what it is about."""
    about = {"object": object_} if object_ else {}
    return dump({"id": seq, "type": type_, "data": {**about, **data}, "at": at})


def progress_frame(object_: str, data: dict[str, Any]) -> str:
    """`{"type": "progress_update", "data": {"object", …}}`: no id, superseded by the next one of the same object."""
    return dump({"type": "progress_update", "data": {"object": object_, **data}})


def notice(type_: str, **data: Any) -> str:
    return dump({"type": type_, "data": data})


def load(text: str) -> Any:
    return json.loads(text)
