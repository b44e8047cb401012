"""The OAuth host: authorization page, device page, token endpoint (§1)."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

import segno
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from emulators.baidu import pages
from emulators.baidu.call import XPAN, Call, read_call
from emulators.baidu.errors import OAuthError
from emulators.baidu.gate import gate, note
from emulators.baidu.grants import Device, parse_scope
from emulators.baidu.tokens import token
from emulators.baidu.users import check_password
from emulators.baidu.world import World

COOKIE = "standin_bduss"
AUTHORIZE = "/oauth/2.0/authorize"

Handler = Callable[[Call], Awaitable[Response]]


def oauth_routes(world: World) -> list[Route]:
    """Return the routes of the OAuth host."""

    def route(path: str, op: str, handler: Handler, *methods: str) -> Route:
        return Route(path, _endpoint(world, op, handler), methods=list(methods) or ["GET", "POST"])

    return [
        route(AUTHORIZE, "authorize", authorize),
        route("/oauth/2.0/token", "token", token),
        route("/oauth/2.0/device/code", "device_code", device_code),
        route("/device", "device", device),
        route("/device/qrcode/{name}", "qrcode", qrcode, "GET"),
    ]


def _endpoint(world: World, op: str, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        call = await read_call(world, request)
        facts = {"op": op, "user": _signed_in(call), "path": request.url.path, "method": request.method}
        if op == "token":
            return await handler(call)
        response = await gate(world, XPAN, facts)
        if not response:
            try:
                response = await handler(call)
            except OAuthError as refusal:
                response = _refusal(call, refusal)
        note(world, request, facts, response)
        return response

    return endpoint


def _refusal(call: Call, refusal: OAuthError) -> Response:
    """Return an OAuth error as a page to a browser, as JSON to a program."""
    if "text/html" in call.request.headers.get("accept", ""):
        return pages.message_page("授权失败", f"{refusal.error}：{refusal.description}", 400)
    return JSONResponse(refusal.body(), 400)


# -- signing in


def _signed_in(call: Call) -> str:
    return call.world.sessions.get(call.request.cookies.get(COOKIE, ""), "")


def _here(call: Call, **without: str) -> str:
    """Return the present address, less the parameters named."""
    query = {key: value for key, value in call.query.items() if key not in without}
    return f"{call.request.url.path}?{urlencode(query)}"


def _sign_in(call: Call) -> Response:
    """Check the sign-in form; go on to where the person wanted to go."""
    name = call.form.get("username", "").strip()
    user = check_password(name, call.form.get("password", ""))
    if not user:
        return pages.login_page(_here(call), name=name, problem="用户名或密码错误")
    session = secrets.token_urlsafe(24)
    call.world.sessions[session] = user.name
    call.world.save()
    response = RedirectResponse(_here(call, force_login=""), 303)
    response.set_cookie(COOKIE, session, httponly=True, samesite="lax", max_age=86_400 * 30)
    return response


def _form_token(call: Call) -> str:
    session = call.request.cookies.get(COOKIE, "")
    return hmac.new(call.world.key, f"form {session}".encode(), hashlib.sha256).hexdigest()


def _form_is_ours(call: Call) -> bool:
    return hmac.compare_digest(_form_token(call).encode(), call.form.get("token", "").encode())


# -- authorization code


@dataclass(frozen=True)
class _Request:
    """A checked authorization request."""

    client_id: str
    redirect_uri: str
    scope: str
    response_type: str
    state: str | None


def _checked(call: Call) -> _Request:
    query, settings = call.query, call.world.settings
    if query.get("client_id") != settings.client_id:
        raise OAuthError("invalid_client", "unknown client id")
    uri = query.get("redirect_uri", "")
    registered = [each.strip() for each in settings.redirect_uris.split(",") if each.strip()]
    if not _acceptable(uri, registered):
        raise OAuthError("redirect_uri_mismatch", "Invalid redirect uri")
    kind = query.get("response_type", "")
    if not kind:
        raise OAuthError("invalid_request", "response_type is required")
    if kind not in ("code", "token"):
        raise OAuthError("unsupported_response_type", "Unsupported response type")
    return _Request(settings.client_id, uri, parse_scope(query.get("scope", "")), kind, query.get("state"))


def _acceptable(uri: str, registered: list[str]) -> bool:
    if registered:
        return uri in registered
    parts = urlsplit(uri)
    return uri == "oob" or (parts.scheme in ("http", "https") and bool(parts.netloc) and not parts.fragment)


async def authorize(call: Call) -> Response:
    """Show sign-in, then consent; send the browser back with a code or a refusal."""
    wanted, user = _checked(call), _signed_in(call)
    if call.request.method == "POST" and call.form.get("action") == "login":
        return _sign_in(call)
    if not user or call.query.get("force_login") == "1":
        return pages.login_page(_here(call))
    if call.request.method == "POST" and _form_is_ours(call):
        return _decided(call, wanted, user)
    return pages.consent_page(
        action=_here(call),
        client=wanted.client_id,
        scope=wanted.scope,
        user=user,
        token=_form_token(call),
        switch=_here(call, force_login="") + "&force_login=1",
    )


def _decided(call: Call, wanted: _Request, user: str) -> Response:
    if call.form.get("decision") != "allow":
        return _send_back(wanted, {"error": "access_denied"})
    grants = call.world.grants
    if wanted.response_type == "token":
        given = grants.issue(user, wanted.client_id, wanted.scope)
        reply = given.reply(given.access_expires - call.world.settings.access_token_s)
        reply.pop("refresh_token")
        answer = {key: str(value) for key, value in reply.items()}
    else:
        answer = {"code": grants.issue_code(user, wanted.client_id, wanted.scope, wanted.redirect_uri).value}
    call.world.save()
    return _send_back(wanted, answer)


def _send_back(wanted: _Request, answer: dict[str, str]) -> Response:
    if wanted.redirect_uri == "oob":
        shown = answer.get("code") or answer.get("access_token")
        return pages.code_page(shown) if shown else pages.message_page("已拒绝授权", "您拒绝了该应用的请求。", 403)
    if wanted.state is not None:
        answer["state"] = wanted.state
    if wanted.response_type == "token" and "access_token" in answer:
        return RedirectResponse(f"{wanted.redirect_uri}#{urlencode(answer)}", 302)
    joint = "&" if urlsplit(wanted.redirect_uri).query else "?"
    return RedirectResponse(f"{wanted.redirect_uri}{joint}{urlencode(answer)}", 302)


# -- device code


async def device_code(call: Call) -> Response:
    """Issue a device code (§1.2)."""
    args = call.query | call.form
    if args.get("client_id") != call.world.settings.client_id:
        raise OAuthError("invalid_client", "unknown client id")
    if args.get("response_type") != "device_code":
        raise OAuthError("unsupported_response_type", "Unsupported response type")
    issued = call.world.grants.issue_device(args["client_id"], parse_scope(args.get("scope", "")))
    call.world.save()
    settings = call.world.settings
    return JSONResponse(
        {
            "device_code": issued.device_code,
            "user_code": issued.user_code,
            "verification_url": f"{call.origin}/device",
            "qrcode_url": f"{call.origin}/device/qrcode/{issued.user_code}.png",
            "expires_in": round(settings.device_code_s),
            "interval": round(settings.device_interval_s),
        }
    )


async def device(call: Call) -> Response:
    """Show the device page: the user code, sign-in, consent."""
    if call.request.method == "POST" and call.form.get("action") == "login":
        return _sign_in(call)
    code = (call.form.get("code") or call.query.get("code", "")).strip().lower()
    if not code:
        return pages.device_page()
    found = call.world.grants.pending_device(code)
    if not found:
        return pages.device_page("用户码无效或已过期")
    user = _signed_in(call)
    if not user or call.query.get("force_login") == "1":
        return pages.login_page(_here(call))
    if call.request.method == "POST" and _form_is_ours(call):
        return _device_decided(call, found, user)
    address = f"/device?code={found.user_code}"
    return pages.consent_page(
        action=address,
        client=found.client_id,
        scope=found.scope,
        user=user,
        token=_form_token(call),
        switch=f"{address}&force_login=1",
        code=found.user_code,
    )


def _device_decided(call: Call, found: Device, user: str) -> Response:
    allowed = call.form.get("decision") == "allow"
    found.state, found.user = ("allowed", user) if allowed else ("declined", "")
    call.world.save()
    if allowed:
        return pages.message_page("授权成功", "设备已连接，您可以关闭此页面。")
    return pages.message_page("已拒绝授权", "设备没有获得访问权限。")


async def qrcode(call: Call) -> Response:
    """Draw the QR code that leads to the device page with the user code filled in."""
    name: str = call.request.path_params["name"]
    picture = io.BytesIO()
    address = f"{call.origin}/device?{urlencode({'code': name.removesuffix('.png')})}"
    segno.make(address, error="m").save(picture, kind="png", scale=6, border=3)
    return Response(picture.getvalue(), media_type="image/png")
