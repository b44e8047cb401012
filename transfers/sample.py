"""Sample data of the set-up: a demo drive and a server on the stand-ins and one transfer that moves, so that the first dashboard
lives."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.dispatch import receiver

from accounts.models import User
from accounts.signals import setup_finished
from core.http import session
from core.jobs import enqueue, job
from netdisk.baidu.types import TokenPair
from netdisk.connect import connect

from . import services
from .clouds import servers

SAMPLE_FILE = "/测试/500MiB.bin"


@receiver(setup_finished)
def add_sample(user: User, sample_data: bool, **_: Any) -> None:
    if sample_data and settings.BAIDU_IS_STANDIN:
        enqueue("transfers.sample", user_id=user.pk, user=user.pk)


@job("transfers.sample", max_attempts=2)
def make_sample(user: int) -> None:
    """Only the stand-in gives tokens for the asking; with the real Baidu there is no sample."""
    owner = User.objects.get(pk=user)
    answer = session("stand-in").post(f"{settings.BAIDU_OAUTH_URL}/control/token", json={"user": "demo"})
    names = ("access_token", "refresh_token", "expires_in")
    connect(owner, TokenPair(**{name: answer.json()[name] for name in names}))
    services.create(owner, services.wanted_files(owner, {"path": SAMPLE_FILE}))
    for address in settings.CLOUDDRIVE_STANDIN[:1]:
        host, _colon, port = address.rpartition(":")
        servers.add(owner, servers.Access("CloudDrive2", host, int(port), username="demo", secret="demo"))  # noqa: S106
