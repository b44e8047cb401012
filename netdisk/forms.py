from __future__ import annotations

import re
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

REFUSED = set('\\/?|"><:*')
CODE = re.compile(r"[0-9a-z]{4}")
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another


class NameForm(forms.Form):
    """The name of a file or folder; Baidu refuses some characters (wire/baidu-netdisk.md §0)."""

    name = forms.CharField(label=_("Name"), max_length=255)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if REFUSED & set(name) or name in {".", ".."} or not name.isprintable():
            raise forms.ValidationError(_('A name has none of these characters: \\ / ? | " > < : *'))
        return name


def new_code() -> str:
    """A code for a share, as `share_create` wants it: four digits or small letters (wire/baidu-netdisk.md §7.1)."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(4))


class ShareForm(forms.Form):
    """How long a share lives, the code that opens it, and a note for oneself."""

    period = forms.TypedChoiceField(
        label=_("Valid for"),
        coerce=int,
        initial=7,
        choices=[(1, _("1 day")), (7, _("7 days")), (30, _("30 days")), (365, _("1 year"))],
    )
    pwd = forms.CharField(
        label=_("Code"),
        max_length=4,
        help_text=_("Four small letters or digits; whoever opens the link types them."),
    )
    remark = forms.CharField(label=_("Note"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pwd"].widget.attrs |= {
            "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false", "pattern": "[0-9a-z]{4}", "data-code": CODE_LETTERS,
        }  # fmt: skip

    def clean_pwd(self) -> str:
        code: str = self.cleaned_data["pwd"]
        if not CODE.fullmatch(code):
            raise forms.ValidationError(_("The code has exactly four small letters or digits."))
        return code
