"""``python -m emulators NAME [options]``: run one stand-in alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module

REGISTRY: dict[str, str] = {
    "baidu": "emulators.baidu.cli",
    "clouddrive2": "emulators.clouddrive2.cli",
}
"""Stand-in -> module whose ``main(argv) -> exit status`` runs it. A new one adds a folder and a line."""


def main(argv: Sequence[str]) -> int:
    """Hand over to the stand-in named first; without a known name say which exist and return 2."""
    if not argv or argv[0] not in REGISTRY:
        print(f"usage: python -m emulators {{{','.join(sorted(REGISTRY))}}} [--help]", file=sys.stderr)
        return 2
    status: int = import_module(REGISTRY[argv[0]]).main(argv[1:])
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
