from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from .errors import AppError, Unavailable
from .events.publish import last_number
from .request import RequestInfo, client_address, current, enter, from_proxy, leave, request_id

log = structlog.get_logger("request")
GetResponse = Callable[[HttpRequest], HttpResponse]
API_PREFIXES = ("/api/", "/auth/", "/mcp", "/oauth/user/", "/health", "/metrics", "/files/uploads/")


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIXES)


class RequestContext:
    """Gives each request an id, binds it to log lines and audit, and logs one line when it ends."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        meta = request.META
        info = RequestInfo(
            request_id(meta.get("HTTP_X_REQUEST_ID", "")),
            client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", "")),
            "rest" if is_api(request) else "page",
        )
        request.request_id = info.request_id  # type: ignore[attr-defined]
        meta["HTTP_X_TRUSTED_PROTO"] = (
            meta.get("HTTP_X_FORWARDED_PROTO", "") if from_proxy(meta.get("REMOTE_ADDR", "")) else ""
        )
        token, started = enter(info), time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=info.request_id)
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = info.request_id
            self._protect(request, response)
            self._log(request, response, time.perf_counter() - started)
            return response
        finally:
            structlog.contextvars.clear_contextvars()
            leave(token)

    @staticmethod
    def _protect(request: HttpRequest, response: HttpResponse) -> None:
        if "Cache-Control" not in response and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"

    @staticmethod
    def _log(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        if response.status_code >= 400 or seconds > 1:
            log.info(
                "request",
                method=request.method,
                path=request.path,
                status=response.status_code,
                ms=round(seconds * 1000),
            )


class ErrorPages:
    """Turns our errors and a busy database into an answer of the kind that was asked for."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Note where the user's events stand before the page reads anything, so that its socket misses nothing."""
        user = getattr(request, "user", None)
        if request.method == "GET" and not is_api(request) and user is not None and user.is_authenticated:
            request.last_event_id = last_number(user.pk)  # type: ignore[attr-defined]

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError):
            log.warning("database.unavailable", error=str(error)[:200])
            error = Unavailable(retry_after=5)
        if not isinstance(error, AppError):
            return None
        return error_response(request, error)


def error_response(request: HttpRequest, error: AppError) -> HttpResponse:
    """problem+json for the API and for htmx, which words it as a message; the matching page for people."""
    if is_api(request) or request.headers.get("HX-Request") == "true":
        response: HttpResponse = JsonResponse(
            error.as_problem(current().request_id), status=error.status, content_type="application/problem+json"
        )
    else:
        page = {403: "403.html", 404: "404.html"}.get(error.status, "error.html")
        response = render(request, page, {"error": error, "request_id": current().request_id}, status=error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(max(1, round(error.retry_after)))
    return response
