from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from netdisk.models import DriveAccount
from transfers import messages
from transfers.models import CloudServer

from .places import CLOUDDRIVE, LIBRARY, NETDISK

LIBRARY_CHOICE = (LIBRARY, _("Library"))


class FolderForm(forms.Form):
    """A folder and the folder it goes into. A place is `library`, `netdisk:<id>` or `clouddrive:<id>`."""

    origin = forms.ChoiceField(label=_("From"))
    path = forms.CharField(label=_("The folder"), max_length=4000, strip=False, initial="/")
    to = forms.ChoiceField(label=_("To"))
    folder = forms.CharField(label=_("Into the folder"), max_length=4000, strip=False, initial="/")
    conflict = forms.ChoiceField(
        label=_("When the name is taken"),
        choices=messages.CONFLICT_CHOICES,
        required=False,
        help_text=_("The library keeps all files, also those of one name."),
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drives = DriveAccount.objects.visible_to(user).usable()
        clouds = CloudServer.objects.visible_to(user)
        groups = [
            (_("Baidu Netdisk"), [(f"{NETDISK}:{drive.pk}", drive.name) for drive in drives]),
            (_("CloudDrive2"), [(f"{CLOUDDRIVE}:{server.pk}", server.name) for server in clouds]),
        ]
        places = [LIBRARY_CHOICE, *((label, choices) for label, choices in groups if choices)]
        self.fields["origin"].choices = self.fields["to"].choices = places  # type: ignore[attr-defined]

    @property
    def source(self) -> dict[str, Any]:
        return _place(self.cleaned_data["origin"], self.cleaned_data["path"])

    @property
    def target(self) -> dict[str, Any]:
        return _place(self.cleaned_data["to"], self.cleaned_data["folder"])


def _place(choice: str, path: str) -> dict[str, Any]:
    kind, _colon, pk = choice.partition(":")
    name = "drive" if kind == NETDISK else "server"
    return {"kind": kind, "path": path, **({name: pk} if pk else {})}
