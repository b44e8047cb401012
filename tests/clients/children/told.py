"""What a script tells: one line of JSON for each call, in the file that CLIENT_REPORT names."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

Json = dict[str, Any]
ACCESS, REFRESH, CODE = os.environ["ACCESS_TOKEN"], os.environ["REFRESH_TOKEN"], os.environ["CODE"]
FOLDER = Path.cwd()


def call(work: Callable[[], str]) -> None:
    """Make one call and tell under the function's name what came of it.

    That is the sentence returned; or the failure, with the last line that the client printed about it.
    """
    worked, printed = True, io.StringIO()
    try:
        with redirect_stdout(printed):
            what = work()
    except Exception as problem:
        lines = [line for line in printed.getvalue().splitlines() if line.strip()]
        worked, what = False, "; ".join([str(problem) or type(problem).__name__, *lines[-1:]])
    line = {"call": work.__name__, "worked": worked, "what": " ".join(what.replace(f"{FOLDER}/", "").split())[:200]}
    with Path(os.environ["CLIENT_REPORT"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def plain(answer: Any) -> Json:
    """An answer as a dictionary; one that reports an error counts as a failure."""
    body = answer.to_dict() if hasattr(answer, "to_dict") else answer
    body = json.loads(body) if isinstance(body, str) else body
    if not body or body.get("errno", 0) or body.get("error_code", 0) or body.get("error"):
        raise ValueError(f"answered {body}")
    return dict(body)


def must(condition: object, sentence: str) -> None:
    if not condition:
        raise ValueError(sentence)


def until(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """The first true value; tasks of the file manager take half a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        threading.Event().wait(0.2)
    raise TimeoutError("it did not happen in time")


def managed(answer: Any) -> str:
    """What the file manager answered, each entry's own number included."""
    entries = plain(answer)["info"]
    must(entries and not any(entry["errno"] for entry in entries), f"answered {entries}")
    return ", ".join(f"errno 0 for {entry['path']}" for entry in entries)


def names(rows: list[Json]) -> str:
    first = ", ".join(row.get("server_filename") or row["path"] for row in rows[:3])
    return f"{len(rows)} row{'s' * (len(rows) != 1)}: {first}" + (", …" if len(rows) > 3 else "")
