"""``python -m emulators clouddrive2``: options, the socket, the one line that says where it listens."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from emulators.clouddrive2.app import run
from emulators.clouddrive2.memory import keep_buffers
from emulators.clouddrive2.world import Options, World
from emulators.serving import bind, port_of


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    line = argparse.ArgumentParser(prog="python -m emulators clouddrive2", description="A stand-in for CloudDrive2.")
    line.add_argument("--host", default="127.0.0.1")
    line.add_argument("--port", type=int, default=19798, help="0: any free one")
    line.add_argument("--move", action="store_true", help="take a free port when it is taken")
    line.add_argument("--entries", type=int, default=600, help="files to begin with")
    line.add_argument("--seed", type=int, default=1, help="the same seed gives the same files")
    line.add_argument("--latency-ms", type=float, default=0)
    line.add_argument("--state", type=Path, metavar="FILE", help="keep files, tokens and mounts over a restart")
    line.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting, repeatable")
    return line


def main(argv: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM; return 0, or 1 when it cannot start."""
    args = parser().parse_args(argv)
    settings = {"latency_ms": args.latency_ms}
    settings |= {name: value for name, _, value in (each.partition("=") for each in args.set)}
    try:
        listening = bind(args.host, args.port, move=args.move)
        world = World(Options(args.seed, args.entries, args.state, settings))
    except (OSError, ValueError) as problem:
        print(f"clouddrive2 cannot start: {problem}", file=sys.stderr)
        return 1
    shown = f"[{args.host}]" if ":" in args.host else args.host
    print(f"clouddrive2 http://{shown}:{port_of(listening)}", flush=True)
    keep_buffers()
    try:
        run(world, listening)
    finally:
        world.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
