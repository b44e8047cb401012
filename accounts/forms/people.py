from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.validators import clean_username

from .entry import RegisterForm, UsernameField, password_field

MOST_DOWNLOADS = 1_000_000
RIGHTS = ("is_staff", "is_superuser")


def limit_field() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Downloads per day"),
        required=False,
        min_value=0,
        max_value=MOST_DOWNLOADS,
        help_text=_("Empty: the site's limit. 0: no limit."),
    )


class NewPersonForm(RegisterForm):
    reserved = frozenset()
    is_staff = forms.BooleanField(label=_("Staff: may manage people and see the system"), required=False)
    download_limit = limit_field()

    def __init__(self, actor: User, data: Any = None) -> None:
        super().__init__(data)
        self.fields["email"].help_text = ""
        if not actor.is_superuser:
            del self.fields["is_staff"]


class PersonForm(forms.Form):
    username = UsernameField()
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    download_limit = limit_field()
    is_staff = forms.BooleanField(label=_("Staff: may manage people and see the system"), required=False)
    is_superuser = forms.BooleanField(label=_("Superuser: may do everything"), required=False)

    def __init__(self, actor: User, person: User, data: Any = None) -> None:
        names = ("username", "email", "download_limit", *RIGHTS)
        super().__init__(data, initial={name: getattr(person, name) for name in names})
        self.person = person
        if not actor.is_superuser:
            for name in RIGHTS:
                del self.fields[name]

    def clean_username(self) -> str:
        return clean_username(self.cleaned_data["username"], this=self.person)

    def changes(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


class StaffPasswordForm(forms.Form):
    new_password = password_field(_("New password"), "new-password", required=False)
