"""Settings of the tests: the product's own, on a data folder and database that vanish afterwards."""

from __future__ import annotations

import os
import tempfile

_folder = os.environ.setdefault("YUNGANG_TEST_DATA", tempfile.mkdtemp(prefix="yungang-test-"))
os.environ.setdefault("DATA_DIR", _folder)
os.environ.setdefault("EMBEDDED_WORKER", "off")
os.environ.setdefault("NETDISK_PATIENCE", "0")  # a test that waits says how long
os.environ.setdefault("LOG_LEVEL", "ERROR")
os.environ.setdefault("LOG_FORMAT", "json")
os.environ.setdefault("BAIDU_CLIENT_ID", "demo-key")
os.environ.setdefault("BAIDU_CLIENT_SECRET", "demo-secret")
os.environ.setdefault("BAIDU_OAUTH_URL", "http://127.0.0.1:1")
os.environ.setdefault("BAIDU_PAN_URL", "http://127.0.0.1:1")
os.environ.setdefault("BAIDU_PCS_URL", "http://127.0.0.1:1")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
