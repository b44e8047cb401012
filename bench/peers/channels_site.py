"""Plain Channels on daphne: sockets join a group, `POST /send` does one `group_send` through Redis.

Environment: PEER_REDIS (address), PEER_PREFIX (of the keys in Redis).
"""

from __future__ import annotations

import os
from typing import Any, cast

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="benchmark",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                # redis-py 8 gives up reading after 5 s, just as long as the layer waits, and allows 100 connections
                "hosts": [{"address": os.environ["PEER_REDIS"], "socket_timeout": None, "max_connections": 10_000}],
                "prefix": os.environ["PEER_PREFIX"],
            },
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402
from channels.layers import get_channel_layer  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

GROUP = "everyone"


class Events(AsyncWebsocketConsumer):
    async def connect(self) -> None:
        await self.channel_layer.group_add(GROUP, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)

    async def event(self, message: dict[str, Any]) -> None:
        await self.send(text_data=message["text"])


async def publish(scope: Any, receive: Any, send: Any) -> None:
    """Plain ASGI: an HTTP consumer listens to the layer as well, and messages are lost when its listening is cancelled."""
    message = await receive()
    await get_channel_layer().group_send(GROUP, {"type": "event", "text": message["body"].decode()})
    headers = [(b"Content-Type", b"application/json"), (b"Content-Length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"{}"})


application = ProtocolTypeRouter(
    {
        "http": URLRouter([path("send", cast(Any, publish))]),
        "websocket": URLRouter([path("ws", Events.as_asgi())]),
    }
)
