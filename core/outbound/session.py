"""The one factory of HTTP sessions: `requests` through the gate, with time-outs, retries and a breaker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests

from .adapter import GateAdapter, PoolLimits
from .body import read_bounded
from .breaker import BreakerRegistry, PerHost
from .calls import OnCall, call_to, observed
from .clock import SYSTEM_CLOCK, Clock
from .errors import Blocked, HttpStatus, OutboundError, TooManyRedirects, is_transient
from .gate import Policy
from .redirects import headers_for, next_method, redirect_target
from .resolve import Resolver, system_resolver
from .retry import RetryBudget, RetryPolicy, parse_retry_after
from .urls import Target, parse_url

MEBIBYTE = 1024 * 1024
_IDEMPOTENT = frozenset({"GET", "HEAD"})
_BODY_HEADERS = ("Content-Length", "Content-Type", "Transfer-Encoding")


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Times in seconds, sizes in bytes; `body_limit` and `body_seconds` bound bodies read at once."""

    connect_timeout: float = 5.0
    read_timeout: float = 30.0
    body_limit: int = 32 * MEBIBYTE
    body_seconds: float = 120.0
    ca_bundle: str | None = None
    pool: PoolLimits = field(default_factory=PoolLimits)
    retries: RetryPolicy = field(default_factory=RetryPolicy)
    breaker: BreakerRegistry | None = None
    on_call: OnCall | None = None
    resolver: Resolver = system_resolver
    clock: Clock = SYSTEM_CLOCK

    def timeouts(self, given: float | tuple[float | None, float | None] | None) -> tuple[float, float]:
        """`(connect, read)`: what the caller gave, else the defaults; one number is the read time-out."""
        connect, read = given if isinstance(given, tuple) else (None, given)
        return connect or self.connect_timeout, read or self.read_timeout


def make_session(policy: Policy, **options: Any) -> OutboundSession:
    """A session that reaches only what `policy` allows; keyword arguments are the fields of `SessionOptions`.

    Unlike a plain `requests.Session`: redirects are off unless asked for; proxies, netrc and CA settings of
    the environment are ignored; cookies are not kept; bodies are bounded; failures are `OutboundError` (read
    the body of a streamed answer with `iter_bounded`). Any status is an answer: see `check_status`.
    """
    return OutboundSession(policy, SessionOptions(**options))


def check_status(response: requests.Response, clock: Clock = SYSTEM_CLOCK) -> requests.Response:
    """`response` if its status is below 400; raises `HttpStatus` (with `retry_after`) otherwise."""
    if response.status_code >= 400:
        raise _status_error(response, clock)
    return response


