"""Settings of the whole systems that fault tests start: the product's own, and the kinds of jobs that only tests need."""

from __future__ import annotations

import os

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.kinds"]
FAULT_PULSE = bool(os.environ.get("FAULT_PULSE"))
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "config.static.HashedFiles"}}  # quick to collect
