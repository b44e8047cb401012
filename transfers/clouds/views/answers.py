"""What came of a call to a server, for pages that show a refusal beside everything else instead of failing with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext as _

from core.errors import AppError
from core.pages import sentence
from transfers.clouds.errors import CloudError, translated

T = TypeVar("T")


@dataclass(frozen=True)
class Asked(Generic[T]):
    """The value of a call, or the error."""

    value: T | None
    error: AppError | None = None

    @property
    def problem(self) -> dict[str, str] | None:
        return problem(self.error) if self.error else None


def ask(call: Callable[[], T]) -> Asked[T]:
    """Calls a server; every refusal and failure is an answer."""
    try:
        with translated():
            return Asked(call())
    except AppError as error:
        return Asked(None, error)


def problem(error: AppError) -> dict[str, str]:
    """What to show of an error: `text` for everybody, `said` in the server's own words for who knows it."""
    said = error.said if isinstance(error, CloudError) else ""
    if error.code == "clouddrive_refused" and said:
        reason = said.removeprefix("CloudDrive2 refused. (").removesuffix(")")
        return {"text": _("CloudDrive2 refused: %s") % reason, "said": ""}
    return {"text": sentence(error), "said": said}


def is_away(error: Any) -> bool:
    """Whether further calls are likely to fail in the same way: nobody is there, or who is there does not answer."""
    return isinstance(error, AppError) and not getattr(error, "permanent", True)
