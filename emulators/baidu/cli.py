"""``python -m emulators baidu``: options, sockets, the one line that says where it listens."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from emulators.baidu.app import download_app, main_app
from emulators.baidu.world import Options, World
from emulators.serving import Listener, bind, port_of, run


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    line = argparse.ArgumentParser(prog="python -m emulators baidu", description="A stand-in for Baidu Netdisk.")
    line.add_argument("--host", default="127.0.0.1")
    line.add_argument("--port", type=int, default=18101, help="0: any free one")
    line.add_argument("--download-port", type=int, default=0, help="port of the download host; 0: any free one")
    line.add_argument("--move", action="store_true", help="take a free port when one is taken")
    line.add_argument("--entries", type=int, default=6000, help="files and folders per user")
    line.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    line.add_argument("--latency-ms", type=float, default=0)
    line.add_argument("--state", type=Path, metavar="FILE", help="keep tokens and changes over a restart")
    line.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, repeatable")
    return line


def options_of(args: argparse.Namespace, download_port: int) -> Options:
    """Return the options of a command line; raises ``ValueError`` for a setting that makes no sense."""
    pairs = [each.partition("=") for each in args.set]
    settings = {"latency_ms": args.latency_ms} | {name: value for name, _, value in pairs}
    return Options(args.seed, args.entries, args.state, download_port, settings)


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM; return 0, or 1 when it cannot start."""
    args = parser().parse_args(argv)
    try:
        main_socket = bind(args.host, args.port, move=args.move)
        download_socket = bind(args.host, args.download_port, move=args.move)
        world = World(options_of(args, port_of(download_socket)))
    except (OSError, ValueError) as problem:
        print(f"baidu cannot start: {problem}", file=sys.stderr)
        return 1
    print(_greeting(args.host, main_socket, download_socket), flush=True)
    listeners = [Listener(main_app(world), main_socket), Listener(download_app(world), download_socket)]
    try:
        run(listeners)
    finally:
        world.store.close()
    return 0


def _greeting(host: str, main_socket: socket.socket, download_socket: socket.socket) -> str:
    shown = f"[{host}]" if ":" in host else host
    first, second = (f"http://{shown}:{port_of(each)}" for each in (main_socket, download_socket))
    return f"baidu {first} (download host {second})"
