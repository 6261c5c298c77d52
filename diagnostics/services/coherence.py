"""What a structure answers to the points to discuss: « choix assumé », and taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import LONG_TEXT, is_printable
from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.domain.indicators import compute_indicators
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Acknowledgement, Diagnostic, User
from diagnostics.queries import (
    findings_of,
    load_diagnostic_document,
    thresholds_of,
)
from diagnostics.services.answers import lock_for_editing
from diagnostics.services.errors import ServiceError
from diagnostics.services.journal import record_event


class FindingGone(ServiceError):
    """The point is not to be discussed any more, or says something else now."""


def acknowledge_finding(
    diagnostic: Diagnostic,
    *,
    rule: str,
    rows: Iterable[str],
    reason: str,
    user: User,
    fingerprint: str | None = None,
) -> Acknowledgement:
    """Answer a point to discuss with the reason of a choice; one transaction, under lock.

    A reason given before for the same rule and rows is replaced. With ``fingerprint`` the point
    must still say what the person read. The diagnostic's indicators are computed again.

    Raises NotAllowed, WrongState, FindingGone, and ServiceError for a reason that is empty, longer
    than 1,000 characters or unprintable.
    """
    reason = reason.strip()
    if not reason:
        raise ServiceError("Dites en une phrase pourquoi vous faites ce choix.")
    if len(reason) > LONG_TEXT:
        raise ServiceError(f"{LONG_TEXT} caractères au plus.")
    if not is_printable(reason):
        raise ServiceError("Ce texte contient un caractère de contrôle : retirez-le.")
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        finding = _finding(locked, rule, rows)
        if fingerprint not in {None, finding.fingerprint}:
            raise FindingGone(
                "Les réponses ont changé : ce point dit autre chose à présent. Relisez-le avant de "
                "répondre."
            )
        acknowledgement, _created = Acknowledgement.objects.update_or_create(
            diagnostic=locked,
            rule=rule,
            rows=list(finding.row_key),
            defaults={
                "fingerprint": finding.fingerprint,
                "reason": reason,
                "made_by": user,
                "made_at": timezone.now(),
            },
        )
        _record(EventKind.FINDING_ACKNOWLEDGED, locked, acknowledgement, user)
    return acknowledgement


def withdraw_acknowledgement(
    diagnostic: Diagnostic, *, rule: str, rows: Iterable[str], user: User
) -> None:
    """Take a choice back: the point, if it is still there, is open again.

    The diagnostic's indicators are computed again. Raises NotAllowed, WrongState, and FindingGone
    when there is no such choice.
    """
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        acknowledgement = locked.acknowledgements.filter(rule=rule, rows=sorted(set(rows))).first()
        if acknowledgement is None:
            raise FindingGone("Ce choix n’est plus là : il a déjà été remis en discussion.")
        acknowledgement.delete()
        _record(EventKind.ACKNOWLEDGEMENT_WITHDRAWN, locked, acknowledgement, user)


def refresh_indicators(diagnostic: Diagnostic) -> None:
    """Compute the indicators of a diagnostic again, in the transaction of what changed them."""
    document = load_diagnostic_document(diagnostic)
    diagnostic.indicators = dict(
        compute_indicators(document, thresholds_of(diagnostic), today=timezone.localdate())
    )
    diagnostic.save(update_fields=["indicators"])


def _finding(diagnostic: Diagnostic, rule: str, rows: Iterable[str]) -> CoherenceFinding:
    """Return what the rule finds of these rows now; raises FindingGone."""
    document = load_diagnostic_document(diagnostic)
    wanted = set(rows)
    for finding in findings_of(diagnostic, document):
        if finding.rule == rule and set(finding.rows) == wanted:
            return finding
    raise FindingGone("Ce point n’est plus à discuter : les réponses ont changé.")


def _record(
    kind: EventKind, diagnostic: Diagnostic, acknowledgement: Acknowledgement, user: User
) -> None:
    diagnostic.updated_at = timezone.now()
    diagnostic.save(update_fields=["updated_at"])
    refresh_indicators(diagnostic)
    record_event(
        kind,
        actor=user,
        structure=diagnostic.structure,
        diagnostic=diagnostic,
        rule=acknowledgement.rule,
        rows=acknowledgement.rows,
    )
