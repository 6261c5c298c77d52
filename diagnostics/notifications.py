"""Mails of the application: rendered here, queued in the caller's transaction.

Each mail is two templates of ``templates/emails``: ``<name>.txt``, whose first line is the subject,
and ``<name>.html``. One job per address: a retry never writes twice to the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from procrastinate.contrib.django import app

from diagnostics.domain.conversation import Audience
from diagnostics.domain.permissions import EDITING_ROLES
from diagnostics.models import Diagnostic, Invitation, Message, User
from diagnostics.services.team import invitation_token


@dataclass(frozen=True)
class Mail:
    """What is sent to one address; plain JSON once in the queue."""

    to: str
    subject: str
    text: str
    html: str

    def send(self) -> None:
        """Hand the mail to the mail server; what fails is raised."""
        message = EmailMultiAlternatives(self.subject, self.text, to=[self.to])
        message.attach_alternative(self.html, "text/html")
        message.send()


def diagnostic_submitted(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell the structure's facilitator, or all of them when it has none, of a submission."""
    _queue(
        "diagnostic_submitted",
        _facilitators(diagnostic),
        diagnostic,
        address=base_url + reverse("diagnostic_check", args=[diagnostic.pk]),
        base_url=base_url,
    )


def submission_withdrawn(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell those who were to review it that the structure took its diagnostic back."""
    _queue(
        "submission_withdrawn",
        _facilitators(diagnostic),
        diagnostic,
        address=base_url + reverse("diagnostic_check", args=[diagnostic.pk]),
        base_url=base_url,
    )


def changes_requested(diagnostic: Diagnostic, *, thread_id: int | None, base_url: str) -> None:
    """Tell those who fill in the diagnostic what the facilitator asks of them."""
    _queue(
        "changes_requested",
        _team(diagnostic, roles=[role.value for role in EDITING_ROLES]),
        diagnostic,
        reason=_first_words(thread_id),
        address=base_url + reverse("diagnostic_home", args=[diagnostic.pk]),
        base_url=base_url,
    )


def diagnostic_reopened(diagnostic: Diagnostic, *, thread_id: int | None, base_url: str) -> None:
    """Tell the team and the facilitator that the diagnostic is open again, and why."""
    _queue(
        "diagnostic_reopened",
        [*_team(diagnostic), *_facilitators(diagnostic)],
        diagnostic,
        reason=_first_words(thread_id),
        address=base_url + reverse("diagnostic_home", args=[diagnostic.pk]),
        base_url=base_url,
    )


def diagnostic_adopted(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell the team and the facilitator that the board adopted the diagnostic."""
    _queue(
        "diagnostic_adopted",
        [*_team(diagnostic), *_facilitators(diagnostic)],
        diagnostic,
        address=base_url + reverse("report", args=[diagnostic.pk]),
        base_url=base_url,
    )


def message_written(message: Message, *, base_url: str) -> None:
    """Tell those who read a thread, less who wrote it, of a message."""
    thread = message.thread
    diagnostic, audience = thread.diagnostic, Audience(thread.audience)
    team, people = _team(diagnostic), []
    if audience is not Audience.FACILITATORS:
        people += team
    if audience is not Audience.TEAM:
        people += [person for person in _facilitators(diagnostic) if person not in team]
    _queue(
        "message_written",
        [person for person in people if person.pk != message.author_id],
        diagnostic,
        message=message,
        audience=audience,
        address=base_url + reverse("diagnostic_home", args=[diagnostic.pk]),
        base_url=base_url,
    )


def _first_words(thread_id: int | None) -> str:
    """Return what a thread began with, nothing without one."""
    first = Message.objects.filter(thread=thread_id).values_list("text", flat=True).first()
    return first or ""


def diagnostic_validated(diagnostic: Diagnostic, *, base_url: str) -> None:
    """Tell the whole team that the diagnostic is validated and can go to the board."""
    _queue(
        "diagnostic_validated",
        _team(diagnostic),
        diagnostic,
        address=base_url + reverse("report", args=[diagnostic.pk]),
        base_url=base_url,
    )


def invitation_mail(invitation: Invitation, *, base_url: str) -> Mail:
    """Write the mail that carries an invitation's link; it is sent at once, never stored."""
    path = reverse("invitation_accept", args=[invitation_token(invitation)])
    return _render(
        "invitation",
        invitation.email,
        {"invitation": invitation, "address": base_url + path, "base_url": base_url},
    )


def _facilitators(diagnostic: Diagnostic) -> list[User]:
    """Return the structure's facilitator, or all of them when it has none."""
    follower = diagnostic.structure.facilitator
    if follower and follower.is_active and follower.is_facilitator:
        return [follower]
    return list(User.objects.filter(is_facilitator=True, is_active=True).order_by("pk"))


def _team(diagnostic: Diagnostic, roles: list[str] | None = None) -> list[User]:
    condition: dict[str, Any] = {"memberships__structure": diagnostic.structure_id}
    if roles is not None:
        condition["memberships__role__in"] = roles
    return list(User.objects.filter(is_active=True, **condition).order_by("pk"))


def _queue(name: str, people: Iterable[User], diagnostic: Diagnostic, **context: Any) -> None:
    for person in people:
        mail = _render(name, person.email, {"diagnostic": diagnostic, "person": person, **context})
        app.configure_task("send_mail").defer(
            to=mail.to, subject=mail.subject, text=mail.text, html=mail.html
        )


def _render(name: str, to: str, context: dict[str, Any]) -> Mail:
    first, _, rest = render_to_string(f"emails/{name}.txt", context).partition("\n")
    return Mail(
        to=to,
        subject=" ".join(first.split()),
        text=rest.strip() + "\n",
        html=render_to_string(f"emails/{name}.html", context),
    )
