"""The demo data: three fictitious structures, created through the other services."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import Answer
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.review import Appreciation, Criterion, Level
from diagnostics.domain.vocabulary import Axis, EventKind, MembershipRole, State, StepKey
from diagnostics.models import Diagnostic, Membership, Structure, User
from diagnostics.services.answers import save_answer
from diagnostics.services.coherence import acknowledge_finding
from diagnostics.services.diagnostics import open_diagnostic, update_frame
from diagnostics.services.journal import record_event
from diagnostics.services.reviews import Said, save_review
from diagnostics.services.structures import create_structure
from diagnostics.services.workflow import submit_diagnostic, validate_diagnostic

FACILITATOR = ("facilitation@rameau.example", "Facilitation Le RAMEAU")
ADMINISTRATOR = ("admin@rameau.example", "Administration Le RAMEAU")
# The board of a demo meets so long after the day that it is loaded; the files were written as of this day.
BOARD_MEETS_AFTER = dt.timedelta(weeks=5)
WRITTEN_ON = dt.date(2026, 5, 15)


@dataclass(frozen=True)
class Profile:
    """A demo structure: its document, its team, and the steps that the contributor filled."""

    file: str
    lead: tuple[str, str]
    members: tuple[tuple[str, str, MembershipRole], ...] = ()
    by_contributor: frozenset[StepKey] = frozenset()


# What the facilitation thinks of the diagnostic that it has validated.
OPINION = Said(
    opinion=(
        "Une ambition claire, portée par une équipe et des alliés qui ont fait leurs preuves. La marche "
        "à franchir est l’essaimage\u00a0: il demande des moyens propres dès la première année."
    ),
    questions=(
        "Quels territoires voisins accompagner en premier, et avec quels moyens\u202f?",
        "Que se passe-t-il si le club d’entreprises ne double pas ses adhésions\u202f?",
    ),
    appreciations=tuple(
        Appreciation(axis=axis, criterion=criterion, level=level)
        for axis, criterion, level in (
            (Axis.VISION, Criterion.CLARITY, Level.SOLID),
            (Axis.AMBITION, Criterion.COHERENCE, Level.SOLID),
            (Axis.MISSIONS, Criterion.ANCHORING, Level.SATISFYING),
            (Axis.MEANS, Criterion.REALISM, Level.TO_SPECIFY),
        )
    ),
)

PROFILES = (
    Profile("brumelle.json", ("referent@brumelle.example", "Référent Brumelle")),
    Profile(
        "sorelle.json",
        ("referente@sorelle.example", "Référente Sorelle"),
        (
            ("contributeur@sorelle.example", "Contributeur Sorelle", MembershipRole.CONTRIBUTOR),
            ("lecture@sorelle.example", "Lecture Sorelle", MembershipRole.READER),
        ),
        frozenset({StepKey.ACTIVITIES, StepKey.TERRITORIAL_SCALES, StepKey.ALLIANCES}),
    ),
    Profile("arvelle.json", ("referente@arvelle.example", "Référente Arvelle")),
)


def load_demo(folder: Path, *, password: str) -> list[Structure]:
    """Create the demo accounts and structures that are not there yet; return the new structures.

    Loading twice changes nothing. Their boards are still to meet: see ``as_of``. One transaction; mails
    are queued as for anybody.
    """
    created = []
    today = timezone.localdate()
    with transaction.atomic():
        facilitator = _account(*FACILITATOR, password, is_facilitator=True)
        _account(*ADMINISTRATOR, password, is_staff=True, is_superuser=True)
        for profile in PROFILES:
            lead = _account(*profile.lead, password)
            if Membership.objects.filter(user=lead).exists():
                continue
            document = load_document(json.loads((folder / profile.file).read_text("utf-8")))
            moved = as_of(today, document)
            created.append(_structure(profile, moved, lead, facilitator, password))
    return created


def as_of(day: dt.date, document: DiagnosticDocument) -> DiagnosticDocument:
    """Return the document of a demo as if it had been prepared by a day: a board that has met months ago
    is nothing to prepare for.

    The board's date and the workshops move by the same number of days, so that the board meets five weeks
    later (a workshop stays before it); the calendar moves by whole months, with the board's month. Year N,
    deadlines and texts stay: the diagnostic is the one of the file.
    """
    moved = document.model_copy(deep=True)
    card, decisions = moved.diagnostic, moved.answers.board_decisions
    board = card.board_date
    days = day - (board - BOARD_MEETS_AFTER if board else WRITTEN_ON)
    for workshop in card.workshops:
        workshop.date = workshop.date and workshop.date + days
    if board is not None:
        card.board_date = board + days
        months = _months(card.board_date) - _months(board)
        for milestone in decisions.calendar if decisions else ():
            milestone.month = milestone.month and _months_later(milestone.month, months)
    return moved


def _months(day: dt.date) -> int:
    return 12 * day.year + day.month - 1


def _months_later(month: str, months: int) -> str:
    year, number = divmod(_months(dt.date.fromisoformat(f"{month}-01")) + months, 12)
    return f"{year:04d}-{number + 1:02d}"


def _account(email: str, name: str, password: str, **rights: bool) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, password, name=name, **rights)
        EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def _structure(
    profile: Profile, document: DiagnosticDocument, lead: User, facilitator: User, password: str
) -> Structure:
    card = document.structure.model_dump(mode="json")
    structure = create_structure(user=lead, **card)
    structure.facilitator = facilitator
    structure.save(update_fields=["facilitator"])
    contributor = lead
    for email, name, role in profile.members:
        member = _account(email, name, password)
        Membership.objects.create(structure=structure, user=member, role=role.value)
        record_event(EventKind.MEMBER_JOINED, actor=member, structure=structure, role=role.value)
        if role is MembershipRole.CONTRIBUTOR:
            contributor = member
    diagnostic = _diagnostic(document, structure, lead)
    for step, answer in document.answers.given():
        author = contributor if step in profile.by_contributor else lead
        _save(diagnostic, answer, author)
    for choice in document.acknowledgements:
        acknowledge_finding(
            diagnostic, rule=choice.rule, rows=choice.rows, reason=choice.reason, user=lead
        )
    if document.diagnostic.state is not State.DRAFT:
        submit_diagnostic(diagnostic, user=lead, base_url=settings.SITE_URL)
    if document.diagnostic.state is State.VALIDATED:
        save_review(diagnostic, OPINION, base_revision=0, user=facilitator)
        validate_diagnostic(diagnostic, user=facilitator, base_url=settings.SITE_URL)
    return structure


def _diagnostic(document: DiagnosticDocument, structure: Structure, lead: User) -> Diagnostic:
    card = document.diagnostic
    diagnostic = open_diagnostic(
        structure,
        title=card.title,
        base_year=card.base_year,
        horizon_years=card.horizon_years,
        user=lead,
    )
    update_frame(
        diagnostic,
        title=card.title,
        board_date=card.board_date,
        workshops=card.workshops,
        user=lead,
    )
    return diagnostic


def _save(diagnostic: Diagnostic, answer: Answer, author: User) -> None:
    save_answer(diagnostic, answer, internal_note="", base_revision=0, user=author)
