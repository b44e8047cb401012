"""H01–H04: what a token must be before it opens a door."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.keys import signing_key
from accounts.models import LoginSession
from core.errors import Unauthenticated

from .conftest import Api

pytestmark = pytest.mark.django_db
ACCESS, REFRESH = signing_key("jwt access"), signing_key("jwt refresh")


def claims_of(token: str) -> dict[str, Any]:
    return jwt.decode(token, options={"verify_signature": False})


def forged(api: Api, *, key: str = ACCESS, algorithm: str = "HS256", headers: Any = None, **changes: Any) -> str:
    payload = {**claims_of(api.access), **changes}
    payload = {name: value for name, value in payload.items() if value is not ...}
    return jwt.encode(payload, key, algorithm=algorithm, headers=headers)


def status(token: str) -> tuple[int, str]:
    answer = Api(token).get("/auth/me")
    return answer.status_code, answer.json().get("code", "")


def test_a_good_token_opens_the_door(alice_api: Api) -> None:
    answer = alice_api.get("/auth/me")
    assert answer.status_code == 200
    assert answer.json()["username"] == "alice"
    assert status(forged(alice_api))[0] == 200  # the helper itself makes tokens that are accepted


@pytest.mark.parametrize("name", ["none", "None", "nOnE", "NONE"])
@pytest.mark.parametrize("tail", ["", "c2lnbmF0dXJl"])
def test_H01_algorithm_none_is_refused(alice_api: Api, name: str, tail: str) -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": name, "typ": "JWT"}).encode()).rstrip(b"=").decode()
    body = alice_api.access.split(".")[1]
    assert status(f"{header}.{body}.{tail}") == (401, "token_invalid")


@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_H01_other_algorithms_are_refused_even_with_our_key(alice_api: Api, algorithm: str) -> None:
    assert status(forged(alice_api, key=ACCESS * 2, algorithm=algorithm)) == (401, "token_invalid")
    assert status(forged(alice_api, algorithm=algorithm)) == (401, "token_invalid")


def test_H01_empty_or_changed_signature_is_refused(alice_api: Api) -> None:
    head, body, signature = alice_api.access.split(".")
    assert status(f"{head}.{body}.") == (401, "token_invalid")
    assert status(f"{head}.{body}.{signature[::-1]}") == (401, "token_invalid")
    other = (
        base64.urlsafe_b64encode(json.dumps({**claims_of(alice_api.access), "sub": "1"}).encode()).rstrip(b"=").decode()
    )
    assert status(f"{head}.{other}.{signature}") == (401, "token_invalid")


@pytest.mark.parametrize(
    "header",
    [
        {"kid": "../../etc/passwd"},
        {"kid": "' OR 1=1 --"},
        {"kid": "/dev/null"},
        {"kid": "k" * 3000},
        {"jku": "http://127.0.0.1:9/keys"},
        {"x5u": "http://127.0.0.1:9/cert"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
    ],
)
def test_H02_key_hints_in_the_header_are_never_followed(alice_api: Api, header: dict[str, Any]) -> None:
    assert status(forged(alice_api, key="A" * 64, headers=header))[0] == 401
    own = forged(alice_api, headers=header)  # the right key: the hint changes nothing
    assert status(own)[0] == (200 if len(own) < 4096 else 401)


NOW = int(time.time())


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": NOW - 3600},
        {"exp": NOW - 31},
        {"exp": ...},
        {"exp": str(NOW + 600)},
        {"exp": NOW + 600.5},
        {"exp": 1e308},
        {"exp": -1},
        {"exp": True},
        {"exp": None},
        {"exp": [NOW + 600]},
        {"exp": 2**70},
        {"nbf": NOW + 600},
        {"iat": NOW + 600},
        {"iat": "soon"},
        {"jti": ...},
        {"jti": 5},
        {"sid": ...},
        {"sid": "x" * 36},
        {"sid": 7},
        {"gen": ...},
        {"gen": "0"},
        {"gen": 99},
        {"sub": ...},
        {"sub": "0"},
        {"sub": "-1"},
        {"sub": "٣"},
        {"sub": "9" * 39},
    ],
    ids="-".join,
)
def test_H03_claims_of_time_and_shape_are_checked(alice_api: Api, changes: dict[str, Any]) -> None:
    assert status(forged(alice_api, **changes))[0] == 401


def test_H03_an_expired_token_says_so_and_leeway_is_small(alice_api: Api) -> None:
    now = int(time.time())
    assert status(forged(alice_api, exp=now - 120)) == (401, "token_expired")
    assert status(forged(alice_api, exp=now - 5))[0] == 200  # clocks differ a little
    assert status(forged(alice_api, exp=now - 61)) == (401, "token_expired")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["exp", "iat", "nbf", "jti", "sid", "gen", "sub", "aud", "iss", "token_type"]),
    value=json_values,
)
def test_H03_no_claim_value_is_ever_a_server_error(alice_api: Api, name: str, value: Any) -> None:
    from accounts.credentials import by_access_token

    try:
        user, _ = by_access_token(forged(alice_api, **{name: value}))
    except Unauthenticated:
        return
    except TypeError as error:  # PyJWT refuses to encode some issuers: there is no such token
        assert "iss" in str(error).lower() or "Issuer" in str(error)
        return
    assert user.username == "alice"


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "yungang:refresh"},
        {"aud": "other"},
        {"aud": ...},
        {"iss": "other"},
        {"iss": ...},
        {"token_type": "refresh"},
    ],
)
def test_H04_audience_issuer_and_type_must_fit(alice_api: Api, changes: dict[str, Any]) -> None:
    assert status(forged(alice_api, **changes)) == (401, "token_invalid")


def test_H04_every_kind_opens_only_its_own_door(alice_api: Api) -> None:
    ticket = alice_api.post("/api/v1/ws-tickets").json()["ticket"]
    kinds = {"access": alice_api.access, "refresh": alice_api.refresh, "ticket": ticket}
    opens_rest = {name: status(token)[0] == 200 for name, token in kinds.items()}
    assert opens_rest == {"access": True, "refresh": False, "ticket": False}
    opens_refresh = {
        name: Api().post("/auth/refresh", {"refresh_token": token}).status_code == 200 for name, token in kinds.items()
    }
    assert opens_refresh == {"access": False, "refresh": True, "ticket": False}


def test_H04_a_token_of_another_installation_is_refused(alice_api: Api) -> None:
    assert status(forged(alice_api, key="0123456789abcdef" * 4)) == (401, "token_invalid")
    assert status(forged(alice_api, key=REFRESH)) == (401, "token_invalid")


def test_H04_a_token_of_someone_elses_session_is_refused(alice_api: Api, mallory: Any) -> None:
    session = LoginSession.objects.create(user=mallory, kind="api")
    assert status(forged(alice_api, sid=str(session.pk))) == (401, "token_revoked")


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "bearer x", "Bearer a.b.c", "Bearer " + "é" * 10, "Bearer " + "a" * 9000]
)
def test_malformed_authorization_is_401_with_a_code(alice: Any, value: str) -> None:
    answer = Api().get("/auth/me", Authorization=value)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "token_invalid"
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_no_credentials_is_401_unauthenticated(stranger: Api) -> None:
    assert (stranger.get("/auth/me").status_code, stranger.get("/auth/me").json()["code"]) == (
        401,
        "unauthenticated",
    )


def test_me_needs_no_query_once_the_token_is_known(alice_api: Api, django_assert_num_queries: Any) -> None:
    assert alice_api.get("/auth/me").status_code == 200
    with django_assert_num_queries(0):
        assert alice_api.get("/api/v1/auth/me").status_code == 200
