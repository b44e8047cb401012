from __future__ import annotations

from django.urls import path

from netdisk.views import oauth_callback

from . import views

urlpatterns = [
    path("callback", oauth_callback, name="oauth-callback"),
    path("user/token/upsert", views.UpsertToken.as_view(), name="token-upsert"),
    path("service/token/upsert", views.UpsertServiceToken.as_view(), name="service-token-upsert"),
]
