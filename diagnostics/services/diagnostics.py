"""Opening a diagnostic, editing what frames it, deleting one that was never submitted."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.document import Workshop
from diagnostics.domain.indicators import compute_indicators
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Diagnostic, Kit, Structure, User
from diagnostics.queries import (
    build_document,
    load_diagnostic_document,
    team_access,
    thresholds_of,
)
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.locking import lock_diagnostic, lock_structure

CURRENT_KIT = "rameau-2013"


class PeriodTaken(ServiceError):
    """The structure has a diagnostic for these very years: ``existing``, the newest of them."""

    def __init__(self, existing: Diagnostic) -> None:
        super().__init__("Un diagnostic existe déjà pour ces années.")
        self.existing = existing


def open_diagnostic(
    structure: Structure,
    *,
    title: str,
    base_year: int,
    horizon_years: int,
    user: User,
    board_date: dt.date | None = None,
    kit_slug: str = CURRENT_KIT,
    beside_another: bool = True,
    previous: Diagnostic | None = None,
) -> Diagnostic:
    """Open a diagnostic for a structure with the current kit (or another), which it keeps for life.

    ``previous``: the one that it follows; its answers are not copied here. ``beside_another`` False: raises PeriodTaken when there is one for the same years, be it opened
    at this very moment. Writes the journal. Raises NotAllowed, or ServiceError when the kit was
    never loaded.
    """
    with transaction.atomic():
        if not team_access(structure.pk, user).can_manage:
            raise NotAllowed("Seul·e le ou la référent·e ouvre un diagnostic.")
        lock_structure(structure.pk)  # two at once are seen, and a deletion
        if not beside_another:
            years = {"base_year": base_year, "horizon_years": horizon_years}
            existing = structure.diagnostics.filter(**years).first()
            if existing is not None:
                raise PeriodTaken(existing)
        kit = Kit.objects.filter(slug=kit_slug).first()
        if kit is None:
            raise ServiceError(
                f"Le kit « {kit_slug} » n’est pas chargé : lancez « manage.py load_kit »."
            )
        diagnostic = Diagnostic(
            structure=structure,
            kit=kit,
            title=title,
            base_year=base_year,
            horizon_years=horizon_years,
            board_date=board_date,
            created_by=user,
            previous=previous,
        )
        document = build_document(diagnostic, [], [])
        diagnostic.indicators = dict(
            compute_indicators(document, thresholds_of(diagnostic), today=timezone.localdate())
        )
        diagnostic.save(force_insert=True)
        followed: dict[str, Any] = (
            {"previous": str(previous.pk), "from": previous.title} if previous else {}
        )
        record_event(
            EventKind.DIAGNOSTIC_OPENED,
            actor=user,
            structure=structure,
            diagnostic=diagnostic,
            **followed,
        )
    return diagnostic


def update_frame(
    diagnostic: Diagnostic,
    *,
    title: str,
    board_date: dt.date | None,
    workshops: list[Workshop],
    user: User,
    years: tuple[int, int] | None = None,
) -> None:
    """Change the title, the board's date and the workshops; raises NotAllowed or WrongState.

    ``years``: year N and the horizon, of a diagnostic that was never submitted; what was submitted
    once keeps them.
    """
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if access.role is not MembershipRole.LEAD:
            raise NotAllowed("Seul·e le ou la référent·e modifie le cadre du diagnostic.")
        if not access.can_manage:
            raise WrongState(f"Ce diagnostic est « {locked.state_label} ».")
        changes: dict[str, Any] = {
            "title": title,
            "board_date": board_date,
            "workshops": [workshop.model_dump(mode="json") for workshop in workshops],
            "updated_at": timezone.now(),
        }
        if years is not None:
            if not access.can_correct_years:
                raise WrongState(
                    f"Ce diagnostic est « {locked.state_label} » : ses années restent."
                )
            changes["base_year"], changes["horizon_years"] = years
        for name, value in changes.items():
            setattr(locked, name, value)
        if years is not None:  # some rules read them
            changes["indicators"] = locked.indicators = dict(
                compute_indicators(
                    load_diagnostic_document(locked),
                    thresholds_of(locked),
                    today=timezone.localdate(),
                )
            )
        locked.save(update_fields=list(changes))


def delete_diagnostic(diagnostic: Diagnostic, *, user: User) -> None:
    """Take a diagnostic that was never submitted away from everybody; its rows and its journal stay.

    A diagnostic that followed it follows nothing any more. Raises NotAllowed, and WrongState when
    it was submitted once.
    """
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if access.role is not MembershipRole.LEAD:
            raise NotAllowed("Seul·e le ou la référent·e supprime un diagnostic.")
        if not access.can_delete:
            raise WrongState("Ce diagnostic a été soumis\u00a0: il ne se supprime plus.")
        Diagnostic.with_deleted.filter(previous=locked).update(previous=None)
        locked.deleted_at, locked.deleted_by = timezone.now(), user
        locked.save(update_fields=["deleted_at", "deleted_by"])
        record_event(
            EventKind.DIAGNOSTIC_DELETED,
            actor=user,
            structure=locked.structure,
            diagnostic=locked,
            title=locked.title,
        )
