"""`make test`: finds out what this machine has, runs every group that can run, and says in one line what was left out.

Groups: the core on SQLite, the same core again on PostgreSQL and on MariaDB, Redis, and the browser. With
REQUIRE_ALL_GROUPS=1 a missing group is a failure.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from urllib.parse import urlsplit

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/postgres")
MARIADB = os.environ.get("TEST_MARIADB_URL", "mysql://root@127.0.0.1:3306/test")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# Most tests wait for other processes, so a few more runners than cores pay off; a module stays on one runner.
PARALLEL = ["-n", os.environ.get("TEST_RUNNERS", "3"), "--dist", "loadfile"]
ON_EVERY_DATABASE = [
    *("tests/core", "tests/accounts", "tests/netdisk", "tests/transfers"),
    *(
        f"--ignore=tests/{room}"
        for room in ("core/outbound", "netdisk/baidu", "transfers/engine", "transfers/clouddrive2")
    ),  # know no database
    # Long, and of what databases do differently only what others try as well: once is enough.
    "--ignore=tests/transfers/matrix",
    *(f"--ignore-glob=tests/transfers/clouds/test_{kind}.py" for kind in ("*_pages", "operation*", "new_transfer")),
]


def answers(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((parts.hostname or "127.0.0.1", parts.port or 0)) == 0


def main() -> int:
    have = {
        "postgres": answers(POSTGRES),
        "mariadb": answers(MARIADB),
        "redis": answers(REDIS),
        "browser": any(shutil.which(name) for name in BROWSERS),
    }
    missing = [name for name, there in have.items() if not there]
    extra = sys.argv[1:]
    results = []
    for name, url in (("postgres", POSTGRES), ("mariadb", MARIADB)):
        if have[name]:
            print(f"== the core again on {name}", flush=True)
            results.append(
                _pytest(["-m", "not redis and not browser and not slow", *ON_EVERY_DATABASE, *extra], url, have)
            )
    print("== everything on SQLite", flush=True)
    marks = " and ".join(f"not {name}" for name in [*missing, "slow"])
    results.append(_pytest(["-m", marks, *extra], "", have))
    if missing:
        print(f"Left out: {', '.join(missing)}. Install and start them (see CONTRIBUTING.md), then: make test")
    failed = any(results) or (bool(missing) and os.environ.get("REQUIRE_ALL_GROUPS") == "1")
    return 1 if failed else 0


def _pytest(arguments: list[str], database: str, have: dict[str, bool]) -> int:
    with tempfile.TemporaryDirectory(prefix="yungang-test-") as folder:
        env = {**os.environ, "YUNGANG_TEST_DATA": folder, "DATA_DIR": folder, "DATABASE_URL": database}
        env |= {"TEST_POSTGRES_URL": POSTGRES, "TEST_REDIS_URL": REDIS}
        env.pop("REDIS_URL", None)
        return subprocess.call([sys.executable, "-m", "pytest", "-q", *PARALLEL, *arguments], env=env)


if __name__ == "__main__":
    sys.exit(main())
