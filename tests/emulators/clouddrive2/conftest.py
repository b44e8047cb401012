"""One stand-in for all tests of this folder; every test finds it as new."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulators.clouddrive2.standin import Control, Plain, Program


@pytest.fixture(scope="session")
def cd2_program() -> Iterator[Program]:
    running = Program("--seed", "7", "--entries", "1200")
    yield running
    running.stop()


@pytest.fixture
def control(cd2_program: Program) -> Control:
    """The control API of a stand-in without faults."""
    steering = Control(cd2_program.url)
    steering("POST", "reset")
    return steering


@pytest.fixture
def plain(cd2_program: Program, control: Control) -> Iterator[Plain]:
    """A gRPC client that is signed in as the demo account."""
    client = Plain(cd2_program.port)
    client.sign_in()
    yield client
    client.channel.close()
