from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib import messages as notes
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from core.admin import state_word
from core.admin_base import CsvExport, ReadOnlyAdmin, ReadOnlyInline, each, toned
from core.errors import AppError
from core.pages import sentence

from . import library, messages, services
from .clouds import servers
from .clouds.errors import CloudError
from .clouds.views.servers import TONES
from .models import CloudServer, LibraryFile, Transfer, TransferPart, TransferStep

TESTED = 10  # servers at once: one that is away takes its time


class PartInline(ReadOnlyInline):
    model = TransferPart
    fields = readonly_fields = ["index", "start", "stop", "done", "md5"]


class StepInline(ReadOnlyInline):
    model = TransferStep
    fields = readonly_fields = ["created_at", "word", "why", "attempt", "worker"]

    @admin.display(description=_("what"))
    def word(self, step: TransferStep) -> str:
        return messages.step(step.code)

    @admin.display(description=_("why"))
    def why(self, step: TransferStep) -> str:
        return messages.why(str(step.data.get("code", "")), str(step.data.get("text", "")))


@admin.register(Transfer)
class TransferAdmin(CsvExport, ReadOnlyAdmin):
    list_display = [
        "name",
        "state_word",
        "user",
        "source_kind",
        "destination_kind",
        "size_word",
        "progress",
        "speed_word",
        "attempts",
        "error_code",
        "created_at",
    ]
    list_filter = ["state", "source_kind", "destination_kind", ("created_at", admin.DateFieldListFilter)]
    search_fields = ["name", "id", "user__username"]
    list_select_related = ["user", "account", "target", "from_server", "to_server"]
    ordering = ["-created_at"]
    inlines = [StepInline, PartInline]
    actions = ["pause", "resume", "retry", "cancel", "export_csv"]
    export_fields = (
        "id",
        "created_at",
        "user__username",
        "state",
        "source_kind",
        "destination_kind",
        "name",
        "size",
        "done_bytes",
        "attempts",
        "error_code",
        "sha256",
    )
    fields = readonly_fields = [
        "name", "state", "user", "source_kind", "account", "path", "destination_kind", "target", "folder", "place", "rapid",
        "size", "done_bytes", "speed",
        "connections", "priority", "attempts", "crashes", "worker", "lease_until", "available_at", "problem",
        "verified", "sha256",
        "created_at", "started_at", "finished_at",
    ]  # fmt: skip

    state_word = admin.display(description=_("state"), ordering="state")(lambda self, row: state_word(row))

    @admin.display(description=_("size"), ordering="size")
    def size_word(self, row: Transfer) -> str:
        return filesizeformat(row.size) if row.size is not None else "–"

    @admin.display(description=_("progress"), ordering="done_bytes")
    def progress(self, row: Transfer) -> str:
        return "–" if row.percent is None else f"{row.percent} %"

    @admin.display(description=_("speed"), ordering="speed")
    def speed_word(self, row: Transfer) -> str:
        return f"{filesizeformat(row.speed)}/s" if row.state == "running" else ""

    @admin.display(description=_("source details"))
    def path(self, row: Transfer) -> str:
        """A link's address may hold secrets: staff see its host."""
        return str(row.source.get("path") or row.source.get("host") or "")

    @admin.display(description=_("path on the drive"))
    def place(self, row: Transfer) -> str:
        return str(row.destination.get("path", "–"))

    @admin.display(description=_("rapid upload"), boolean=True)
    def rapid(self, row: Transfer) -> bool | None:
        return row.destination.get("rapid")

    @admin.display(description=_("error"))
    def problem(self, row: Transfer) -> str:
        return services.problem(row)

    def _each(
        self, request: HttpRequest, rows: QuerySet[Transfer], act: Callable[[Any, Transfer], Any], said: str
    ) -> None:
        each(self, request, rows, lambda row: act(request.user, row), said)

    @admin.action(description=_("Pause"))
    def pause(self, request: HttpRequest, rows: QuerySet[Transfer]) -> None:
        self._each(request, rows, services.pause, _now("Paused: %d"))

    @admin.action(description=_("Continue"))
    def resume(self, request: HttpRequest, rows: QuerySet[Transfer]) -> None:
        self._each(request, rows, services.resume, _now("Continued: %d"))

    @admin.action(description=_("Retry"))
    def retry(self, request: HttpRequest, rows: QuerySet[Transfer]) -> None:
        self._each(request, rows, services.retry, _now("Queued again: %d"))

    @admin.action(description=_("Cancel"))
    def cancel(self, request: HttpRequest, rows: QuerySet[Transfer]) -> None:
        self._each(request, rows, services.cancel, _now("Cancelled: %d"))


