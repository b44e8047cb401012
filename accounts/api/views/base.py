from __future__ import annotations

from typing import Any, cast

from rest_framework.request import Request
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.models import User


def read(serializer: type[Serializer[Any]], request: Request, *, partial: bool = False) -> dict[str, Any]:
    """The checked body; `ValidationError` names what can't be used."""
    form = serializer(data=request.data, partial=partial)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


class AccountView(APIView):
    @property
    def user(self) -> User:
        return cast(User, self.request.user)

    @property
    def session_id(self) -> str:
        """The sign-in session of this call."""
        return getattr(self.request.auth, "session", "")
