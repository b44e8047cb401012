from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from pydantic import ValidationError
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.fields import Count, Flag, Strict, Text
from core.errors import Invalid
from netdisk import connect, drives
from netdisk.baidu.types import TokenPair
from netdisk.models import Authorisation, DriveAccount


class DriveSerializer(serializers.ModelSerializer[DriveAccount]):
    class Meta:
        model = DriveAccount
        fields = ["id", "name", "vip_type", "total", "used", "checked_at", "state", "problem", "created_at"]
        read_only_fields = fields


class TokenUpsert(Strict):
    access_token = Text(max_length=2000)
    refresh_token = Text(max_length=2000)
    expires_in = Count(min_value=1, max_value=2**31 - 1)


class StartRequest(Strict):
    service = Flag(default=False, help_text="Connect the site's shared account (staff).")


class DeviceSerializer(serializers.ModelSerializer[Authorisation]):
    class Meta:
        model = Authorisation
        fields = ["id", "user_code", "verification_url", "interval", "expires_at"]
        read_only_fields = fields


class PollSerializer(serializers.Serializer[Any]):
    state = serializers.ChoiceField(["pending", "connected", "declined", "expired", "failed"])
    wait = serializers.IntegerField()
    drive = serializers.UUIDField(allow_null=True)


class ConnectionTest(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    code = serializers.CharField(required=False)
    detail = serializers.CharField(required=False)
    hint = serializers.CharField(required=False)
    name = serializers.CharField(required=False)
    total = serializers.IntegerField(required=False)
    used = serializers.IntegerField(required=False)


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The request's body, validated; unknown fields are refused and named."""
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


@extend_schema(tags=["drives"])
class Drives(ListAPIView[DriveAccount]):
    """The caller's connected drives."""

    serializer_class = DriveSerializer
    queryset = DriveAccount.objects.none()

    def get_queryset(self) -> Any:
        return DriveAccount.objects.visible_to(self.request.user)


class Drive(APIView):
    """One drive."""

    @extend_schema(tags=["drives"], responses=DriveSerializer)
    def get(self, request: Request, pk: Any) -> Response:
        return Response(DriveSerializer(drives.find_drive(request.user, drive_id=pk)).data)

    @extend_schema(tags=["drives"], responses={204: None})
    def delete(self, request: Request, pk: Any) -> Response:
        drives.disconnect(request.user, drives.find_drive(request.user, drive_id=pk))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DriveTest(APIView):
    """Ask Baidu whether this connection works."""

    @extend_schema(tags=["drives"], request=None, responses=ConnectionTest)
    def post(self, request: Request, pk: Any) -> Response:
        return Response(drives.test_connection(drives.find_drive(request.user, drive_id=pk)))


class UpsertToken(APIView):
    """Hand over tokens that the client obtained itself; they are sealed at once (seed A)."""

    service = False

    @extend_schema(tags=["drives"], request=TokenUpsert, responses=DriveSerializer)
    def post(self, request: Request) -> Response:
        values = checked(TokenUpsert, request)
        try:
            pair = TokenPair(**values)
        except ValidationError as error:
            raise Invalid(
                fields={str(problem["loc"][0]): [problem["msg"]] for problem in error.errors(include_input=False)}
            ) from None
        drive = connect.upsert(request.user, pair, service=self.service)
        return Response({"status": "ok", **DriveSerializer(drive).data})


class UpsertServiceToken(UpsertToken):
    """The same for the site's shared account, for staff."""

    service = True


class DeviceStart(APIView):
    """Connect a drive with a code shown here and typed on another device."""

    @extend_schema(tags=["drives"], request=StartRequest, responses={201: DeviceSerializer})
    def post(self, request: Request) -> Response:
        device = connect.begin_device(request.user, service=checked(StartRequest, request)["service"])
        return Response(DeviceSerializer(device).data, status=status.HTTP_201_CREATED)


class DevicePoll(APIView):
    """How the device flow stands; asking faster than `interval` costs nothing upstream."""

    @extend_schema(tags=["drives"], request=None, responses=PollSerializer)
    def post(self, request: Request, pk: Any) -> Response:
        poll = connect.poll_device(request.user, drives.parse_id(pk))
        return Response({"state": poll.state, "wait": poll.wait, "drive": poll.drive.pk if poll.drive else None})
