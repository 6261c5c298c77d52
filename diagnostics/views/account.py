"""The page of one's own account: one's name, and the mails that one receives."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from diagnostics.forms.accounts import MailsForm, NameForm
from diagnostics.forms.facilitation import AbsenceForm
from diagnostics.models import CommentMails, User
from diagnostics.notifications import Optional, read_token
from diagnostics.queries.open_sessions import sessions_of
from diagnostics.queries.reviewing import other_facilitators
from diagnostics.requests import SignedInRequest
from diagnostics.services.open_sessions import end_session, end_sessions
from diagnostics.services.people import change_name, choose_mails, leave_comments, leave_reminders


@require_http_methods(["GET", "HEAD", "POST"])
def show_account(request: SignedInRequest) -> HttpResponse:
    """Show what one's account is made of, and change the displayed name."""
    form = _name_form(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        change_name(request.user, name=form.cleaned_data["name"])
        messages.success(request, "Votre nom est enregistré.")
        return redirect("account")
    return render_account(request, name=form)


@require_POST
def change_mails(request: SignedInRequest) -> HttpResponse:
    """Change which mails one receives."""
    form = MailsForm(request.POST)
    if not form.is_valid():
        return render_account(request, mails=form)
    choose_mails(
        request.user,
        comments=CommentMails(form.cleaned_data["comments"]),
        reminders=form.cleaned_data["reminders"],
    )
    messages.success(request, "Votre choix est enregistré.")
    return redirect("account")


def render_account(
    request: SignedInRequest,
    *,
    name: NameForm | None = None,
    mails: MailsForm | None = None,
    absence: AbsenceForm | None = None,
) -> HttpResponse:
    """Render the page of the account, with the form that was just refused."""
    user = request.user
    chosen = {"comments": user.comment_mails, "reminders": user.reminder_mails}
    context: dict[str, Any] = {
        "form": name or _name_form(user),
        "mails": mails or MailsForm(initial=chosen),
    }
    if user.is_facilitator:
        context["absence"] = absence or AbsenceForm.of(user, other_facilitators(user))
    is_refused = any(form.errors for form in context.values())
    context |= {"sessions": sessions_of(user), "current": request.session.session_key}
    return render(request, "account/overview.html", context, status=422 if is_refused else 200)


def _name_form(user: User, data: Any = None) -> NameForm:
    return NameForm(data, initial={"name": user.display_name})


@require_POST
def end_own_session(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a session of one's own in another browser."""
    end_session(get_object_or_404(sessions_of(request.user), pk=pk), actor=request.user)
    messages.success(request, "La session est fermée.")
    return redirect(f"{reverse('account')}#sessions")


@require_POST
def end_other_sessions(request: SignedInRequest) -> HttpResponse:
    """End all one's sessions but this one."""
    own = request.session.session_key or ""
    end_sessions(request.user, but=own, actor=request.user)
    messages.success(request, "Les autres sessions sont fermées.")
    return redirect(f"{reverse('account')}#sessions")


@csrf_exempt  # the signed link is the right: mail programs post it without a page (RFC 8058)
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave_mails(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to stop a kind of mail, and stop it: the link of each such mail, without a sign-in."""
    leaving = read_token(token)
    if leaving is None:
        raise Http404
    is_done = request.method == "POST"
    if is_done and leaving.kind is Optional.COMMENTS:
        leave_comments(leaving.person_id)
    elif is_done:
        leave_reminders(leaving.person_id)
    return render(request, "account/leave_mails.html", {"kind": leaving.kind, "is_done": is_done})
