"""One hierarchy of errors: a stable code, an HTTP status, a sentence for people, and what they can do next."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
MAX_FIELDS = 200  # an answer never grows with what was sent


class AppError(Exception):
    """Base of every error that may reach a person.

    `code` is stable and machine-readable; `message` says what happened, `hint` what to do; `retry_after` is in seconds;
    `permanent` is true when trying the same again can't help.
    """

    code: str = "internal"
    status: int = 500
    message: Text = _("Something went wrong on our side.")
    hint: Text = _("Try again; if it stays, send the request id to the administrator.")
    permanent: bool = True

    def __init__(
        self,
        message: Text | None = None,
        *,
        code: str | None = None,
        hint: Text | None = None,
        retry_after: float | None = None,
        fields: dict[str, list[Any]] | None = None,
    ) -> None:
        self.message = message if message is not None else self.message
        self.code = code or self.code
        self.hint = hint if hint is not None else self.hint
        self.retry_after = retry_after
        self.fields = fields or {}
        super().__init__(str(self.code))

    def __str__(self) -> str:
        return str(self.message)

    def as_problem(self, request_id: str = "") -> dict[str, Any]:
        """The RFC 9457 body of this error."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": str(self.message),
            "status": self.status,
            "code": self.code,
            "detail": str(self.message),
            "hint": str(self.hint),
            "request_id": request_id,
        }
        if self.fields:
            named = islice(self.fields.items(), MAX_FIELDS)
            body["errors"] = {str(name)[:100]: [str(text) for text in texts[:MAX_FIELDS]] for name, texts in named}
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        return body


class Invalid(AppError):
    code, status = "invalid", 400
    message = _("Some of the values can't be used.")
    hint = _("Correct the named fields and send again.")


class Unauthenticated(AppError):
    code, status = "unauthenticated", 401
    message = _("You are not signed in.")
    hint = _("Sign in, or send a valid access token in the Authorization header.")


class Forbidden(AppError):
    code, status = "forbidden", 403
    message = _("You are not allowed to do this.")
    hint = _("Ask an administrator if you need it.")


class NotFound(AppError):
    code, status = "not_found", 404
    message = _("There is nothing here.")
    hint = _("It may have been deleted, or it belongs to someone else.")


class Conflict(AppError):
    code, status = "conflict", 409
    message = _("This does not fit the present state.")
    hint = _("Reload and look at the state first.")


class ApprovalNeeded(AppError):
    code, status = "approval_needed", 409
    message = _("This action waits for your approval.")
    hint = _("Approve it in the dashboard, then it runs.")


class RateLimited(AppError):
    code, status, permanent = "rate_limited", 429, False
    message = _("Too many requests.")
    hint = _("Wait a moment and try again.")


class LimitReached(AppError):
    code, status = "limit_reached", 429
    message = _("The daily limit is used up.")
    hint = _("It starts again at midnight; an administrator can raise it.")


class NotSupported(AppError):
    code, status = "not_supported", 501
    message = _("The service behind this does not offer it.")
    hint = _("See the documentation for another way.")


class UpstreamFailed(AppError):
    code, status, permanent = "upstream_failed", 502, False
    message = _("The service behind this did not answer as expected.")
    hint = _("Try again in a moment.")


class Unavailable(AppError):
    code, status, permanent = "unavailable", 503, False
    message = _("The server is busy right now.")
    hint = _("Your request was not carried out. Try again in a few seconds.")
