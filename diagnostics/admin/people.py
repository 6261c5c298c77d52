"""The people of the application, and which facilitator follows which structure."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Structure, User
from diagnostics.services.departures import is_last_administrator
from diagnostics.services.facilitation import entrust
from diagnostics.services.factors import remove_factors
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_structure
from diagnostics.services.open_sessions import end_sessions
from diagnostics.services.rights import record_rights, rights_of
from diagnostics.typography import count

LAST = (
    "C’est le dernier compte qui a tous les droits\u00a0: donnez-les d’abord à quelqu’un d’autre, ou personne "
    "n’administrera plus le site."
)


class PersonCreationForm(BaseUserCreationForm):
    """A new account is known by its e-mail address."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """Keep addresses in their one spelling."""
        return normalise_address(self.cleaned_data["email"])


class PersonChangeForm(UserChangeForm):
    """The address stays as the sign-in knows it: people change it themselves, with proof."""

    class Meta:
        model = User
        fields = ("name", "is_active", "is_facilitator", "is_staff", "is_superuser")

    def clean(self) -> dict[str, Any]:
        """Keep the rights of the last account that gives them."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        was = self.instance
        stays = cleaned.get("is_active", was.is_active) and cleaned.get(
            "is_superuser", was.is_superuser
        )
        if was.is_active and was.is_superuser and not stays and is_last_administrator(was):
            raise forms.ValidationError(LAST)
        return cleaned


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Accounts, and who facilitates; an account made here has its address confirmed."""

    form = PersonChangeForm
    add_form = PersonCreationForm
    ordering = ["email"]
    list_display = ["email", "name", "is_facilitator", "is_staff", "is_active", "last_login"]
    list_filter = ["is_facilitator", "is_staff", "is_active"]
    search_fields = ["email", "name"]
    filter_horizontal = []
    actions = ["remove_factors"]
    readonly_fields = ["email", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        ("Droits", {"fields": ["is_active", "is_facilitator", "is_staff", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Let the address be typed once, when the account is made; only a superuser makes others."""
        fixed = ["last_login", "date_joined"]
        if obj is not None:
            fixed.append("email")
        if not request.user.is_superuser:
            fixed += ["is_staff", "is_superuser"]
        return fixed

    @admin.action(
        description="Retirer la double authentification (moyens perdus)", permissions=["change"]
    )
    def remove_factors(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let whoever has lost their phone, their keys and their codes set them up again; journalled."""
        if not request.user.is_superuser:
            queryset = queryset.filter(is_staff=False, is_superuser=False)
        removed = [remove_factors(person, actor=_staff(request)) for person in queryset]
        told = count(sum(removed), "compte n’a", "comptes n’ont")
        self.message_user(request, f"{told} plus de double authentification.")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """What an erased account was is nobody's any more: it is only read."""
        is_erased = obj is not None and obj.erased_at is not None
        return not is_erased and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated, not deleted: the journal and the versions name them."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        """Save the account, and confirm the address of a new one; rights are journalled."""
        before, actor = rights_of(obj.pk), _staff(request)
        super().save_model(request, obj, form, change)
        if not change:
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)
            record_event(EventKind.ACCOUNT_CREATED, actor=actor, person=obj)
        record_rights(obj, before=before, actor=actor)
        if not obj.is_active:
            end_sessions(obj, actor=actor)  # made active again, they sign in again

    def user_change_password(
        self, request: HttpRequest, id: str, form_url: str = ""
    ) -> HttpResponse:
        """Give somebody another password; journalled."""
        with transaction.atomic():
            before = self.get_object(request, id)
            response = super().user_change_password(request, id, form_url)
            after = User.objects.filter(pk=id).first() if request.method == "POST" else None
            if after and before and after.password != before.password:
                record_event(EventKind.PASSWORD_CHANGED, actor=_staff(request), person=after)
                own = request.session.session_key or ""
                end_sessions(after, but=own if after.pk == _staff(request).pk else "")
        return response


@admin.register(Structure)
class StructureAdmin(admin.ModelAdmin):
    """Says which facilitator follows a structure; the rest belongs to the structure."""

    list_display = ["name", "territory", "facilitator"]
    list_filter = ["facilitator"]
    list_select_related = ["facilitator"]
    search_fields = ["name", "territory"]
    fields = ["name", "territory", "facilitator"]
    readonly_fields = ["name", "territory"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Structures are created in the application, by their lead."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Structure | None = None) -> bool:
        """A structure holds diagnostics."""
        return False

    def save_model(
        self, request: HttpRequest, obj: Structure, form: forms.ModelForm, change: bool
    ) -> None:
        """Have another facilitator follow it: journalled, and told to its lead."""
        entrust([lock_structure(obj.pk)], to=obj.facilitator, user=_staff(request))


def _staff(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the administration asks for somebody who signed in
    return request.user
