"""``python -m protos.generate``: compile the definitions of this folder; the result is committed beside them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
DEFINITIONS = ("clouddrive",)


def generate(root: Path) -> list[Path]:
    """Write the modules and their stubs below ``root/protos`` and return their paths."""
    options = ["-I.", f"--python_out={root}", f"--pyi_out={root}"]
    files = [f"{FOLDER.name}/{name}.proto" for name in DEFINITIONS]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", *options, *files], cwd=FOLDER.parent, check=True)  # noqa: S603
    stubs = [root / FOLDER.name / f"{name}_pb2.pyi" for name in DEFINITIONS]
    for stub in stubs:
        stub.write_text(_valid(stub.read_text("utf-8")), "utf-8")
    return [path for stub in stubs for path in (stub.with_suffix(".py"), stub)]


def _valid(stub: str) -> str:
    """Return a stub that type checkers can read: no value called ``None``, no field that hides its own type."""
    stub = re.sub(r"^ +None: .*\n", "", stub, flags=re.MULTILINE)
    hidden = set(re.findall(r"^ +(\w+): \1$", stub, re.MULTILINE))
    stub = re.sub(r"^( +)(\w+): \2$", r"\1\2: _\2", stub, flags=re.MULTILINE)
    for name in hidden:
        stub = stub.replace(f"_Union[{name},", f"_Union[_{name},")
    return "# ruff: noqa\n# fmt: off\n" + stub + "".join(f"\n_{name} = {name}\n" for name in sorted(hidden))


if __name__ == "__main__":
    generate(FOLDER.parent)
