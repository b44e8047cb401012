"""Paths on a CloudDrive2 server: absolute, `/` between names, any Unicode (wire/clouddrive2.md §3.1)."""

from __future__ import annotations

from .errors import CloudDriveError


def clean(path: str) -> str:
    """`path` with one leading slash and none at the end; raises for names that climb (`..`) or hide (NUL)."""
    names = [name for name in path.split("/") if name not in ("", ".")]
    if any(name == ".." or "\0" in name for name in names):
        raise CloudDriveError("The path is not valid.", code="clouddrive_invalid")
    return "/" + "/".join(names)


def split(path: str) -> tuple[str, str]:
    """The folder and the name of a path."""
    parent, _, name = clean(path).rpartition("/")
    return parent or "/", name


def join(folder: str, name: str) -> str:
    """The path of a bare name in a folder."""
    return clean(f"{folder}/{name}")


def levels(path: str) -> list[str]:
    """The folders down to `path`, the root left out."""
    names = clean(path).split("/")[1:]
    return ["/" + "/".join(names[:count]) for count in range(1, len(names) + 1) if names[0]]


class Root:
    """The one place where the paths of a token meet those of the server (§1.1).

    A token with a root of its own sees that folder as `/`; mount points name folders as the server sees them.
    """

    def __init__(self, folder: str = "/") -> None:
        self.folder = clean(folder)

    def on_server(self, path: str) -> str:
        """The server's path for one of the token's."""
        return clean(f"{self.folder}/{path}")

    def of_token(self, path: str) -> str | None:
        """The token's path for one of the server's; None outside its root."""
        path, folder = clean(path), self.folder.rstrip("/")
        if path != self.folder and not path.startswith(f"{folder}/"):
            return None
        return clean(path.removeprefix(folder))
