from __future__ import annotations

from django.urls import path

from . import views
from .media import SealedMedia
from .operations import operation_paths
from .uploads import UploadPartContent

urlpatterns = [
    path("drives", views.Drives.as_view(), name="drive-list"),
    path("drives/device", views.DeviceStart.as_view(), name="drive-device"),
    path("drives/device/<str:pk>/poll", views.DevicePoll.as_view(), name="drive-device-poll"),
    path("drives/<str:pk>", views.Drive.as_view(), name="drive-detail"),
    path("drives/<str:pk>/test", views.DriveTest.as_view(), name="drive-test"),
    path("netdisk/media/<str:link>", SealedMedia.as_view(), name="netdisk-media"),
    path("netdisk/uploads/<str:uploadid>/parts/<int:number>", UploadPartContent.as_view(), name="netdisk-upload-part"),
    *operation_paths(),
]
