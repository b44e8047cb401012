"""Refusals of uploads, with the statuses that tus 1.0 gives them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from core.errors import AppError, Conflict, LimitReached


class WrongVersion(AppError):
    code, status = "upload.version", 412
    message = _("This site speaks version 1.0.0 of the upload protocol.")
    hint = _("Send the header Tus-Resumable: 1.0.0.")


class WrongType(AppError):
    code, status = "upload.content_type", 415
    message = _("The bytes of a file are sent as application/offset+octet-stream.")
    hint = _("Send this as the Content-Type.")


class WrongOffset(Conflict):
    code = "upload.offset"
    message = _("The upload stands at another byte.")
    hint = _("Ask where it stands with HEAD and go on from there.")


class Busy(AppError):
    code, status, permanent = "upload.busy", 423, False
    message = _("Another request is writing to this upload.")
    hint = _("Try again in a moment.")


class Gone(AppError):
    code, status = "upload.gone", 410
    message = _("What had arrived of this upload is no longer here.")
    hint = _("Upload the file again.")


class WrongChecksum(AppError):
    code, status, permanent = "upload.checksum", 460, False
    message = _("The bytes arrived damaged. They were not stored.")
    hint = _("Send them again.")


class TooLarge(AppError):
    code, status = "upload.too_large", 413
    message = _("More bytes arrived than the upload was announced with. They were not stored.")
    hint = _("Begin a new upload with the right size.")


class TooMany(LimitReached):
    code = "upload.too_many"
    message = _("Too many of your uploads are unfinished.")
    hint = _("Finish or cancel some of them first.")


class NoSpace(AppError):
    code, status, permanent = "upload.disk_full", 507, False
    message = _("The server's disk has no room for this file.")
    hint = _("Delete files from the library, or ask an administrator for more room; then try again.")


class DiskBroken(AppError):
    code, status, permanent = "upload.disk_failed", 500, False
    message = _("The server's disk refused to write.")
    hint = _("Nothing is lost up to where the upload stands. Tell an administrator, then try again.")
