"""The questions of the rules, for facilitators: what they are worth, and what is changed of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from diagnostics.domain.coherence import RULES, Effect, Rule, effect_of
from diagnostics.forms.kit.words import told_changes
from diagnostics.forms.questions import QuestionForm
from diagnostics.models import Kit
from diagnostics.queries import questions
from diagnostics.requests import SignedInRequest
from diagnostics.services.errors import ServiceError, WrongState
from diagnostics.services.questions import change_question, mark_of_question
from diagnostics.views.portfolio import of_facilitators


@require_safe
@of_facilitators
def show_questions(request: SignedInRequest) -> HttpResponse:
    """List the rules with what came of each."""
    kits = questions.load_kits()
    kit = questions.kit_among(kits, request.GET.get("kit", ""))
    told = questions.load_questions(kit)
    context = {
        "kits": kits,
        "kit": kit,
        "questions": [one for one in told if not one.is_silent],
        "silent": [one for one in told if one.is_silent],
    }
    return render(request, "facilitation/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@of_facilitators
def show_question(request: SignedInRequest, rule_id: str) -> HttpResponse:
    """Show a rule, what is said of it, and what can be changed; count the effect of a change (POST), then
    make it once it was told."""
    if rule_id not in RULES:
        raise Http404
    rule, kit = RULES[rule_id], questions.get_kit(request.GET.get("kit", ""))
    seen = mark_of_question(kit, rule.id)
    if request.method != "POST":
        return _show(request, kit, rule, QuestionForm(kit, rule, seen=seen))
    form = QuestionForm(kit, rule, seen=seen, data=request.POST)
    if not form.is_valid():
        return _show(request, kit, rule, form, status=422)
    if not ("save" in request.POST and form.is_counted):
        return _show(request, kit, rule, form, effect=_count(kit, rule, form))
    try:
        changes = change_question(
            kit, rule.id, **form.asked, seen=form.cleaned_data["seen"], user=request.user
        )
    except WrongState as error:
        again = request.POST.copy()
        again["seen"] = mark_of_question(questions.get_kit(kit.slug), rule.id)
        form = QuestionForm(kit, rule, seen=seen, data=again)
        return _show(request, kit, rule, form, problem=str(error), status=409)
    except ServiceError as error:
        return _show(request, kit, rule, form, problem=str(error), status=422)
    messages.success(
        request,
        "C’est enregistré\u00a0: les comptes des listes suivent en quelques minutes."
        if changes
        else "C’était déjà ainsi\u00a0: rien n’a changé.",
    )
    return redirect(_address(kit, rule))


def _count(kit: Kit, rule: Rule, form: QuestionForm) -> Effect:
    documents, total = questions.documents_to_count(kit)
    before, today = questions.rules_in_force(kit), timezone.localdate()
    return effect_of(documents, rule.id, before, form.after, today=today, total=total)


def _show(
    request: SignedInRequest,
    kit: Kit,
    rule: Rule,
    form: QuestionForm,
    *,
    effect: Effect | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "kit": kit,
        "rule": rule,
        "why": rule.explanation(questions.rules_in_force(kit).thresholds),
        "question": questions.load_question(kit, rule),
        "reasons": questions.reasons_of(kit, rule, request.GET.get("page", "1")),
        "changes": told_changes(questions.changes_of_questions(kit)),
        "form": form,
        "effect": effect,
        "problem": problem,
        "counted": form.mark if effect else "",
    }
    return render(request, "facilitation/question.html", context, status=status)


def _address(kit: Kit, rule: Rule) -> str:
    return f"{reverse('question', args=[rule.id])}?kit={kit.slug}"
