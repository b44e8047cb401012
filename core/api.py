"""What every API view shares: strict JSON in, compact JSON out, problem+json for errors, pages, throttling."""

from __future__ import annotations

import codecs
import json
import math
from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers, renderers, status
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from .errors import AppError, Forbidden, Invalid, NotFound, RateLimited, Unauthenticated, Unavailable
from .ratelimit import Limit, hit
from .request import current, network_prefix

MAX_DEPTH = 64
MAX_ITEMS = 10_000  # of one list or object


class JSONRenderer(renderers.JSONRenderer):
    ensure_ascii = False
    compact = True


class InvalidJSON(Invalid):
    code, status = "json_invalid", 422
    message = _("The request body is not valid JSON.")


class BodyTooLarge(Invalid):
    code, status = "body_too_large", 413
    message = _("The request body is too large.")


class JSONNegotiation(DefaultContentNegotiation):
    """Nearly every view has one renderer: then there is nothing to negotiate."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> Any:
        if len(renderers) == 1:
            return renderers[0], renderers[0].media_type
        return super().select_renderer(request, renderers, format_suffix)


class StrictJSONParser(parsers.BaseParser):
    """JSON as the standard has it: no NaN, no duplicate keys, no NUL or lone surrogates; bounded in every way (H50)."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        raw = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(raw) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise BodyTooLarge
        try:
            return strict_json(raw)
        except (ValueError, RecursionError) as error:
            raise InvalidJSON(hint=_("Send only the JSON object: %s") % str(error)[:120]) from None


def strict_json(raw: bytes) -> Any:
    """Parse, or raise `ValueError` with the reason."""
    if raw.startswith(codecs.BOM_UTF8):
        raise ValueError("byte order mark")
    text = raw.decode("utf-8")
    value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_unique, parse_int=_bounded, parse_float=_finite)
    if "\\u" in text or "\x00" in text:
        _check_texts(value)
    _check_shape(value)
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _bounded(text: str) -> int:
    if len(text) > 20:
        raise ValueError("number too long")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("number too large")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key appears twice")
    return found


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise ValueError("NUL character")
        value.encode("utf-8")  # lone surrogates raise UnicodeEncodeError, a ValueError
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_texts(key)
            _check_texts(item)
    elif isinstance(value, list):
        for item in value:
            _check_texts(item)


def _check_shape(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict | list):
        if len(value) > MAX_ITEMS:
            raise ValueError("too many items")
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, dict | list):
                _check_shape(item, depth + 1)


def as_app_error(error: Exception) -> AppError | None:
    """Our error for anything that DRF or Django may raise; None for what is really unexpected."""
    if isinstance(error, AppError):
        return error
    if isinstance(error, OperationalError | InterfaceError):
        return Unavailable(retry_after=5)
    if isinstance(error, Http404 | exceptions.NotFound):
        return NotFound()
    if isinstance(error, exceptions.ValidationError):
        return Invalid(fields=_fields(error.detail))
    if isinstance(error, ModelValidationError):
        return Invalid(fields=getattr(error, "message_dict", {"value": error.messages}))
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        return Unauthenticated()
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return Forbidden()
    if isinstance(error, exceptions.Throttled):
        return RateLimited(retry_after=getattr(error, "wait", None))
    if isinstance(error, exceptions.APIException):
        return _from_drf(error)
    return None


def _from_drf(error: exceptions.APIException) -> AppError:
    known = Invalid(str(error.detail), code=str(error.default_code), hint=_("See the API description."))
    known.status = error.status_code
    return known


def _fields(detail: Any, prefix: str = "") -> dict[str, list[Any]]:
    if isinstance(detail, list):
        return {prefix or "value": [str(item) for item in detail]}
    found: dict[str, list[Any]] = {}
    for name, inner in detail.items():
        path = f"{prefix}.{name}" if prefix else str(name)
        found.update(_fields(inner, path) if isinstance(inner, dict) else {path: [str(item) for item in inner]})
    return found


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler."""
    known = as_app_error(error)
    if known is None:
        return None
    from rest_framework.views import set_rollback  # it imports the renderers of this module

    set_rollback()
    response = Response(
        known.as_problem(current().request_id), status=known.status, content_type="application/problem+json"
    )
    if known.status == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="yungang"'
    if known.retry_after is not None:
        response["Retry-After"] = str(max(1, round(known.retry_after)))
    return response


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 500

    def get_page_size(self, request: Any) -> int | None:
        """A size that is no positive number is refused, not overlooked; one too large is cut to the largest."""
        wanted = request.query_params.get(self.page_size_query_param)
        if wanted is not None and not (wanted.isascii() and wanted.isdigit() and 0 < len(wanted) < 20 and int(wanted)):
            raise Invalid(fields={"page_size": [_("Write a number from 1 to %d.") % self.max_page_size]})
        return super().get_page_size(request)

    def get_page_number(self, request: Any, paginator: Any) -> Any:
        number = super().get_page_number(request, paginator)
        if not str(number).isdigit() or len(str(number)) > 9:
            raise NotFound(_("There is no such page."))
        return number


class UserThrottle(BaseThrottle):
    """Fairness between users, not a security measure: so many calls per minute for a user, fewer for a stranger's network."""

    known, stranger = Limit(60_000, 60), Limit(300, 60)
    wait_seconds = 0.0

    def allow_request(self, request: Any, view: Any) -> bool:
        user = request.user
        if user is not None and user.is_authenticated:
            self.wait_seconds = hit(f"api:{user.pk}", self.known)
        else:
            self.wait_seconds = hit(f"api:{network_prefix(current().address)}", self.stranger)
        return not self.wait_seconds

    def wait(self) -> float:
        return self.wait_seconds
