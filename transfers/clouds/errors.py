"""CloudDrive2's errors in the platform's terms: one status, sentence and hint per code of `transfers.clouddrive2`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Text
from transfers.clouddrive2.errors import CloudDriveError

Row = tuple[int, Text, Text]
LATER = _("Try again in a moment.")
CHECK = _("Check address, port and encryption, and that the server runs.")
RIGHTS = _("Give the API token this right in CloudDrive2, or connect with user name and password.")
SERVER = _("Look at the server's own page, or try another cloud.")

SENTENCES: dict[str, Row] = {
    "clouddrive_auth": (
        409,
        _("CloudDrive2 refused the sign-in."),
        _("Enter the token or the password again under Servers."),
    ),
    "clouddrive_permission": (403, _("The token does not allow this on CloudDrive2."), RIGHTS),
    "clouddrive_plan": (
        403,
        _("The plan of the CloudDrive2 account does not allow this."),
        _("Change the plan, or do without."),
    ),
    "clouddrive_not_found": (404, _("It is not there on CloudDrive2."), _("Reload the folder.")),
    "clouddrive_exists": (409, _("There is already something with this name."), _("Choose another name.")),
    "clouddrive_invalid": (400, _("CloudDrive2 does not take these values."), _("Check the path and the name.")),
    "clouddrive_unimplemented": (501, _("This server, or this cloud, can't do that."), SERVER),
    "clouddrive_unavailable": (502, _("CloudDrive2 can't be reached."), CHECK),
    "clouddrive_dns": (502, _("The host name of the CloudDrive2 server is not known."), CHECK),
    "clouddrive_tls": (
        502,
        _("The secure connection to CloudDrive2 could not be made."),
        _("Check the certificate, or connect without encryption inside your own network."),
    ),
    "clouddrive_timeout": (502, _("CloudDrive2 did not answer in time."), LATER),
    "clouddrive_cancelled": (502, _("CloudDrive2 broke off the call."), LATER),
    "clouddrive_malformed": (
        502,
        _("What answers there is no CloudDrive2 that this site understands."),
        _("Check address and port; versions from 0.9.24 on are understood."),
    ),
    "clouddrive_no_space": (507, _("There is no room left on the cloud."), _("Free some space there.")),
    "clouddrive_refused": (502, _("CloudDrive2 refused."), _("The server's own words are in the details.")),
}
FALLBACK: Row = (502, _("CloudDrive2 could not do it."), LATER)


class CloudError(AppError):
    """A refused or failed call to CloudDrive2; `said` is one line of the server's, without secrets."""

    def __init__(
        self,
        code: str,
        *,
        said: str = "",
        permanent: bool = True,
        message: Text | None = None,
        hint: Text | None = None,
    ) -> None:
        self.status, self.message, self.hint = SENTENCES.get(code, FALLBACK)
        self.permanent = permanent
        self.said = said
        super().__init__(message, code=code, hint=hint)

    def __str__(self) -> str:
        return f"{self.message} ({self.said})" if self.said else str(self.message)


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except CloudDriveError as error:
        raise CloudError(error.code, said=error.sentence, permanent=error.permanent) from error
