"""Structured logs: one line per event with request and user id, secrets masked, written without ever blocking a request."""

from __future__ import annotations

import atexit
import logging
import logging.handlers
import queue
import sys
from pathlib import Path
from typing import Any

import structlog

from core.outbound.redact import redact_text

SECRET_KEYS = ("password", "token", "secret", "authorization", "cookie", "key", "ticket", "code")
VISIBLE = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}  # no line ends, no colours (H59)
QUEUE_LENGTH = 10_000
dropped = 0


class _DroppingQueueHandler(logging.handlers.QueueHandler):
    """A full queue (blocked pipe, full disk) drops lines and counts them instead of stopping the caller (F74)."""

    def enqueue(self, record: logging.LogRecord) -> None:
        global dropped
        try:
            self.queue.put_nowait(record)
        except queue.Full:
            dropped += 1

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record  # formatted by the listener's thread; nothing is pickled


def mask(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event.pop("request", None)  # Django's own lines bring the whole address along; ours says the path
    for key, value in event.items():
        if isinstance(value, str):
            hidden = any(word in key.lower() for word in SECRET_KEYS) and value
            text = "•••" if hidden else redact_text(value)
            event[key] = text if key == "exception" else text.translate(VISIBLE)
    return event


def logging_config(*, level: str, style: str, folder: Path) -> None:
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handlers = [_stderr(shared, console=style == "console" or (style == "auto" and sys.stderr.isatty()))]
    waiting: queue.Queue[logging.LogRecord] = queue.Queue(QUEUE_LENGTH)
    listener = logging.handlers.QueueListener(waiting, *handlers, respect_handler_level=True)
    root = logging.getLogger()
    root.handlers = [_DroppingQueueHandler(waiting)]
    root.setLevel(level)
    for noisy in (
        "urllib3",
        "asyncio",
        "celery",
        "kombu",
        "amqp",
        "daphne",
        "uvicorn.access",
        "uvicorn.error",
        "hpack",
        "django.template",
    ):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    logging.getLogger("kombu.connection").setLevel(logging.ERROR)  # it warns that memory:// has no host name
    listener.start()
    atexit.register(listener.stop)


def _stderr(shared: list[Any], *, console: bool) -> logging.Handler:
    # Plain tracebacks: a pretty one prints local variables, and with them tokens.
    renderer: Any = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if console
        else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer]
        )
    )
    return handler
