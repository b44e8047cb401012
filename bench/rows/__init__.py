"""Every row of the table, in the order it is measured. A new row is a module here with a `ROW`."""

from __future__ import annotations

from bench.runner import Row

from . import (
    api_read,
    clouddrive_relay,
    clouddrive_small,
    clouddrive_upload,
    download,
    exec_overhead,
    exec_storm,
    folder_page,
    job_start,
    socket_fanout,
    token_lookup,
    token_race,
    upload,
)

ROWS: tuple[Row, ...] = (
    api_read.ROW,
    socket_fanout.ROW,
    download.ROW,
    upload.ROW,
    clouddrive_upload.ROW,
    clouddrive_relay.ROW,
    clouddrive_small.ROW,
    clouddrive_small.RCLONE,
    token_lookup.ROW,
    token_race.ROW,
    job_start.ROW,
    folder_page.ROW,
    exec_overhead.ROW,
    exec_storm.ROW,
)
