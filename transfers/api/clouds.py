"""`/api/v1/servers`: connect, change, test and forget CloudDrive2 servers. Secrets go in and never come out."""

from __future__ import annotations

from typing import Any

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.fields import Count, Flag, Strict, Text
from transfers.clouds import servers
from transfers.models import CloudServer

from .views import checked

MOST_SECRET = 4000
HOST = RegexValidator(r"^[^\s/@?#\\%]+\Z", _("Write a host name or an IP address."))
NAMES = ("name", "host", "port", "tls", "username", "dav_username")


class Secret(Text):
    def __init__(self, **options: Any) -> None:
        options |= {"write_only": True, "trim_whitespace": False, "max_length": MOST_SECRET}
        super().__init__(style={"input_type": "password"}, **options)


class ServerSerializer(serializers.ModelSerializer[CloudServer]):
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Rights, without allow_, that the token lacks for uploads."
    )

    class Meta:
        model = CloudServer
        fields = [
            "id", "name", "host", "port", "tls", "username", "dav_username", "root", "state", "problem", "missing", "version",
            "checked_at", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class ServerInput(Strict):
    name = Text(required=False, max_length=120, help_text="Default: the host.")
    host = Text(max_length=253, validators=[HOST])
    port = Count(default=19798, min_value=1, max_value=65535)
    tls = Flag(default=False)
    username = Text(required=False, allow_blank=True, max_length=200, help_text="Empty: `secret` is an API token.")
    secret = Secret(help_text="An API token, or the password of `username`. Never shown again.")
    dav_username = Text(required=False, allow_blank=True, max_length=200)
    dav_secret = Secret(required=False, help_text="The password of `dav_username`. Never shown again.")


class ServerChange(Strict):
    """Another host, port, encryption or user name needs the secret again."""

    name = Text(required=False, max_length=120)
    host = Text(required=False, max_length=253, validators=[HOST])
    port = Count(required=False, min_value=1, max_value=65535)
    tls = Flag(required=False)
    username = Text(required=False, allow_blank=True, max_length=200)
    secret = Secret(required=False)
    dav_username = Text(required=False, allow_blank=True, max_length=200)
    dav_secret = Secret(required=False)


class ServerTested(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    version = serializers.CharField(required=False)
    root = serializers.CharField(required=False)  # type: ignore[assignment]
    missing = serializers.ListField(child=serializers.CharField())
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    hint = serializers.CharField(required=False)


@extend_schema(tags=["servers"])
class Servers(ListAPIView[CloudServer]):
    """The caller's CloudDrive2 servers."""

    serializer_class = ServerSerializer
    queryset = CloudServer.objects.none()

    def get_queryset(self) -> Any:
        return CloudServer.objects.visible_to(self.request.user)

    @extend_schema(
        tags=["servers"],
        request=ServerInput,
        responses={201: ServerSerializer},
        examples=[
            OpenApiExample(
                "With an API token", value={"name": "NAS", "host": "nas.example.org", "secret": "…"}, request_only=True
            )
        ],
    )
    def post(self, request: Request) -> Response:
        """Connect a server and test it. One that is away is connected all the same: `state` and `problem` say so."""
        values = checked(ServerInput, request)
        values.setdefault("name", values["host"][:120])
        server = servers.add(request.user, servers.Access(**values))
        return Response(ServerSerializer(server).data, status=status.HTTP_201_CREATED)


class Server(APIView):
    """One server."""

    @extend_schema(tags=["servers"], responses=ServerSerializer)
    def get(self, request: Request, pk: str) -> Response:
        return Response(ServerSerializer(servers.find(request.user, pk)).data)

    @extend_schema(tags=["servers"], request=ServerChange, responses=ServerSerializer)
    def patch(self, request: Request, pk: str) -> Response:
        """Change what is given and test it; secrets that are left out stay, unless they were for another address."""
        server = servers.find(request.user, pk)
        values = {name: getattr(server, name) for name in NAMES} | checked(ServerChange, request)
        return Response(ServerSerializer(servers.change(request.user, server, servers.Access(**values))).data)

    @extend_schema(tags=["servers"], responses={204: None})
    def delete(self, request: Request, pk: str) -> Response:
        """Forget the server and its secrets; what is stored there stays."""
        servers.remove(request.user, servers.find(request.user, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ServerTest(APIView):
    """Ask the server whether the connection works and which rights the token lacks."""

    @extend_schema(tags=["servers"], request=None, responses=ServerTested)
    def post(self, request: Request, pk: str) -> Response:
        return Response(servers.test(servers.find(request.user, pk)))
