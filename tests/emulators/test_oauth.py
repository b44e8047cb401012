"""OAuth as a person and as a device go through it, and every way it can refuse."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.emulators.standin import CALLBACK, KEY, Browser, Standin, query_of, wait_for


def authorize_url(baidu: Standin, **change: str) -> str:
    query = {
        "response_type": "code",
        "client_id": KEY["client_id"],
        "redirect_uri": CALLBACK,
        "scope": "basic,netdisk",
        "state": "a state/+&",
    } | change
    return f"{baidu.url}/oauth/2.0/authorize?{urlencode(query)}"


def code_for(baidu: Standin, browser: Browser, user: str = "demo", **change: str) -> str:
    consent = browser.sign_in(authorize_url(baidu, **change), user)
    back = browser.submit(consent, decision="allow")
    assert back.status_code == 302
    return query_of(back.headers["Location"])["code"]


def refusal(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


# -- authorization code


def test_code_flow_from_the_sign_in_page_to_a_working_token(baidu: Standin, browser: Browser) -> None:
    consent = browser.sign_in(authorize_url(baidu))
    assert "demo-key" in consent.text
    assert "viewport" in consent.text
    back = browser.submit(consent, decision="allow")
    assert back.headers["Location"].startswith(CALLBACK + "?")
    answer = query_of(back.headers["Location"])
    assert answer["state"] == "a state/+&"
    pair = baidu.token("authorization_code", code=answer["code"], redirect_uri=CALLBACK).json()
    assert pair["expires_in"] == 2_592_000
    assert pair["scope"] == "basic netdisk"
    assert pair["session_key"] == pair["session_secret"] == ""
    assert pair["access_token"].startswith("121.")
    assert pair["refresh_token"].startswith("122.")
    assert baidu.get("/api/quota", access_token=pair["access_token"]).json()["errno"] == 0


def test_the_token_endpoint_takes_a_form_too(baidu: Standin, browser: Browser) -> None:
    form = {
        "grant_type": "authorization_code",
        "code": code_for(baidu, browser),
        "redirect_uri": CALLBACK,
        **KEY,
    }
    answer = requests.post(f"{baidu.url}/oauth/2.0/token", data=form, timeout=30)
    assert answer.status_code == 200
    assert answer.json()["expires_in"] == 2_592_000


def test_denying_sends_access_denied_and_the_state(baidu: Standin, browser: Browser) -> None:
    back = browser.submit(browser.sign_in(authorize_url(baidu)), decision="deny")
    assert query_of(back.headers["Location"]) == {"error": "access_denied", "state": "a state/+&"}


def test_a_wrong_password_shows_the_form_again(baidu: Standin, browser: Browser) -> None:
    again = browser.sign_in(authorize_url(baidu), password="wrong")
    assert again.status_code == 401
    assert "用户名或密码错误" in again.text


def test_a_name_typed_into_the_form_is_escaped(baidu: Standin, browser: Browser) -> None:
    again = browser.sign_in(authorize_url(baidu), user='"><script>x</script>')
    assert "<script>" not in again.text


def test_consent_without_the_forms_token_gives_no_code(baidu: Standin, browser: Browser) -> None:
    browser.sign_in(authorize_url(baidu))
    forged = browser.session.post(
        authorize_url(baidu), data={"decision": "allow", "token": "forged"}, timeout=30, allow_redirects=False
    )
    assert forged.status_code == 200
    assert "同意授权" in forged.text


def test_a_signed_in_person_goes_straight_to_consent_unless_force_login(baidu: Standin, browser: Browser) -> None:
    browser.sign_in(authorize_url(baidu))
    assert "同意授权" in browser.open(authorize_url(baidu)).text
    forced = browser.sign_in(authorize_url(baidu, force_login="1"), "demo2")
    assert "<strong>demo2</strong>" in forced.text


def test_oob_shows_the_code_on_a_page(baidu: Standin, browser: Browser) -> None:
    shown = browser.submit(browser.sign_in(authorize_url(baidu, redirect_uri="oob")), decision="allow")
    code = shown.text.partition('<code id="code">')[2].partition("</code>")[0]
    assert baidu.token("authorization_code", code=code, redirect_uri="oob").status_code == 200


def test_implicit_flow_puts_a_token_in_the_fragment(baidu: Standin, browser: Browser) -> None:
    back = browser.submit(browser.sign_in(authorize_url(baidu, response_type="token")), decision="allow")
    answer = parse_qs(urlsplit(back.headers["Location"]).fragment)
    assert "refresh_token" not in answer
    assert baidu.get("/api/quota", access_token=answer["access_token"][0]).json()["errno"] == 0


def test_a_code_works_once_and_only_with_its_redirect_uri(baidu: Standin, browser: Browser) -> None:
    code = code_for(baidu, browser)
    assert baidu.token("authorization_code", code=code, redirect_uri=CALLBACK).status_code == 200
    assert refusal(baidu.token("authorization_code", code=code, redirect_uri=CALLBACK)) == (
        400,
        "invalid_grant",
    )
    code = code_for(baidu, browser)
    other = baidu.token("authorization_code", code=code, redirect_uri="http://127.0.0.1/other")
    assert refusal(other) == (400, "redirect_uri_mismatch")


def test_an_old_code_is_refused(baidu: Standin, browser: Browser) -> None:
    baidu.settings(code_s=0)
    late = baidu.token("authorization_code", code=code_for(baidu, browser), redirect_uri=CALLBACK)
    assert refusal(late) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "nobody"}, "invalid_client"),
        ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri_mismatch"),
        ({"redirect_uri": ""}, "redirect_uri_mismatch"),
        ({"response_type": "magic"}, "unsupported_response_type"),
        ({"scope": "basic,everything"}, "invalid_scope"),
    ],
)
def test_a_wrong_authorization_request_is_refused(baidu: Standin, change: dict[str, str], error: str) -> None:
    assert refusal(requests.get(authorize_url(baidu, **change), timeout=30)) == (400, error)


def test_only_registered_callbacks_when_there_are_any(baidu: Standin, browser: Browser) -> None:
    baidu.settings(redirect_uris=f"{CALLBACK},oob")
    assert browser.open(authorize_url(baidu)).status_code == 200
    assert browser.open(authorize_url(baidu, redirect_uri=CALLBACK + "/x")).status_code == 400


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x", "client_id": "nobody"}, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "x", "client_secret": "no"}, "invalid_client"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "invalid_request"),
        ({"grant_type": "device_token", "code": "x"}, "invalid_grant"),
    ],
)
def test_token_endpoint_errors(baidu: Standin, args: dict[str, str], error: str) -> None:
    answer = requests.get(f"{baidu.url}/oauth/2.0/token", params=KEY | args, timeout=30)
    assert refusal(answer) == (400, error)
    assert "error_description" in answer.json()


# -- refresh


def test_a_refresh_token_works_once(baidu: Standin) -> None:
    first = baidu.sign_in()
    second = baidu.token("refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    again = baidu.token("refresh_token", refresh_token=first["refresh_token"])
    assert again.status_code == 400
    assert again.json() == {"error": "expired_token", "error_description": "refresh token has been used"}
    assert baidu.get("/api/quota", access_token=second["access_token"]).json()["errno"] == 0
    calls = baidu.control("GET", "counters")["refresh_calls"]
    assert sorted(calls.values()) == [2]


def test_F63_a_failed_refresh_call_may_use_the_token_up(baidu: Standin) -> None:
    kept = baidu.sign_in()["refresh_token"]
    assert refusal(baidu.token("refresh_token", refresh_token=kept, client_secret="no")) == (
        400,
        "invalid_client",
    )
    assert baidu.token("refresh_token", refresh_token=kept).status_code == 200
    baidu.settings(failed_refresh_kills=True)
    lost = baidu.sign_in()["refresh_token"]
    baidu.token("refresh_token", refresh_token=lost, client_secret="no")
    assert refusal(baidu.token("refresh_token", refresh_token=lost)) == (400, "expired_token")


@pytest.mark.parametrize(("fault", "params"), [("refresh_5xx", {"code": 502}), ("refresh_timeout", {"seconds": 0.1})])
def test_F63_upstream_fails_after_it_consumed_the_token(baidu: Standin, fault: str, params: dict[str, Any]) -> None:
    token = baidu.sign_in()["refresh_token"]
    baidu.fault(fault, times=1, **params)
    try:
        assert baidu.token("refresh_token", refresh_token=token).status_code == 502
    except requests.ConnectionError:
        assert fault == "refresh_timeout"
    assert refusal(baidu.token("refresh_token", refresh_token=token)) == (400, "expired_token")


def test_an_outage_before_the_endpoint_leaves_the_token_alone(baidu: Standin) -> None:
    token = baidu.sign_in()["refresh_token"]
    baidu.fault("status", times=1, match={"op": "token_refresh"}, code=503)
    assert baidu.token("refresh_token", refresh_token=token).status_code == 503
    assert baidu.token("refresh_token", refresh_token=token).status_code == 200


def test_expired_access_tokens_say_so_in_the_way_chosen(baidu: Standin) -> None:
    baidu.control("POST", "expire-tokens", {"user": "demo"})
    seen = []
    for answer in (-6, 111, 110):
        baidu.settings(expired_answer=answer)
        reply = baidu.get("/api/quota")
        seen.append((reply.status_code, reply.json()["errno"]))
    assert seen == [(200, -6), (200, 111), (401, 110)]


def test_access_tokens_end_by_themselves(baidu: Standin) -> None:
    baidu.sign_in(expires_in=0.2)
    assert baidu.get("/api/quota").json()["errno"] == 0
    wait_for(lambda: baidu.get("/api/quota").json()["errno"] == -6, 3)


def test_a_second_authorization_may_end_the_first_token(baidu: Standin) -> None:
    first = baidu.access_token
    baidu.control("POST", "token", {"user": "demo"})
    assert baidu.get("/api/quota", access_token=first).json()["errno"] == 0
    baidu.settings(second_authorization_kills=True)
    baidu.control("POST", "token", {"user": "demo"})
    assert baidu.get("/api/quota", access_token=first).json()["errno"] == -6


def test_unlinking_the_app_ends_everything(baidu: Standin) -> None:
    pair = baidu.sign_in()
    baidu.control("POST", "revoke", {"user": "demo"})
    assert baidu.get("/api/quota").json()["errno"] == -6
    assert refusal(baidu.token("refresh_token", refresh_token=pair["refresh_token"])) == (
        400,
        "invalid_grant",
    )


# -- device code


def device(baidu: Standin) -> dict[str, Any]:
    query = {"response_type": "device_code", "client_id": KEY["client_id"], "scope": "basic,netdisk"}
    issued: dict[str, Any] = requests.get(f"{baidu.url}/oauth/2.0/device/code", params=query, timeout=30).json()
    return issued


def poll(baidu: Standin, issued: dict[str, Any]) -> requests.Response:
    return baidu.token("device_token", code=issued["device_code"])


def test_device_flow(baidu: Standin, browser: Browser) -> None:
    issued = device(baidu)
    assert (issued["expires_in"], issued["interval"]) == (300, 5)
    assert issued["verification_url"] == f"{baidu.url}/device"
    assert refusal(poll(baidu, issued)) == (400, "authorization_pending")
    assert refusal(poll(baidu, issued)) == (400, "slow_down")
    assert "用户码" in browser.open(issued["verification_url"]).text
    consent = browser.sign_in(f"{issued['verification_url']}?code={issued['user_code'].upper()}")
    assert "授权成功" in browser.submit(consent, decision="allow").text
    pair = poll(baidu, issued).json()
    assert baidu.get("/api/quota", access_token=pair["access_token"]).json()["errno"] == 0
    assert refusal(poll(baidu, issued)) == (400, "invalid_grant")


def test_device_declined_and_expired(baidu: Standin, browser: Browser) -> None:
    issued = device(baidu)
    browser.submit(browser.sign_in(f"{baidu.url}/device?code={issued['user_code']}"), decision="deny")
    assert refusal(poll(baidu, issued)) == (400, "authorization_declined")
    baidu.settings(device_code_s=0)
    issued = device(baidu)
    assert refusal(poll(baidu, issued)) == (400, "expired_token")
    assert browser.open(f"{baidu.url}/device?code={issued['user_code']}").status_code == 400


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("device_pending", "authorization_pending"),
        ("device_slow_down", "slow_down"),
        ("device_declined", "authorization_declined"),
        ("device_expired", "expired_token"),
    ],
)
def test_device_answers_can_be_switched(baidu: Standin, fault: str, error: str) -> None:
    baidu.fault(fault, times=1)
    issued = device(baidu)
    assert refusal(poll(baidu, issued)) == (400, error)
    assert refusal(poll(baidu, issued)) == (400, "authorization_pending")


def test_the_qr_code_is_a_picture(baidu: Standin) -> None:
    picture = requests.get(device(baidu)["qrcode_url"], timeout=30)
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")
