"""The operations on CloudDrive2 servers as addresses of their own: `/api/v1/clouds/<operation>`."""

from __future__ import annotations

from django.urls import URLPattern

from netdisk.api.operations import Room, operation_paths

CLOUDS = Room(
    "clouds",
    ("clouds.",),
    "CloudDrive2",
    {"501": "This server, or this cloud, can't do that", "507": "There is no room left on the cloud"},
)


def cloud_paths() -> list[URLPattern]:
    return operation_paths(CLOUDS)