class OutboundSession(requests.Session):
    """See `make_session`. Safe to share between threads as long as nobody changes its attributes."""

    def __init__(self, policy: Policy, options: SessionOptions) -> None:
        super().__init__()
        retries, clock = options.retries, options.clock
        self.trust_env = False
        self.verify = options.ca_bundle or True
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._policy = policy
        self._options = options
        self._budgets = PerHost(
            lambda: RetryBudget(retries.budget_ratio, retries.budget_minimum, retries.budget_window, clock)
        )
        for scheme in ("http://", "https://"):
            self.mount(scheme, GateAdapter(policy, options.resolver, options.pool, options.read_timeout))

    def request(  # type: ignore[override]  # the same call, with `idempotent` more and other defaults
        self,
        method: str,
        url: str,
        *,
        idempotent: bool = False,
        allow_redirects: bool = False,
        stream: bool = False,
        timeout: float | tuple[float | None, float | None] | None = None,
        proxies: None = None,
        verify: bool | str | None = None,
        cert: str | tuple[str, str] | None = None,
        **fields: Any,
    ) -> requests.Response:
        """Send one request; `idempotent=True`: a POST or PUT may be repeated. Raises `OutboundError`."""
        prepared = self.prepare_request(requests.Request(method.upper(), url, **fields))
        options = {
            "timeout": timeout,
            "stream": stream,
            "verify": self.verify if verify is None else verify,
            "cert": cert or self.cert,
        }
        return self.send(prepared, allow_redirects=allow_redirects, idempotent=idempotent, **options)

    def get(self, url: str | bytes, **kwargs: Any) -> requests.Response:
        return super().get(url, **{"allow_redirects": False, **kwargs})

    def options(self, url: str | bytes, **kwargs: Any) -> requests.Response:
        return super().options(url, **{"allow_redirects": False, **kwargs})

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """Parse the URL with the gate's parser before anything else sees it."""
        request.url = parse_url(str(request.url)).url
        return super().prepare_request(request)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        follow = kwargs.pop("allow_redirects", False)
        idempotent = kwargs.pop("idempotent", False)
        kwargs["timeout"] = self._options.timeouts(kwargs.get("timeout"))
        history: list[requests.Response] = []
        while True:
            response = self._send_with_retries(request, idempotent, kwargs)
            base = _target(request)
            following = (
                redirect_target(base, response.status_code, response.headers.get("Location")) if follow else None
            )
            if following is None:
                response.history = history
                return response
            response.close()
            if len(history) >= self._policy.max_redirects:
                raise TooManyRedirects
            history.append(response)
            request = _next_request(request, base, following, response.status_code)

    def resolve_redirects(self, *_: Any, **__: Any) -> Iterator[requests.Response]:
        """Nothing: `send` follows redirects; the inherited way reads their bodies without a bound."""
        return iter(())

    def _send_with_retries(
        self, request: requests.PreparedRequest, idempotent: bool, kwargs: dict[str, Any]
    ) -> requests.Response:
        """Repeat what may be repeated while policy and budget allow; the last outcome counts."""
        repeatable_body = request.body is None or isinstance(request.body, (str, bytes))
        may_repeat = repeatable_body and (idempotent or request.method in _IDEMPOTENT)
        budget = self._budgets[_target(request).key]
        budget.count_call()
        attempt = 1
        while True:
            try:
                response = self._send_once(request, attempt, kwargs)
            except OutboundError as error:
                if not (may_repeat and self._waited(error, attempt, budget)):
                    raise
            else:
                if not (may_repeat and is_transient(response.status_code)):
                    return response
                if not self._waited(_status_error(response, self._options.clock), attempt, budget):
                    return response
                response.close()
            attempt += 1

    def _waited(self, error: OutboundError, attempt: int, budget: RetryBudget) -> bool:
        """Wait before the next attempt, or say that there is none; raises `error` if it asks for too long."""
        retries, clock = self._options.retries, self._options.clock
        if not retries.applies_to(error):
            return False
        if retries.asks_too_much(error):
            raise error
        if attempt >= retries.attempts or not budget.take():
            return False
        clock.sleep(retries.delay(attempt, error.retry_after, clock))
        return True

    def _send_once(self, request: requests.PreparedRequest, attempt: int, kwargs: dict[str, Any]) -> requests.Response:
        options = self._options
        target = _target(request)
        call = call_to(target, request.method or "GET", attempt)
        with observed(call, target, breakers=options.breaker, on_call=options.on_call, clock=options.clock):
            response = super().send(request, **{**kwargs, "stream": True, "allow_redirects": False})
            call.status = response.status_code
            if not kwargs.get("stream"):
                body = read_bounded(response, options.body_limit, seconds=options.body_seconds, clock=options.clock)
                # What `.content` does, but bounded.
                response._content, response._content_consumed = body, True  # type: ignore[attr-defined]
        return response


def _target(request: requests.PreparedRequest) -> Target:
    return parse_url(request.url or "")


def _status_error(response: requests.Response, clock: Clock) -> HttpStatus:
    wait = parse_retry_after(response.headers.get("Retry-After"), clock.wall())
    return HttpStatus(response.status_code, retry_after=wait)


def _next_request(
    request: requests.PreparedRequest, base: Target, following: Target, status: int
) -> requests.PreparedRequest:
    """The request of the next hop; a body goes to the same origin only, where 307 or 308 asks for it."""
    following_request = request.copy()
    following_request.url = following.url
    following_request.method = next_method(status, request.method or "GET")
    following_request.headers = requests.structures.CaseInsensitiveDict(
        headers_for(base, following, dict(request.headers))
    )
    if following_request.method != request.method or request.body is None:
        following_request.body = None
        for name in _BODY_HEADERS:
            following_request.headers.pop(name, None)
    elif not base.same_origin(following) or not isinstance(request.body, (str, bytes)):
        raise Blocked
    return following_request
