"""Pages of CloudDrive2 servers; part of the `transfers` namespace."""

from __future__ import annotations

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
