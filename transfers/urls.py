from __future__ import annotations

from django.urls import path

from .clouds.urls import urlpatterns as clouds
from .uploads.views import OneUpload, Uploads
from .views import create, detail, folder, library, lists, new
from .views.content import content

app_name = "transfers"
urlpatterns = [
    *clouds,
    path("transfers/", lists.transfer_list, name="list"),
    path("transfers/new", new.new_transfer, name="new"),
    path("transfers/send", create.send, name="send"),
    path("transfers/folder", folder.send_folder, name="folder"),
    path("transfers/from-drive", create.from_drive, name="from-drive"),
    path("transfers/all/<str:verb>", lists.bulk_act, name="bulk"),
    path("transfers/<str:pk>/", detail.transfer, name="detail"),
    path("transfers/<str:pk>/row", lists.transfer_row, name="row"),
    path("transfers/<str:pk>/priority", detail.prioritise, name="priority"),
    path("transfers/<str:pk>/do/<str:action>", lists.act, name="act"),
    path("library/", library.file_list, name="library"),
    path("library/<str:pk>/", library.preview, name="preview"),
    path("library/<str:pk>/delete", library.delete, name="file-delete"),
    path("files/uploads/", Uploads.as_view(), name="uploads"),
    path("files/uploads/<str:pk>", OneUpload.as_view(), name="upload"),
    path("files/<str:pk>", content, name="content"),
]
