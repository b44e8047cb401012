from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.models import JobState, LeasedJob, uuid7
from core.models.jobs import ENDED, LeasedQuerySet
from core.vault import SealedField
from netdisk.models import DriveAccount


class CloudServerQuerySet(models.QuerySet["CloudServer"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)


class CloudServer(models.Model):
    """A CloudDrive2 server that a user has connected, with an API token or with a user name and password.

    `trusted`: the address was given by staff and may be a private one. `root` is the folder that the token sees as `/`
    (wire/clouddrive2.md §1.1). One worker at a time may hold the channel of remote uploads, by lease and fence (§3.4).
    """

    class State(models.TextChoices):
        NEW = "new", _("Not tried yet")
        OK = "ok", _("Works")
        TROUBLE = "trouble", _("Has a problem")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="cloud_servers", verbose_name=_("user")
    )
    name = models.CharField(_("name"), max_length=120)
    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=19798)
    tls = models.BooleanField(_("encrypted (TLS)"), default=False)
    trusted = models.BooleanField(_("may be a private address"), default=False, editable=False)
    username = models.CharField(_("user name"), max_length=200, blank=True, help_text=_("Empty: an API token is used."))
    secret = SealedField(editable=False)
    dav_username = models.CharField(_("WebDAV user name"), max_length=200, blank=True)
    dav_secret = SealedField(blank=True, editable=False)
    root = models.CharField(_("folder of the token"), max_length=1000, default="/", editable=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.NEW, editable=False)
    problem = models.CharField(_("problem"), max_length=64, blank=True, editable=False)
    missing = models.JSONField(_("missing rights"), default=list, editable=False)
    version = models.CharField(_("version"), max_length=40, blank=True, editable=False)
    checked_at = models.DateTimeField(_("tested"), null=True, editable=False)
    channel_holder = models.CharField(max_length=80, blank=True, editable=False)
    channel_until = models.DateTimeField(null=True, editable=False)
    channel_fence = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("connected"), auto_now_add=True)

    objects = CloudServerQuerySet.as_manager()

    class Meta:
        verbose_name = _("CloudDrive2 server")
        verbose_name_plural = _("CloudDrive2 servers")
        ordering = ["created_at"]
        indexes = [models.Index(fields=["user", "created_at"], name="cloud_server_by_user")]

    def __str__(self) -> str:
        return self.name

    @property
    def object_name(self) -> str:
        return f"cloud:{self.pk}"

    @property
    def device_id(self) -> str:
        """What the server knows this installation's channel by; the same after every restart."""
        return f"yungang-{self.pk}"


class TransferQuerySet(LeasedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)

    def active(self) -> Self:
        return self.exclude(state__in=ENDED)


