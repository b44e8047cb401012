from __future__ import annotations

from django.urls import path

from .views import changes, connect, details, drives, files, folders, kinds, moving, recycle, sharing, space, thumbs

app_name = "netdisk"
urlpatterns = [
    path("drives/", drives.drive_list, name="drives"),
    path("drives/new", connect.choose, name="new"),
    path("drives/connect", connect.connect_drive, name="connect"),
    path("drives/device", connect.device_start, name="device-start"),
    path("drives/device/<str:pk>", connect.device, name="device"),
    path("drives/device/<str:pk>/poll", connect.device_poll, name="device-poll"),
    path("drives/<str:pk>/", files.root, name="drive"),
    path("drives/<str:pk>/limits", drives.limits, name="limits"),
    path("drives/<str:pk>/test", drives.drive_test, name="test"),
    path("drives/<str:pk>/disconnect", drives.drive_disconnect, name="disconnect"),
    path("drives/<str:pk>/files", files.browse, name="files"),
    path("drives/<str:pk>/folders", folders.make_folder, name="mkdir"),
    path("drives/<str:pk>/rename", changes.rename, name="rename"),
    path("drives/<str:pk>/delete", changes.delete, name="delete"),
    path("drives/<str:pk>/move", moving.move, name="move"),
    path("drives/<str:pk>/copy", moving.copy, name="copy"),
    path("drives/<str:pk>/share", sharing.share, name="share"),
    path("drives/<str:pk>/file/<int:fs_id>", details.file_details, name="file"),
    path("drives/<str:pk>/file/<int:fs_id>/text", details.text, name="text"),
    path("drives/<str:pk>/play", details.play, name="play"),
    path("drives/<str:pk>/thumb/<int:fs_id>", thumbs.thumb, name="thumb"),
    path("drives/<str:pk>/kind/<str:name>", kinds.by_kind, name="kind"),
    path("drives/<str:pk>/space", space.space, name="space"),
    path("drives/<str:pk>/space/scan", space.scan_again, name="scan"),
    path("drives/<str:pk>/recycle", recycle.recycle, name="recycle"),
    path("drives/<str:pk>/recycle/restore", recycle.restore, name="recycle-restore"),
    path("drives/<str:pk>/recycle/clear", recycle.clear, name="recycle-clear"),
]
