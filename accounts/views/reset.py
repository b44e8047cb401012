"""A new password by mail: ask, "look into your mail", set, done."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import views
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse_lazy

from accounts.forms.entry import NewPasswordForm, ResetRequestForm, as_form_error
from accounts.services import passwords
from core.errors import AppError


class Ask(views.PasswordResetView):
    form_class = ResetRequestForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("accounts:password-reset-sent")

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            passwords.request_reset(form.cleaned_data["email"])
        except AppError as error:
            form.add_error(None, as_form_error(error))
            return self.form_invalid(form)
        return HttpResponseRedirect(str(self.success_url))


class Sent(views.PasswordResetDoneView):
    template_name = "accounts/password_reset_sent.html"


class Confirm(views.PasswordResetConfirmView):
    """Django moves the token from the address into the session before anything is shown."""

    form_class = NewPasswordForm
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:password-reset-done")

    def get_user(self, uidb64: str) -> Any:
        user = super().get_user(uidb64)
        return user if user is not None and user.is_active else None

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        passwords.password_was_changed(form.user, actor=form.user)
        return response


class Done(views.PasswordResetCompleteView):
    template_name = "accounts/password_reset_done.html"
