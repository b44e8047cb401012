from __future__ import annotations

from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Invalid
from core.pages import sentence
from netdisk.models import DriveAccount

from . import messages, names, services
from .clouddrive2.paths import clean
from .clouds.errors import translated as cloud_translated
from .models import CloudServer, LibraryFile

MAX_LINKS = 100
FILES_OFFERED = 200
GONE = {"invalid_choice": _("It is no longer there. Choose another one.")}
HIGH, NORMAL, LOW = 5, 0, -5
PRIORITIES = [(HIGH, _("First in line")), (NORMAL, _("Normal")), (LOW, _("When nothing else waits"))]


class TransferForm(forms.Form):
    """Where files go and how; with `source` "links" also the addresses they come from, one per line."""

    links = forms.CharField(
        label=_("Links"),
        max_length=400_000,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "https://", "spellcheck": "false", "autocapitalize": "none"}
        ),
        help_text=_("One http or https address per line."),
    )
    to = forms.ChoiceField(
        label=_("To"), required=False, error_messages=GONE, widget=forms.Select(attrs={"data-submit-on-change": True})
    )
    folder = forms.CharField(
        label=_("Folder"),
        max_length=4000,
        required=False,
        strip=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    conflict = forms.ChoiceField(
        label=_("When the name is taken"),
        choices=messages.CONFLICT_CHOICES,
        required=False,
        help_text=_("The library keeps all files, also those of one name."),
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=int, initial=NORMAL, required=False, empty_value=None
    )

    def __init__(self, user: Any, source: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["links"].required = source == "links"
        self.fields["to"].choices = _targets(user)  # type: ignore[attr-defined]
        self._servers = {str(server.pk): server for server in CloudServer.objects.visible_to(user)}

    def clean_links(self) -> list[services.Wanted]:
        """Every line parsed as an address; the lines that can't be used are named by their number."""
        lines = list(dict.fromkeys(line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()))
        if len(lines) > MAX_LINKS:
            raise forms.ValidationError(_("At most %d links at once.") % MAX_LINKS)
        found: list[services.Wanted] = []
        problems: list[Any] = []
        for number, line in enumerate(lines, 1):
            try:
                found += services.from_url(line)
            except AppError as error:
                problems.append(_("Line %(number)d: %(problem)s") % {"number": number, "problem": sentence(error)})
        if problems:
            raise forms.ValidationError(problems)
        return found

    def clean(self) -> dict[str, Any]:
        """A folder of the library or of a server is checked here, one of a drive with each name in it."""
        values: dict[str, Any] = self.cleaned_data
        folder, to = values.get("folder") or "/", values.get("to")
        try:
            if to in self._servers:
                values["folder"] = self._on_server(folder, to)
            elif not to:
                values["folder"] = services.clean_folder(folder)
        except Invalid as error:
            self.add_error("folder", [str(text) for texts in error.fields.values() for text in texts])
        except AppError as error:
            self.add_error("folder", sentence(error))
        return values

    def _on_server(self, folder: str, to: str) -> str:
        with cloud_translated():
            path = clean(folder)
        if path == "/" and self._servers[to].root == "/":
            raise Invalid(fields={"folder": [_("Choose a folder in one of the clouds of this server.")]})
        return path


def _targets(user: Any) -> list[Any]:
    """The places of a user where files can go, by kind."""
    drives = [(str(drive.pk), drive.name) for drive in DriveAccount.objects.visible_to(user).usable()]
    clouds = [(str(server.pk), server.name) for server in CloudServer.objects.visible_to(user)]
    groups = [(_("Baidu Netdisk"), drives), (_("CloudDrive2"), clouds)]
    return [("", _("Library")), *((label, places) for label, places in groups if places)]


class ToDrive(forms.Form):
    """Where on a drive a file goes."""

    drive = forms.ModelChoiceField(
        label=_("Drive"), queryset=DriveAccount.objects.none(), empty_label=None, error_messages=GONE
    )
    path = forms.CharField(label=_("Folder on the drive"), max_length=1000, strip=False)
    conflict = forms.ChoiceField(label=_("When the name is taken"), choices=messages.CONFLICT_CHOICES)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"path": names.default_folder(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)
        drives = DriveAccount.objects.visible_to(user).usable()
        self.fields["drive"].queryset = drives  # type: ignore[attr-defined]


class SendForm(ToDrive):
    """A file of the library to a drive."""

    file = forms.ModelChoiceField(
        label=_("Library file"), queryset=LibraryFile.objects.none(), empty_label=None, error_messages=GONE
    )
    name = forms.CharField(
        label=_("Name there"), max_length=255, required=False, strip=False, help_text=_("Empty: as in the library.")
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=PRIORITIES, coerce=int, initial=NORMAL, required=False, empty_value=None
    )
    field_order = ["file", "drive", "path", "name", "conflict", "priority"]

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        mine = LibraryFile.objects.visible_to(user)
        self.fields["file"].queryset = mine  # type: ignore[attr-defined]
        chosen = self["file"].value()
        self.fields["file"].widget.choices = [
            (file.pk, f"{file.name} · {filesizeformat(file.size)}") for file in _offered(mine, chosen)
        ]


def _offered(mine: Any, chosen: Any) -> list[LibraryFile]:
    """The newest files, and the chosen one wherever it stands."""
    files = list(mine[:FILES_OFFERED])
    if chosen and str(chosen) not in {str(file.pk) for file in files}:
        with suppress(ValueError, ValidationError):
            files[:0] = mine.filter(pk=chosen)
    return files


class PriorityForm(forms.Form):
    priority = forms.TypedChoiceField(label=_("Priority"), choices=PRIORITIES, coerce=int)
