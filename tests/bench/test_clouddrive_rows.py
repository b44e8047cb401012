"""The contestants of the CloudDrive2 rows at a tiny size: they send what they say. No speed is asserted."""

from __future__ import annotations

import shutil

import pytest

from bench.rows import clouddrive_relay, clouddrive_small, clouddrive_upload
from bench.runner import PRODUCT, Row, Setting

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
ROWS = {
    row.name: (row, share)
    for row, share in ((clouddrive_upload.ROW, 1 / 512), (clouddrive_relay.ROW, 1 / 1024), (clouddrive_small.ROW, 0.01))
}


@pytest.mark.parametrize("name", ROWS)
def test_every_contestant_has_the_figures_of_its_lines(name, tmp_path):
    row, share = ROWS[name]
    samples = measured(row, Setting(tmp_path, rounds=1, share=share))
    for line in row.lines:
        assert line.figure in samples[line.of]
        assert not line.against or samples[line.against][line.figure] > 0
    if row is clouddrive_relay.ROW:
        assert samples[PRODUCT]["written"] == 0, "straight through means nothing on a disk"


def measured(row: Row, setting: Setting) -> dict[str, dict[str, float]]:
    with row.contest(setting) as contestants:
        return {contestant: dict(measure()) for contestant, measure in contestants.items()}


def test_rclone_row_says_what_it_misses(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None if name == "rclone" else f"/usr/bin/{name}")
    assert clouddrive_small.RCLONE.missing() == "not run: no rclone"
