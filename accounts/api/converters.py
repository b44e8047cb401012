from __future__ import annotations

from django.urls import register_converter
from django.urls.converters import IntConverter


class RowId(IntConverter):
    """A primary key as we write it: 1 to 18 digits, no leading zero; anything else is no address of ours
    (H21).
    """

    regex = "[1-9][0-9]{0,17}"


register_converter(RowId, "row")
