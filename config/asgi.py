"""The front door (architecture §7): what is synchronous runs on a fixed pool of threads, sockets and streams stay on the loop."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

django_asgi = get_asgi_application()

from a2wsgi import WSGIMiddleware  # noqa: E402
from channels.routing import URLRouter  # noqa: E402
from django.conf import settings  # noqa: E402
from django.urls import path  # noqa: E402

from core import fastlane  # noqa: E402
from core.consumers import EventsConsumer  # noqa: E402
from core.events.hub import hub  # noqa: E402
from transfers.uploads.door import UploadDoor  # noqa: E402

from .bridge import Bridge  # noqa: E402
from .embedded import workers  # noqa: E402
from .threads import ElasticThreads  # noqa: E402
from .wsgi import application as django_wsgi  # noqa: E402

STREAMED = ("/files/",)
# Calls that may wait long for somebody else; they must not take the threads of the pages.
WAITING = (
    *("/mcp", "/api/v1/netdisk/", "/api/v1/drives", "/drives/", "/oauth/"),
    *(
        "/api/v1/clouds/",
        "/api/v1/servers",
        "/api/v1/transfers/folders",
        "/servers/",
        "/transfers/new",
        "/transfers/folder",
    ),
)


class FrontDoor:
    """ASGI application. Background work starts with the first scope of any kind, because daphne sends no lifespan events."""

    def __init__(self) -> None:
        self._threads = WSGIMiddleware(cast(Any, django_wsgi), workers=settings.WEB_THREADS)
        self._waiting = Bridge(django_wsgi, ElasticThreads(settings.UPSTREAM_THREADS))
        self._uploads = UploadDoor(django_wsgi.get_response)
        self._sockets = URLRouter([path("ws", EventsConsumer.as_asgi())])
        self._started = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not self._started:
            self._start()
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        elif scope["path"].startswith("/files/uploads/"):
            await self._uploads(scope, receive, send)
        elif scope["path"].startswith(STREAMED):
            await django_asgi(scope, receive, send)
        elif (quick := fastlane.answer(scope)) is not None:
            headers, body = quick
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": body})
        elif scope["path"].startswith(WAITING):
            await self._waiting(scope, receive, send)
        else:
            await self._threads(scope, receive, fastlane.learn(scope, send))

    def _start(self) -> None:
        self._started = True
        hub.start()
        if settings.EMBEDDED_WORKER:
            # Celery closes database connections while it starts, which no thread with a running loop may do.
            threading.Thread(target=workers.start, name="embedded-start", daemon=True).start()

    async def _lifespan(self, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await send({"type": "lifespan.startup.complete"})
                continue
            await hub.stop()
            if settings.EMBEDDED_WORKER:
                await asyncio.to_thread(workers.stop)
            await send({"type": "lifespan.shutdown.complete"})
            return

    async def _websocket(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].rstrip("/") != "/ws":
            await receive()
            await send({"type": "websocket.close", "code": 4004})
            return
        await self._sockets({**scope, "path": "/ws"}, receive, send)


application = FrontDoor()
