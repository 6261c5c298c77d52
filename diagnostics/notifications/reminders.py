"""Reminders: what has waited too long for a person, in one mail a day at most.

A lead is reminded of a draft that nobody touched; a facilitator of a review that waits. What waits is
what the start page says (:mod:`diagnostics.queries.todo`).
"""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.domain.workflow import NextAction
from diagnostics.models import Diagnostic, QueuedMail, User
from diagnostics.notifications.frame import Frame, send_letter
from diagnostics.notifications.leaving import Optional, leave_address
from diagnostics.notifications.letters import Button, Item, Items, Letter, Words
from diagnostics.queries.concerned import Facilitation, load_facilitation
from diagnostics.queries.todo import ToDo, load_to_do
from diagnostics.typography import french_date

UNTOUCHED = 14  # days that a draft waits before its lead is reminded, and between two of its mails
TWICE = 2  # reminders of one draft, until somebody touches it
REVIEW_WAITS = 7  # days
HOURS = range(8, 12)  # on the wall: when reminders leave, for a worker that was away at eight


def send_reminders(now: dt.datetime, *, base_url: str) -> int:
    """Queue the reminders of the day; return how many. Asked again the same day, nobody has two."""
    local = timezone.localtime(now)
    if local.hour not in HOURS:
        return 0
    today = local.date()
    facilitation = load_facilitation(today)
    queued = 0
    for person in _may_be_reminded(now, facilitation):
        waiting = load_to_do(person, facilitation)
        due = [one for one in waiting if is_due(one, person, today=today)]
        if due:
            queued += _remind(person, due, today=today, base_url=base_url)
    return queued


def _may_be_reminded(now: dt.datetime, facilitation: Facilitation) -> list[User]:
    """Return those for whom something may have waited too long, who want to be told of it."""
    # A day more than needed: local days are told apart below.
    touched = now - dt.timedelta(days=UNTOUCHED - 1)
    drafts = Diagnostic.objects.filter(state=State.DRAFT.value, updated_at__lt=touched)
    leads = Q(
        memberships__role=MembershipRole.LEAD.value,
        memberships__structure__in=drafts.values("structure"),
    )
    there = [pk for pk, person in facilitation.people.items() if not facilitation.is_away(person)]
    people = User.objects.filter(leads | Q(pk__in=there), is_active=True, reminder_mails=True)
    return list(people.order_by("pk").distinct())


def is_due(one: ToDo, person: User, *, today: dt.date) -> bool:
    """Tell whether a person is to be reminded of something today (a query or two for what waited).

    Days are those of the wall's calendar, whatever the hour.
    """
    waited = (today - timezone.localtime(one.since).date()).days
    if one.step.action is NextAction.REVIEW:
        return waited >= REVIEW_WAITS and not _reminders(one, person)
    is_leads_draft = (
        one.diagnostic.state == State.DRAFT and one.diagnostic.role_of_user == MembershipRole.LEAD
    )
    if not is_leads_draft or waited < UNTOUCHED or _reminders(one, person) >= TWICE:
        return False
    last = _last_mail_about(one.diagnostic, person)
    return last is None or (today - timezone.localtime(last).date()).days >= UNTOUCHED


def _reminders(one: ToDo, person: User) -> int:
    """Count the reminders of this very wait: what was touched since waits anew."""
    return QueuedMail.objects.filter(
        person=person, kind="reminder", about__contains=[_about(one)]
    ).count()


def _last_mail_about(diagnostic: Diagnostic, person: User) -> dt.datetime | None:
    """Return when a person had their last mail about a diagnostic, of whatever kind."""
    about = Q(diagnostic=diagnostic) | Q(about__contains=[{"diagnostic": str(diagnostic.pk)}])
    last = QueuedMail.objects.filter(about, person=person).order_by("-queued_at").first()
    return last.queued_at if last else None


def _about(one: ToDo) -> dict[str, str]:
    return {"diagnostic": str(one.diagnostic.pk), "since": one.since.isoformat()}


def _remind(person: User, due: list[ToDo], *, today: dt.date, base_url: str) -> int:
    is_new = send_letter(
        _reminder(person, due, base_url=base_url),
        key=f"reminder:{person.pk}:{today.isoformat()}",
        kind="reminder",
        person=person,
        diagnostic=due[0].diagnostic if len(due) == 1 else None,
        about=[_about(one) for one in due],
    )
    return int(is_new)


def _reminder(person: User, due: list[ToDo], *, base_url: str) -> Letter:
    if len(due) == 1:
        what = f"le diagnostic {Frame(due[0].diagnostic, base_url).of_structure} vous attend"
    else:
        what = f"{len(due)} diagnostics vous attendent"
    items = tuple(
        Item(
            f"{one.step.words}\u00a0: {Frame(one.diagnostic, base_url).the_diagnostic}, "
            f"{_waits_since(one)}",
            base_url + one.step.address,
        )
        for one in due
    )
    return Letter(
        f"Rappel\u00a0: {what}",
        (
            Words("Voici ce qui vous attend."),
            Items(items),
            Button("Ouvrir ma page d’accueil", base_url + "/"),
        ),
        greeting=person.display_name,
        site=base_url + "/",
        why="Ces rappels viennent une fois par jour au plus, quand quelque chose attend depuis longtemps.",
        leave=leave_address(person, Optional.REMINDERS, base_url=base_url),
        leave_label="Ne plus recevoir de rappels",
    )


def _waits_since(one: ToDo) -> str:
    day = french_date(timezone.localtime(one.since).date())
    if one.step.action is NextAction.REVIEW:
        return f"soumis le {day}"
    return f"sans changement depuis le {day}"
