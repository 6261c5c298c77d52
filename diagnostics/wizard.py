"""The guided steps: the only file that knows django-formtools.

One URL per step; the step comes from the URL, the data from PostgreSQL. formtools gives the order of
the steps and the page; a step is saved as it is typed, and what cannot be stored is kept beside it.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from copy import copy
from typing import Any
from uuid import UUID
from zlib import crc32

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from formtools.wizard.storage.base import BaseStorage
from formtools.wizard.views import NamedUrlWizardView

from diagnostics.domain.coherence import quote_answers
from diagnostics.domain.completeness import missing_in_step
from diagnostics.domain.merge import row_keys
from diagnostics.domain.starting_again import told_of
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import StepForm, TamperedForm
from diagnostics.forms.examples import shown_examples
from diagnostics.forms.kept_texts import came_in, news_of, show_step, shown_in
from diagnostics.forms.places import form_of_answer, texts_by_place
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.forms.returning import NAME as RETURN
from diagnostics.forms.returning import Way
from diagnostics.forms.row_operations import (
    RowToRemove,
    apply_operation,
    row_to_remove,
)
from diagnostics.forms.saving import (
    SavedStep,
    as_saved,
    keep_unsaved,
    make_ally,
    posted_form,
    remove_posted,
    save_posted,
    take_offer,
    told_refusals,
)
from diagnostics.forms.slips import Slip, mean_it, slips_of, take_correction, told_slips
from diagnostics.queries import (
    LoadedStep,
    get_diagnostic,
    load_step,
    read_removal,
    removed_row,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services.answers import restore_row
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.kept_texts import typed_values
from diagnostics.services.presence import note_presence
from diagnostics.typography import enumeration, french_time

OPERATIONS = ("row_op", "example", "preset")


class StepStorage(BaseStorage):
    """Storage of the wizard, which asks for one: the step of the address, nothing else.

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

    def get_step_data(self, step: str) -> None:
        """The stored answer shows."""

    def set_step_data(self, step: str, cleaned_data: Any) -> None:
        """The answer was stored by the service."""

    def get_step_files(self, step: str) -> None:
        """No step takes files."""

    def set_step_files(self, step: str, files: Any) -> None:
        """No step takes files."""

    current_step_data = current_step_files = None

    def reset(self) -> None:
        """Nothing to reset."""

    def update_response(self, response: HttpResponseBase) -> None:
        """Nothing to write in the response."""


