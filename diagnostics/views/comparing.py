"""A diagnostic compared with one of its versions, or with another of its structure."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from diagnostics.forms.left_out import ReasonsForm
from diagnostics.queries import (
    Comparing,
    LoadedDiagnostic,
    get_diagnostic,
    load_comparison,
    stored_reasons,
    texts_of,
)
from diagnostics.report.since import since_parts, summary
from diagnostics.requests import SignedInRequest
from diagnostics.services.errors import WrongState
from diagnostics.services.left_out import (
    Place,
    ReasonChanged,
    RowIsBack,
    rows_to_explain,
    write_reasons,
)
from diagnostics.typography import quoted


@require_safe
def show_comparison(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Compare with what ``avec`` says: the number of a version, the id of another diagnostic; without
    it, with the last version, or ask with what."""
    loaded = get_diagnostic(request.user, pk)
    comparing = load_comparison(loaded, request.GET.get("avec"))
    return _render(request, loaded, comparing)


@require_POST
def explain_what_was_left_out(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Store why objectives were dropped and decisions not taken up again (who fills in)."""
    loaded = get_diagnostic(request.user, pk)
    diagnostic = loaded.diagnostic
    if not loaded.access.has_editing_role:
        raise PermissionDenied("Seule l’équipe qui remplit le diagnostic écrit ces raisons.")
    if not loaded.access.can_edit:
        label = quoted(diagnostic.state_label)
        raise WrongState(f"Ce diagnostic est {label}\u00a0: ses réponses ne se modifient plus.")
    if diagnostic.previous_id is None:
        raise WrongState("Ce diagnostic n’en suit aucun\u00a0: il n’y a rien à comparer.")
    comparing = load_comparison(loaded, str(diagnostic.previous_id))
    form = _form(loaded, comparing, request.POST)
    if form is None or form.is_of_rows_that_are_back:
        raise RowIsBack(
            "Une ligne que vous expliquez est de nouveau dans le diagnostic\u00a0: il n’y a plus rien "
            "à en dire ici."
        )
    if not form.is_valid():
        return _render(request, loaded, comparing, form=form, status=422)
    try:
        changed = write_reasons(diagnostic, form.written(), user=request.user)
    except ReasonChanged as error:
        again = _form(loaded, comparing, request.POST)
        told = partial(_render, problem=str(error), late=error.places)
        return told(request, loaded, comparing, form=again, status=409)
    if changed:
        messages.success(request, "Vos raisons sont enregistrées\u00a0: le rapport les imprime.")
    else:
        messages.info(request, "Rien n’a changé.")
    address = reverse("diagnostic_compare", args=[pk])
    return redirect(f"{address}?avec={diagnostic.previous_id}#raisons")


def _form(loaded: LoadedDiagnostic, comparing: Comparing, data: Any = None) -> ReasonsForm | None:
    """Return the form of the reasons for those who may write them; None when there is none to write."""
    compared = comparing.compared
    if compared is None or not compared.with_previous or not loaded.access.can_edit:
        return None
    rows = rows_to_explain(compared.since)
    if not rows:
        return None
    return ReasonsForm(data, rows=rows, reasons=stored_reasons(loaded.diagnostic))


def _render(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    comparing: Comparing,
    *,
    form: ReasonsForm | None = None,
    status: int = 200,
    problem: str = "",
    late: Collection[Place] = (),
) -> HttpResponse:
    compared, diagnostic = comparing.compared, loaded.diagnostic
    texts = texts_of(diagnostic)
    form = form or _form(loaded, comparing)
    context = {
        "diagnostic": diagnostic,
        "access": loaded.access,
        "comparing": comparing,
        "compared": compared,
        "summary": summary(compared.since) if compared else "",
        "parts": list(since_parts(compared.since, texts, in_full=True)) if compared else [],
        "form": form,
        "entries": list(form.entries(late)) if form else [],
        "problem": problem,
    }
    return render(request, "diagnostics/compare.html", context, status=status)
