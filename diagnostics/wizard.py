"""The guided steps: the only file that knows django-formtools.

One URL per step; the step comes from the URL, the data from PostgreSQL. formtools gives the
navigation between steps and its hooks; what was typed and not stored yet is a draft.
"""

from __future__ import annotations

from collections import OrderedDict
from copy import copy
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import trigger_client_event
from formtools.wizard.storage.base import BaseStorage
from formtools.wizard.views import NamedUrlWizardView

from diagnostics.domain.completeness import missing_in_step
from diagnostics.domain.vocabulary import Mark, State, StepKey
from diagnostics.forms.base import StepForm, TamperedForm
from diagnostics.forms.overtaken import came_in, join_texts, told_conflicts
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.forms.row_operations import apply_operation, shown_examples
from diagnostics.queries import (
    LoadedStep,
    Overtaken,
    get_diagnostic,
    load_step,
    pending_request,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services.answers import StaleRevision, save_answer
from diagnostics.services.drafts import discard_draft, save_draft, typed_text, typed_values
from diagnostics.services.errors import WrongState

OPERATIONS = ("row_op", "example", "preset")


class DraftStorage(BaseStorage):
    """Storage of the wizard: the step of the address, and the person's draft of it.

    Nothing is kept in the session; the setters that formtools calls do nothing.
    """

    def __init__(self, prefix: str, request: SignedInRequest, file_storage: Any = None) -> None:
        super().__init__(prefix, request, file_storage)
        self.loaded: LoadedStep = request.loaded_step

    def _get_current_step(self) -> str:
        return self.loaded.step.value

    def _set_current_step(self, step: str) -> None:
        """The step comes from the address alone."""

    def _get_extra_data(self) -> dict[str, Any]:
        return {}

    def get_step_data(self, step: str) -> QueryDict | None:
        """Return the person's draft of the current step, or None: the stored answer shows."""
        if step == self.loaded.step.value and self.loaded.draft is not None:
            return QueryDict(self.loaded.draft.form_data)
        return None

    def set_step_data(self, step: str, cleaned_data: Any) -> None:
        """The answer was stored by the service."""

    def get_step_files(self, step: str) -> None:
        """No step takes files."""

    def set_step_files(self, step: str, files: Any) -> None:
        """No step takes files."""

    @property
    def current_step_data(self) -> QueryDict | None:
        """The draft of the current step."""
        return self.get_step_data(self.current_step)

    @property
    def current_step_files(self) -> None:
        """No step takes files."""
        return

    def reset(self) -> None:
        """Nothing to reset: drafts live until they are stored or dropped."""

    def update_response(self, response: HttpResponseBase) -> None:
        """Nothing to write in the response."""


class StepWizard(NamedUrlWizardView):
    """The steps of a diagnostic, in the order of its kit."""

    storage_name = "diagnostics.wizard.DraftStorage"
    template_name = "diagnostics/step.html"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the step for the person (404 for strangers) before formtools looks at it."""
        self._diagnostic = get_diagnostic(request.user, kwargs["pk"])
        self.loaded = load_step(self._diagnostic, kwargs["step"], user=request.user)
        request.loaded_step = self.loaded
        self._bound_form: StepForm | None = None
        self._overtaken: Overtaken | None = None
        self._is_merged = False
        self.form_list = OrderedDict(
            (entry.key, STEP_FORMS[StepKey(entry.key)]) for entry in self.loaded.steps
        )
        kwargs["step"] = self.loaded.step.value
        return super().dispatch(request, *args, **kwargs)

    def get_prefix(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> str:
        """One prefix per diagnostic, so that two of them in one session never share data."""
        return f"diagnostic-{kwargs['pk']}"

    def get_step_url(self, step: str) -> str:
        """Return the address of a step of this diagnostic."""
        return reverse(self.url_name, args=[self.loaded.diagnostic.pk, step])

    def get_form_kwargs(self, step: str | None = None) -> dict[str, Any]:
        """Give the form the document and the answer now stored."""
        return {"context": self.loaded.form_context}

    def get_form(self, step: str | None = None, data: Any = None, files: Any = None) -> StepForm:
        """Make the form of the step once for what was posted: our checks and formtools ask for it."""
        if data is not self.request.POST:
            form: StepForm = super().get_form(step, data, files)
            return form
        if self._bound_form is None:
            self._bound_form = super().get_form(step, data, files)
        return self._bound_form

    # --- Requests ---

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the step: its form, or its answer for those who may not edit it now."""
        if not self.loaded.access.can_edit:
            return self._render_closed()
        draft = self.loaded.draft
        if draft is not None and draft.base_revision < self.loaded.revision:
            form = self.get_form(data=QueryDict(draft.form_data))
            return self.render(self._both_texts(form, base_revision=draft.base_revision))
        return super().get(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Refuse what may not be written, answer the row buttons, then let formtools save."""
        access = self.loaded.access
        if not access.has_editing_role:
            raise PermissionDenied
        form = self._posted_form()
        if not access.can_edit:
            self._keep_draft()
            return self._render_closed(status=409)
        if "discard_draft" in self.request.POST:
            discard_draft(self.loaded.diagnostic, self.loaded.step, user=self.request.user)
            return redirect(self.get_step_url(self.loaded.step.value))
        if "keep_draft" in self.request.POST:
            self._keep_typed(form)
            return HttpResponse(status=204)
        if any(name in self.request.POST for name in OPERATIONS):
            return self._operate_on_rows(form)
        try:
            response = super().post(*args, **kwargs)
        except StaleRevision:
            self._keep_draft()
            return self._render_conflict()
        except WrongState:
            self._keep_draft()
            self._load_again()
            return self._render_closed(status=409)
        return response

    def _posted_form(self) -> StepForm:
        """Return the form of what was posted; a structure that no page can send is a 400."""
        revision = self.request.POST.get("base_revision", "")
        if not (revision.isascii() and revision.isdigit() and len(revision) < 10):
            raise SuspiciousOperation("base_revision")
        self.base_revision = int(revision)
        form: StepForm = self.get_form(data=self.request.POST)
        try:
            form.check_structure(
                same_revision=self.base_revision == self.loaded.revision,
                # The page may show a draft, with rows that a colleague has removed meanwhile.
                drafted_ids=self._drafted_ids,
            )
        except TamperedForm as error:
            raise SuspiciousOperation(str(error)) from error
        return form

    def _drafted_ids(self) -> frozenset[str]:
        if self.loaded.draft is None:
            return frozenset()
        data = QueryDict(self.loaded.draft.form_data)
        return frozenset(data[name] for name in data if name.endswith("-id"))

    def _operate_on_rows(self, form: StepForm) -> HttpResponseBase:
        """Add, remove, move or prefill rows without JavaScript: the text becomes a draft."""
        data, anchor = apply_operation(form, self.request.POST, self.loaded.examples)
        save_draft(
            self.loaded.diagnostic,
            self.loaded.step,
            form_data=typed_text(data),
            base_revision=self.base_revision,
            user=self.request.user,
        )
        shown = (
            "?liens=" + anchor if self.request.POST.get("row_op", "").startswith("links:") else ""
        )
        return redirect(f"{self.get_step_url(self.loaded.step.value)}{shown}#{anchor}")

    # --- Hooks of formtools ---

    def process_step(self, form: StepForm) -> None:
        """Store the answer of a valid form."""
        answer = form.answer()
        if "review_later" in self.request.POST:
            answer = answer.model_copy(update={"mark": Mark.TO_REVIEW})
        saved = save_answer(
            self.loaded.diagnostic,
            answer,
            internal_note=form.cleaned_data["internal_note"],
            base_revision=self.base_revision,
            user=self.request.user,
            read=self.loaded,
        )
        self._is_merged = saved.merged is not None
        if saved.merged is not None:
            messages.info(self.request, came_in(saved.merged, self.loaded.document))

    def process_step_files(self, form: StepForm) -> None:
        """No step takes files."""

    def render_goto_step(self, goto_step: str, **kwargs: Any) -> HttpResponseBase:
        """« Précédent » keeps what was typed, valid or not."""
        self._keep_typed(self._posted_form())
        return redirect(self.get_step_url(goto_step))

    def render_next_step(self, form: StepForm, **kwargs: Any) -> HttpResponseBase:
        """« Enregistrer » stays on the step, « Enregistrer et continuer » goes to the next one."""
        if "stay" in self.request.POST:
            return self._render_saved(form)
        return super().render_next_step(form, **kwargs)

    def render_done(self, form: StepForm, **kwargs: Any) -> HttpResponseBase:
        """After the last step comes the check page; submitting is a POST of its own."""
        if "stay" in self.request.POST:
            return self._render_saved(form)
        return redirect("diagnostic_check", pk=self.loaded.diagnostic.pk)

    def render(self, form: StepForm | None = None, **kwargs: Any) -> HttpResponseBase:
        """Show the form; what was posted and is not valid is kept first."""
        if self.request.method == "POST":
            self._keep_draft()
        return super().render(form, **kwargs)

    # --- Pages ---

    def get_context_data(self, form: StepForm, **kwargs: Any) -> dict[str, Any]:
        """Give the template the step, its kit and its surroundings."""
        context: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        context |= self._page_context() | {"form": form, "errors": list(form.error_list())}
        return context

    def _page_context(self) -> dict[str, Any]:
        loaded, step = self.loaded, self.loaded.step
        steps = [entry for axis in loaded.rail for entry in axis.steps]
        index = next(i for i, entry in enumerate(steps) if entry.key is step)
        draft = loaded.draft if self.request.method == "GET" else None
        saved = loaded.stored_row.updated_at if loaded.stored_row else None
        # As the document has it: links to rows that are gone are left out.
        shown = loaded.document.answers.get(step)
        return {
            "loaded": loaded,
            "diagnostic": loaded.diagnostic,
            "access": loaded.access,
            "kit_step": loaded.kit_step,
            "previous_step": steps[index - 1] if index else None,
            "next_step": steps[index + 1] if index + 1 < len(steps) else None,
            "form_template": f"steps/{step.value}/form.html",
            "shown_answer": shown or loaded.stored,
            "has_content": shown is not None and not shown.content_is_empty,
            "saved_today": saved is not None and timezone.localdate(saved) == timezone.localdate(),
            "missing": missing_in_step(loaded.document, step),
            "findings": loaded.findings,
            "change_request": pending_request(loaded.diagnostic)
            if loaded.diagnostic.state == State.CHANGES_REQUESTED
            else None,
            "examples": shown_examples(STEP_FORMS[step], loaded.examples),
            "draft": draft,
            "draft_is_late": draft is not None and draft.base_revision < loaded.revision,
            "conflict": False,
            "overtaken": self._overtaken,
            "conflicts": told_conflicts(self._overtaken, loaded.document),
            # The row whose possible links are all shown, without JavaScript.
            "expanded_row": self.request.GET.get("liens", ""),
        }

    def _keep_typed(self, form: StepForm) -> None:
        """Keep what was typed unless it is the stored answer."""
        stored, note = self.loaded.stored, self.loaded.form_context.internal_note
        if (
            form.is_valid()
            and form.answer().says_the_same(stored or type(form.answer())())
            and form.cleaned_data["internal_note"] == note
        ):
            discard_draft(self.loaded.diagnostic, self.loaded.step, user=self.request.user)
        else:
            self._keep_draft()

    def _keep_draft(self) -> None:
        save_draft(
            self.loaded.diagnostic,
            self.loaded.step,
            form_data=typed_text(self.request.POST),
            base_revision=self.base_revision,
            user=self.request.user,
        )

    def _render_saved(self, form: StepForm) -> HttpResponse:
        """Answer « Enregistrer »: the step again or, for a script, what changes around its form.

        The event ``step:saved`` tells the page the revision now in force and the ids of the rows,
        in the order in which they were posted. What is not saved is answered as a whole page: the
        script (static/js/keeping.js) then sends the form the ordinary way.
        """
        if not self.request.htmx:
            return redirect(self.get_step_url(self.loaded.step.value))
        if self._is_merged:  # rows came in that the page does not have
            return HttpResponse(headers={"HX-Refresh": "true"})
        self.loaded = load_step(self._diagnostic, self.loaded.step, user=self.request.user)
        response = render(self.request, "diagnostics/_saved.html", self._page_context())
        rows = {name: formset.row_ids() for name, formset in form.formsets.items()}
        saved = {"revision": self.loaded.revision, "rows": rows}
        return trigger_client_event(response, "step:saved", saved)

    def _render_conflict(self) -> HttpResponse:
        """Show both texts (409): what was typed, and what somebody else stored meanwhile."""
        self._load_again()
        self._bound_form = None  # it was made from the answer that was stored before
        form = self.get_form(data=self.request.POST)
        form = self._both_texts(form, base_revision=self.base_revision)
        context = self.get_context_data(form=form) | {"conflict": True}
        return render(self.request, self.template_name, context, status=409)

    def _load_again(self) -> None:
        """Read the step as it is now."""
        user = self.request.user
        current = get_diagnostic(user, self.loaded.diagnostic.pk)
        self.loaded = load_step(current, self.loaded.step, user=user)

    def _both_texts(self, form: StepForm, *, base_revision: int) -> StepForm:
        """Return the form to show of what was typed from an older revision."""
        form, self._overtaken = join_texts(
            form, self.loaded, base_revision=base_revision, sent_ids=self._drafted_ids()
        )
        return form

    def _render_closed(self, *, status: int = 200) -> HttpResponse:
        """Show the answer without a form, and why; with what was typed when it came too late."""
        context = self._page_context() | {
            "typed_text": typed_values(self.request.POST, self.loaded.step),
        }
        return render(self.request, "diagnostics/step_closed.html", context, status=status)


step_wizard = StepWizard.as_view(list(STEP_FORMS.items()), url_name="diagnostic_step")


def show_step_again(
    request: SignedInRequest, pk: UUID, step: StepKey, **context: Any
) -> HttpResponse:
    """Show a step as it is now, after a POST to another address; ``context`` is added to its own.

    For a script, only the notes beside the form: what is typed there is left alone.
    """
    read = copy(request)
    read.method = "GET"
    view = StepWizard.as_view(
        list(STEP_FORMS.items()),
        url_name="diagnostic_step",
        template_name="diagnostics/_step_side.html" if request.htmx else StepWizard.template_name,
        extra_context=context,
    )
    response = view(read, pk=pk, step=step)
    if isinstance(response, TemplateResponse):
        return response.render()
    # Closed meanwhile: there is no form any more, and nothing to put beside it.
    return HttpResponse(headers={"HX-Refresh": "true"}) if request.htmx else response
