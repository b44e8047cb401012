"""The people of the stand-in: ``demo``, ``demo2`` ... each with a password equal to the name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_NAME = re.compile(r"demo([2-9]|[1-9]\d{1,3})?")
_UK_BASE = 208_281_035
_VIP_BY_ORDER = (2, 1, 0)
MEMBERSHIPS = ("ordinary", "vip", "svip")
"""Name of a ``vip_type`` in the settings."""

_TOTAL_BY_VIP = {0: 2 << 40, 1: 5 << 40, 2: 10 << 40}


@dataclass(frozen=True)
class User:
    """A person: ``uk`` is the number Baidu knows them by, ``vip_type`` 0 ordinary, 1 vip, 2 svip.

    ``total`` is the capacity in bytes.
    """

    name: str
    uk: int
    vip_type: int
    total: int

    @property
    def display_name(self) -> str:
        """Return the masked name the platform shows (``d***o``)."""
        return f"{self.name[0]}***{self.name[-1]}"


def find_user(name: str) -> User | None:
    """Return the user of that name, None when nobody is called so (``demo``, ``demo2`` to ``demo9999``)."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    number = int(found[1] or 1)
    return with_membership(User(name, _UK_BASE + number, 0, 0), _VIP_BY_ORDER[(number - 1) % 3])


def with_membership(user: User, vip_type: int, total: int | None = None) -> User:
    """Return a user with another membership, and the capacity that goes with it or the one given."""
    return replace(user, vip_type=vip_type, total=_TOTAL_BY_VIP[vip_type] if total is None else total)


def check_password(name: str, password: str) -> User | None:
    """Return the user when the password fits (it is the name), else None."""
    user = find_user(name)
    return user if user and password == name else None


def find_uk(uk: int) -> User | None:
    """Return the user with that number."""
    number = uk - _UK_BASE
    return find_user("demo" if number == 1 else f"demo{number}")
