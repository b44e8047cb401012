"""Every environment variable the platform reads: name, type, default and one line of meaning.

`settings.py` asks for values by name; `.env.example` and `docs/settings.md` are generated from this table
(`manage.py envdocs --write`) and a test fails when they drift. Any value may also come from a file named by `<NAME>_FILE`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from environ import Env

BASE_DIR = Path(__file__).resolve().parent.parent


class BadEnvironment(SystemExit):
    """A variable can't be used; starting is refused with one plain line."""


def strict_bool(text: str) -> bool:
    value = text.strip().lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off", ""}:
        return False
    raise ValueError("write true or false")


def comma_list(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


@dataclass(frozen=True)
class Variable:
    name: str
    default: str
    help: str
    cast: Callable[[str], Any] = str
    section: str = "General"
    secret: bool = False
    aliases: tuple[str, ...] = field(default=())


def _section(section: str, *rows: Variable) -> list[Variable]:
    return [Variable(**{**row.__dict__, "section": section}) for row in rows]


V = Variable
VARIABLES: tuple[Variable, ...] = (
    *_section(
        "Server",
        V("HOST", "127.0.0.1", "Address that `make run` listens on."),
        V("PORT", "8000", "Port that `make run` listens on.", int),
        V("DATA_DIR", "data", "Folder of the database, keys, library and logs.", Path),
        V("PUBLIC_URL", "", "Address people use, e.g. https://drive.example.org; links, cookies and hosts follow it. "
          "Empty: http://HOST:PORT."),
        V("ALLOWED_HOSTS", "", "Further host names to answer, comma separated.", comma_list),
        V("TRUSTED_PROXIES", "", "Addresses or networks whose X-Forwarded-* headers are believed.", comma_list),
        V("DEBUG", "false", "Django's debug pages. Never on a reachable server.", strict_bool),
        V("TIME_ZONE", "Asia/Shanghai", "The site's time zone; limits per day follow it."),
        V("LANGUAGE_CODE", "zh-hans", "Language when neither the user nor the browser asks for one: zh-hans or en."),
        V("WEB_THREADS", "16", "Threads for pages and API in each server process.", int),
        V("UPSTREAM_THREADS", "64", "Further threads in each server process for calls that may wait for a drive's upstream.", int),
        V("EMULATORS", "auto", "Stand-ins that `make run` starts: auto (when no upstream is configured), on or off."),
        V("EMULATOR_BAIDU_PORT", "18101", "Port of the Baidu stand-in; moved when taken.", int),
        V("EMULATOR_CLOUDDRIVE2_PORT", "19798", "Port of the CloudDrive2 stand-in; moved when taken.", int),
        V("LOG_LEVEL", "INFO", "DEBUG, INFO, WARNING or ERROR."),
        V("LOG_FORMAT", "auto", "json, console, or auto (console on a terminal)."),
    ),
    *_section(
        "Secrets",
        V("SECRET_KEY", "", "Signs sessions and tokens; 32 characters or more. Empty in single mode: made and kept in DATA_DIR/keys.",
          secret=True, aliases=("APP_SECRET_KEY",)),
        V("ENC_MASTER_KEY", "", "Master key of the vault; 32 characters or more. Empty in single mode: made and kept in "
          "DATA_DIR/keys.", secret=True, aliases=("APP_ENC_MASTER_KEY",)),
        V("ENC_MASTER_KEYS_OLD", "", "Earlier master keys, comma separated, kept until `manage.py vault_rotate` is done.",
          comma_list, secret=True),
        V("ADMIN_SECRET", "", "Lets scripts call staff routes (header X-Admin-Secret). Empty: off.", secret=True,
          aliases=("APP_ADMIN_SECRET",)),
        V("ADMIN_PASSWORD", "", "Creates the user `admin` at the first start instead of a set-up link.", secret=True),
        V("METRICS_TOKEN", "", "Bearer token for /metrics. Empty: only loopback and staff may read it.", secret=True),
    ),
    *_section(
        "Storage and jobs",
        V("DATABASE_URL", "", "sqlite:///…, postgres://… or mysql://…. Empty: SQLite in DATA_DIR.", secret=True),
        V("REDIS_URL", "", "redis://…; switches to server mode: shared cache, event bus and broker. Empty: single mode.",
          secret=True),
        V("REDIS_PREFIX", "yungang", "Begins every key and channel in Redis, so that several sites can share one server."),
        V("CELERY_BROKER_URL", "", "Broker of the workers. Empty: REDIS_URL, or in memory in single mode.", secret=True),
        V("EMBEDDED_WORKER", "auto", "Run workers inside the server process: auto (single mode only), on or off."),
        V("WORKER_THREADS", "4", "Threads for short jobs in each worker process.", int),
        V("EVENT_RETENTION_DAYS", "14", "Days that events are kept for clients that were away.", int),
        V("AUDIT_RETENTION_DAYS", "365", "Days that audit lines are kept.", int),
    ),
    *_section(
        "Accounts",
        V("REGISTRATION", "open", "open or closed; staff can change it at run time unless it is set here."),
        V("DOWNLOAD_LIMIT", "10", "Downloads per user and day; 0 means no limit.", int, aliases=("APP_DOWNLOAD_LIMIT",)),
        V("ACCESS_TOKEN_MINUTES", "30", "Life of an access token.", int),
        V("REFRESH_TOKEN_DAYS", "30", "Life of a refresh token.", int),
        V("CORS_ORIGINS", "", "Origins that may call the API from a browser, comma separated.", comma_list),
        V("EMAIL_URL", "", "Mail server, e.g. smtp+tls://user:password@host:587. Empty: mails are written to DATA_DIR/mail.",
          secret=True),
        V("EMAIL_FROM", "Yungang <yungang@localhost>", "Sender of mails."),
    ),
    *_section(
        "Baidu Netdisk",
        V("BAIDU_CLIENT_ID", "", "AppKey. Empty: the stand-in's.", aliases=("APP_BAIDU_CLIENT_ID",)),
        V("BAIDU_CLIENT_SECRET", "", "SecretKey.", secret=True, aliases=("APP_BAIDU_CLIENT_SECRET",)),
        V("BAIDU_APP_ID", "", "Numeric AppID, needed for shares.", aliases=("APP_BAIDU_APP_ID",)),
        V("BAIDU_REDIRECT_URI", "", "OAuth callback. Empty: PUBLIC_URL/oauth/callback.", aliases=("APP_BAIDU_REDIRECT_URI",)),
        V("BAIDU_OAUTH_URL", "https://openapi.baidu.com", "OAuth host."),
        V("BAIDU_PAN_URL", "https://pan.baidu.com", "Metadata API host."),
        V("BAIDU_PCS_URL", "https://d.pcs.baidu.com", "PCS host."),
        V("BAIDU_TOKEN_HOSTS", "", "Further hosts (host or host:port) that may receive an access token, comma separated.",
          comma_list),
        V("BAIDU_APP_FOLDER", "", "Folder that the app may write to, such as /apps/yungang; uploads go there. Empty: the whole drive."),
        V("NETDISK_PATIENCE", "60", "Seconds that a person's call waits for its turn when Baidu limits calls.", int),
        V("NETDISK_LIST_ALL_PER_MINUTE", "8", "Recursive listings per drive and minute; 0 means no limit of our own.", int),
    ),
    *_section(
        "CloudDrive2",
        V("CLOUDDRIVE_HOSTS", "", "Private hosts where any user may connect a CloudDrive2 server: host:port, host or network, comma "
          "separated. Staff may connect private addresses without it.", comma_list),
        V("CLOUDDRIVE_MOUNTS", "", "Folders of this machine where CloudDrive2 mounts drives, comma separated. Files for a mount below "
          "them are copied there. Empty: never.", comma_list),
    ),
    *_section(
        "Transfers and the outside world",
        V("TRANSFERS_CONCURRENT", "4", "Files moved at the same time on the whole site.", int),
        V("TRANSFERS_PER_ACCOUNT", "2", "Files moved at the same time for one drive account.", int),
        V("TRANSFERS_CONNECTIONS", "4", "Connections per file where the upstream allows it.", int),
        V("TRANSFERS_RATE_LIMIT", "0", "Bytes per second for the whole site; 0 means no limit.", int),
        V("TRANSFERS_SPOOL_LIMIT", "10737418240", "Largest file of unknown length that is kept here on its way to a drive, in bytes.", int),
        V("UPLOAD_MAX_BYTES", "53687091200", "Largest file that a browser or an API client may upload, in bytes; 0 means no limit.",
          int),
        V("UPLOAD_HOURS", "48", "Hours that an unfinished upload is kept after its last byte.", int),
        V("UPLOADS_OPEN", "500", "Unfinished uploads per user.", int),
        V("UPLOADS_OPEN_BYTES", "214748364800", "Bytes of one user's uploads under way together; 0 means no limit.", int),
        V("OUTBOUND_ALLOW", "", "Private hosts that may be called: host:port, host or network, comma separated."),
        V("WS_MAX_PER_USER", "2000", "Open WebSockets per user in one process.", int),
        V("FAULT_POINT", "", "Kill point, read only by the test settings."),
    ),
)  # fmt: skip
BY_NAME = {variable.name: variable for variable in VARIABLES}

Env.read_env(str(BASE_DIR / ".env")) if (BASE_DIR / ".env").exists() else None


def _raw(variable: Variable) -> str | None:
    for name in (variable.name, *variable.aliases):
        path = os.environ.get(f"{name}_FILE")
        if path:
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise BadEnvironment(f"{name}_FILE: {error.strerror}: {path}") from error
        if os.environ.get(name):
            return os.environ[name]
    return None


def is_set(name: str) -> bool:
    """Whether the environment fixes this variable (pages then show it as read-only)."""
    return _raw(BY_NAME[name]) is not None


def read(name: str) -> Any:
    """The value of one declared variable, cast to its type; refuses to start on a value it can't read."""
    variable = BY_NAME[name]
    raw = _raw(variable)
    try:
        return variable.cast(raw if raw is not None else variable.default)
    except ValueError as error:
        raise BadEnvironment(f"{name}: can't read the value ({error}). {variable.help}") from error
