"""Signed addresses: nothing in them can be altered, and they know when they end."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from emulators.baidu.world import World


def sign(world: World, kind: str, subject: str, params: Mapping[str, str]) -> str:
    """Return the signature of a path and its parameters; it holds across restarts with one seed."""
    text = f"{kind} {subject} {sorted(params.items())}"
    return hashlib.blake2b(text.encode(), key=world.key, digest_size=20).hexdigest()


def signed_url(world: World, kind: str, base: str, params: Mapping[str, str]) -> str:
    """Return ``base`` with the parameters and their signature; the last part of the path is signed too."""
    mark = sign(world, kind, base.rpartition("/")[2], params)
    return f"{base}?{urlencode({**params, 'sign': mark}, quote_via=quote)}"


def holds(world: World, kind: str, subject: str, query: Mapping[str, str], signed: tuple[str, ...]) -> bool:
    """Tell whether the named parameters of a query are the ones that were signed."""
    params = {name: query[name] for name in signed if name in query}
    return hmac.compare_digest(sign(world, kind, subject, params).encode(), query.get("sign", "").encode())
