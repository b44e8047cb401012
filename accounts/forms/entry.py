"""Forms of people who are not signed in, and of asking for the password again."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import LONGEST_NAME, MOST_BYTES, RESERVED, clean_username
from core.errors import AppError


def password_field(label: Any, autocomplete: str, **options: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, strip=False, max_length=MOST_BYTES, widget=widget, **options)


def as_form_error(error: AppError) -> ValidationError:
    """One of our errors as a form shows it."""
    text = str(error)
    if error.retry_after is not None:
        text = _("%(text)s Try again in %(minutes)d min.") % {
            "text": text,
            "minutes": max(1, round(error.retry_after / 60)),
        }
    return ValidationError(text, code=error.code)


def spread(form: forms.BaseForm, error: AppError) -> None:
    """Put the fields of an error to the form's fields of that name, and the rest above the form."""
    known = {name: texts for name, texts in error.fields.items() if name in form.fields}
    for name, texts in known.items():
        form.add_error(name, [str(text) for text in texts])
    if not known:
        form.add_error(None, as_form_error(error))


class LoginForm(AuthenticationForm):
    password = password_field(_("Password"), "current-password")
    error_messages = {
        "invalid_login": _("Name or password is wrong. Check both; the password is case-sensitive."),
        "inactive": _("Name or password is wrong. Check both; the password is case-sensitive."),
    }

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except AppError as error:
            raise as_form_error(error) from error


class UsernameField(forms.CharField):
    def __init__(self, **options: Any) -> None:
        attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        widget = forms.TextInput(attrs=attrs)
        super().__init__(label=_("User name"), max_length=LONGEST_NAME, widget=widget, **options)


class RegisterForm(forms.Form):
    reserved: frozenset[str] = RESERVED

    username = UsernameField()
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Only for setting a new password when you forget yours."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = password_field(
        _("Password"), "new-password", help_text=_("At least 8 characters; a few words make a good one.")
    )

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"], reserved=self.reserved)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            self._check_password(data)
        return data

    def _check_password(self, data: dict[str, Any]) -> None:
        try:
            validate_password(data["password"], User(username=data.get("username", ""), email=data.get("email", "")))
        except ValidationError as error:
            self.add_error("password", error)


def time_zones() -> list[tuple[str, str]]:
    names = sorted(
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return [(name, name.replace("_", " ")) for name in ["UTC", *names]]


class SetupForm(RegisterForm):
    reserved = frozenset()
    email = None  # type: ignore[assignment]

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lazy(time_zones, list)())
    sample_data = forms.BooleanField(
        label=_("Begin with sample data"),
        required=False,
        help_text=_("A demo drive and a small transfer to look at. You can delete both."),
    )


class ReauthForm(forms.Form):
    password = password_field(_("Password"), "current-password")


class ResetRequestForm(PasswordResetForm):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


class NewPasswordForm(SetPasswordForm):
    new_password1 = password_field(
        _("New password"), "new-password", help_text=_("At least 8 characters; a few words make a good one.")
    )
    new_password2 = password_field(_("The same again"), "new-password")
