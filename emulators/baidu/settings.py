"""The lasting switches of the stand-in; every one can be changed while it runs (``/control/settings``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Settings:
    """Lifetimes in seconds, limits and policies; the defaults are the documented behaviour."""

    client_id: str = "demo-key"
    client_secret: str = "demo-secret"
    redirect_uris: str = ""
    """Registered callbacks, comma separated; empty accepts any http(s) address and ``oob``."""
    access_token_s: float = 2_592_000
    refresh_token_s: float = 315_360_000
    code_s: float = 600
    device_code_s: float = 300
    device_interval_s: float = 5
    dlink_s: float = 28_800
    second_authorization_kills: bool = False
    """A new authorization of the same user ends their earlier access tokens (§1.3, FAQ)."""
    failed_refresh_kills: bool = False
    """A refused refresh call uses the refresh token up as well (§1.3)."""
    expired_answer: int = -6
    """What an expired access token gets on pan.baidu.com: -6, 111, or 110 with HTTP 401."""
    app_user_limit: int = 0
    """Users an unreviewed app may have (errno 20011 for the others); 0 is no limit."""
    merged_parameters: bool = False
    """Parameters count in the query and in the form alike, as sloppy clients have it; else as documented."""
    latency_ms: float = 0
    request_id_as: str = "documented"
    """``documented``, ``text`` or ``number``."""
    listall_per_minute: int = 0
    """Calls of listall per user and minute before 31034; 0 is no limit, the documented ceiling is 8."""
    rename_per_minute: int = 0
    list_per_minute: int = 0
    search_per_minute: int = 0
    meta_per_minute: int = 0
    write_per_minute: int = 0
    upload_per_minute: int = 0
    share_per_minute: int = 0
    offline_per_minute: int = 0
    """Calls of a class per user and minute before 31034; the log tells the class of each call."""
    app_per_minute: int = 0
    """Calls of all users together per minute before 31034."""
    list_cap: int = 10_000
    """Most rows of one ``list`` answer."""
    rows_without_start: int = 1000
    """Rows of ``list`` when ``start`` is absent, whatever ``limit`` says; 0 sends all."""
    sandbox: str = ""
    """Folder an app is confined to, such as ``/apps/yungang``; empty shows the whole drive."""
    task_s: float = 0.5
    """How long an asynchronous file manager task takes."""
    ua_rule: str = "all"
    """Downloads that need ``User-Agent: pan.baidu.com``: ``all``, ``large`` (from 50 MB) or ``off``."""
    thumb_ua_rule: bool = False
    ad_s: float = 15
    """How long members below svip watch an advertisement before a stream (133)."""
    max_connections: int = 0
    """Download connections per user before 31326; 0 is no limit."""

    share_entitled: bool = True
    """The app may use the share API (§7.1)."""
    share_refusal: int = 20013
    """What an app that may not gets: 20013 or 13998."""
    share_periods: str = ""
    """Days a share may last, comma separated (0: for ever); empty is 1 to 365."""
    transfer_limit: int = 500
    """Most files an ordinary user may take over from a share in one call (120)."""
    pcs_entitled: bool = False
    """The app may use the legacy PCS calls: recycle bin, offline download, diff, thumbnails, download."""
    offline_s: float = 2
    """How long an offline download takes."""
    offline_outcome: int = 0
    """The status an offline download ends with (§2.13): 0 done, 2 to 7 the ways to fail."""
    offline_limit: int = 5
    """Offline downloads of a user that may run at once (36013)."""
    recycle_days: float = 10
    """How long deleted files stay in the recycle bin; 0 deletes for good."""

    # uploads (§3)
    block_limit_ordinary: int = 4 << 20
    block_limit_vip: int = 16 << 20
    block_limit_svip: int = 32 << 20
    """Most bytes of a part, by membership; more is 31364."""
    file_limit_ordinary: int = 4 << 30
    file_limit_vip: int = 10 << 30
    file_limit_svip: int = 20 << 30
    """Most bytes of a file, by membership; more is 31365, told by create."""
    first_part_min: int = 4 << 20
    """Least bytes of the first of several parts; less is 31299."""
    slice_limit: int = 1024
    """Most parts of a file."""
    single_limit: int = 2 << 30
    """Most bytes of a single-step upload; more is HTTP 413."""
    large_part_answer: int = 31364
    """What a part that is too large gets: 31364, or 413 for a bare HTTP 413."""
    rapid_upload: str = "on"
    """``on``; ``off`` (no content is ever known) or ``refused`` (31500)."""
    block_list_answer: str = "full"
    """What precreate answers for a new upload: ``full`` names all parts, ``empty`` is ``[]``."""
    precreate_conflict: bool = False
    """precreate refuses a taken path with ``rtype=0`` (-8) already; else only create does."""
    strict_block_list: bool = False
    """create refuses md5s other than those sent to precreate (31190)."""
    upload_session_s: float = 86_400
    """How long an uploadid lives."""
    superfile_errno: bool = False
    """superfile2 answers ``errno`` 0 beside ``md5``."""
    locate_servers: str = ""
    """What locateupload names: addresses, comma separated; empty is our own, ``none`` none."""
    locate_bak_servers: str = "none"

    def change(self, values: dict[str, Any]) -> None:
        """Set some switches, each converted to its type; raises ``ValueError`` for a wrong name or value."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        unknown = values.keys() - known.keys()
        if unknown:
            raise ValueError(f"unknown setting: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, _converted(value, known[name]))

    def reset(self, name: str) -> None:
        """Give one switch its default back; raises ``ValueError`` for an unknown name."""
        if not hasattr(Settings, name):
            raise ValueError(f"unknown setting: {name}")
        setattr(self, name, getattr(Settings, name))

    def as_dict(self) -> dict[str, Any]:
        """Return all switches by name."""
        return asdict(self)


def _converted(value: Any, sample: Any) -> Any:
    if isinstance(sample, bool):
        return value if isinstance(value, bool) else str(value).lower() in {"1", "true", "yes", "on"}
    try:
        return type(sample)(value)
    except (TypeError, ValueError) as problem:
        raise ValueError(f"not a {type(sample).__name__}: {value!r}") from problem
