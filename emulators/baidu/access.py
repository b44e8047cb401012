"""Who calls: from an access token to a user, with the refusals each host has for it."""

from __future__ import annotations

import time

from emulators.baidu.call import PCS, Call, Operation
from emulators.baidu.errors import ApiError
from emulators.baidu.grants import Grant


def peek_user(call: Call) -> str:
    """Return the name of the user a token was issued to, valid or not, '' when it is unknown."""
    grant = call.world.grants.by_access.get(call.query.get("access_token", ""))
    return grant.user if grant else ""


def is_live(grant: Grant | None) -> bool:
    """Tell whether an access token may still be used."""
    return bool(grant and not grant.revoked and not grant.access_dead and grant.access_expires > time.time())


def authenticate(call: Call, op: Operation) -> None:
    """Enter the user of the call's token; raises the refusal of the operation's family."""
    grant = call.world.grants.by_access.get(call.query.get("access_token", ""))
    user = call.world.user(grant.user) if grant else None
    if not grant or not user or grant.revoked:
        raise ApiError(110) if op.family == PCS else ApiError(-6)
    if not is_live(grant):
        raise _expired(call, op)
    if "netdisk" not in grant.scope.split():
        raise ApiError(20013, "app has no permission for this api")
    call.enter(user, grant)


def check_rate(call: Call, op: Operation) -> None:
    """Count a call for the app's and the user's limits of a minute; raises 31034 beyond them (§6)."""
    settings, world = call.world.settings, call.world
    if not world.within_rate("app", settings.app_per_minute):
        raise ApiError(31034)
    limit: int = getattr(settings, f"{op.kind}_per_minute", 0)
    if call.grant and not world.within_rate(f"{op.kind} {call.user.name}", limit):
        raise ApiError(31034)


def _expired(call: Call, op: Operation) -> ApiError:
    if op.family == PCS:
        return ApiError(111)
    code = call.world.settings.expired_answer
    return ApiError(code, status=401 if code == 110 else None)
