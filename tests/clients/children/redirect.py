"""Imported first: whatever this process calls at Baidu is answered by the stand-in, and no other host can be reached.

Only names are resolved otherwise; the client still speaks TLS to the host that it believes to call.
"""

from __future__ import annotations

import os
import socket
from typing import Any

# The stand-in's download host has the name of the request and a port of its own, which stays.
PORTS = {443: int(os.environ["TLS_PORT"]), 80: int(os.environ["HTTP_PORT"])}
HERE = ("127.0.0.1", "localhost", None)
_resolve = socket.getaddrinfo


def _getaddrinfo(host: Any, port: Any, *more: Any, **named: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if name and name.endswith((".baidu.com", ".baidupcs.com")):
        return _resolve("127.0.0.1", PORTS.get(int(port), port), *more, **named)
    if name not in HERE:
        raise socket.gaierror(f"{name} is neither Baidu nor this machine")
    return _resolve(host, port, *more, **named)


socket.getaddrinfo = _getaddrinfo