class StepWizard(NamedUrlWizardView):
    """The steps of a diagnostic, in the order of its kit."""

    storage_name = "diagnostics.wizard.StepStorage"
    template_name = "diagnostics/step.html"
    http_method_names = ["get", "head", "post", "options"]

    def dispatch(self, request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Load the step for the person (404 for strangers) before formtools looks at it."""
        self._diagnostic = get_diagnostic(request.user, kwargs["pk"])
        self.loaded = load_step(self._diagnostic, kwargs["step"], user=request.user)
        asked = request.POST.get(RETURN) or request.GET.get(RETURN, "")
        self.way = Way.read(kwargs["pk"], asked)
        request.loaded_step = self.loaded
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
        return self.way.to_step(step)

    def get_form(self, step: str | None = None, data: Any = None, files: Any = None) -> StepForm:
        """Make the form of the step: with what was posted, or as the person finds it."""
        if data is not None:
            form_class = STEP_FORMS[self.loaded.step]
            context = self.loaded.form_context
            return form_class(data, context=context, prefix=self.loaded.step.value)
        self._shown = show_step(self.loaded, blank_row=self.request.GET.get("ajout", ""))
        return self._shown.form

    # --- Requests ---

    def get(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the step: its form, or its answer for those who may not edit it now."""
        if not self.loaded.access.can_edit:
            return self._render_closed()
        response: HttpResponseBase = super().get(*args, **kwargs)
        return response

    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Save what was typed, whatever the button, then do what the button says."""
        if not self.loaded.access.has_editing_role:
            raise PermissionDenied
        posted, loaded = self.request.POST, self.loaded
        removed = None
        if "unchanged" in posted and posted.get("base_revision") == str(loaded.revision):
            return self._tell_nothing_new()
        try:
            typed = copy(posted)
            take_offer(typed)
            anchor = take_correction(typed)
            form = posted_form(loaded, typed)
            if any(name in typed for name in OPERATIONS):
                data, anchor = apply_operation(form, typed, loaded.examples)
                removed = row_to_remove(form, str(typed.get("row_op", "")))
                form = form if removed else posted_form(loaded, data)
            saved = save_posted(form, posted, loaded)
            removed_at = remove_posted(removed, saved, loaded) if removed else 0
            told = make_ally(form, posted["ally"], loaded) if "ally" in posted else ""
        except TamperedForm as error:
            raise SuspiciousOperation(str(error)) from error
        except WrongState:
            return self._render_too_late(form)
        if "autosave" in posted:
            return self._tell_saved(form, saved)
        if saved.answer.merged is not None:
            messages.info(self.request, came_in(saved.answer.merged, loaded.document))
        if removed and removed_at:
            return self._told_removal(removed, removed_at)
        if "put_back" in posted:
            return self._put_back(posted["put_back"])
        if told:
            return redirect(f"{self.get_step_url(loaded.step.value)}{told}")
        return redirect(self._next_url(saved, anchor or mean_it(posted, loaded)))

    def _told_removal(self, removed: RowToRemove, revision: int) -> HttpResponse:
        """Lead to where the row stood, with a button that puts it back."""
        if removed.links:
            told = f"Liens défaits\u00a0: {enumeration(removed.links)}."
            messages.info(self.request, told)
        asked = f"{removed.place}:{revision}:{removed.index}"
        return redirect(self.way.to_step(self.loaded.step, retrait=asked, anchor="retrait"))

    def _put_back(self, asked: str) -> HttpResponse:
        """Put back the row that was just removed (« rows/o1:12 »), and lead to it."""
        here = self.get_step_url(self.loaded.step.value)
        place, revision, _index = read_removal(asked)
        name, _, key = place.partition("/")
        if name not in STEP_FORMS[self.loaded.step].rows_that_move():
            return redirect(here)
        try:
            answer = restore_row(
                self.loaded.diagnostic,
                self.loaded.step,
                row=place,
                revision=revision,
                user=self.loaded.user,
            ).noted.answer
        except (NotAllowed, WrongState):
            raise
        except ServiceError as error:
            messages.warning(self.request, str(error))
            return redirect(here)
        anchor = f"{self.loaded.step}-{name}-{row_keys(answer, name).index(key)}"
        return redirect(self.way.to_step(self.loaded.step, anchor=anchor))

    def _next_url(self, saved: SavedStep, anchor: str) -> str:
        """Return where a button leads: the same step while something of it waits for the person,
        then back to the check page for who came from there."""
        posted, here = self.request.POST, self.get_step_url(self.loaded.step.value)
        if anchor:
            verb, _, rest = posted.get("row_op", "").partition(":")
            shown = {"links": {"liens": anchor}, "add": {"ajout": rest}}.get(verb, {})
            return self.way.to_step(self.loaded.step, anchor=anchor, **shown)
        goto = posted.get("wizard_goto_step", "")
        if goto in self.form_list:
            return self.get_step_url(goto)
        if saved.answer.kept or any(
            name in posted for name in ("stay", "settle", "offer", "intended")
        ):
            return here
        following = self.get_next_step()
        if following is None or self.way.back_to:
            return self.way.to_check_page(saved.answer.noted.answer)
        return self.get_step_url(following)

    # --- Pages ---

    def get_context_data(self, form: StepForm, **kwargs: Any) -> dict[str, Any]:
        """Give the template the step, its kit and its surroundings."""
        context: dict[str, Any] = super().get_context_data(form=form, **kwargs)
        context |= self._page_context(form)
        context |= {
            "form": form,
            "shown": self._shown,
            "errors": list(form.error_list()) if self._shown.refused else [],
            "page_id": secrets.token_hex(6),
            "removed": removed_row(self.loaded, self.request.GET.get("retrait", "")),
        }
        return context

    def _around(self, slips: Sequence[Slip] = ()) -> dict[str, Any]:
        """Return what the parts around the form show (``diagnostics/_saved.html``); the slips are told
        at their fields, and the points are the others."""
        loaded = self.loaded
        saved = loaded.stored_row.updated_at if loaded.stored_row else None
        missing, at_fields = (
            missing_in_step(loaded.document, loaded.step),
            [s.finding for s in slips],
        )
        findings = [finding for finding in loaded.findings if finding not in at_fields]
        quotes = [quote_answers(finding, loaded.document) for finding in findings]
        return {
            "loaded": loaded,
            "way": self.way,
            "diagnostic": loaded.diagnostic,
            "access": loaded.access,
            "saved_today": saved is not None and timezone.localdate(saved) == timezone.localdate(),
            "missing": missing,
            "findings": findings,
            "set_aside": loaded.set_aside,
            "slips": slips,
            "side_is": _mark_of(missing, findings, slips, quotes, loaded.set_aside),
            "rail_is": _mark_of(loaded.rail, loaded.diagnostic.title),
        }

    def _page_context(self, form: StepForm | None = None) -> dict[str, Any]:
        loaded, step = self.loaded, self.loaded.step
        steps = [entry for axis in loaded.rail for entry in axis.steps]
        index = next(i for i, entry in enumerate(steps) if entry.key is step)
        # As the document has it: links to rows that are gone are left out.
        shown = loaded.document.answers.get(step)
        return self._around(slips_of(form, loaded) if form else ()) | {
            "kit_step": loaded.kit_step,
            "previous_step": steps[index - 1] if index else None,
            "next_step": steps[index + 1] if index + 1 < len(steps) else None,
            "form_template": f"steps/{step.value}/form.html",
            "shown_answer": shown or loaded.stored,
            "has_content": shown is not None and not shown.content_is_empty,
            "pending": [*loaded.talk.asked_besides, *loaded.talk.pending],
            "taken_over": told_of(step, loaded.stored) if loaded.diagnostic.previous_id else None,
            "examples": shown_examples(STEP_FORMS[step], loaded.examples, form),
            # The row whose possible links are all shown, without JavaScript.
            "expanded_row": self.request.GET.get("liens", ""),
        }

    def _others(self) -> list[str]:
        return note_presence(self.loaded.diagnostic, self.loaded.step, user=self.request.user)

    def _tell_nothing_new(self) -> HttpResponse:
        """Answer a page that asks for news and has typed nothing: who else is there."""
        if not self.loaded.access.can_edit:
            return self._render_closed(status=409)
        return JsonResponse({"revision": self.loaded.revision, "others": self._others()})

    def _tell_saved(self, form: StepForm, saved: SavedStep) -> JsonResponse:
        """Tell a page what its save did (static/js/keeping.js): the revision now in force, what came
        in from others, what is kept aside and why, and what changes around the form."""
        answer = saved.answer
        self.loaded = as_saved(self.loaded, answer)
        is_news = answer.merged is not None or "settle" in self.request.POST
        stored, shown, slips = None, None, slips_of(form, self.loaded)
        if answer.kept or is_news:
            stored = form_of_answer(type(form), answer.noted, self.loaded.form_context)
            shown = shown_in(form, answer.kept, texts_by_place(stored))
        told: dict[str, Any] = {
            "revision": answer.revision,
            "hour": french_time(timezone.localtime()),  # the site's, wherever one reads
            "others": self._others(),
            "kept": list(answer.kept),
            "refused": told_refusals(form, saved.refused),
            "slips": told_slips(slips),
            "around": render_to_string(
                "diagnostics/_saved.html",
                self._around(slips)
                | {"shown": shown, "shown_there": self.request.POST.getlist("shown")},
                self.request,
            ),
        }
        if shown is not None:
            told["choices"] = [
                {
                    "field": choice.field_id,
                    "html": render_to_string(
                        "diagnostics/_choice.html", {"choice": choice, "loaded": self.loaded}
                    ),
                }
                for choice in shown.choices
            ]
        if stored is not None and is_news:
            told["news"] = news_of(form, stored, answer.kept)
        if answer.merged is not None:
            typed = "unchanged" not in self.request.POST
            told["said"] = came_in(answer.merged, self.loaded.document, typed=typed)
        return JsonResponse(told)

    def _render_too_late(self, form: StepForm) -> HttpResponse:
        """The diagnostic is closed meanwhile: keep what was typed, give it back (409)."""
        user = self.request.user
        current = get_diagnostic(user, self.loaded.diagnostic.pk)
        self.loaded = load_step(current, self.loaded.step, user=user)
        keep_unsaved(form, self.loaded)
        return self._render_closed(status=409)

    def _render_closed(self, *, status: int = 200) -> HttpResponse:
        """Show the answer without a form, and why; with what was typed when it came too late."""
        context = self._page_context() | (self.extra_context or {})
        context |= {
            "typed_text": typed_values(self.request.POST, self.loaded.step),
        }
        return render(self.request, "diagnostics/step_closed.html", context, status=status)


step_wizard = StepWizard.as_view(list(STEP_FORMS.items()), url_name="diagnostic_step")


def _mark_of(*parts: object) -> str:
    """Return what tells whether a part of a page, made of these, is the one that a page shows."""
    return f"{crc32(repr(parts).encode()):08x}"


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
