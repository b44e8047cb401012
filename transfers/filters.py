"""One set of filters for the API and the pages."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.models import JobState

from .models import LibraryFile, Transfer

GROUPS: dict[str, tuple[str, ...]] = {
    "active": (JobState.RUNNING,),
    "waiting": (JobState.QUEUED, JobState.WAITING, JobState.PAUSED),
    "done": (JobState.DONE,),
    "failed": (JobState.FAILED, JobState.CANCELLED),
}


class Ordering(django_filters.OrderingFilter):
    """An empty choice keeps the list's own order; equal rows keep theirs by id, so that pages never overlap."""

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        chosen = [name for name in value or [] if name]
        return super().filter(qs, chosen).order_by(*map(self.get_ordering_value, chosen), "-pk") if chosen else qs


class TransferFilter(django_filters.FilterSet):
    state = django_filters.MultipleChoiceFilter(choices=JobState.choices)
    group = django_filters.ChoiceFilter(choices=[(name, name) for name in GROUPS], method="in_group")
    source = django_filters.ChoiceFilter(field_name="source_kind", choices=Transfer.Source.choices)
    destination = django_filters.ChoiceFilter(
        field_name="destination_kind", choices=Transfer.Destination.choices, label=_("Destination")
    )
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=100)
    ordering = Ordering(fields=["created_at", "name", "size", "priority"])

    class Meta:
        model = Transfer
        fields: list[str] = []

    def in_group(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return rows.filter(state__in=GROUPS[value])


class LibraryFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="name", lookup_expr="icontains", max_length=100)
    folder = django_filters.CharFilter(field_name="folder", max_length=500)
    ordering = Ordering(fields=["created_at", "name", "size"])

    class Meta:
        model = LibraryFile
        fields: list[str] = []
