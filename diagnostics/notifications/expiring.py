"""The warning before something that nobody uses is erased."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction

from diagnostics.domain.retention import GRACE_DAYS, IDLE_ACCOUNT_DAYS
from diagnostics.models import Diagnostic, User
from diagnostics.notifications.frame import Frame, send_letter
from diagnostics.notifications.letters import Button, Letter, Words
from diagnostics.queries.expiring import Expiring
from diagnostics.typography import french_date, one_line

YEARS = IDLE_ACCOUNT_DAYS // 365


@transaction.atomic
def warn(one: Expiring) -> None:
    """Queue the warning of something that nobody uses; told once for each time it fell asleep."""
    if one.person is None:
        return
    if one.diagnostic is None:
        letter = _of_an_account(one.person)
    else:
        letter = _of_a_draft(one.person, one.diagnostic)
    send_letter(letter, key=one.key, kind="expiring", person=one.person, diagnostic=one.diagnostic)


def _of_an_account(person: User) -> Letter:
    return Letter(
        f"Votre compte sera effacé dans {GRACE_DAYS} jours",
        (
            Words(
                f"Vous n’êtes pas venu·e sur le site depuis {YEARS} ans. Sans nouvelles de vous, votre "
                f"compte sera effacé dans {GRACE_DAYS} jours. Ce que vous avez écrit dans les "
                "diagnostics restera à leurs structures."
            ),
            Words("Pour le garder, connectez-vous\u00a0: il n’y a rien d’autre à faire."),
            Button("Me connecter", f"{settings.SITE_URL}/compte/"),
        ),
        greeting=person.display_name,
        site=settings.SITE_URL,
    )


def _of_a_draft(person: User, diagnostic: Diagnostic) -> Letter:
    frame = Frame(diagnostic, settings.SITE_URL)
    since = french_date(diagnostic.updated_at)
    return Letter(
        f"Un brouillon {one_line(frame.of_structure)} sera effacé dans {GRACE_DAYS} jours",
        (
            Words(
                f"Rien n’a changé dans {frame.the_diagnostic} depuis le {since}, et il n’a jamais été "
                f"soumis. Sans nouvelles de votre équipe, il sera effacé dans {GRACE_DAYS} jours, avec "
                "tout ce qui y est écrit."
            ),
            Words(
                "Pour le garder, changez-y quelque chose. Pour en garder une copie, téléchargez son "
                "rapport."
            ),
            Button("Ouvrir le diagnostic", frame.address("diagnostic_home")),
        ),
        greeting=person.display_name,
        site=settings.SITE_URL,
    )
