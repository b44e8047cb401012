"""Limits on guessing passwords (H10). Failures count, successes are given back.

Three counters: the account from one network (guessing), one network over all accounts (spraying), and the
account from everywhere (many addresses). The last never stops networks from which the account has signed in
before, and every window is 15 minutes, so nobody can lock an administrator out for good.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth import get_user_model

from core import ratelimit
from core.errors import RateLimited
from core.ratelimit import Limit
from core.request import current, network_prefix

from .keys import digest
from .models import LoginSession, fold

WINDOW = 900
PAIR, NETWORK, ACCOUNT = Limit(10, WINDOW), Limit(100, WINDOW), Limit(60, WINDOW)
NETWORKS_REMEMBERED = 200


@dataclass(frozen=True)
class Attempt:
    account: str
    network: str

    @classmethod
    def on(cls, username: str) -> Attempt:
        return cls(digest(fold(username))[:32], network_prefix(current().address))

    def counters(self) -> list[tuple[str, Limit]]:
        return [
            (f"login:pair:{self.account}:{self.network}", PAIR),
            (f"login:network:{self.network}", NETWORK),
            (f"login:account:{self.account}", ACCOUNT),
        ]

    def begin(self, username: str) -> None:
        """Count the attempt before the password is looked at, or raise `RateLimited`. What is refused counts
        no further.
        """
        pair, network, account = self.counters()
        wait = ratelimit.hit(*pair) or ratelimit.hit(*network)
        if not wait:
            wait = ratelimit.hit(*account)
            if wait and _has_signed_in_from(username, self.network):
                wait = 0
        if wait:
            raise RateLimited(code="too_many_attempts", retry_after=max(1, round(wait)))

    def succeeded(self) -> None:
        for key, limit in self.counters():
            ratelimit.refund(key, limit)


def _has_signed_in_from(username: str, network: str) -> bool:
    user = get_user_model().objects.filter(folded=fold(username)).only("pk").first()
    if user is None:
        return False
    rows = LoginSession.objects.filter(user=user).exclude(address=None).order_by("-created_at")
    addresses = set(rows.values_list("address", flat=True)[:NETWORKS_REMEMBERED])
    return any(network_prefix(address) == network for address in addresses)
