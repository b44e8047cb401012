"""Every route of the site, and what each is: the table that a new route has to be written into (H20)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from core.operations import all_operations

OPEN, OWN, THEIRS, STAFF = "open", "own", "theirs", "staff"
Ids = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """`open`: for anyone, `why` says why. `own`: for whoever is signed in, about themselves. `theirs`: one thing
    by its id. `staff`: for staff. `arguments` makes the route's arguments from ids, `body` what is sent.
    """

    kind: str
    arguments: Callable[[Ids], Ids] = lambda ids: {}
    body: Callable[[Ids], Any] = lambda ids: None
    why: str = ""


def of(name: str, more: Ids | None = None) -> Callable[[Ids], Ids]:
    """The argument `pk`, from the id of that kind of thing."""
    return lambda ids: {"pk": ids[name], **(more or {})}


def says(value: Any) -> Callable[[Ids], Any]:
    return lambda ids: value


def anyone(why: str, arguments: Ids | None = None) -> Row:
    return Row(OPEN, says(arguments or {}), why=why)


own, staff = Row(OWN), Row(STAFF)
SIGN_IN = "the way in, before one is anybody"
PREFERENCE = "strangers keep language and colours in a cookie"
HEALTH = "load balancers ask; says words such as ok, no names"
ONE_USER = Row(STAFF, of("user"), says({}))

_AUTH = {
    "register": anyone(SIGN_IN),
    "login": anyone(SIGN_IN),
    "refresh": anyone("the refresh token is the credential"),
    "logout": anyone("ends only the session whose token is shown"),
    "me": Row(OWN, body=says({"first_name": "x"})),
    "password": own,
    "password-reset": anyone("for people who can't sign in; the answer is always the same"),
    "password-reset-confirm": anyone("the mailed token is the credential"),
    "sessions": own,
    "session": Row(THEIRS, of("session")),
}
_BY_DRIVE = lambda ids: {"source": {"drive": str(ids["drive"]), "fs_id": 1}}  # noqa: E731
ON_DRIVES = ("netdisk.", "transfers.", "core.")
_OPERATION = Row(OWN, body=lambda ids: {"drive": str(ids["drive"])})
_CLOUD_OPERATION = Row(OWN, body=lambda ids: {"server": str(ids["server"])})
_PICKED = {"id": "991991991:/x", "name": "y", "dest": "/", "go": "1"}
_EXEC_ON_DRIVE = lambda ids: {"op": "quota", "args": {"drive": str(ids["drive"])}}  # noqa: E731

TABLE: dict[str, Row] = {
    # pages
    "home": own,
    "accounts:login": anyone(SIGN_IN),
    "accounts:logout": anyone("ends what is there; nothing for strangers"),
    "accounts:register": anyone(SIGN_IN),
    "accounts:reauth": own,
    "accounts:setup": anyone("the one-time token is the credential", {"token": "A" * 43}),
    "accounts:password-reset": anyone("for people who can't sign in"),
    "accounts:password-reset-sent": anyone("a fixed text"),
    "accounts:password-reset-done": anyone("a fixed text"),
    "accounts:password-reset-confirm": anyone("the mailed token is the credential", {"uidb64": "MQ", "token": "x-y"}),
    "accounts:settings": own,
    "accounts:password": own,
    "accounts:sessions": own,
    "accounts:sessions-revoke-others": own,
    "accounts:session-revoke": Row(THEIRS, of("session")),
    "accounts:privacy": own,
    "accounts:privacy-export": own,
    "accounts:account-delete": own,
    "accounts:theme": anyone(PREFERENCE),
    "accounts:language": anyone(PREFERENCE),
    "accounts:people": staff,
    "accounts:person-new": staff,
    "accounts:person": ONE_USER,
    "accounts:person-enable": ONE_USER,
    "accounts:person-disable": ONE_USER,
    "accounts:person-reset-password": ONE_USER,
    "accounts:person-delete": ONE_USER,
    "netdisk:drives": own,
    "netdisk:new": own,
    "netdisk:connect": own,
    "netdisk:device-start": own,
    "netdisk:device": Row(THEIRS, of("device")),
    "netdisk:device-poll": Row(THEIRS, of("device")),
    "netdisk:drive": Row(THEIRS, of("drive")),
    "netdisk:test": Row(THEIRS, of("drive")),
    "netdisk:disconnect": Row(THEIRS, of("drive")),
    "netdisk:files": Row(THEIRS, of("drive")),
    "netdisk:mkdir": Row(THEIRS, of("drive"), says({"name": "x", "path": "/"})),
    "netdisk:file": Row(THEIRS, of("drive", {"fs_id": 991_991_991})),
    "netdisk:thumb": Row(THEIRS, of("drive", {"fs_id": 991_991_991})),
    "netdisk:text": Row(THEIRS, of("drive", {"fs_id": 991_991_991})),
    "netdisk:play": Row(THEIRS, of("drive"), says({"path": "/x.mp4"})),
    "netdisk:kind": Row(THEIRS, of("drive", {"name": "pictures"})),
    "netdisk:limits": Row(THEIRS, of("drive")),
    "netdisk:recycle": Row(THEIRS, of("drive")),
    "netdisk:recycle-clear": Row(THEIRS, of("drive")),
    **{f"netdisk:{name}": Row(THEIRS, of("drive"), says(_PICKED)) for name in ("delete", "rename", "move", "copy")},
    **{f"netdisk:{name}": Row(THEIRS, of("drive"), says(_PICKED)) for name in ("share", "recycle-restore")},
    "netdisk:space": Row(THEIRS, of("drive")),
    "netdisk:scan": Row(THEIRS, of("drive")),
    "batches:list": own,
    "batches:detail": Row(THEIRS, of("batch")),
    "batches:row": Row(THEIRS, of("batch")),
    "batches:act": Row(THEIRS, of("batch", {"action": "retry"})),
    "transfers:list": own,
    "transfers:new": own,
    "transfers:send": Row(OWN, body=lambda ids: {"drive": ids["drive"], "links": "https://example.org/a", "path": "/"}),
    "transfers:from-drive": Row(OWN, body=lambda ids: {"drive": ids["drive"], "id": "1"}),
    "transfers:bulk": Row(OWN, says({"verb": "clear"})),
    "transfers:detail": Row(THEIRS, of("transfer")),
    "transfers:row": Row(THEIRS, of("transfer")),
    "transfers:priority": Row(THEIRS, of("transfer"), says({"priority": "5"})),
    "transfers:act": Row(THEIRS, of("transfer", {"action": "retry"})),
    "transfers:library": own,
    "transfers:preview": Row(THEIRS, of("file")),
    "transfers:file-delete": Row(THEIRS, of("file")),
    "transfers:content": Row(THEIRS, of("file")),
    "transfers:uploads": own,
    "transfers:upload": Row(THEIRS, of("upload")),
    "system": staff,
    "live-settings": staff,
    "proxy-check": anyone("behind a wrong proxy nobody can sign in; shows what the caller sent"),
    "keys": staff,
    "setup/proxy": anyone("a redirect to the page above"),
    "activity": own,
    "developers": own,
    "checklist-dismiss": own,
    "set_language": anyone(PREFERENCE),
    # API
    **{f"{prefix}:{name}": row for prefix in ("auth", "v1") for name, row in _AUTH.items()},
    "v1:users": Row(STAFF, body=says({})),
    "v1:user": ONE_USER,
    "v1:user-enable": ONE_USER,
    "v1:user-disable": ONE_USER,
    "v1:user-reset-password": ONE_USER,
    "v1:downloads-today": own,
    "v1:ws-tickets": own,
    "v1:broadcast": Row(STAFF, body=says({"message": "x"})),
    "v1:drive-list": own,
    "v1:drive-device": Row(OWN, body=says({})),
    "v1:drive-device-poll": Row(THEIRS, of("device")),
    "v1:drive-detail": Row(THEIRS, of("drive")),
    "v1:drive-test": Row(THEIRS, of("drive")),
    "v1:transfer-list": Row(OWN, body=_BY_DRIVE),
    "v1:transfer-detail": Row(THEIRS, of("transfer"), says({"priority": 3})),
    **{f"v1:transfer-{verb}": Row(THEIRS, of("transfer")) for verb in ("pause", "resume", "cancel", "retry")},
    "v1:library-list": own,
    "v1:library-detail": Row(THEIRS, of("file")),
    "v1:transfer-folders": Row(
        OWN,
        body=lambda ids: {
            "source": {"kind": "library"},
            "destination": {"kind": "clouddrive", "server": str(ids["server"])},
        },
    ),
    **{f"transfers:{name}": own for name in ("servers", "server-new", "server-standin", "folder")},
    **{
        f"transfers:{name}": Row(THEIRS, of("server"))
        for name in (
            *("server", "server-edit", "server-test", "server-remove", "mounts", "mount-new", "mount-edit"),
            *("cloud-files", "cloud-file", "cloud-mkdir", "cloud-rename", "cloud-delete", "cloud-move", "cloud-copy"),
            "cloud-download",
        )
    },
    "transfers:server-part": Row(THEIRS, of("server", {"name": "clouds"})),
    "transfers:server-upload": Row(THEIRS, of("server", {"verb": "pause"}), says({"key": "x"})),
    "transfers:mount-act": Row(THEIRS, of("server", {"verb": "mount"}), says({"point": "/x"})),
    "v1:server-list": Row(OWN, body=says({"host": "127.0.0.1", "secret": "x"})),
    "v1:server-detail": Row(THEIRS, of("server"), says({"name": "x"})),
    "v1:server-test": Row(THEIRS, of("server")),
    "v1:operation-list": own,
    **{f"v1:netdisk-{entry.short_name}": _OPERATION for entry in all_operations() if entry.name.startswith(ON_DRIVES)},
    **{
        f"v1:clouds-{entry.short_name}": _CLOUD_OPERATION
        for entry in all_operations()
        if entry.name.startswith("clouds.")
    },
    "v1:netdisk-upload-part": Row(OWN, says({"uploadid": "x", "number": 0})),
    "v1:netdisk-media": anyone("the sealed link is the credential: one thing, for some hours", {"link": "x"}),
    "oauth-callback": anyone("Baidu sends browsers here; the one-time state is the credential"),
    "token-upsert": Row(OWN, body=says({"access_token": "a", "refresh_token": "b", "expires_in": 10})),
    "service-token-upsert": Row(STAFF, body=says({"access_token": "a", "refresh_token": "b", "expires_in": 10})),
    "mcp-user-exec": Row(OWN, body=_EXEC_ON_DRIVE),
    "mcp-public-exec": Row(OWN, body=says({"op": "quota"})),
    "schema": anyone("the API's description holds no data"),
    "docs": anyone("shows the description"),
    "redoc": anyone("shows the description"),
    "seed:admin-users": Row(STAFF, body=says({})),
    "seed:admin-user": ONE_USER,
    # operators
    "health": anyone(HEALTH),
    "health-ready": anyone(HEALTH),
    "health-detail": staff,
    "metrics": staff,
    "favicon.ico": anyone("a redirect to a picture"),
}


@dataclass(frozen=True)
class Route:
    """`name` with its name spaces; unnamed ones go by their path."""

    name: str
    pattern: str
    arguments: tuple[str, ...]

    @property
    def is_admin(self) -> bool:
        return self.pattern.startswith("admin/")

    def path(self, arguments: Ids) -> str:
        return reverse(self.name, kwargs=arguments) if self.name != self.pattern else f"/{self.pattern}"


def walk(resolver: Any = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every route that Django's resolver knows."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry, pattern, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            assert isinstance(entry, URLPattern)
            yield Route(":".join([*spaces, entry.name]) if entry.name else pattern, pattern, _arguments(entry))


def _arguments(entry: URLPattern) -> tuple[str, ...]:
    return tuple(getattr(entry.pattern, "converters", {}) or entry.pattern.regex.groupindex)


ROUTES = list(walk())
SITE = [route for route in ROUTES if not route.is_admin]
ADMIN = [route for route in ROUTES if route.is_admin]
