"""Addresses that forms are sent to, when somebody opens them: the page that holds the form.

A page that a refused form shows keeps the form's address: pressed Enter in the address bar, kept as a
bookmark, it is asked for as a page. It leads to where the form stands, which checks who may see it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import ResolverMatch, reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.views.errors import method_not_allowed


@dataclass(frozen=True)
class Page:
    """A page by its name, what of the form's address its own keeps, the place on it, and the step that
    the form's address does not say."""

    name: str
    keeps: tuple[str, ...] = ("pk",)
    place: str = ""
    step: StepKey | None = None

    def address(self, match: ResolverMatch) -> str:
        """Return the page's address, from the form's."""
        kept = {key: match.kwargs[key] for key in self.keeps}
        if self.step:
            kept["step"] = self.step
        place = f"#{self.place.format_map(match.kwargs)}" if self.place else ""
        return reverse(self.name, kwargs=kept) + place


_PORTFOLIO = Page("portfolio", ())
_ACCOUNT = Page("account", ())
_TEAM = Page("structure_team")
_STEP = ("pk", "step")
_THREAD = Page("conversation_thread", ("pk", "thread_pk"))
_POINTS = Page("diagnostic_check", place="points")
_REVIEW = Page("diagnostic_check", place="essentiel")
_STEP_REVIEWED = Page("diagnostic_check", place="relire-{step}")

# By the name of the form's address.
PAGES = {
    "portfolio_assign": _PORTFOLIO,
    "portfolio_cohort_add": _PORTFOLIO,
    "portfolio_cohort_remove": _PORTFOLIO,
    "portfolio_letter": _PORTFOLIO,
    "portfolio_letter_send": _PORTFOLIO,
    "account_mails": _ACCOUNT,
    "account_session_end": _ACCOUNT,
    "account_sessions_end": _ACCOUNT,
    "absence": _ACCOUNT,
    "invitation_cancel": _TEAM,
    "invitation_resend": _TEAM,
    "conversation_open": Page("conversation"),
    "conversation_act": _THREAD,
    "conversation_edit": _THREAD,
    "step_restore": Page("step_history", _STEP),
    "step_paste_undo": Page("diagnostic_step", _STEP),
    "positioning_preview": Page("diagnostic_step", step=StepKey.POSITIONING),
    "thread_link": Page("thread"),
    "left_out_reasons": Page("diagnostic_compare"),
    "finding_acknowledge": _POINTS,
    "finding_reopen": _POINTS,
    "request_settle": Page("diagnostic_validate"),
    "step_request": _STEP_REVIEWED,
    "step_reviewed": _STEP_REVIEWED,
    "review_save": Page("diagnostic_check", place="avis"),
    "review_read": _REVIEW,
    "review_take": _REVIEW,
    "review_release": _REVIEW,
}


class LeadBackMiddleware:
    """The one answer to a method that an address does not know: the page of the form for who opens its
    address, else a page that says so (405)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Lead back from an address that only a form is sent to."""
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        match = request.resolver_match
        page = PAGES.get(match.url_name or "") if match else None
        if match and page and request.method in {"GET", "HEAD"}:
            return redirect(page.address(match))
        return _told(request, response)


def _told(request: HttpRequest, refusal: HttpResponseNotAllowed) -> HttpResponse:
    """Say it in a page, with the header that says which methods are known."""
    response = method_not_allowed(request)
    response["Allow"] = refusal["Allow"]
    return response
