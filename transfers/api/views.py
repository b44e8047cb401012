from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.errors import Invalid
from transfers import library, services
from transfers.filters import LibraryFilter, TransferFilter
from transfers.models import LibraryFile, Transfer

from .serializers import (
    CreateTransfer,
    LibrarySerializer,
    ManyTransfers,
    Priority,
    TransferDetail,
    TransferSerializer,
    place_on_drive,
)

KEY_LENGTH = 64


def checked(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > KEY_LENGTH:
        raise Invalid(fields={"Idempotency-Key": [f"At most {KEY_LENGTH} characters."]})
    return key or None


@extend_schema(tags=["transfers"])
class Transfers(ListAPIView[Transfer]):
    """List transfers, newest first; or start one."""

    serializer_class = TransferSerializer
    filterset_class = TransferFilter
    queryset = Transfer.objects.none()

    def get_queryset(self) -> Any:
        return Transfer.objects.visible_to(self.request.user)

    @extend_schema(
        tags=["transfers"],
        request=CreateTransfer,
        parameters=[OpenApiParameter("Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER)],
        responses={
            201: PolymorphicProxySerializer(
                "CreatedTransfers", [TransferSerializer, ManyTransfers], resource_type_field_name=None
            )
        },
        examples=[
            OpenApiExample(
                "A file of the drive",
                value={"source": {"fs_id": 123}, "destination": {"folder": "/films"}},
                request_only=True,
            ),
            OpenApiExample("A link", value={"source": {"url": "https://example.org/file.zip"}}, request_only=True),
            OpenApiExample(
                "A library file to a drive",
                value={
                    "source": {"library": "0198c0de-0000-7000-8000-000000000001"},
                    "destination": {"kind": "netdisk", "folder": "/films", "conflict": "rename"},
                },
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """Start a transfer into the library or to a drive. With `fs_ids` several at once, all or none."""
        values = checked(CreateTransfer, request)
        source, place = values["source"], values.get("destination", {})
        files = services.wanted_files(request.user, source)
        options = {name: values[name] for name in ("priority", "connections")} | {"key": idempotency_key(request)}
        kind = place.get("kind", Transfer.Destination.LIBRARY)
        if kind == Transfer.Destination.LIBRARY:
            rows = services.create(request.user, files, folder=place.get("folder") or "/", **options)
        else:
            send = services.upload_all if kind == Transfer.Destination.NETDISK else services.store_all
            rows = send(request.user, files, **place_on_drive(place), **options)
        many = "fs_ids" in source
        body = {"transfers": TransferSerializer(rows, many=True).data} if many else TransferSerializer(rows[0]).data
        return Response(body, status=status.HTTP_201_CREATED)


class OneTransfer(APIView):
    """One transfer with its parts and timeline."""

    @extend_schema(tags=["transfers"], responses=TransferDetail)
    def get(self, request: Request, pk: str) -> Response:
        return Response(TransferDetail(services.find(request.user, pk)).data)

    @extend_schema(tags=["transfers"], request=Priority, responses=TransferSerializer)
    def patch(self, request: Request, pk: str) -> Response:
        """Change the priority: higher goes first."""
        row = services.find(request.user, pk)
        return Response(
            TransferSerializer(services.prioritise(request.user, row, checked(Priority, request)["priority"])).data
        )

    @extend_schema(tags=["transfers"], responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        """Take an ended transfer off the list."""
        services.remove(request.user, services.find(request.user, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Action(APIView):
    """Pause, resume, cancel or retry."""

    known: ClassVar[dict[str, Callable[[Any, Transfer], Transfer]]] = {
        "pause": services.pause,
        "resume": services.resume,
        "cancel": services.cancel,
        "retry": services.retry,
    }
    action = "pause"

    @extend_schema(tags=["transfers"], request=None, responses=TransferSerializer)
    def post(self, request: Request, pk: str) -> Response:
        return Response(TransferSerializer(self.known[self.action](request.user, services.find(request.user, pk))).data)


@extend_schema(tags=["library"])
class Library(ListAPIView[LibraryFile]):
    """The caller's library."""

    serializer_class = LibrarySerializer
    filterset_class = LibraryFilter
    queryset = LibraryFile.objects.none()

    def get_queryset(self) -> Any:
        return LibraryFile.objects.visible_to(self.request.user)


class OneFile(APIView):
    """One file of the library; its content is at `content`."""

    @extend_schema(tags=["library"], responses=LibrarySerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(LibrarySerializer(library.find(request.user, pk)).data)

    @extend_schema(tags=["library"], responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        library.delete(request.user, library.find(request.user, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)
