from __future__ import annotations

from django.urls import path

from . import views

app_name = "batches"
urlpatterns = [
    path("batches/", views.batch_list, name="list"),
    path("batches/<str:pk>/", views.batch_detail, name="detail"),
    path("batches/<str:pk>/row", views.batch_row, name="row"),
    path("batches/<str:pk>/do/<str:action>", views.act, name="act"),
]
