"""What is kept here about a person's transfers and files, for the privacy page and the export."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.privacy import Holding, hold, rows_of

from .models import CloudServer, LibraryFile, Transfer, Upload

hold(
    Holding(
        "transfers",
        _("Transfers"),
        _("Database: name, from where to where, and how it went, until you take it off the list."),
        lambda user: rows_of(
            Transfer.objects.visible_to(user),
            "id", "name", "source_kind", "destination_kind", "folder", "size", "state", "sha256", "verified", "error_code",
            "created_at", "finished_at",
        ),
    )
)  # fmt: skip
hold(
    Holding(
        "library",
        _("Library"),
        _("Names and checksums in the database, contents in the folder of your account on the server's disk."),
        lambda user: rows_of(
            LibraryFile.objects.visible_to(user), "id", "folder", "name", "size", "sha256", "mime", "created_at"
        ),
    )
)
hold(
    Holding(
        "uploads",
        _("Uploads"),
        _("What has arrived of unfinished uploads, for the hours set in UPLOAD_HOURS."),
        lambda user: rows_of(
            Upload.objects.visible_to(user), "id", "name", "size", "offset", "created_at", "finished_at"
        ),
    )
)
hold(
    Holding(
        "servers",
        _("CloudDrive2 servers"),
        _("Database: address, name and state. Token and passwords are sealed with the site's master key and never shown."),
        lambda user: rows_of(
            CloudServer.objects.visible_to(user),
            "id", "name", "host", "port", "tls", "username", "dav_username", "root", "state", "problem", "version",
            "checked_at", "created_at",
        ),
    )
)  # fmt: skip
