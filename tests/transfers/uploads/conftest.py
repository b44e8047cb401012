from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.site import Client, Site

from .tus import Tus


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One running site for the tests that need real requests."""
    env = {"REGISTRATION": "open", "DOWNLOAD_LIMIT": "0", "UPLOADS_OPEN": "40", "UPLOAD_MAX_BYTES": str(64 << 20)}
    env["CORS_ORIGINS"] = "https://app.example"
    place = Site(tmp_path_factory.mktemp("uploads"), env=env).start()
    yield place
    place.stop()


@pytest.fixture(scope="package")
def harbour(site: Site) -> Tus:
    return Tus(Client(site.url).register("harbour"))


@pytest.fixture(scope="package")
def stranger(site: Site) -> Tus:
    return Tus(Client(site.url).register("stranger"))
