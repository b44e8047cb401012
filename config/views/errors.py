"""The last answer: problem+json for the API, a page with the request id for people."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template import loader
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Forbidden, Invalid, NotFound, Unavailable
from core.middleware import error_response, is_api
from core.request import current

BARE_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<h1>{title}</h1><p>{text}</p><p>Request id <code>{request_id}</code></p>
<p><a href="/">Start page</a></p></html>"""


class BadRequest(Invalid):
    code = "bad_request"
    message = _("This request could not be understood.")
    hint = _("Nothing was changed. Check what was sent against the API description.")


class CsrfFailed(Forbidden):
    code = "csrf_failed"
    message = _("The form protection token is missing or wrong.")
    hint = _("Reload the page, or use an access token in the Authorization header.")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if is_api(request):
        return error_response(request, BadRequest())
    if isinstance(exception, DisallowedHost):
        return _unknown_host(request)
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, Forbidden()) if is_api(request) else _page(request, "403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, NotFound()) if is_api(request) else _page(request, "404.html", 404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose origin could not be proved; behind a proxy the cause is nearly always PUBLIC_URL."""
    if is_api(request):
        return error_response(request, CsrfFailed())
    return _page(
        request,
        "csrf.html",
        403,
        reason=reason,
        browser_origin=request.headers.get("Origin", ""),
        received_origin=f"{request.scheme}://{request.get_host()}",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Never touches the database or the session: they may be the cause. A database that is away is 503."""
    cause = sys.exc_info()[1]
    error = Unavailable(retry_after=5) if isinstance(cause, OperationalError | InterfaceError) else AppError()
    response = _bare_problem(error) if is_api(request) else _bare_page(request, error)
    if error.retry_after:
        response["Retry-After"] = str(round(error.retry_after))
    return response


def _page(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    return render(request, template, {"request_id": current().request_id, **context}, status=status)


def _unknown_host(request: HttpRequest) -> HttpResponse:
    host = request.META.get("HTTP_HOST", "")[:200]
    scheme = "https" if request.META.get("HTTP_X_FORWARDED_PROTO") == "https" else request.scheme
    error = BadRequest(
        _("This site does not know the address you used."),
        code="unknown_host",
        hint=_("Use the usual address. If this one is right, an administrator sets it as below and restarts."),
    )
    return _page(
        request,
        "error.html",
        400,
        error=error,
        line=f"PUBLIC_URL={scheme}://{host}",
        home_url=settings.PUBLIC_URL,
    )


def _bare_problem(error: AppError) -> HttpResponse:
    problem = error.as_problem(current().request_id)
    return JsonResponse(problem, status=error.status, content_type="application/problem+json")


def _bare_page(request: HttpRequest, error: AppError) -> HttpResponse:
    known = {
        "error": error,
        "request_id": current().request_id,
        "theme": request.COOKIES.get("yg_theme", "auto"),
    }
    try:
        page: str = loader.render_to_string("500.html" if error.status == 500 else "error.html", known)
    except Exception:  # a broken template or missing static files must not hide the first error
        page = BARE_PAGE.format(
            title=escape(error.message), text=escape(error.hint), request_id=escape(current().request_id)
        )
    return HttpResponse(page, status=error.status)
