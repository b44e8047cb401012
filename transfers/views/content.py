from __future__ import annotations

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.api.authentication import user_of_request
from core.errors import AppError
from core.middleware import error_response
from transfers import library


async def content(request: HttpRequest, pk: str) -> HttpResponseBase:
    """The bytes of a library file, for the browser session or a bearer token; streamed on the loop."""
    return await sync_to_async(_content, thread_sensitive=False)(request, pk)


def _content(request: HttpRequest, pk: str) -> HttpResponseBase:
    close_old_connections()  # Django looks after the connections of its own threads only (F24)
    try:
        return library.respond(request, library.find(user_of_request(request), pk))
    except AppError as error:
        return error_response(request, error)
