"""Which clients are tried, and what of the stand-in is loosened for each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"


@dataclass(frozen=True)
class Client:
    """A package of PyPI and the script of `children/` that uses it."""

    name: str
    made_by: str
    remarks: str
    """What reading its code explains of the result; stands in the document."""
    switches: Mapping[str, str] = field(default_factory=dict)
    """Settings of the stand-in with which it is run a second time: where the client leaves Baidu's documentation."""

    @property
    def script(self) -> Path:
        return HERE / "children" / f"with_{self.name}.py"

    @property
    def version(self) -> str:
        found = re.search(rf"^{self.name}==(\S+)", REQUIREMENTS.read_text(encoding="utf-8"), re.MULTILINE)
        assert found, f"{self.name} is not in requirements.txt"
        return found[1]


CLIENTS = (
    Client(
        "xpan",
        "BaiduNetdisk, from Baidu's own description of its interface",
        "Every call of the package is made, in the order of a program that signs in, uploads, downloads and tidies up.",
    ),
    Client(
        "bdnd",
        "Rookie",
        "It sends the access token of `create` in the body, where the documentation has it in the query. `delete_file` "
        "percent-encodes paths twice, so the task finds nothing; the client believes that it worked, because its look "
        "at the folder stops after the first row.",
        {"merged_parameters": "on"},
    ),
    Client(
        "cpanbaidu",
        "zoushucai",
        "It sends `filelist` of the file manager in the query, where the documentation has it in the body, and "
        "downloads under a browser's User-Agent, where the documentation asks for `pan.baidu.com`.",
        {"merged_parameters": "on", "ua_rule": "off"},
    ),
)
