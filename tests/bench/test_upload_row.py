"""The contestants of the upload row at a tiny size: they send what they say. No speed is asserted."""

from __future__ import annotations

import shutil

import pytest

from bench.rows import upload
from bench.runner import Setting


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_every_contestant_sends_the_file(tmp_path):
    with upload.contest(Setting(tmp_path, rounds=1, share=1 / 64)) as contestants:
        samples = {name: measure() for name, measure in contestants.items()}
    assert set(samples) == {upload.PEER, upload.PRODUCT, upload.LINK}
    for line in upload.ROW.lines:
        assert samples[line.of][line.figure] >= 0
        assert not line.against or samples[line.against][line.figure] > 0
