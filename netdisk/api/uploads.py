"""`PUT …/uploads/{uploadid}/parts/{number}`: the bytes of a part as they are, for clients that send more than JSON can hold."""

from __future__ import annotations

import hashlib
import tempfile
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import Forbidden, Invalid
from core.exec import call_from
from netdisk.operations.tickets import FileBody, check_length, deliver, open_ticket

SCOPE = "netdisk:write"
PIECE = 256 * 1024
PROBLEMS = {"411": "Say how long the part is", "501": "Not offered to this app", "507": "The drive is full"}


class LengthRequired(Invalid):
    code, status = "length_required", 411
    message = _("Say how long the part is.")
    hint = _("Send Content-Length; a body in chunks of unknown number can't be checked.")


class RawParser(BaseParser):
    """Leaves the body in its stream."""

    media_type = "application/octet-stream"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


class UploadPartContent(APIView):
    """Send a part of an upload as raw bytes, in any order and as often as needed."""

    parser_classes = [RawParser]
    problems = PROBLEMS

    @extend_schema(
        tags=["netdisk"],
        operation_id="netdisk_upload_part_content",
        request={"application/octet-stream": {"type": "string", "format": "binary"}},
        responses={200: OpenApiTypes.OBJECT},
    )
    def put(self, request: Request, uploadid: str, number: int) -> Response:
        call = call_from(request, service=False)
        if not call.allows(SCOPE):
            raise Forbidden(
                _("This token may not do that."), code="scope_missing", hint=_("It needs the scope %s.") % SCOPE
            )
        body, ticket = request.data, open_ticket(call, uploadid)
        length = request.META.get("CONTENT_LENGTH") or ""
        if not length.isdigit() or request.META.get("HTTP_TRANSFER_ENCODING"):
            raise LengthRequired
        check_length(ticket, number, int(length[:18]))
        # Kept until all of it is here: only a complete part is sent on, and it can be sent twice.
        with tempfile.TemporaryFile() as file:
            md5 = _kept(body, file, int(length))
            return Response(deliver(call, ticket, number, FileBody(file, int(length)), md5))


def _kept(stream: Any, file: BinaryIO, length: int) -> str:
    """Copy the body into the file; its MD5."""
    digest, left = hashlib.md5(usedforsecurity=False), length
    while left and (piece := stream.read(min(PIECE, left))):
        digest.update(piece)
        file.write(piece)
        left -= len(piece)
    if left:
        raise Invalid(_("The part ended early."), hint=_("Send it again."))
    return digest.hexdigest()
