"""Django settings, from the environment alone (see `environment.py` for every variable)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from corsheaders.defaults import default_headers
from csp.constants import NONE, SELF
from environ import Env

from . import secrets, standins
from .environment import BASE_DIR, VARIABLES, is_set, read
from .logs import logging_config

VERSION = "0.1.0"

# -- mode: one process with nothing else installed, or many with Redis and a database server ---------------------------
DATA_DIR = (BASE_DIR / read("DATA_DIR")).resolve()
REDIS_URL: str = read("REDIS_URL")
REDIS_PREFIX: str = read("REDIS_PREFIX")
MODE = "server" if REDIS_URL else "single"
DEBUG: bool = read("DEBUG")
KEYS_DIR = DATA_DIR / "keys"
SECRET_KEY = secrets.load("SECRET_KEY", read("SECRET_KEY"), KEYS_DIR, may_create=MODE == "single")
ENC_MASTER_KEY = secrets.load("ENC_MASTER_KEY", read("ENC_MASTER_KEY"), KEYS_DIR, may_create=MODE == "single")
ENC_MASTER_KEYS_OLD: list[str] = read("ENC_MASTER_KEYS_OLD")
ADMIN_SECRET: str = read("ADMIN_SECRET")
METRICS_TOKEN: str = read("METRICS_TOKEN")

# -- addresses ---------------------------------------------------------------------------------------------------------
HOST: str = read("HOST")
PORT: int = read("PORT")
_here = "127.0.0.1" if HOST in {"0.0.0.0", "::"} else HOST  # noqa: S104
PUBLIC_URL: str = (read("PUBLIC_URL") or f"http://{_here}:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [_public.hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *read("ALLOWED_HOSTS")]
SECURE = _public.scheme == "https"
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
TRUSTED_PROXIES: list[str] = read("TRUSTED_PROXIES")
CORS_ALLOWED_ORIGINS: list[str] = read("CORS_ORIGINS")
TUS_HEADERS = [f"Upload-{name}" for name in ("Length", "Offset", "Metadata", "Checksum", "Expires")] + ["Tus-Resumable"]
CORS_ALLOW_HEADERS, CORS_EXPOSE_HEADERS = [*default_headers, *TUS_HEADERS], ["Location", *TUS_HEADERS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = ("__Host-session", "__Host-csrf") if SECURE else ("yg_session", "yg_csrf")
# Set by core.middleware from X-Forwarded-Proto, and only when the request comes from TRUSTED_PROXIES.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_TRUSTED_PROTO", "https")
CSRF_FAILURE_VIEW = "config.views.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# -- rooms ---------------------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "daphne",
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "channels",
    "corsheaders",
    "csp",
    "django_filters",
    "django_prometheus",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
    "core",
    "accounts",
    "netdisk",
    "transfers",
    "config",
]
MIDDLEWARE = [
    "core.middleware.RequestContext",
    "config.csp.PathPolicy",  # this early, so that early refusals carry the policy too
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.UserPreferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "core.middleware.ErrorPages",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]
ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
WSGI_APPLICATION = "config.wsgi.application"
WEB_THREADS: int = read("WEB_THREADS")
UPSTREAM_THREADS: int = read("UPSTREAM_THREADS")
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.shell",
                "accounts.context.person",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# -- data ----------------------------------------------------------------------------------------------------------------
DATABASE_URL: str = read("DATABASE_URL") or f"sqlite:///{DATA_DIR}/yungang.sqlite3"
DATABASES: dict[str, Any] = {"default": Env.db_url_config(DATABASE_URL)}
_db = DATABASES["default"]
_db |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
if _db["ENGINE"].endswith("sqlite3"):
    # The write lock is taken at BEGIN, so a transaction never reads first and then fails to write (F20). Process kills
    # lose nothing in WAL; a power cut may lose the last commits with NORMAL.
    _db["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 8,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864; "
        "PRAGMA mmap_size=134217728; PRAGMA cache_size=-8000",
    }
elif _db["ENGINE"].endswith("mysql"):
    import pymysql

    pymysql.install_as_MySQLdb()
    _db.setdefault("OPTIONS", {}).update(
        charset="utf8mb4",
        connect_timeout=5,
        read_timeout=30,
        isolation_level="read committed",
        init_command="SET sql_mode='STRICT_TRANS_TABLES', innodb_lock_wait_timeout=8, time_zone='+00:00'",
    )
elif _db["ENGINE"].endswith("postgresql"):
    _db.setdefault("OPTIONS", {}).update(
        connect_timeout=5,
        options="-c statement_timeout=30000 -c lock_timeout=8000 -c idle_in_transaction_session_timeout=60000",
    )

if MODE == "server":
    CACHES: dict[str, Any] = {
        "default": {
            "BACKEND": "core.cache.FailoverRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": REDIS_PREFIX,
            "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2, "health_check_interval": 15},
        }
    }
else:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 50_000}}
    }
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 14 * 86400

# -- people --------------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.GuardedBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "accounts.validators.BoundedPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
PASSWORD_RESET_TIMEOUT = 3600
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=read("ACCESS_TOKEN_MINUTES")),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=read("REFRESH_TOKEN_DAYS")),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "AUDIENCE": "yungang:api",
    "ISSUER": "yungang",
    "LEEWAY": 30,
    "CHECK_USER_IS_ACTIVE": True,
    "UPDATE_LAST_LOGIN": False,
}
if read("EMAIL_URL"):
    vars().update(Env.email_url_config(read("EMAIL_URL")))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
DEFAULT_FROM_EMAIL: str = read("EMAIL_FROM")

# -- what staff may change at run time, unless the environment fixes it (core.live_settings) -----------------------------
FIXED_BY_ENVIRONMENT = {variable.name for variable in VARIABLES if is_set(variable.name)}
REGISTRATION: str = read("REGISTRATION")
DOWNLOAD_LIMIT: int = read("DOWNLOAD_LIMIT")
TRANSFERS_CONCURRENT: int = read("TRANSFERS_CONCURRENT")
TRANSFERS_PER_ACCOUNT: int = read("TRANSFERS_PER_ACCOUNT")
TRANSFERS_CONNECTIONS: int = read("TRANSFERS_CONNECTIONS")
TRANSFERS_RATE_LIMIT: int = read("TRANSFERS_RATE_LIMIT")
TRANSFERS_SPOOL_LIMIT: int = read("TRANSFERS_SPOOL_LIMIT")
UPLOAD_MAX_BYTES: int = read("UPLOAD_MAX_BYTES")
UPLOAD_HOURS: int = read("UPLOAD_HOURS")
UPLOADS_OPEN: int = read("UPLOADS_OPEN")
UPLOADS_OPEN_BYTES: int = read("UPLOADS_OPEN_BYTES")

# -- API -----------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.Bearer",
        "accounts.api.authentication.BrowserSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.JSONNegotiation",
    "DEFAULT_PARSER_CLASSES": ["core.api.StrictJSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "core.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.schema.Schema",
    "EXCEPTION_HANDLER": "core.api.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "DEFAULT_THROTTLE_CLASSES": ["core.api.UserThrottle"],
    "PAGE_SIZE": 50,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Yungang API",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.1",
    "DESCRIPTION": "Netdisk, transfers and accounts in one API. Errors are application/problem+json (RFC 9457).",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "TransferState": "core.models.jobs.JobState",
        "DriveState": "netdisk.models.DriveAccount.State",
    },
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": True,
        "tryItOutEnabled": True,
        "filter": True,
        "deepLinking": True,
        "docExpansion": "none",  # begins with the groups: all operations at once are a page without end
    },
}

# -- jobs ----------------------------------------------------------------------------------------------------------------
CELERY_BROKER_URL: str = read("CELERY_BROKER_URL") or REDIS_URL or "memory://"
EMBEDDED_WORKER = MODE == "single" if read("EMBEDDED_WORKER") == "auto" else read("EMBEDDED_WORKER") == "on"
WORKER_THREADS: int = read("WORKER_THREADS")
EVENT_RETENTION_DAYS: int = read("EVENT_RETENTION_DAYS")
AUDIT_RETENTION_DAYS: int = read("AUDIT_RETENTION_DAYS")
WS_MAX_PER_USER: int = read("WS_MAX_PER_USER")

# -- upstreams -------------------------------------------------------------------------------------------------------------
_running = {} if read("EMULATORS") == "off" else standins.running(DATA_DIR)
_standin = {} if is_set("BAIDU_OAUTH_URL") else _running.get("baidu", {})
BAIDU_IS_STANDIN = bool(_standin)
BAIDU_OAUTH_URL: str = _standin.get("url") or read("BAIDU_OAUTH_URL")
BAIDU_PAN_URL: str = _standin.get("url") or read("BAIDU_PAN_URL")
BAIDU_PCS_URL: str = _standin.get("url") or read("BAIDU_PCS_URL")
BAIDU_CLIENT_ID: str = read("BAIDU_CLIENT_ID") or ("demo-key" if _standin else "")
BAIDU_CLIENT_SECRET: str = read("BAIDU_CLIENT_SECRET") or ("demo-secret" if _standin else "")
BAIDU_APP_ID: str = read("BAIDU_APP_ID") or ("10000001" if _standin else "")
BAIDU_REDIRECT_URI: str = read("BAIDU_REDIRECT_URI") or f"{PUBLIC_URL}/oauth/callback"
BAIDU_TOKEN_HOSTS: list[str] = [*read("BAIDU_TOKEN_HOSTS"), *_standin.get("hosts", [])]
OUTBOUND_ALLOW: str = ",".join(filter(None, [read("OUTBOUND_ALLOW"), *_standin.get("hosts", [])]))
# Hosts of upstreams that the operator moved, private ones too: open for calls of that upstream, not for links of users.
_moved = [read(name) for name in ("BAIDU_OAUTH_URL", "BAIDU_PAN_URL", "BAIDU_PCS_URL") if is_set(name)]
CLOUDDRIVE_STANDIN: list[str] = _running.get("clouddrive2", {}).get("hosts", [])
UPSTREAM_HOSTS: dict[str, list[str]] = {
    "baidu": sorted({urlsplit(url).hostname or url for url in _moved}),
    "clouddrive2": [*read("CLOUDDRIVE_HOSTS"), *CLOUDDRIVE_STANDIN],
}
CLOUDDRIVE_MOUNTS: list[str] = read("CLOUDDRIVE_MOUNTS")
BAIDU_APP_FOLDER: str = read("BAIDU_APP_FOLDER")
NETDISK_PATIENCE: int = read("NETDISK_PATIENCE")
NETDISK_LIST_ALL_PER_MINUTE: int = read("NETDISK_LIST_ALL_PER_MINUTE")
LIBRARY_DIR = DATA_DIR / "library"

# -- language, time, files ---------------------------------------------------------------------------------------------------
LANGUAGE_CODE: str = read("LANGUAGE_CODE")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]  # each in its own language
LANGUAGE_COOKIE_NAME = "yg_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = read("TIME_ZONE")
USE_I18N = USE_TZ = True
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": f"config.static.{'CompressedFiles' if MODE == 'server' else 'HashedFiles'}"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *{u.rstrip("/") for u in (BAIDU_OAUTH_URL,)}],
        "frame-ancestors": [NONE],
    },
}

LOGGING_CONFIG = None
logging_config(level=read("LOG_LEVEL"), style=read("LOG_FORMAT"), folder=DATA_DIR / "logs")

PROMETHEUS_EXPORT_MIGRATIONS = False
PROMETHEUS_LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf"))
SILENCED_SYSTEM_CHECKS: list[str] = []

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "云港 Yungang",
    "SITE_HEADER": "云港 Yungang",
    "SITE_SYMBOL": "sailing",
    "SHOW_HISTORY": True,
    "COLORS": {
        "primary": {
            "50": "#e2f3f4", "100": "#c9e9eb", "200": "#9bd6da", "300": "#69c3ca", "400": "#4cc3cb", "500": "#1c8d9c",
            "600": "#0a6e7d", "700": "#095b68", "800": "#0a4954", "900": "#10303a", "950": "#0a2028",
        },
    },
}  # fmt: skip
__all__ = [name for name in dir() if name.isupper()]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
