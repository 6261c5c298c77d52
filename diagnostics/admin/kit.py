"""The kit's editor: its texts, what its examples fill in, how a page will show them, who changed what."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.forms import BaseModelFormSet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse

from diagnostics.forms.kit.editing import SEEN, KitRowForm
from diagnostics.forms.kit.preview import preview_step
from diagnostics.forms.kit.rows import (
    ExampleForm,
    ExampleTextsForm,
    KitForm,
    PartForm,
    QuestionForm,
    StepTextsForm,
)
from diagnostics.forms.kit.words import told_changes, words_of_value
from diagnostics.models import Example, Kit, KitChange, Part, Question, Step, User
from diagnostics.queries.kit_changes import changes_of
from diagnostics.services.errors import WrongState
from diagnostics.services.kit_edits import KitRow, delete_kit_row, lock_kit, save_kit_row

LAST_CHANGES = 5  # at the foot of a page; all of them are one click away
CHANGES_OF_A_PAGE = 100


class KitRowAdmin(admin.ModelAdmin):
    """A row of the kit whose texts are edited; the kit's file adds and places it.

    A page is read and saved under the kit's lock, so that two people never write at once; what changed
    between the two is settled by its form.
    """

    form: type[KitRowForm]
    heading: str  # of its page: what one changes there
    change_form_template = "admin/kit/change_form.html"
    object_history_template = "admin/kit/history.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """The kit's file adds them (``load_kit``)."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Diagnostics rely on them."""
        return False

    # --- Saving ---

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        """Read the row, under its kit's lock when it is to be written."""
        found = super().get_object(request, object_id, from_field)
        if request.method != "POST":
            return found
        if found is None:
            raise WrongState("Ce que vous modifiiez a été supprimé entre-temps.")
        row = cast("KitRow", found)
        lock_kit(row.pk if isinstance(row, Kit) else row.kit.pk, user=cast("User", request.user))
        # What was read before the lock may have been written while one waited for it.
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row, and note what changed."""
        save_kit_row(obj, user=cast("User", request.user))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Save the rows of a step, and note what changed."""
        rows = formset.save(commit=False)
        for row in formset.deleted_objects:
            delete_kit_row(row, user=cast("User", request.user))
        for row in rows:
            save_kit_row(row, user=cast("User", request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Remove the row, and note what it said."""
        delete_kit_row(obj, user=cast("User", request.user))

    # --- Pages ---

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Say what one changes, and where it is previewed."""
        context = {
            **(extra_context or {}),
            "title": self.heading,
            "preview_url": self._preview_url(object_id),
        }
        return super().changeform_view(request, object_id, form_url, context)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show the last changes under the texts."""
        if obj is not None:
            context["changes"] = told_changes(changes_of(obj)[:LAST_CHANGES])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show who changed what, before and after, in the row and in what it holds."""
        row = super().get_object(request, unquote(object_id))
        found = changes_of(cast("KitRow", row)) if row else KitChange.objects.none()
        page = self.get_paginator(request, found, CHANGES_OF_A_PAGE).get_page(request.GET.get("p"))
        context = {**(extra_context or {}), "changes": told_changes(page), "page": page}
        return super().history_view(request, object_id, context)

    def get_urls(self) -> list[URLPattern]:
        """Add the preview."""
        view = self.admin_site.admin_view(self.preview_view)
        return [
            path("<path:object_id>/apercu/", view, name=self._preview_name),
            *super().get_urls(),
        ]

    @property
    def _preview_name(self) -> str:
        return f"diagnostics_{self.opts.model_name}_preview"

    def _preview_url(self, object_id: str | None) -> str:
        return reverse(f"admin:{self._preview_name}", args=[object_id]) if object_id else ""

    # --- Preview ---

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show what a page will make of the texts: as they are stored (GET), or as they are typed, with
        nothing saved (POST)."""
        row = super().get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        inlines: dict[type[Model], list[Any]] = {}
        refused = 0
        if request.method == "POST":
            fields = flatten_fieldsets(self.get_fieldsets(request, row))
            form = self.get_form(request, row, change=True, fields=fields)(
                request.POST, instance=row
            )
            make = cast("Any", self)._create_formsets  # as the page of the row makes them
            formsets, _inlines = make(request, form.instance, change=True)
            refused = _read_typed(form, formsets)
            row = form.instance
            inlines = {formset.model: _rows_of(formset) for formset in formsets}
        if refused:
            messages.warning(
                request,
                "Des saisies sont à corriger\u00a0: l’aperçu montre à leur place le texte enregistré.",
            )
        messages.info(request, "Aperçu\u00a0: rien n’est enregistré.")
        return self.render_preview(request, row, inlines)

    def render_preview(
        self, request: HttpRequest, row: Any, inlines: dict[type[Model], list[Any]]
    ) -> HttpResponse:
        """Show the page; ``inlines``: the rows that were typed with it, by their kind."""
        raise NotImplementedError

    def _render_step(
        self,
        request: HttpRequest,
        step: Step,
        *,
        part: Part | None = None,
        questions: Iterable[Question] | None = None,
        examples: Iterable[Example] | None = None,
    ) -> HttpResponse:
        loaded = preview_step(
            step,
            part or step.part,
            step.questions.all() if questions is None else questions,
            step.examples.all() if examples is None else examples,
        )
        context = {"loaded": loaded, "kit_step": loaded, "examples": loaded.examples}
        return render(request, "admin/kit/preview.html", context)


def _read_typed(form: Any, formsets: Iterable[BaseModelFormSet]) -> int:
    """Put what was typed into the rows of the forms, unsaved; return how many forms refuse some of it."""
    forms_of_page = [form, *(one for formset in formsets for one in formset.forms)]
    for one in forms_of_page:
        one.settles = False
    return sum(not one.is_valid() for one in forms_of_page)


def _rows_of(formset: BaseModelFormSet) -> list[Any]:
    """Return the rows as they were typed, less those to be removed and blank ones."""
    gone = formset.deleted_forms if formset.can_delete and formset.is_valid() else []
    typed = [form for form in formset.forms if form.instance.pk or form.has_changed()]
    rows = [form.instance for form in typed if form not in gone]
    return sorted(rows, key=lambda row: row.position or 0)


@admin.register(Kit)
class KitAdmin(KitRowAdmin):
    """The kit's own texts: credit, introduction, corrections, reconstructions; the rules' thresholds."""

    form = KitForm
    heading = "Modifier le kit"
    list_display = ["title", "published"]
    readonly_fields = ["slug", "published"]
    fieldsets = [
        (None, {"fields": ["slug", "published", "title", "motto", "credit", SEEN]}),
        ("Introduction et plan", {"fields": ["introduction", "plan_title", "plan"]}),
        ("Corrections", {"fields": ["corrections"], "classes": ["kit-parts"]}),
        ("Reconstructions et ajouts", {"fields": ["reconstructions"], "classes": ["kit-parts"]}),
        ("Seuils de cohérence", {"fields": ["thresholds"], "classes": ["kit-parts"]}),
    ]

    def render_preview(
        self, request: HttpRequest, row: Any, inlines: dict[type[Model], list[Any]]
    ) -> HttpResponse:
        """Show « À propos », where these texts are read."""
        return render(request, "pages/about.html", {"kit": row})


@admin.register(Part)
class PartAdmin(KitRowAdmin):
    """Titles of the axes."""

    form = PartForm
    heading = "Modifier l’axe"
    list_display = ["title", "short_title", "kit"]
    list_select_related = ["kit"]
    fields = ["kit", "key", "title", "short_title", SEEN]
    readonly_fields = ["kit", "key"]

    def render_preview(
        self, request: HttpRequest, row: Any, inlines: dict[type[Model], list[Any]]
    ) -> HttpResponse:
        """Show the first step of the axis, which has the axis's title above it."""
        step = row.steps.first()
        if step is None:
            raise Http404
        return self._render_step(request, step, part=row)


class QuestionInline(admin.StackedInline):
    """The questions of a step, in the kit's words."""

    model = Question
    form = QuestionForm
    fields = ["number", "text", SEEN]
    readonly_fields = ["number"]
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A question has a place in the answer shapes: none is added here."""
        return False


class ExampleInline(admin.StackedInline):
    """The texts of a step's examples: they can be added and removed; each has a page of its own for
    what it fills in."""

    model = Example
    form = ExampleTextsForm
    fields = ["position", "group", "text", "text_2013", "note", "fills_in", SEEN]
    readonly_fields = ["fills_in"]
    extra = 0
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Example]:
        """Read the step with its examples: it says what each can fill in."""
        return super().get_queryset(request).select_related("step")

    @admin.display(description="Ce que l’exemple remplit")
    def fills_in(self, example: Example) -> str:
        """Say what a click on it adds."""
        if example.pk is None:
            return "Enregistrez d’abord l’exemple, puis ouvrez-le par «\u00a0Modifier\u00a0»."
        return words_of_value(example.path, "payload", example.payload) or "Rien."


@admin.register(Step)
class StepAdmin(KitRowAdmin):
    """Titles, help, questions and examples of a step."""

    form = StepTextsForm
    heading = "Modifier l’étape"
    list_display = ["title", "number", "part"]
    list_select_related = ["part"]
    fields = ["part", "key", "number", "title", "short_title", "caption", "help", SEEN]
    readonly_fields = ["part", "key", "number"]
    inlines = [QuestionInline, ExampleInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Step]:
        """Keep the order of the questionnaire."""
        return super().get_queryset(request).order_by("part__position", "position")

    def render_preview(
        self, request: HttpRequest, row: Any, inlines: dict[type[Model], list[Any]]
    ) -> HttpResponse:
        """Show the step."""
        return self._render_step(
            request, row, questions=inlines.get(Question), examples=inlines.get(Example)
        )


@admin.register(Example)
class ExampleAdmin(KitRowAdmin):
    """An example, with what it fills in."""

    form = ExampleForm
    heading = "Modifier l’exemple"
    list_display = ["text", "step", "position"]
    list_filter = ["step"]
    list_select_related = ["step"]
    search_fields = ["text", "text_2013"]
    actions = None
    readonly_fields = ["step"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what it fills in after its texts."""
        texts = ["step", "position", "group", "text", "text_2013", "note", SEEN]
        return [
            (None, {"fields": texts}),
            ("Ce que l’exemple remplit", {"fields": ["payload"], "classes": ["kit-parts"]}),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Examples come and go: no diagnostic relies on one."""
        return admin.ModelAdmin.has_delete_permission(self, request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Example]:
        """Keep the order of the questionnaire."""
        found = super().get_queryset(request).select_related("step__kit", "step__part")
        return found.order_by("step__part__position", "step__position", "position")

    def render_preview(
        self, request: HttpRequest, row: Any, inlines: dict[type[Model], list[Any]]
    ) -> HttpResponse:
        """Show the step, with the example as it is typed."""
        others = [other for other in row.step.examples.all() if other.pk != row.pk]
        examples = sorted([*others, row], key=lambda example: example.position or 0)
        return self._render_step(request, row.step, examples=examples)


@admin.register(KitChange)
class KitChangeAdmin(admin.ModelAdmin):
    """Who changed which text of a kit, before and after: to be read only."""

    list_display = ["changed_at", "place", "field", "who"]
    list_filter = ["changed_by", "kit"]
    list_select_related = ["changed_by"]
    search_fields = ["place", "field"]
    date_hierarchy = "changed_at"
    fields = ["changed_at", "who", "place", "field", "said", "says"]
    readonly_fields = ["changed_at", "who", "place", "field", "said", "says"]
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Saving a text adds one."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The past stays."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The past stays."""
        return False

    @admin.display(description="par", ordering="changed_by__name")
    def who(self, change: KitChange) -> str:
        """Say who changed it."""
        return change.changed_by.display_name if change.changed_by else "Le fichier du kit"

    @admin.display(description="avant")
    def said(self, change: KitChange) -> str:
        """Say what the text said."""
        return words_of_value(change.path, change.name, change.before) or "Rien."

    @admin.display(description="après")
    def says(self, change: KitChange) -> str:
        """Say what the text says since."""
        return words_of_value(change.path, change.name, change.after) or "Rien."
