"""The token endpoint: codes, device codes and refresh tokens traded for token pairs (§1.1-1.4)."""

from __future__ import annotations

import time

from starlette.responses import JSONResponse, Response

from emulators.baidu.call import XPAN, Call
from emulators.baidu.errors import OAuthError
from emulators.baidu.gate import Facts, Silence, gate, note
from emulators.baidu.grants import Grant
from emulators.baidu.world import World

Args = dict[str, str]

_OPS = {
    "authorization_code": "token_code",
    "refresh_token": "token_refresh",
    "device_token": "token_device",
}
_DEVICE_FAULTS = {
    "device_pending": "authorization_pending",
    "device_slow_down": "slow_down",
    "device_declined": "authorization_declined",
    "device_expired": "expired_token",
}


async def token(call: Call) -> Response:
    """Answer a token request, by GET or by POST."""
    args, world = call.query | call.form, call.world
    op = _OPS.get(args.get("grant_type", ""), "token")
    facts = {
        "op": op,
        "user": _owner(world, args),
        "path": call.request.url.path,
        "method": call.request.method,
    }
    _count(world, args)
    response = await gate(world, XPAN, facts)
    if not response:
        try:
            response = _traded(world, args, facts)
        except OAuthError as refusal:
            response = JSONResponse(refusal.body(), 400)
        world.save()
    note(world, call.request, facts, response)
    return response


def _owner(world: World, args: Args) -> str:
    """Return the name of the user a request is about, as far as it can be known."""
    code = world.grants.codes.get(args.get("code", ""))
    refresh = world.grants.by_refresh.get(args.get("refresh_token", ""))
    device = world.grants.devices.get(args.get("code", ""))
    return next((each.user for each in (code, refresh, device) if each), "")


def _count(world: World, args: Args) -> None:
    world.counters["token_calls"] += 1
    grant = world.grants.by_refresh.get(args.get("refresh_token", ""))
    if grant:
        world.refreshes[f"{grant.user}/{grant.root}/{grant.generation}"] += 1


def _traded(world: World, args: Args, facts: Facts) -> Response:
    kind = args.get("grant_type", "")
    if not kind:
        raise OAuthError("invalid_request", "grant_type is required")
    if kind not in _OPS:
        raise OAuthError("unsupported_grant_type", "The authorization grant type is not supported")
    if kind == "refresh_token":
        return _refreshed(world, args, facts)
    _check_client(world, args)
    grant = _from_code(world, args) if kind == "authorization_code" else _from_device(world, args, facts)
    return _reply(grant)


def _reply(grant: Grant) -> Response:
    return JSONResponse(grant.reply(time.time()), headers={"Cache-Control": "no-store"})


def _check_client(world: World, args: Args) -> None:
    settings = world.settings
    if args.get("client_id") != settings.client_id:
        raise OAuthError("invalid_client", "unknown client id")
    if args.get("client_secret") != settings.client_secret:
        raise OAuthError("invalid_client", "Client authentication failed")


def _from_code(world: World, args: Args) -> Grant:
    if not args.get("code"):
        raise OAuthError("invalid_request", "code is required")
    return world.grants.exchange_code(args["code"], args["client_id"], args.get("redirect_uri", ""))


def _from_device(world: World, args: Args, facts: Facts) -> Grant:
    if not args.get("code"):
        raise OAuthError("invalid_request", "code is required")
    for name, error in _DEVICE_FAULTS.items():
        if world.faults.take(name, facts):
            raise OAuthError(error, "switched on")
    return world.grants.exchange_device(args["code"], args["client_id"])


def _refreshed(world: World, args: Args, facts: Facts) -> Response:
    value = args.get("refresh_token", "")
    if not value:
        raise OAuthError("invalid_request", "refresh_token is required")
    if fault := world.faults.take("refresh_rejected", facts):
        default = "The provided authorization grant is revoked"
        error, text = fault.params.get("error", "invalid_grant"), fault.params.get("description", default)
        raise OAuthError(str(error), str(text))
    try:
        _check_client(world, args)
        grant = world.grants.refresh(value, args["client_id"], args.get("scope", ""))
    except OAuthError:
        world.grants.fail_refresh(value)
        raise
    world.counters["refreshes_done"] += 1
    if fault := world.faults.take("refresh_5xx", facts):
        return Response("upstream error", fault.count("code", 500))
    if fault := world.faults.take("refresh_timeout", facts):
        return Silence(fault.number("seconds", 3600))
    return _reply(grant)
