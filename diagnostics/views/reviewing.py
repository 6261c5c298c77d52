"""What a facilitator does while she reads a diagnostic: take it in charge, say what she thinks of it, go
through its steps, validate it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from diagnostics.domain.lacking import mark_of
from diagnostics.domain.vocabulary import StepKey
from diagnostics.domain.workflow import REQUEST_CHANGES, VALIDATE
from diagnostics.forms.facilitation import HandOverForm, OpinionForm, ValidationForm
from diagnostics.models import Diagnostic, Review, User
from diagnostics.queries import LoadedDiagnostic, get_diagnostic, get_version, opinion_of, texts_of
from diagnostics.queries.reviewing import (
    facilitators_for,
    next_review,
    open_review,
    read_lacking,
    settled_apart,
)
from diagnostics.report.opinion import OpinionPage, printed_opinion
from diagnostics.requests import SignedInRequest
from diagnostics.services import reviews, workflow
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.once import do_once, led_to
from diagnostics.views.diagnostics import base_url, render_check_page

# --- Validating -------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def validate(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask before validating: what is lacking, and why all the same; validate on POST."""
    once = request.POST.get("once", "")
    if address := led_to(once, user=request.user):
        return redirect(address)
    loaded = reviewed(request, pk)
    form = ValidationForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return ask_before_validating(request, loaded, form)
    if not form.is_valid():
        return ask_before_validating(request, loaded, form, status=422)

    def action() -> str:
        workflow.validate_diagnostic(
            loaded.diagnostic,
            user=request.user,
            base_url=base_url(request),
            in_spite=form.cleaned_data["in_spite"],
            seen=form.cleaned_data["seen"] or None,
        )
        return reverse("diagnostic_check", args=[pk])

    try:
        address, is_new = do_once(once, user=request.user, action=action)
    except NotAllowed:
        raise
    except workflow.ReasonMissing as error:
        form.add_error("in_spite", str(error))
        return ask_before_validating(request, loaded, form, status=422)
    except ServiceError as error:
        # What was typed stays in its field, unless the diagnostic is not to be validated any more.
        again = reviewed(request, pk)
        return ask_before_validating(request, again, form, problem=str(error), status=409)
    if is_new:
        messages.success(request, "Le diagnostic est validé\u00a0: la structure est prévenue.")
    return redirect(address)


