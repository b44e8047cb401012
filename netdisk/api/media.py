"""The door of sealed links: pictures, playlists and pieces for players, which can't send a token."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from netdisk import sealed_links

HEADERS = {
    "Cache-Control": "private, max-age=600",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Referrer-Policy": "no-referrer",
}


@extend_schema(exclude=True)
class SealedMedia(APIView):
    """The sealed link is the credential: one thing, for an hour or for the length of a film."""

    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request, link: str) -> HttpResponse:
        body, kind = sealed_links.content(sealed_links.opened(link))
        return HttpResponse(body, content_type=kind, headers=HEADERS)
