"""The outbound factory, wired to this site's settings: one policy, one breaker registry, metrics on every call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import requests
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import metrics
from .errors import Invalid, UpstreamFailed
from .outbound import (
    NO_RETRIES,
    BreakerRegistry,
    Call,
    OutboundError,
    Policy,
    RetryPolicy,
    Stream,
    make_session,
    open_stream,
)

breakers = BreakerRegistry()


@cache
def policy(upstream: str = "") -> Policy:
    """Public addresses, the private ones that the operator listed, and those that `upstream` was moved to."""
    return Policy.parse(
        [*settings.OUTBOUND_ALLOW.replace(",", " ").split(), *settings.UPSTREAM_HOSTS.get(upstream, ())]
    )


def count(name: str) -> Callable[[Call], None]:
    def count(call: Call) -> None:
        metrics.UPSTREAM.labels(name, call.method, str(call.error or call.status)).inc()
        metrics.UPSTREAM_SECONDS.labels(name).observe(call.seconds)

    return count


@cache
def session(name: str, *, retries: bool = True) -> requests.Session:
    """The shared session of one upstream (`baidu`, or `baidu-oauth` for a part of it); without `retries` for calls whose
    secret is spent by the first try."""
    return make_session(
        policy(name.partition("-")[0]),
        retries=RetryPolicy() if retries else NO_RETRIES,
        breaker=breakers,
        on_call=count(name),
    )


def stream(
    url: str,
    headers: Mapping[str, str],
    on_redirect: Callable[[str], Mapping[str, str] | None] | None = None,
    *,
    upstream: str = "",
) -> Stream:
    """Open a bulk download through the gate; `upstream` names who gave the address, none for one of a user."""
    return open_stream(
        url, policy=policy(upstream), headers=headers, on_redirect=on_redirect, on_call=count("download")
    )


def as_app_error(error: OutboundError) -> UpstreamFailed | Invalid:
    """An outbound failure as people see it."""
    if error.code == "address_refused":
        return Invalid(
            _("This address can't be used."),
            code="address_refused",
            hint=_("Only public http and https addresses are called; an administrator can allow others."),
        )
    return UpstreamFailed(code=error.code, retry_after=error.retry_after)
