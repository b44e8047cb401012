"""Names that Baidu takes, checked before the first byte: it refuses the others only at the end (wire/baidu-netdisk.md §3.6)."""

from __future__ import annotations

import posixpath
import re

from django.conf import settings
from django.utils.translation import gettext as _

from core.errors import Invalid

FORBIDDEN = '\\?|"><:*'
LONGEST_PATH, LONGEST_NAME = 1000, 255
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029\ufeff]")
DIRECTION = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
EMOJI = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u20e3\U0001f000-\U0001faff\U000e0020-\U000e007f]")
UNTIDY = re.compile(f"[{re.escape(FORBIDDEN)}/]|{CONTROL.pattern}|{DIRECTION.pattern}|{EMOJI.pattern}")


def remote_path(folder: str, name: str) -> str:
    """The path of a file on a drive; `Invalid` names the sign or the length that Baidu would refuse."""
    if not folder.startswith("/"):
        _refuse(_("Write a folder that begins with “/”."))
    parts = [part for part in folder.split("/") if part]
    if "/" in name:
        _refuse(_("The name contains “/”, which separates folders."))
    for part in (*parts, name):
        if problem := problem_of(part):
            _refuse(problem)
    path = "/" + "/".join([*parts, name])
    if len(path) > LONGEST_PATH:
        _refuse(
            _("The path has %(length)d characters; Baidu takes %(most)d.") % {"length": len(path), "most": LONGEST_PATH}
        )
    _inside_app_folder(path)
    return path


def problem_of(name: str) -> str:
    """What is wrong with one name, in a sentence; nothing when Baidu takes it."""
    if not name:
        return _("A name is missing.")
    if sign := next((sign for sign in name if sign in FORBIDDEN), ""):
        return _('“%(name)s” contains “%(sign)s”. Baidu takes no \\ ? | " > < : * in names.') % {
            "name": name,
            "sign": sign,
        }
    if found := CONTROL.search(name):
        return _("The name contains the control character U+%04X.") % ord(found[0])
    if found := DIRECTION.search(name):
        return _("The name contains U+%04X, an invisible sign that changes the reading direction.") % ord(found[0])
    if found := EMOJI.search(name):
        return _("“%(name)s” contains “%(sign)s”. Baidu takes no emoji in names.") % {"name": name, "sign": found[0]}
    if name[0] == "." or name[0].isspace():
        return _("“%s” begins with a dot or a space, which Baidu does not take.") % name
    if name[-1] == "." or name[-1].isspace():
        return _("“%s” ends with a dot or a space, which Baidu does not take.") % name
    if (length := len(name.encode())) > LONGEST_NAME:
        return _("The name has %(length)d bytes; %(most)d are possible.") % {"length": length, "most": LONGEST_NAME}
    return ""


def tidy(name: str) -> str:
    """A name that nobody typed, such as a link's: made into one that Baidu takes, its ending kept."""
    text = UNTIDY.sub("_", name).strip(". \t") or str(_("download"))
    stem, ending = posixpath.splitext(text)
    room = LONGEST_NAME - len(ending.encode())
    return text if len(text.encode()) <= LONGEST_NAME else stem.encode()[:room].decode(errors="ignore") + ending


def app_folder() -> str:
    """The folder that the app may write to, without a slash at its end; empty: everywhere."""
    return "/" + settings.BAIDU_APP_FOLDER.strip("/") if settings.BAIDU_APP_FOLDER.strip("/") else ""


def default_folder() -> str:
    return app_folder() or "/"


def _inside_app_folder(path: str) -> None:
    box = app_folder()
    if box and not path.startswith(box + "/"):
        raise Invalid(
            _("This site's Baidu app may write into %s only.") % box,
            code="netdisk.path_refused",
            hint=_("Choose a folder below it."),
            fields={"path": [_("Write a folder below %s.") % box]},
        )


def _refuse(sentence: str) -> None:
    raise Invalid(
        sentence,
        code="netdisk.name_refused",
        hint=_("Nothing was sent. Choose another name or folder."),
        fields={"path": [sentence]},
    )
