from __future__ import annotations

from django.urls import path

from . import folders, views

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
]