def ask_before_validating(
    request: SignedInRequest,
    loaded: LoadedDiagnostic,
    form: ValidationForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show what is lacking, what is asked and the opinion, with what was typed already."""
    diagnostic = loaded.diagnostic
    review = open_review(diagnostic)
    lacking = read_lacking(diagnostic)
    pending, addressed = settled_apart(diagnostic)
    if lacking:
        form.ask_why()
    context = {
        "diagnostic": diagnostic,
        "access": loaded.access,
        "review": review,
        "printed": _as_printed(diagnostic, review, lacking, user=request.user),
        "lacking": lacking,
        "mark": mark_of(lacking, review.revision) if review else "",
        "pending": pending,
        "addressed": addressed,
        "form": form,
        # The form's buttons and the requests' carry what is typed in it.
        "form_id": "validation" if loaded.access.can(VALIDATE) or form["in_spite"].value() else "",
        "problem": problem,
    }
    return render(request, "facilitation/validate.html", context, status=status)


def _as_printed(
    diagnostic: Diagnostic, review: Review | None, lacking: Sequence[str], *, user: User
) -> OpinionPage | None:
    """Return what the report will print once the person has validated, but for the reason she types."""
    if review is None:
        return None
    today = timezone.localdate()
    opinion = opinion_of(review, author=user, day=today, lacking=lacking)
    return printed_opinion(opinion, texts_of(diagnostic))


# --- The review -------------------------------------------------------------------------------------


@require_POST
def save_opinion(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Keep the opinion, the questions and the appreciations; of two people at once, the second has
    their text back beside what the first wrote."""
    loaded = reviewed(request, pk)
    review = open_review(loaded.diagnostic)
    if review is None:
        raise WrongState(loaded.access.obstacle(REQUEST_CHANGES))
    form = OpinionForm.of(review, request.POST)
    if not form.is_valid():
        return render_check_page(request, loaded, opinion=form, status=422)
    try:
        reviews.save_review(
            loaded.diagnostic,
            form.said,
            base_revision=form.cleaned_data["revision"],
            user=request.user,
        )
    except reviews.ReviewChanged:
        loaded = reviewed(request, pk)
        return render_check_page(request, loaded, opinion=form, overtaken=True, status=409)
    messages.success(request, "Votre avis est enregistré\u00a0: il paraîtra une fois validé.")
    return redirect(check_page(pk, "avis"))


@require_POST
def mark_step(request: SignedInRequest, pk: UUID, step: StepKey) -> HttpResponse:
    """Say that there is nothing to say of a step, or take it back; come back to the step."""
    loaded = reviewed(request, pk)
    act = reviews.unmark_step if "undo" in request.POST else reviews.mark_step
    act(loaded.diagnostic, step, user=request.user)
    return redirect(check_page(pk, f"relire-{step.value}"))


@require_POST
def mark_read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Keep that the person has read a version."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.is_facilitator:
        raise PermissionDenied(REQUEST_CHANGES.no_right)
    number = request.POST.get("version", "")
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise Http404
    version = get_version(loaded.diagnostic, int(number))
    reviews.mark_read(loaded.diagnostic, version, user=request.user)
    messages.success(
        request,
        f"C’est noté\u00a0: la prochaine fois, vous lirez ce qui a changé depuis la version {version.number}.",
    )
    return redirect(check_page(pk, "essentiel"))


# --- Who reviews ------------------------------------------------------------------------------------


@require_POST
def take(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take the review in charge."""
    loaded = reviewed(request, pk)
    return _tell(
        request,
        pk,
        lambda: reviews.take_review(loaded.diagnostic, user=request.user),
        "Vous avez pris cette relecture en charge.",
    )


@require_POST
def release(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Give the review back to whoever wants it."""
    loaded = reviewed(request, pk)
    return _tell(
        request,
        pk,
        lambda: reviews.release_review(loaded.diagnostic, user=request.user),
        "Cette relecture n’est plus prise en charge.",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask to whom the review goes, with a word; hand it over on POST."""
    loaded = reviewed(request, pk)
    people = facilitators_for(loaded.diagnostic.structure)
    form = HandOverForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        reviews.hand_over_review(
            loaded.diagnostic, to=to, words=form.cleaned_data["words"], user=request.user
        )
        messages.success(request, f"La relecture est confiée à {to.display_name}.")
        return redirect("diagnostic_check", pk=pk)
    context = {
        "diagnostic": loaded.diagnostic,
        "review": open_review(loaded.diagnostic),
        "form": form,
    }
    status = 422 if form.errors else 200
    return render(request, "facilitation/hand_over.html", context, status=status)


@require_safe
def show_next(request: SignedInRequest) -> HttpResponse:
    """Lead to the next diagnostic that waits for the person; ``?apres=`` is the one just read."""
    if not request.user.is_facilitator:
        raise PermissionDenied
    after = None
    with suppress(ValueError):
        after = UUID(request.GET.get("apres", ""))
    following = next_review(request.user, after=after)
    if following is None:
        messages.info(request, "Aucune autre relecture ne vous attend.")
        return redirect("portfolio")
    return redirect("diagnostic_check", pk=following.pk)


# --- What they share ----------------------------------------------------------------------------------


def reviewed(request: SignedInRequest, pk: UUID) -> LoadedDiagnostic:
    """Load a diagnostic that the person reviews; PermissionDenied without the right, WrongState when
    it is not to be reviewed now."""
    loaded = get_diagnostic(request.user, pk)
    if not loaded.access.may(VALIDATE):
        raise PermissionDenied(VALIDATE.no_right)
    if obstacle := loaded.access.obstacle(REQUEST_CHANGES):
        raise WrongState(obstacle)
    return loaded


def check_page(pk: UUID, place: str) -> str:
    """Return the address of a place of the check page."""
    return f"{reverse('diagnostic_check', args=[pk])}#{place}"


def _tell(
    request: SignedInRequest, pk: UUID, action: Callable[[], object], done: str
) -> HttpResponse:
    try:
        action()
    except NotAllowed:
        raise
    except WrongState as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(check_page(pk, "essentiel"))
