"""People in the admin. What changes rights, state or password goes through the services, so that sessions
end with it.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from core.errors import AppError

from .agents import describe
from .models import DailyDownloads, LoginSession, User
from .services import passwords, people, sessions

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
admin.site.unregister(Group)


def actor_of(request: HttpRequest) -> User:
    return cast(User, request.user)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "email",
        "show_active",
        "show_role",
        "download_limit",
        "last_login",
        "date_joined",
    )
    list_filter = ("is_active", "is_staff", "is_superuser", "language", "date_joined")
    search_fields = ("username", "email")
    ordering = ("username",)
    readonly_fields = ("last_login", "date_joined", "generation")
    filter_horizontal = ("groups", "user_permissions")
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "first_name", "last_name")}),
        (_("Preferences"), {"fields": ("language", "time_zone", "theme")}),
        (_("Limits"), {"fields": ("download_limit",)}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("History"), {"fields": ("last_login", "date_joined", "generation")}),
    )
    actions = ("enable", "disable", "end_sessions")

    @display(description=_("active"), boolean=True, ordering="is_active")
    def show_active(self, user: User) -> bool:
        return user.is_active

    @display(description=_("role"), label=True)
    def show_role(self, user: User) -> Any:
        return _("superuser") if user.is_superuser else _("staff") if user.is_staff else _("user")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if actor_of(request).is_superuser else (*fields, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    @staticmethod
    def _may_touch(request: HttpRequest, user: User | None) -> bool:
        try:
            people.demand_may_edit(actor_of(request), user)
        except AppError:
            return False
        return True

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            people.rights_were_changed(obj, actor_of(request), ends=False, fields=["created"])
            return
        before = User.objects.get(pk=obj.pk)
        flags = ("is_active", "is_staff", "is_superuser")
        taken = [name for name in flags if getattr(before, name) and not getattr(obj, name)]
        if before.is_superuser and {"is_active", "is_superuser"} & set(taken):
            people.protect_last_superuser(before)
        super().save_model(request, obj, form, change)
        ends = bool(taken) or bool({"groups", "user_permissions"} & set(form.changed_data))
        people.rights_were_changed(obj, actor_of(request), ends=ends, fields=sorted(form.changed_data))

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            user = User.objects.get(pk=id)
            keep = self._own_session(request, user)
            passwords.password_was_changed(user, actor=actor_of(request), keep=keep)
            if keep:
                sessions.keep_browser(request, user)
        return response

    @staticmethod
    def _own_session(request: HttpRequest, user: User) -> str:
        return request.session.get(sessions.SESSION_ID, "") if actor_of(request).pk == user.pk else ""

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        people.remove_user(actor_of(request), obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, lambda user: people.remove_user(actor_of(request), user))

    @action(description=_("Enable"), permissions=["change"])
    def enable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, lambda user: people.set_active(actor_of(request), user, True))

    @action(description=_("Disable; ends every session"), permissions=["change"])
    def disable(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self._each(request, queryset, lambda user: people.set_active(actor_of(request), user, False))

    @action(description=_("End all sessions"), permissions=["change"])
    def end_sessions(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        def end(user: User) -> None:
            people.demand_may_edit(actor_of(request), user)
            with transaction.atomic():
                people.rights_were_changed(user, actor_of(request), ends=True, fields=["sessions"])

        self._each(request, queryset, end)

    def _each(self, request: HttpRequest, queryset: QuerySet[User], do: Any) -> None:
        """Do it to each; say how many worked and why the others did not."""
        done = 0
        for user in queryset:
            try:
                do(user)
                done += 1
            except AppError as error:
                self.message_user(request, f"{user.username}: {error}", messages.ERROR)
        self.message_user(request, _("%d done.") % done, messages.SUCCESS)


class ReadOnly(ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(LoginSession)
class LoginSessionAdmin(ReadOnly):
    list_display = ("user", "kind", "show_program", "address", "created_at", "used_at", "show_state")
    list_filter = ("kind", ("revoked_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("user__username", "address", "user_agent")
    list_select_related = ("user",)
    fields = ("user", "kind", "address", "user_agent", "created_at", "used_at", "revoked_at", "revoked_why")
    actions = ("revoke",)
    list_per_page = 50

    @display(description=_("program"))
    def show_program(self, row: LoginSession) -> str:
        return describe(row.user_agent)

    @display(description=_("state"), label={"active": "success", "ended": "warning"})
    def show_state(self, row: LoginSession) -> Any:
        return ("active", _("active")) if row.revoked_at is None else ("ended", _("ended"))

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).has_perm("accounts.change_loginsession")

    @action(description=_("End the sessions"), permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[LoginSession]) -> None:
        done = 0
        for row in queryset.active():  # type: ignore[attr-defined]
            try:
                people.demand_may_edit(actor_of(request), row.user)
                sessions.revoke(row.user, row.pk, why="staff", actor=actor_of(request))
                done += 1
            except AppError as error:
                self.message_user(request, f"{row.user}: {error}", messages.ERROR)
        self.message_user(request, _("%d ended.") % done, messages.SUCCESS)


@admin.register(DailyDownloads)
class DailyDownloadsAdmin(ReadOnly):
    list_display = ("user", "day", "count")
    list_filter = ("day",)
    search_fields = ("user__username",)
    list_select_related = ("user",)
    date_hierarchy = "day"
    list_per_page = 50
