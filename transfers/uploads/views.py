"""tus 1.0 and a JSON list beside it. Bodies are read by `door`, on the event loop; without it, here."""

from __future__ import annotations

from typing import Any

from django.http.response import HttpResponseBase
from django.urls import reverse
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.request import current
from transfers.models import Upload

from . import finishing, limits, services, wire
from .door import BodyOnTheWay
from .errors import WrongType, WrongVersion
from .staging import BLOCK, Append


class Unread(BaseParser):
    """The body is no form: whoever looks for a form's fields, as the CSRF check does, finds none and leaves it unread."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        return {}


class Tus(APIView):
    """The headers and rules of every answer."""

    schema = None  # tus describes itself; docs/api.md names what is ours
    parser_classes = [Unread]
    plain = frozenset({"GET", "OPTIONS"})

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if request.method == "POST" and "X-HTTP-Method-Override" in request.headers:
            request.method = request.headers["X-HTTP-Method-Override"].upper()
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.before(request, **kwargs)
        if request.method not in self.plain and request.headers.get("Tus-Resumable") != wire.VERSION:
            raise WrongVersion

    def before(self, request: Request, **named: Any) -> None:
        """Look up what the address names: what is not the caller's is not there, however one asks for it."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        answer["Tus-Resumable"] = wire.VERSION
        if answer.status_code == WrongVersion.status:
            answer["Tus-Version"] = wire.VERSION
        return answer

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        most = limits.largest()
        headers = {
            "Tus-Version": wire.VERSION,
            "Tus-Extension": wire.EXTENSIONS,
            "Tus-Checksum-Algorithm": ",".join(wire.ALGORITHMS),
            **({"Tus-Max-Size": str(most)} if most else {}),
        }
        return Response(status=204, headers=headers)

    def take(self, request: Request, response: Response, append: Append) -> Response:
        """Let the request's bytes be appended, and answer with `response`."""
        plain = request._request
        if isinstance(plain, BodyOnTheWay):
            plain.append, plain.info = append, current()
            return response
        with append:
            while block := plain.read(BLOCK):
                append.write(block)
            finishing.settle(append, response)
        return response


def octets(request: Request) -> bool:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower() == wire.OCTETS


def announced(request: Request) -> int | None:
    """How many bytes the request says it has; None when it does not know (chunked)."""
    if "Transfer-Encoding" in request.headers:
        return None
    return wire.number(request.headers.get("Content-Length") or "0", "Content-Length")


class Uploads(Tus):
    def get(self, request: Request) -> Response:
        """The caller's unfinished uploads, newest first."""
        return Response({"uploads": [services.described(row) for row in services.unfinished(request.user)]})

    def post(self, request: Request) -> Response:
        """Creation, and creation-with-upload."""
        size = wire.number(request.headers.get("Upload-Length"), "Upload-Length")
        length, checksum = announced(request), wire.Checksum.of(request.headers)
        row = services.begin(request.user, size, request.headers.get("Upload-Metadata", ""))
        place = {"Location": reverse("transfers:upload", args=[row.pk])}
        response = Response(status=201, headers={**place, **services.stand(row)})
        if size == 0:
            finishing.complete(row)
        elif octets(request):
            append = services.append(row, 0, length, checksum)
            assert append is not None
            return self.take(request, response, append)
        return response


class OneUpload(Tus):
    row: Upload

    def before(self, request: Request, **named: Any) -> None:
        self.row = services.find(request.user, named["pk"])

    def get(self, request: Request, pk: str) -> Response:
        """One upload as JSON, finished or not."""
        return Response(services.described(self.row))

    def head(self, request: Request, pk: str) -> Response:
        headers = {**services.stand(self.row), "Upload-Length": str(self.row.size), "Cache-Control": "no-store"}
        if said := self.row.destination.get("metadata"):
            headers["Upload-Metadata"] = said
        return Response(headers=headers)

    def patch(self, request: Request, pk: str) -> Response:
        if not octets(request):
            raise WrongType
        offset = wire.number(request.headers.get("Upload-Offset"), "Upload-Offset")
        append = services.append(self.row, offset, announced(request), wire.Checksum.of(request.headers))
        if append is not None:
            return self.take(request, Response(status=204), append)
        finishing.complete(self.row)
        return Response(status=204, headers=services.stand(self.row))

    def delete(self, request: Request, pk: str) -> Response:
        services.remove(self.row)
        return Response(status=204)
