from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Invalid, Text
from core.outbound import OutboundError
from core.outbound.urls import parse_host
from core.pages import sentence
from protos import clouddrive_pb2 as pb
from transfers.models import CloudServer

from .rights import OTHERS, UPLOADING, explained
from .servers import Access

PORT = 19798
PORTS = {"http": 80, "https": 443}
TOKEN, PASSWORD = "token", "password"
PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
KEEPS = _("Empty keeps what is stored.")


def _secret(**attrs: str) -> forms.PasswordInput:
    return forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password", **attrs})


class ServerForm(forms.Form):
    """Where a CloudDrive2 server is and how to sign in there. Secrets are taken, never shown again."""

    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("Empty: the address is its name.")
    )
    host = forms.CharField(
        label=_("Address"),
        max_length=300,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "nas.example.org"}),
        help_text=_("Host name or IP address; the address from the browser’s bar can be pasted here too."),
    )
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=PORT)
    tls = forms.BooleanField(
        label=_("Encrypted (TLS)"),
        required=False,
        help_text=_("Only where the server, or a proxy in front of it, has a certificate."),
    )
    sign_in = forms.ChoiceField(
        label=_("Sign in by"),
        choices=[(TOKEN, _("API token (recommended)")), (PASSWORD, _("User name and password"))],
        initial=TOKEN,
        widget=forms.RadioSelect,
    )
    token = forms.CharField(label=_("API token"), max_length=4000, required=False, widget=_secret())
    username = forms.CharField(
        label=_("User name"), max_length=200, required=False, widget=forms.TextInput(attrs=PLAIN)
    )
    password = forms.CharField(label=_("Password"), max_length=4000, required=False, strip=False, widget=_secret())
    dav_username = forms.CharField(
        label=_("WebDAV user name"), max_length=200, required=False, widget=forms.TextInput(attrs=PLAIN)
    )
    dav_secret = forms.CharField(
        label=_("WebDAV password"), max_length=4000, required=False, strip=False, widget=_secret()
    )

    def __init__(self, *args: Any, server: CloudServer | None = None, **kwargs: Any) -> None:
        self.server = server
        if server:
            names = ("name", "host", "port", "tls", "username", "dav_username")
            kwargs["initial"] = {name: getattr(server, name) for name in names}
            kwargs["initial"]["sign_in"] = PASSWORD if server.username else TOKEN
        super().__init__(*args, **kwargs)
        if server:
            for name in ("token", "password", "dav_secret"):
                self.fields[name].help_text = KEEPS
        else:
            self.fields["token"].help_text = _("Made on CloudDrive2’s own page, and copied from there.")

    @property
    def dav_open(self) -> bool:
        """Whether the fields for WebDAV are shown from the start."""
        return bool(self["dav_username"].value() or self["dav_secret"].errors)

    @property
    def needed(self) -> list[dict[str, Text]]:
        """The rights to give to an API token so that uploads work."""
        return explained(UPLOADING)

    @property
    def others(self) -> list[dict[str, Text]]:
        """The rights that the rest of the pages uses."""
        return explained(OTHERS)

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = self.cleaned_data
        if values.get("host"):
            self._clean_host(values)
        if values.get("sign_in") == PASSWORD and not values.get("username"):
            self.add_error("username", _("Give the user name."))
        dav = values.get("dav_username")
        if dav and not values.get("dav_secret") and not (self.server and self.server.dav_username == dav):
            self.add_error("dav_secret", _("Give the password of this WebDAV user."))
        return values

    def _clean_host(self, values: dict[str, Any]) -> None:
        """A pasted address says port and encryption better than the fields beside it."""
        text = values["host"].strip()
        try:
            if "://" in text:
                parts = urlsplit(text)
                if parts.scheme not in PORTS or not parts.hostname:
                    raise ValueError
                values["tls"], values["port"] = parts.scheme == "https", parts.port or PORTS[parts.scheme]
            else:
                parts = urlsplit(f"//[{text}]" if text.count(":") > 1 and not text.startswith("[") else f"//{text}")
                values["port"] = parts.port or values.get("port")
            host = parts.hostname or ""
            parse_host(f"[{host}]" if ":" in host else host)
            values["host"] = host
        except (ValueError, OutboundError):
            self.add_error("host", _("Write a host name or an IP address."))

    def access(self) -> Access:
        values = self.cleaned_data
        by_password = values["sign_in"] == PASSWORD
        return Access(
            name=values["name"] or values["host"][:120],
            host=values["host"],
            port=values["port"],
            tls=values["tls"],
            username=values["username"] if by_password else "",
            secret=values["password"] if by_password else values["token"],
            dav_username=values["dav_username"],
            dav_secret=values["dav_secret"],
        )

    def refuse(self, error: AppError) -> None:
        """Put what was refused where it was typed; the hint goes with it, unless it only says "look at the fields"."""
        secret = PASSWORD if self.data.get("sign_in") == PASSWORD else TOKEN
        if error.code == "clouddrive_dns":
            self.add_error("host", sentence(error))
            return
        if not error.fields:
            self.add_error(None, sentence(error))
        hint = "" if error.hint == Invalid.hint else str(error.hint)
        for name, texts in error.fields.items():
            field = secret if name == "secret" else name
            words = [" ".join(filter(None, [str(text), hint])) for text in texts]
            self.add_error(field if field in self.fields else None, words)


class MountForm(forms.Form):
    """A folder of the server's own machine that shows a folder of its clouds."""

    point = forms.CharField(
        label=_("Folder on the server’s machine"),
        max_length=1000,
        strip=False,
        widget=forms.TextInput(attrs={**PLAIN, "placeholder": "/mnt/clouddrive", "autofocus": True}),
        help_text=_("Empty or not there yet; on Windows a drive letter such as X: is possible."),
    )
    source = forms.CharField(
        label=_("Shows"),
        max_length=1000,
        strip=False,
        initial="/",
        widget=forms.TextInput(attrs={**PLAIN, "list": "mount-sources"}),
        help_text=_("A folder as CloudDrive2 sees it; / is all clouds."),
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    auto = forms.BooleanField(label=_("Mount whenever the server starts"), required=False, initial=True)
    read_only = forms.BooleanField(label=_("Read only"), required=False)

    def option(self, base: pb.MountPoint | None = None) -> pb.MountOption:
        """What the server is told; owner and permissions stay as `base` has them, there are no fields for them."""
        values, base = self.cleaned_data, base or pb.MountPoint()
        return pb.MountOption(
            mountPoint=values["point"],
            sourceDir=values["source"],
            name=values["name"],
            autoMount=values["auto"],
            readOnly=values["read_only"],
            localMount=base.localMount,
            uid=base.uid,
            gid=base.gid,
            permissions=base.permissions,
        )
