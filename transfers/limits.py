"""How much may move at once: files on the site and per drive, connections per file, bytes per second (live settings)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.live_settings import LiveSetting, declare, value

declare(
    LiveSetting("TRANSFERS_CONCURRENT", _("Files at once"), _("On the whole site; 1 to 32."), minimum=1, maximum=32)
)
declare(
    LiveSetting(
        "TRANSFERS_PER_ACCOUNT",
        _("Files at once per drive"),
        _("Baidu slows ordinary accounts down; 1 to 32."),
        minimum=1,
        maximum=32,
    )
)
declare(
    LiveSetting(
        "TRANSFERS_CONNECTIONS",
        _("Connections per file"),
        _("For links; drives follow their membership. 1 to 16."),
        minimum=1,
        maximum=16,
    )
)
declare(LiveSetting("TRANSFERS_RATE_LIMIT", _("Bytes per second"), _("For the whole site; 0 means no limit.")))
declare(
    LiveSetting(
        "TRANSFERS_SPOOL_LIMIT",
        _("Bytes kept of a link of unknown length"),
        _("Such a file is stored here before it goes to a drive; a larger one is refused."),
        minimum=1,
    )
)

ORDINARY, MEMBER, SUPER = 1, 2, 4  # connections by membership (wire/baidu-netdisk.md §4)
SENDING = {0: 2, 1: 3}  # parts under way at once; more did not help those who tried (§3.8)


def concurrent() -> int:
    return int(value("TRANSFERS_CONCURRENT"))


def per_account() -> int:
    return int(value("TRANSFERS_PER_ACCOUNT"))


def connections(vip_type: int | None) -> int:
    """Connections for one file: of a drive by its membership, of a link by the site's setting."""
    allowed = int(value("TRANSFERS_CONNECTIONS"))
    return allowed if vip_type is None else min(allowed, {0: ORDINARY, 1: MEMBER}.get(vip_type, SUPER))


def parts_at_once(vip_type: int) -> int:
    """Parts of one upload under way at once, by the membership of the target drive."""
    return min(int(value("TRANSFERS_CONNECTIONS")), SENDING.get(vip_type, SUPER))


def spool() -> int:
    return int(value("TRANSFERS_SPOOL_LIMIT"))


def bytes_per_second(running: int) -> float:
    """The share of one transfer in the site's limit; 0 means no limit."""
    limit = int(value("TRANSFERS_RATE_LIMIT"))
    return limit / max(1, running) if limit else 0.0
