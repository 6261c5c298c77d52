"""The administration of Le RAMEAU: people, who follows which structure, the kit's texts.

Answers, versions and the journal are not here: they are read in the application by those who may.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.addresses import normalise_address
from diagnostics.models import Example, Kit, Part, Question, Step, Structure, User

admin.site.site_header = "Diagnostic ambition – administration"
admin.site.site_title = "Diagnostic ambition"
admin.site.index_title = "Comptes, structures et textes du kit"
# One door: the site's own sign-in, with its limits on attempts. Putting it in the method's place is
# allauth's documented way; the types of a class know none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
# No groups here; addresses follow the accounts; the queue holds the text of mails.
for model in (Group, EmailAddress, ProcrastinateJob):
    admin.site.unregister(model)


# --- People -----------------------------------------------------------------------------------------


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


# --- The kit ----------------------------------------------------------------------------------------


class TextsOnly(admin.ModelAdmin):
    """Rows whose texts are edited but which come from the kit's file: neither added nor removed."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The kit's file adds them (``load_kit``)."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Diagnostics rely on them."""
        return False


@admin.register(Kit)
class KitAdmin(TextsOnly):
    """The kit's own texts: credit, introduction, corrections, reconstructions."""

    list_display = ["title", "published"]
    readonly_fields = ["slug", "published"]


@admin.register(Part)
class PartAdmin(TextsOnly):
    """Titles of the axes."""

    list_display = ["title", "short_title", "kit"]
    list_select_related = ["kit"]
    fields = ["kit", "key", "title", "short_title"]
    readonly_fields = ["kit", "key"]


class QuestionInline(admin.TabularInline):
    """The questions of a step, in the kit's words."""

    model = Question
    fields = ["number", "text"]
    readonly_fields = ["number"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A question has a place in the answer shapes: none is added here."""
        return False


class ExampleInline(admin.StackedInline):
    """The examples of a step: they can be added and removed."""

    model = Example
    extra = 0


@admin.register(Step)
class StepAdmin(TextsOnly):
    """Titles, help, questions and examples of a step."""

    list_display = ["title", "number", "part"]
    list_select_related = ["part"]
    fields = ["part", "key", "number", "title", "short_title", "caption", "help"]
    readonly_fields = ["part", "key", "number"]
    inlines = [QuestionInline, ExampleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """Keep the order of the questionnaire."""
        return super().get_queryset(request).order_by("part__position", "position")
