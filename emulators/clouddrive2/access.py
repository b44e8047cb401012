"""Who may do what: users, the tokens they get, and API tokens with permissions and a root of their own (§1.1)."""

from __future__ import annotations

import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from emulators.clouddrive2.tree import Tree
from protos.clouddrive_pb2 import TokenPermissions

USERS = {"demo": "demo", "second@example.org": "second"}
TWO_FACTOR = {"second@example.org": "123456"}
"""Users that sign in with a code as well."""

DEMO_TOKEN = "demo-token"
"""An API token with all rights that is there from the start, for the user ``demo``."""

NEWEST = 500
"""Account tokens that are remembered; a user who signs in again and again has the oldest forgotten."""

ALL = frozenset(each.name.removeprefix("allow_") for each in TokenPermissions.DESCRIPTOR.fields)


@dataclass
class Grant:
    """A token: the account's own (``api`` false: all rights) or an API token. Times are Unix seconds, 0 is never."""

    token: str
    user: str
    api: bool = False
    root: str = "/"
    permissions: list[str] = field(default_factory=list)
    expires: float = 0
    name: str = ""
    grpc_log: bool = False
    file_log: bool = False

    @property
    def owner(self) -> str:
        """Return to whom uploads belong: the account, whatever its token, or the one API token."""
        return self.token if self.api else f"account {self.user}"

    def may(self, permission: str) -> bool:
        """Tell whether it has a permission, named without ``allow_``."""
        return not self.api or permission in self.permissions

    @property
    def live(self) -> bool:
        """Tell whether it is still good."""
        return not self.expires or self.expires > time.time()


class Grants:
    """All tokens, kept over a restart."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        rows: list[dict[str, Any]] | None = tree.kept("grants", None)
        self._by_token = {each["token"]: Grant(**each) for each in rows or ()}
        if rows is None:
            self.begin()

    def begin(self) -> None:
        """Forget all tokens but the one that is there from the start."""
        demo = Grant(DEMO_TOKEN, "demo", True, permissions=sorted(ALL), name="demo")
        self._by_token = {demo.token: demo}
        self.save()

    def sign_in(self, user: str, seconds: float) -> Grant:
        """Issue a token of a user's account."""
        return self._add(Grant("eyJ." + secrets.token_urlsafe(48), user, expires=time.time() + seconds))

    def issue(self, user: str, root: str, permissions: list[str], **more: Any) -> Grant:
        """Issue an API token; raises ``ValueError`` for a permission that does not exist."""
        unknown = set(permissions) - ALL
        if unknown:
            raise ValueError(f"unknown permission: {', '.join(sorted(unknown))}")
        token = "-".join(secrets.token_hex(size) for size in (4, 2, 2, 2, 6))
        return self._add(Grant(token, user, True, root or "/", sorted(permissions), **more))

    def find(self, token: str) -> Grant | None:
        """Return the grant of a token, live or not."""
        return self._by_token.get(token)

    @property
    def api_tokens(self) -> list[Grant]:
        """Return the API tokens, oldest first."""
        return [each for each in self._by_token.values() if each.api]

    def remove(self, token: str) -> None:
        """Forget a token."""
        self._by_token.pop(token, None)
        self.save()

    def expire(self) -> int:
        """End the life of all account tokens; return how many there were."""
        ended = [each for each in self._by_token.values() if not each.api and each.live]
        for each in ended:
            each.expires = time.time() - 1
        self.save()
        return len(ended)

    def save(self) -> None:
        """Keep the tokens."""
        self._tree.keep("grants", [asdict(each) for each in self._by_token.values()])

    def _add(self, grant: Grant) -> Grant:
        live = [each for each in self._by_token.values() if each.live]
        forgotten = {each.token for each in [each for each in live if not each.api][:-NEWEST]}
        self._by_token = {each.token: each for each in live if each.token not in forgotten}
        self._by_token[grant.token] = grant
        self.save()
        return grant
