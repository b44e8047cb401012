from __future__ import annotations

from django.urls import path

from . import clouds, folders, views
from .operations import cloud_paths

urlpatterns = [
    path("transfers", views.Transfers.as_view(), name="transfer-list"),
    path("transfers/folders", folders.Folders.as_view(), name="transfer-folders"),
    path("transfers/<str:pk>", views.OneTransfer.as_view(), name="transfer-detail"),
    *(
        path(f"transfers/<str:pk>/{action}", views.Action.as_view(action=action), name=f"transfer-{action}")
        for action in views.Action.known
    ),
    path("library", views.Library.as_view(), name="library-list"),
    path("library/<str:pk>", views.OneFile.as_view(), name="library-detail"),
    path("servers", clouds.Servers.as_view(), name="server-list"),
    path("servers/<str:pk>", clouds.Server.as_view(), name="server-detail"),
    path("servers/<str:pk>/test", clouds.ServerTest.as_view(), name="server-test"),
    *cloud_paths(),
]
