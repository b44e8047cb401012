"""What people shared: a few files under a short address, behind four characters (§7.1)."""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import asdict, dataclass
from typing import Any

DAY = 86_400
_LETTERS = string.ascii_letters + string.digits + "-_"


@dataclass
class Share:
    """A share: ``period`` in days (0: for ever), ``fs_ids`` of the sharer's drive."""

    share_id: int
    short_url: str
    user: str
    appid: int
    fs_ids: list[int]
    period: int
    pwd: str
    remark: str
    ctime: int

    @property
    def over(self) -> bool:
        """Tell whether its period has passed."""
        return bool(self.period) and self.ctime + self.period * DAY <= time.time()


class Shares:
    """All shares by their short address."""

    def __init__(self) -> None:
        self.by_url: dict[str, Share] = {}

    def make(self, user: str, appid: int, fs_ids: list[int], **given: Any) -> Share:
        """Return a new share; ``given`` are period, pwd and remark."""
        short_url = "".join(secrets.choice(_LETTERS) for _ in range(22))
        number = 10**10 + secrets.randbelow(10**10)
        share = Share(number, short_url, user, appid, fs_ids, ctime=int(time.time()), **given)
        self.by_url[short_url] = share
        return share

    def clear(self) -> None:
        """Forget all."""
        self.by_url.clear()

    def dump(self) -> list[dict[str, Any]]:
        """Return all shares as JSON."""
        return [asdict(each) for each in self.by_url.values()]

    def load(self, state: list[dict[str, Any]]) -> None:
        """Take over what :meth:`dump` returned."""
        self.by_url = {each["short_url"]: Share(**each) for each in state}
