"""`make run`: everything on one port. Starts the stand-ins where no upstream is configured, prepares the data folder, serves."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import standins
from .environment import BASE_DIR, BadEnvironment, is_set, read

START_SECONDS = 30.0
PR_SET_PDEATHSIG = 1
STANDINS = {"baidu": "Baidu", "clouddrive2": "CloudDrive2"}


def main() -> None:
    began = time.monotonic()
    data_dir = (BASE_DIR / read("DATA_DIR")).resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    _check_port(read("HOST"), read("PORT"))
    children = _start_standins(data_dir)
    try:
        os.environ["DJANGO_SETTINGS_MODULE"] = os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings")
        _prepare(began, children)
    finally:
        for child in children.values():
            child["process"].terminate()


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadEnvironment(
                f"{host}:{port} can't be used: {error.strerror}. Choose another: PORT=8001 make run"
            ) from error


def _start_standins(data_dir: Path) -> dict[str, Any]:
    names = wanted()
    shared = is_set("REDIS_URL") and standins.running(data_dir)  # another web process of this site has them
    if not names or shared:
        return {}
    processes = {name: _launch(name, data_dir) for name in names}  # side by side: each needs a second for itself
    children = {name: _entry(name, process) for name, process in processes.items()}
    kept = ("url", "hosts", "pid", "owner")
    standins.remember(data_dir, {name: {key: entry[key] for key in kept} for name, entry in children.items()})
    return children


def wanted() -> list[str]:
    """The stand-ins to start: all, unless they are off or an upstream is configured."""
    choice = read("EMULATORS")
    configured = is_set("BAIDU_CLIENT_ID") or is_set("BAIDU_OAUTH_URL")
    return [] if choice == "off" or (choice == "auto" and configured) else list(STANDINS)


def _launch(name: str, data_dir: Path) -> subprocess.Popen[str]:
    port, state = str(read(f"EMULATOR_{name.upper()}_PORT")), str(data_dir / f"stand-in-{name}.json")
    command = [sys.executable, "-m", "emulators", name, "--host", "127.0.0.1", "--port", port, "--move"]
    command += ["--state", state]
    return subprocess.Popen(command, cwd=BASE_DIR, stdout=subprocess.PIPE, text=True, preexec_fn=_die_with_parent)  # noqa: S603, PLW1509


def _entry(name: str, process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    addresses = [word.strip("()") for word in line.split() if word.strip("()").startswith("http://")]
    if not addresses:
        raise BadEnvironment(f"The {STANDINS[name]} stand-in did not start: {line.strip() or 'it ended at once'}")
    return {
        "url": addresses[0],
        "hosts": [urlsplit(address).netloc for address in addresses],
        "pid": process.pid,
        "owner": os.getpid(),
        "process": process,
    }


def _die_with_parent() -> None:
    """A killed server takes its stand-ins along, so that the next start finds their ports free. Ctrl-C reaches only us."""
    os.setpgid(0, 0)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _prepare(began: float, children: dict[str, Any]) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from accounts import setup

    with (settings.DATA_DIR / "start.lock").open("w") as lock:  # web processes that start together do this in turn
        fcntl.flock(lock, fcntl.LOCK_EX)
        call_command("migrate", interactive=False, verbosity=0)
        _collect_static(settings.STATIC_ROOT)
        setup.ensure_admin(read("ADMIN_PASSWORD"))
        link = setup.issue_link()
    _serve(settings, lambda: _announce(settings, link, children, began))


def _collect_static(root: Path) -> None:
    """Gather the static files when anything changed since the last time."""
    from django.conf import settings
    from django.core.management import call_command

    newest = max((path.stat().st_mtime_ns for path in Path(BASE_DIR / "static").rglob("*")), default=0)
    stamp = root / ".stamp"
    mark = f"{settings.VERSION} {newest}"
    if stamp.exists() and stamp.read_text() == mark:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(mark)


def _serve(settings: Any, announce: Any) -> None:
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            if self.started:
                announce()

    for number in (signal.SIGTERM, signal.SIGINT):  # uvicorn drains, then raises them again: by then all is done
        signal.signal(number, lambda *_: None)
    Server(uvicorn.Config("config.asgi:application", host=settings.HOST, port=settings.PORT, **SERVER)).run()


SERVER: dict[str, Any] = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "websockets-sansio",
    "ws_max_size": 1 << 20,  # the consumer closes frames above 64 KiB with a code of its own
    "ws_ping_interval": 20,
    "ws_ping_timeout": 20,
    "ws_per_message_deflate": False,
    "timeout_graceful_shutdown": 25,
    "timeout_keep_alive": 30,
    "server_header": False,
    "proxy_headers": False,
    "access_log": False,
    "log_config": None,
}


def _announce(settings: Any, link: str | None, children: dict[str, Any], began: float) -> None:
    rows = [("Open", settings.PUBLIC_URL)]
    if link:
        rows.append(("Set up", link))
    rows += [
        ("API", f"{settings.PUBLIC_URL}/docs"),
        ("Data", str(settings.DATA_DIR)),
        ("Mode", f"{settings.MODE}, workers {'inside' if settings.EMBEDDED_WORKER else 'elsewhere'}"),
    ]
    rows += [(f"Stand-in {name}", f"{entry['url']}  (demo / demo)") for name, entry in children.items()]
    rows.append(("Stop", "Ctrl-C"))
    colour = sys.stdout.isatty()
    head = f"云港 Yungang {settings.VERSION} is up after {time.monotonic() - began:.1f} s"
    print(f"\n  \033[1;36m{head}\033[0m" if colour else f"\n  {head}")
    for name, value in rows:
        print(f"  \033[2m{name:<22}\033[0m{value}" if colour else f"  {name:<22}{value}")
    print(flush=True)


if __name__ == "__main__":
    main()
