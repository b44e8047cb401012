from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import clean_username

from .entry import UsernameField, password_field, time_zones


def languages() -> list[tuple[str, Any]]:
    return [("", _("As the browser asks")), *settings.LANGUAGES]


def zones() -> list[tuple[str, Any]]:
    return [("", _("The site's: %s") % settings.TIME_ZONE), *time_zones()]


class ProfileForm(forms.Form):
    username = UsernameField()
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    language = forms.ChoiceField(label=_("Language"), required=False, choices=lazy(languages, list)())
    time_zone = forms.ChoiceField(label=_("Time zone"), required=False, choices=lazy(zones, list)())
    theme = forms.ChoiceField(label=_("Appearance"), choices=User.Theme.choices)

    def __init__(self, user: User, data: Any = None) -> None:
        names = ("username", "email", "language", "time_zone", "theme")
        super().__init__(data, initial={name: getattr(user, name) for name in names})
        self.user = user

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"], this=self.user)


class PasswordForm(forms.Form):
    current_password = password_field(_("Present password"), "current-password")
    new_password = password_field(
        _("New password"), "new-password", help_text=_("At least 8 characters; a few words make a good one.")
    )


class DeleteAccountForm(forms.Form):
    confirm_name = forms.CharField(
        label=_("Your user name"), max_length=150, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    password = password_field(_("Password"), "current-password")
