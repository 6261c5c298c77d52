"""What a structure answers to the points to discuss, « utile », « pas pour nous » or « choix assumé », and
taking it back."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from diagnostics.domain.answers import LONG_TEXT, is_printable
from diagnostics.domain.coherence import CoherenceFinding
from diagnostics.domain.indicators import compute_indicators
from diagnostics.domain.vocabulary import EventKind, Verdict
from diagnostics.models import Acknowledgement, Diagnostic, User
from diagnostics.queries import (
    findings_of,
    load_diagnostic_document,
    thresholds_of,
)
from diagnostics.services.answers import lock_for_editing
from diagnostics.services.errors import ServiceError, WrongState
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

    What was answered before to the same rule and rows is replaced. With ``fingerprint`` the point
    must still say what the person read. The diagnostic's indicators are computed again.

    Raises NotAllowed, WrongState, FindingGone, and ServiceError for a reason that is empty, longer
    than 1,000 characters or unprintable.
    """
    if not reason.strip():
        raise ServiceError("Dites en une phrase pourquoi vous faites ce choix.")
    return _answer(diagnostic, rule, rows, Verdict.ASSUMED, reason, user, fingerprint)


def judge_question(
    diagnostic: Diagnostic,
    *,
    rule: str,
    rows: Iterable[str],
    verdict: Verdict,
    user: User,
    reason: str = "",
    fingerprint: str | None = None,
) -> Acknowledgement:
    """Say of a question that it is useful, or not for this structure, which sets the point aside, and
    why if one likes; as :func:`acknowledge_finding`. A choice made on purpose is first discussed again.

    Raises NotAllowed, WrongState (it is a choice made on purpose), FindingGone, and ServiceError for a
    reason that is too long or unprintable.
    """
    return _answer(diagnostic, rule, rows, verdict, reason, user, fingerprint)


def _answer(
    diagnostic: Diagnostic,
    rule: str,
    rows: Iterable[str],
    verdict: Verdict,
    reason: str,
    user: User,
    fingerprint: str | None,
) -> Acknowledgement:
    reason = reason.strip()
    if len(reason) > LONG_TEXT:
        raise ServiceError(f"{LONG_TEXT} caractères au plus.")
    if not is_printable(reason):
        raise ServiceError("Ce texte contient un caractère de contrôle\u00a0: retirez-le.")
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        finding = _finding(locked, rule, rows)
        if fingerprint not in {None, finding.fingerprint}:
            raise FindingGone(
                "Les réponses ont changé\u00a0: ce point dit autre chose à présent. Relisez-le avant de "
                "répondre."
            )
        if verdict is not Verdict.ASSUMED and finding.acknowledgement is not None:
            raise WrongState(
                "Ce point est un choix assumé\u00a0: remettez-le d’abord en discussion."
            )
        acknowledgement, _created = Acknowledgement.objects.update_or_create(
            diagnostic=locked,
            rule=rule,
            rows=list(finding.row_key),
            defaults={
                "fingerprint": finding.fingerprint,
                "verdict": verdict.value,
                "reason": reason,
                "made_by": user,
                "made_at": timezone.now(),
            },
        )
        _record(locked, acknowledgement, user)
    return acknowledgement


def withdraw_acknowledgement(
    diagnostic: Diagnostic, *, rule: str, rows: Iterable[str], user: User
) -> None:
    """Take an answer back, whatever it is: the point, if it is still there, is open again.

    The diagnostic's indicators are computed again. Raises NotAllowed, WrongState, and FindingGone
    when there is no such answer.
    """
    with transaction.atomic():
        locked = lock_for_editing(diagnostic, user=user)
        acknowledgement = locked.acknowledgements.filter(rule=rule, rows=sorted(set(rows))).first()
        if acknowledgement is None:
            raise FindingGone("Ce choix n’est plus là\u00a0: il a déjà été remis en discussion.")
        acknowledgement.delete()
        _record(locked, acknowledgement, user, is_withdrawn=True)


def refresh_indicators(diagnostic: Diagnostic) -> None:
    """Compute the indicators of a diagnostic again, in the transaction of what changed them."""
    document = load_diagnostic_document(diagnostic)
    diagnostic.indicators = dict(
        compute_indicators(
            document,
            thresholds_of(diagnostic),
            today=timezone.localdate(),
            trials=diagnostic.kit.trials,
        )
    )
    diagnostic.save(update_fields=["indicators"])


def defer_refresh(kit_id: int, after: str = "") -> None:
    """Have the worker compute the indicators of the diagnostics of a kit again, those that come after one
    (in the order of their keys)."""
    app.configure_task("refresh_indicators", priority=-1).defer(kit_id=kit_id, after=after)


def _finding(diagnostic: Diagnostic, rule: str, rows: Iterable[str]) -> CoherenceFinding:
    """Return what the rule finds of these rows now; raises FindingGone."""
    document = load_diagnostic_document(diagnostic)
    wanted = set(rows)
    for finding in findings_of(diagnostic, document):
        if finding.rule == rule and set(finding.rows) == wanted:
            return finding
    raise FindingGone("Ce point n’est plus à discuter : les réponses ont changé.")


def _record(
    diagnostic: Diagnostic,
    acknowledgement: Acknowledgement,
    user: User,
    *,
    is_withdrawn: bool = False,
) -> None:
    diagnostic.updated_at = timezone.now()
    diagnostic.save(update_fields=["updated_at"])
    refresh_indicators(diagnostic)
    told = {"rule": acknowledgement.rule, "rows": acknowledgement.rows}
    if acknowledgement.verdict == Verdict.ASSUMED.value:
        kinds = (EventKind.FINDING_ACKNOWLEDGED, EventKind.ACKNOWLEDGEMENT_WITHDRAWN)
    else:
        kinds = (EventKind.QUESTION_JUDGED, EventKind.JUDGEMENT_WITHDRAWN)
        told["verdict"] = acknowledgement.verdict
    record_event(
        kinds[is_withdrawn],
        actor=user,
        structure=diagnostic.structure,
        diagnostic=diagnostic,
        **told,
    )
