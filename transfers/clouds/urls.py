"""Pages of CloudDrive2 servers; part of the `transfers` namespace."""

from __future__ import annotations

from django.urls import URLPattern, path

from .views import changes, details, files, folders, live, mounts, moving, servers

urlpatterns: list[URLPattern] = [
    path("servers/", servers.server_list, name="servers"),
    path("servers/new", servers.new, name="server-new"),
    path("servers/stand-in", servers.connect_standin, name="server-standin"),
    path("servers/<str:pk>/", servers.server, name="server"),
    path("servers/<str:pk>/edit", servers.edit, name="server-edit"),
    path("servers/<str:pk>/test", servers.test, name="server-test"),
    path("servers/<str:pk>/remove", servers.remove, name="server-remove"),
    path("servers/<str:pk>/part/<str:name>", live.part, name="server-part"),
    path("servers/<str:pk>/uploads/<str:verb>", live.act, name="server-upload"),
    path("servers/<str:pk>/mounts/", mounts.mount_list, name="mounts"),
    path("servers/<str:pk>/mounts/new", mounts.new, name="mount-new"),
    path("servers/<str:pk>/mounts/edit", mounts.edit, name="mount-edit"),
    path("servers/<str:pk>/mounts/do/<str:verb>", mounts.act, name="mount-act"),
    path("servers/<uuid:pk>/files", files.browse, name="cloud-files"),
    path("servers/<uuid:pk>/file", details.file_details, name="cloud-file"),
    path("servers/<uuid:pk>/folders", folders.make_folder, name="cloud-mkdir"),
    path("servers/<uuid:pk>/rename", changes.rename, name="cloud-rename"),
    path("servers/<uuid:pk>/delete", changes.delete, name="cloud-delete"),
    path("servers/<uuid:pk>/move", moving.move, name="cloud-move"),
    path("servers/<uuid:pk>/copy", moving.copy, name="cloud-copy"),
    path("servers/<uuid:pk>/download", details.download, name="cloud-download"),
]
