"""The people of the application, and which facilitator follows which structure."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.http import HttpRequest

from diagnostics.domain.addresses import normalise_address
from diagnostics.models import Structure, User


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

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """People are deactivated, not deleted: the journal and the versions name them."""
        return False

    def save_model(
        self, request: HttpRequest, obj: User, form: forms.ModelForm, change: bool
    ) -> None:
        """Save the account, and confirm the address of a new one."""
        super().save_model(request, obj, form, change)
        if not change:
            EmailAddress.objects.create(user=obj, email=obj.email, verified=True, primary=True)


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