@admin.register(LibraryFile)
class LibraryAdmin(CsvExport, ReadOnlyAdmin):
    """What users keep: names and sizes, not contents."""

    list_display = ["name", "user", "folder", "size_word", "mime", "short_hash", "created_at"]
    list_filter = ["mime", ("created_at", admin.DateFieldListFilter)]
    search_fields = ["name", "id", "user__username", "sha256"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    fields = readonly_fields = ["name", "user", "folder", "size", "mime", "sha256", "created_at"]
    actions = ["delete_files", "export_csv"]
    export_fields = ("id", "created_at", "user__username", "folder", "name", "size", "mime", "sha256")

    @admin.display(description=_("size"), ordering="size")
    def size_word(self, row: LibraryFile) -> str:
        return filesizeformat(row.size)

    @admin.display(description="SHA-256", ordering="sha256")
    def short_hash(self, row: LibraryFile) -> str:
        return row.sha256[:12]

    @admin.action(description=_("Delete for good"))
    def delete_files(self, request: HttpRequest, rows: QuerySet[LibraryFile]) -> None:
        each(self, request, rows, lambda row: library.delete(request.user, row), _now("Deleted: %d"))


@admin.register(CloudServer)
class CloudServerAdmin(CsvExport, ReadOnlyAdmin):
    """Who has connected which CloudDrive2 server, and whether it works; what signs in there stays out of sight."""

    list_display = ["name", "user", "address", "state_word", "version", "sign_in", "lacking", "checked_at"]
    list_filter = ["state", "tls", "trusted", "version", ("checked_at", admin.DateFieldListFilter)]
    search_fields = ["name", "host", "id", "user__username"]
    list_select_related = ["user"]
    ordering = ["-created_at"]
    actions = ["test_connection", "disconnect", "export_csv"]
    fields = readonly_fields = [
        "name", "user", "address", "tls", "trusted", "sign_in", "username", "dav_username", "root",
        "state", "problem_sentence", "lacking", "version", "checked_at", "created_at",
        "channel_holder", "channel_until",
    ]  # fmt: skip
    export_fields = (
        "id", "created_at", "user__username", "name", "host", "port", "tls", "trusted", "state", "problem", "version", "checked_at",
    )  # fmt: skip

    @admin.display(description=_("address"), ordering="host")
    def address(self, row: CloudServer) -> str:
        return f"[{row.host}]:{row.port}" if ":" in row.host else f"{row.host}:{row.port}"

    @admin.display(description=_("state"), ordering="state")
    def state_word(self, row: CloudServer) -> Any:
        return toned(TONES[CloudServer.State(row.state)], row.get_state_display())

    @admin.display(description=_("sign-in"))
    def sign_in(self, row: CloudServer) -> str:
        return str(_("user name")) if row.username else str(_("API token"))

    @admin.display(description=_("missing rights"))
    def lacking(self, row: CloudServer) -> str:
        return ", ".join(f"allow_{name}" for name in row.missing) or "–"

    @admin.display(description=_("problem"))
    def problem_sentence(self, row: CloudServer) -> str:
        return sentence(CloudError(row.problem)) if row.problem else "–"

    @admin.action(description=_("Test the connection"))
    def test_connection(self, request: HttpRequest, rows: QuerySet[CloudServer]) -> None:
        for row in rows[:TESTED]:
            try:
                result = servers.test(row)
            except AppError as error:
                result = {"ok": False, "detail": error.message, "hint": error.hint}
            words = str(_("The connection works.")) if result["ok"] else f"{result['detail']} {result['hint']}"
            self.message_user(request, f"{row}: {words}", notes.SUCCESS if result["ok"] else notes.ERROR)

    @admin.action(description=_("Disconnect (the owner connects again)"))
    def disconnect(self, request: HttpRequest, rows: QuerySet[CloudServer]) -> None:
        """Forget the servers with what signs in there; the files on their clouds stay."""
        each(self, request, rows, lambda row: servers.remove(request.user, row), _now("Disconnected: %d"))
