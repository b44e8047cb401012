from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django_prometheus.exports import ExportToDjangoView
from drf_spectacular.views import SpectacularAPIView, SpectacularRedocView, SpectacularSwaggerSplitView

from accounts.views.preferences import choose_language
from core import health
from core.exec import OperationList, PublicExec, UserExec

from . import views

admin.site.site_url = "/"

v1: list[Any] = [
    path("auth/", include("accounts.api.urls")),
    path("", include("accounts.api.urls_v1")),
    path("", include("netdisk.api.urls")),
    path("", include("transfers.api.urls")),
    path("operations", OperationList.as_view(), name="operation-list"),
]

urlpatterns = [
    # API, first because it is asked most
    path("api/v1/", include((v1, "v1"))),
    path("auth/", include(("accounts.api.urls", "auth"))),
    path("oauth/", include("netdisk.api.oauth_urls")),
    path("mcp/user/exec", UserExec.as_view(), name="mcp-user-exec"),
    path("mcp/public/exec", PublicExec.as_view(), name="mcp-public-exec"),
    path("", views.Home.as_view(), name="home"),
    path("", include("accounts.urls")),
    path("", include("netdisk.urls")),
    path("", include("transfers.urls")),
    path("", include("core.batches.urls")),
    path("system/", views.system, name="system"),
    path("system/settings/", views.live_settings_page, name="live-settings"),
    path("system/proxy/", views.proxy_check, name="proxy-check"),
    path("system/keys/", views.keys_page, name="keys"),
    path("setup/proxy", RedirectView.as_view(pattern_name="proxy-check")),
    path("activity/", views.Activity.as_view(), name="activity"),
    path("developers/", views.developers, name="developers"),
    path("checklist/dismiss", views.dismiss_checklist, name="checklist-dismiss"),
    path("i18n/setlang/", choose_language, name="set_language"),
    path("api/admin/", include(("accounts.api.urls_seed", "seed"))),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(), name="docs"),
    path("redoc", SpectacularRedocView.as_view(), name="redoc"),
    # operators
    path("health", health.live, name="health"),
    path("health/ready", health.ready, name="health-ready"),
    path("health/detail", health.Detail.as_view(), name="health-detail"),
    path("metrics", health.guard_metrics(ExportToDjangoView), name="metrics"),
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg")),
]
handler400 = "config.views.bad_request"
handler403 = "config.views.forbidden"
handler404 = "config.views.not_found"
handler500 = "config.views.server_error"
