"""A whole folder over REST: the operation `transfers.send_folder`."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import operations
from core.exec import call_from
from netdisk.api.schemas import body_schema
from transfers.operations.folders import SendFolder

from .views import idempotency_key


class Folders(APIView):
    """Send a folder with all below it from one place to another."""

    @extend_schema(
        tags=["transfers"],
        request={"application/json": body_schema(SendFolder)},
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, description="What would happen (`dry_run`)"),
            202: OpenApiResponse(OpenApiTypes.OBJECT, description="Ordered; event `folder.queued` tells the outcome"),
        },
        examples=[
            OpenApiExample(
                "A folder of the drive to CloudDrive2",
                value={
                    "source": {"kind": "netdisk", "path": "/films"},
                    "destination": {"kind": "clouddrive", "path": "/115open"},
                    "conflict": "skip",
                    "dry_run": True,
                },
                request_only=True,
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Order it, or with `dry_run` say how many files and bytes it is and which names are taken."""
        entry = operations.find("transfers.send_folder")
        given = dict(request.data) if isinstance(request.data, dict) else {}
        if key := idempotency_key(request):
            given.setdefault("key", key)
        result = operations.run(entry, call_from(request, service=False), given)
        return Response(result, status=status.HTTP_202_ACCEPTED if result["ordered"] else status.HTTP_200_OK)
