"""The titles of the chapters of the report, which the lead may write."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from diagnostics.domain.vocabulary import ChapterKey, MembershipRole
from diagnostics.forms.titles import TitlesForm
from diagnostics.models import Diagnostic
from diagnostics.queries import get_diagnostic, load_diagnostic_document
from diagnostics.report.titles import title_of
from diagnostics.requests import SignedInRequest
from diagnostics.services.errors import WrongState
from diagnostics.services.titles import TitleChanged, write_titles
from diagnostics.typography import quoted


@require_http_methods(["GET", "HEAD", "POST"])
def edit_titles(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Write the titles of the chapters (the lead, while it is open); an empty one is the rule's."""
    loaded = get_diagnostic(request.user, pk)
    diagnostic = loaded.diagnostic
    if loaded.access.role is not MembershipRole.LEAD:
        raise PermissionDenied
    if not loaded.access.can_manage:
        if request.method != "POST":
            raise PermissionDenied
        raise WrongState(f"Ce diagnostic est {quoted(diagnostic.state_label)}.")
    form = _form(request, diagnostic)
    if not form.is_bound:
        return _render(request, diagnostic, form)
    if not form.is_valid():
        return _render(request, diagnostic, form, status=422)
    try:
        changed = write_titles(diagnostic, form.written(), user=request.user)
    except TitleChanged as error:
        diagnostic.refresh_from_db(fields=["chapter_titles"])
        again = _form(request, diagnostic)
        return _render(request, diagnostic, again, str(error), error.chapters, status=409)
    said = "Les titres des chapitres sont enregistrés." if changed else "Rien n’a changé."
    messages.success(request, said)
    return redirect("report", pk=pk)


def _form(request: SignedInRequest, diagnostic: Diagnostic) -> TitlesForm:
    document = load_diagnostic_document(diagnostic)
    by_rule = {key: title_of(key, document) or key.label for key in ChapterKey}
    data = request.POST if request.method == "POST" else None
    return TitlesForm(data, by_rule=by_rule, stored=diagnostic.chapter_titles)


def _render(
    request: SignedInRequest,
    diagnostic: Diagnostic,
    form: TitlesForm,
    problem: str = "",
    late: Collection[ChapterKey] = (),
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "diagnostic": diagnostic,
        "form": form,
        "entries": list(form.entries(late)),
        "problem": problem,
    }
    return render(request, "diagnostics/titles.html", context, status=status)
