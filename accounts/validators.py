from __future__ import annotations

import unicodedata
from typing import Any

from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .models import User, fold

MOST_BYTES = 1024
LONGEST_NAME = 150
RESERVED = frozenset({"admin", "administrator", "root", "system", "staff", "support", "service", "yungang", "me"})
# Scripts whose letters look like each other's: a name may use one of them (H13: "аdmin" with a Cyrillic а).
LOOKALIKES = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


class BoundedPasswordValidator:
    """At most 1,024 bytes, no NUL, not only spaces (H15). Longer ones are refused, never cut."""

    def validate(self, password: str, user: Any = None) -> None:
        if too_long(password):
            raise ValidationError(_("This password is longer than %d bytes.") % MOST_BYTES, code="password_too_long")
        if "\x00" in password:
            raise ValidationError(_("A password can't hold the NUL character."), code="password_nul")
        if not password.strip():
            raise ValidationError(_("A password can't be only spaces."), code="password_blank")

    def get_help_text(self) -> str:
        return gettext("Up to %d bytes; any characters, spaces and emoji too.") % MOST_BYTES


def too_long(password: str) -> bool:
    return len(password.encode(errors="surrogatepass")) > MOST_BYTES


def clean_username(text: str, *, reserved: frozenset[str] = frozenset(), this: User | None = None) -> str:
    """The normalised name, or `ValidationError`: characters, length, look-alikes, reserved and taken names
    (H13).
    """
    name = unicodedata.normalize("NFKC", text).strip()
    UnicodeUsernameValidator()(name)
    if not name or max(len(name), len(fold(name))) > LONGEST_NAME:
        raise ValidationError(_("Choose a name of 1 to %d characters.") % LONGEST_NAME)
    if len(_scripts(name) & LOOKALIKES) > 1:
        raise ValidationError(_("This name mixes alphabets that look alike."))
    if fold(name) in reserved or _is_taken(name, this):
        raise ValidationError(_("This name is taken."), code="taken")
    return name


def _scripts(name: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in name if letter.isalpha()}


def _is_taken(name: str, this: User | None) -> bool:
    others = User.objects.filter(folded=fold(name))
    return (others.exclude(pk=this.pk) if this else others).exists()
