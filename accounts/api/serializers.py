from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework import serializers

from accounts import credentials
from accounts.limits import limit_of
from accounts.models import User
from accounts.services.people import permissions_of
from accounts.validators import LONGEST_NAME

from .fields import Count, Flag, Password, Strict, Text, TimeZone

MOST_DOWNLOADS = 1_000_000
LONGEST_TOKEN = 4096


class Registration(Strict):
    username = Text(max_length=LONGEST_NAME, help_text="Unique without regard to case and width of letters.")
    password = Password()
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)


class Registered(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.CharField()


class Credentials(Strict):
    username = Text(max_length=LONGEST_NAME)
    password = Password()


class TokenPair(serializers.Serializer[Any]):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    token_type = serializers.ChoiceField(["bearer"])
    expires_in = serializers.IntegerField(help_text="Seconds until the access token ends.")


class RefreshRequest(Strict):
    refresh_token = Text(max_length=LONGEST_TOKEN)


class LogoutRequest(Strict):
    refresh_token = Text(max_length=LONGEST_TOKEN, required=False, help_text="Ends the session of this token as well.")


class ProfileChange(Strict):
    username = Text(max_length=LONGEST_NAME, required=False)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    first_name = Text(max_length=150, required=False, allow_blank=True)
    last_name = Text(max_length=150, required=False, allow_blank=True)
    language = serializers.ChoiceField(settings.LANGUAGES, required=False, allow_blank=True)
    time_zone = TimeZone(max_length=64, required=False, allow_blank=True)
    theme = serializers.ChoiceField(User.Theme.choices, required=False)


class Profile(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    theme = serializers.CharField()
    is_active = serializers.BooleanField()
    is_staff = serializers.BooleanField()
    is_superuser = serializers.BooleanField()
    date_joined = serializers.DateTimeField()
    last_login = serializers.DateTimeField(allow_null=True)


class Deletion(Strict):
    password = Password(required=False, help_text="Needed when the sign-in is older than 30 minutes.")


class PasswordChange(Strict):
    current_password = Password()
    new_password = Password()


class ResetRequest(Strict):
    email = serializers.EmailField(max_length=254)


class ResetConfirmation(Strict):
    uid = Text(max_length=64)
    token = Text(max_length=128)
    new_password = Password()


class Accepted(serializers.Serializer[Any]):
    detail = serializers.CharField()


class SessionInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    address = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    used_at = serializers.DateTimeField()
    current = serializers.BooleanField(help_text="The session of this very call.")


class Ticket(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField()


class DownloadAllowance(serializers.Serializer[Any]):
    limit = serializers.IntegerField(help_text="0: no limit.")
    used = serializers.IntegerField()
    left = serializers.IntegerField(allow_null=True)


class Broadcast(Strict):
    message = Text(max_length=2000)
    data = serializers.DictField(required=False)  # type: ignore[assignment]


class BroadcastDone(serializers.Serializer[Any]):
    recipients = serializers.IntegerField()


class StaffChange(ProfileChange):
    """What staff may change about others."""

    download_limit = Count(min_value=0, max_value=MOST_DOWNLOADS, required=False, allow_null=True)
    is_active = Flag(required=False)
    is_staff = Flag(required=False)
    is_superuser = Flag(required=False)
    permissions = serializers.ListField(child=Text(max_length=200), required=False, max_length=500)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        fields = super().get_fields()
        fields.pop("theme")
        return fields


class NewUser(StaffChange):
    username = Text(max_length=LONGEST_NAME)
    password = Password()


class NewPassword(Strict):
    new_password = Password(required=False, help_text="Without it, a link is mailed and returned.")


class ResetLink(serializers.Serializer[Any]):
    reset_url = serializers.CharField(allow_null=True)


class UserRow(Profile):
    download_limit = serializers.IntegerField(allow_null=True)
    effective_download_limit = serializers.SerializerMethodField()

    def get_effective_download_limit(self, user: User) -> int:
        return limit_of(user)


class UserDetail(UserRow):
    permissions = serializers.SerializerMethodField()

    def get_permissions(self, user: User) -> list[str]:
        return permissions_of(user)


def profile(user: User) -> dict[str, Any]:
    """The body of `GET /auth/me`: plain values, because this is the most frequent answer of the API."""
    return {
        "id": user.pk,
        "username": user.username,
        "email": user.email,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "language": user.language,
        "time_zone": user.time_zone,
        "theme": user.theme,
        "is_active": user.is_active,
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "date_joined": user.date_joined,
        "last_login": user.last_login,
    }


def profile_of(raw: str) -> dict[str, Any] | None:
    """The same for the fast lane: by an access token that was checked a moment ago."""
    user = credentials.remembered(raw)
    return profile(user) if user else None