class Transfer(LeasedJob):
    """One file on its way. The row is the truth about it; workers hold it by lease and fence (architecture §4).

    queued → running → done | failed; running → waiting (for a time, disk or quota) → running; any → paused → queued;
    any → cancelled; failed | cancelled → queued (retry).
    """

    class Source(models.TextChoices):
        NETDISK = "netdisk", _("Baidu Netdisk")
        URL = "url", _("Link")
        LIBRARY = "library", _("Library")
        UPLOAD = "upload", _("Upload")
        CLOUDDRIVE = "clouddrive", _("CloudDrive2")

    class Destination(models.TextChoices):
        LIBRARY = "library", _("Library")
        NETDISK = "netdisk", _("Baidu Netdisk")
        CLOUDDRIVE = "clouddrive", _("CloudDrive2")

    class Verified(models.TextChoices):
        NO = "", _("Not yet")
        LENGTH = "length", _("Length checked only")
        HASH = "hash", _("Checksum verified")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="transfers", verbose_name=_("user"))
    source_kind = models.CharField(_("source"), max_length=12, choices=Source.choices)
    account = models.ForeignKey(
        DriveAccount, models.SET_NULL, null=True, blank=True, related_name="transfers", verbose_name=_("drive")
    )
    source = models.JSONField(
        _("source details"),
        default=dict,
        help_text="netdisk: fs_id, path; url: url; library: file; upload: upload (ids as text); clouddrive: path",
    )
    from_server = models.ForeignKey(
        CloudServer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="departures",
        verbose_name=_("from CloudDrive2 server"),
    )
    destination_kind = models.CharField(
        _("destination"), max_length=12, choices=Destination.choices, default=Destination.LIBRARY, db_default="library"
    )
    target = models.ForeignKey(
        DriveAccount, models.SET_NULL, null=True, blank=True, related_name="arrivals", verbose_name=_("target drive")
    )
    destination = models.JSONField(
        _("destination details"),
        default=dict,
        db_default=Value({}, models.JSONField()),
        help_text="netdisk, clouddrive: path, conflict; after the end also fs_id, rapid, or way, tried, how",
    )
    to_server = models.ForeignKey(
        CloudServer,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="arrivals",
        verbose_name=_("to CloudDrive2 server"),
    )
    folder = models.CharField(_("library folder"), max_length=500, default="/")
    name = models.CharField(_("name"), max_length=255)
    size = models.BigIntegerField(_("size"), null=True)
    done_bytes = models.BigIntegerField(_("bytes done"), default=0)
    checkpoint = models.JSONField(default=dict, editable=False)  # identity of the version and verdict; parts are rows
    expected_md5 = models.CharField(max_length=32, blank=True, editable=False)
    connections = models.PositiveSmallIntegerField(_("connections"), default=0, help_text=_("0: the site's default"))
    wanted = models.CharField(max_length=8, blank=True, editable=False)  # pause or cancel, for the worker to see
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, editable=False)
    verified = models.CharField(_("verified"), max_length=8, choices=Verified.choices, blank=True, editable=False)
    speed = models.BigIntegerField(_("speed"), default=0, editable=False)
    error_data = models.JSONField(default=dict, editable=False)
    key = models.CharField(_("idempotency key"), max_length=80, null=True, editable=False)

    objects: ClassVar[models.Manager[Any]] = models.Manager.from_queryset(TransferQuerySet)()

    class Meta:
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="transfer_once_per_key")]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="transfer_by_user"),
            models.Index(fields=["user", "state", "-created_at"], name="transfer_by_user_state"),
            models.Index(fields=["state", "available_at"], name="transfer_by_due_time"),
            models.Index(fields=["state", "lease_until"], name="transfer_by_lease"),
            models.Index(fields=["account", "state"], name="transfer_by_account"),
            models.Index(fields=["target", "state"], name="transfer_by_target"),
            models.Index(fields=["to_server", "state"], name="transfer_by_to_server"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def object_name(self) -> str:
        """How events and sockets call this transfer."""
        return f"transfer:{self.pk}"

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def percent(self) -> int | None:
        if self.state == JobState.DONE:
            return 100
        return min(100, self.done_bytes * 100 // self.size) if self.size else None

    def part_path(self) -> Path:
        """Where the bytes gather until they are verified."""
        return Path(settings.LIBRARY_DIR) / str(self.user_id) / ".parts" / str(self.pk)

    def spool_path(self) -> Path:
        """Where a source of unknown length is kept until it is sent on."""
        return Path(settings.LIBRARY_DIR) / str(self.user_id) / ".spool" / str(self.pk)

    def final_path(self) -> Path:
        """The library file has the transfer's id: a crash between rename and commit is found by looking."""
        return library_path(self.user_id, self.pk)


class TransferPart(models.Model):
    """A range of the file and how many of its bytes are durable on disk."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="parts")
    index = models.PositiveIntegerField(_("number"))
    start = models.BigIntegerField(_("first byte"))
    stop = models.BigIntegerField(_("end"), null=True)
    done = models.BigIntegerField(_("bytes done"), default=0)
    md5 = models.CharField(max_length=32, blank=True, db_default="", editable=False)  # of an uploaded part, confirmed

    class Meta:
        verbose_name = _("part")
        verbose_name_plural = _("parts")
        ordering = ["index"]
        constraints = [models.UniqueConstraint(fields=["transfer", "index"], name="part_once_per_transfer")]

    def __str__(self) -> str:
        return f"{self.index + 1}"


class TransferStep(models.Model):
    """One line of a transfer's timeline: a state, a retry with its reason, a checkpoint found after a restart."""

    transfer = models.ForeignKey(Transfer, models.CASCADE, related_name="steps")
    code = models.CharField(_("step"), max_length=64)
    data = models.JSONField(_("data"), default=dict)
    attempt = models.PositiveIntegerField(_("attempt"), default=0)
    worker = models.CharField(_("worker"), max_length=80, blank=True)
    created_at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["transfer", "created_at"], name="step_by_transfer")]

    def __str__(self) -> str:
        return self.code


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)


class Upload(models.Model):
    """A file that a browser or an API client is sending (tus 1.0); complete, it becomes a library file or a transfer.

    The bytes gather in `staged_path()`; `offset` counts those that are durable there.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="uploads", verbose_name=_("user"))
    name = models.CharField(_("name"), max_length=255)
    mime = models.CharField(_("type"), max_length=100, blank=True)
    size = models.BigIntegerField(_("size"))
    offset = models.BigIntegerField(_("bytes done"), default=0)
    destination_kind = models.CharField(
        _("destination"), max_length=12, choices=Transfer.Destination.choices, default=Transfer.Destination.LIBRARY
    )
    destination = models.JSONField(_("destination details"), default=dict, help_text="folder; or drive, path, conflict")
    transfer = models.ForeignKey(Transfer, models.SET_NULL, null=True, blank=True, related_name="uploads")
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    touched_at = models.DateTimeField(_("last data"), db_default=Now())

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="upload_by_user"),
            models.Index(fields=["touched_at"], name="upload_by_age"),
        ]

    def __str__(self) -> str:
        return self.name

    def staged_path(self) -> Path:
        """Where the bytes gather; beside the library, so that the finished file is moved there by a rename."""
        return Path(settings.LIBRARY_DIR) / str(self.user_id) / ".uploads" / str(self.pk)


class LibraryQuerySet(models.QuerySet["LibraryFile"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)


class LibraryFile(models.Model):
    """A file of a user's library. On disk it lies under the owner's folder by its id: names are data, never paths (H40),
    an account is deleted with its folder, and nobody learns from timing that someone else has the same content."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="library", verbose_name=_("user"))
    folder = models.CharField(_("folder"), max_length=500, default="/")
    name = models.CharField(_("name"), max_length=255)
    size = models.BigIntegerField(_("size"))
    sha256 = models.CharField("SHA-256", max_length=64)
    mime = models.CharField(_("type"), max_length=100, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = LibraryQuerySet.as_manager()

    class Meta:
        verbose_name = _("library file")
        verbose_name_plural = _("library files")
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="library_by_user"),
            models.Index(fields=["user", "name"], name="library_by_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def path(self) -> Path:
        return library_path(self.user_id, self.pk)


def library_path(user_id: int, pk: Any) -> Path:
    return Path(settings.LIBRARY_DIR) / str(user_id) / str(pk)
