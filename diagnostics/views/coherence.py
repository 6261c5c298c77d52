"""The points to discuss: why each question, and the choices made on purpose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from diagnostics.domain.coherence import RULES, CoherenceFinding
from diagnostics.domain.vocabulary import Axis, Verdict
from diagnostics.forms.coherence import AcknowledgementForm, FindingForm, JudgementForm
from diagnostics.forms.returning import NAME as RETURN
from diagnostics.forms.returning import Way
from diagnostics.queries import (
    LoadedDiagnostic,
    findings_of,
    get_diagnostic,
    load_diagnostic_document,
    thresholds_of,
)
from diagnostics.requests import SignedInRequest
from diagnostics.services.coherence import (
    FindingGone,
    acknowledge_finding,
    judge_question,
    withdraw_acknowledgement,
)
from diagnostics.services.errors import WrongState
from diagnostics.typography import quoted
from diagnostics.views.diagnostics import render_check_page
from diagnostics.wizard import show_step_again

JUDGED = {
    Verdict.USEFUL: "C’est noté\u00a0: cette question vous est utile.",
    Verdict.NOT_FOR_US: "Le point est mis de côté.",
}
CHANGED = "Ce point a changé ou n’a plus lieu d’être\u00a0: relisez-le avant d’y répondre."


@require_safe
def explain(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Explain each rule in plain words: those that find something here, most serious first, the others
    by axis; what was set aside is told apart."""
    loaded = get_diagnostic(request.user, pk)
    thresholds = thresholds_of(loaded.diagnostic)
    document, trials = load_diagnostic_document(loaded.diagnostic), loaded.diagnostic.kit.trials
    with_trials = loaded.access.is_facilitator
    found = findings_of(loaded.diagnostic, document, with_trials=with_trials)
    entries = {
        rule.id: {
            "rule": rule,
            "is_on_trial": rule.id in trials,
            "why": rule.explanation(thresholds),
            "findings": [f for f in found if f.rule == rule.id and not f.is_set_aside],
            "set_aside": [f for f in found if f.rule == rule.id and f.is_set_aside],
        }
        for rule in RULES.values()
        if with_trials or rule.id not in trials
    }
    spoke = [entries[rule] for rule in dict.fromkeys(finding.rule for finding in found)]
    silent = [rule for rule, e in entries.items() if not (e["findings"] or e["set_aside"])]
    groups = [
        {"axis": axis, "rules": [entries[rule] for rule in silent if RULES[rule].axis is axis]}
        for axis in Axis
    ]
    context = {
        "diagnostic": loaded.diagnostic,
        "access": loaded.access,
        "document": document,
        "spoken": [entry for entry in spoke if entry["findings"]],
        "aside": [entry for entry in spoke if not entry["findings"]],
        "groups": [group for group in groups if group["rules"]],
    }
    return render(request, "diagnostics/coherence.html", context)


@require_POST
def acknowledge(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Answer a point with « choix assumé » and its reason."""

    def answer(loaded: LoadedDiagnostic, form: Any, finding: CoherenceFinding) -> str:
        acknowledge_finding(
            loaded.diagnostic,
            rule=finding.rule,
            rows=finding.rows,
            reason=form.cleaned_data["reason"],
            user=request.user,
            fingerprint=finding.fingerprint,
        )
        return "Choix assumé enregistré."

    return _act(request, pk, AcknowledgementForm(request.POST), answer)


@require_POST
def judge(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Say of a question that it is useful or not for this structure; said again, it is taken back."""

    def answer(loaded: LoadedDiagnostic, form: Any, finding: CoherenceFinding) -> str:
        named: dict[str, Any] = {
            "rule": finding.rule,
            "rows": finding.rows,
            "user": request.user,
        }
        if form.takes_back:
            if finding.judgement is not None:
                withdraw_acknowledgement(loaded.diagnostic, **named)
            return "C’est noté\u00a0: vous n’en dites plus rien."
        judge_question(
            loaded.diagnostic,
            **named,
            verdict=form.cleaned_data["verdict"],
            reason=form.cleaned_data["reason"],
            fingerprint=finding.fingerprint,
        )
        return JUDGED[form.cleaned_data["verdict"]]

    return _act(request, pk, JudgementForm(request.POST), answer)


@require_POST
def reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Put a choice made on purpose back among the points to discuss."""

    def withdraw(loaded: LoadedDiagnostic, form: Any, finding: CoherenceFinding) -> str:
        withdraw_acknowledgement(
            loaded.diagnostic, rule=finding.rule, rows=finding.rows, user=request.user
        )
        return "Le point est remis en discussion."

    return _act(request, pk, FindingForm(request.POST), withdraw)


def _act(
    request: SignedInRequest,
    pk: UUID,
    form: FindingForm,
    action: Callable[[LoadedDiagnostic, Any, CoherenceFinding], str],
) -> HttpResponse:
    """Act on the finding that is meant; what is refused comes back where it was typed."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.has_editing_role:
        raise PermissionDenied
    valid = form.is_valid()
    if not form.names_a_finding:
        raise SuspiciousOperation("finding")
    document = load_diagnostic_document(loaded.diagnostic)
    found = {f.fingerprint: f for f in findings_of(loaded.diagnostic, document)}
    finding = found.get(form.finding_key)
    try:
        if not loaded.access.can_edit:
            label = quoted(loaded.diagnostic.state_label)
            raise WrongState(f"Ce diagnostic est {label}\u00a0: ses réponses ne se modifient plus.")
        if finding is None:
            raise FindingGone(CHANGED)
        if not valid:
            step = form.cleaned_data["step"]
            if step:
                return show_step_again(request, pk, step, answering=form)
            return render_check_page(request, loaded, answering=form)
        done = action(loaded, form, finding)
    except (FindingGone, WrongState) as error:
        typed = str(form.data.get("reason", ""))
        return render_check_page(
            request,
            get_diagnostic(request.user, pk),
            problem=str(error),
            typed=typed,
            answering=form,
            status=409,
        )
    step = form.cleaned_data["step"]
    if step and request.htmx:
        return show_step_again(request, pk, step, answered=done)
    messages.success(request, done)
    if step:
        return redirect(Way.read(pk, request.POST.get(RETURN, "")).to_step(step))
    if request.POST.get("place") == "coherence":
        return redirect(f"{reverse('coherence', args=[pk])}#{finding.rule}")
    return redirect(reverse("diagnostic_check", args=[pk]) + "#points")
