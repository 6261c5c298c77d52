"""« Repartir de ce diagnostic »: the next one, opened with the answers of the one before."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from diagnostics.domain.starting_again import start_again
from diagnostics.models import Answer, Diagnostic, User
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.diagnostics import open_diagnostic
from diagnostics.services.errors import ServiceError
from diagnostics.services.imports import rows_to_store
from diagnostics.services.locking import lock_diagnostic, lock_structure


def open_next_diagnostic(
    previous: Diagnostic,
    *,
    title: str,
    base_year: int,
    horizon_years: int,
    user: User,
    board_date: dt.date | None = None,
    beside_another: bool = True,
) -> Diagnostic:
    """Open a diagnostic that follows another of the same structure and starts from its answers.

    What is copied, and what is not: :mod:`diagnostics.domain.starting_again`. The diagnostic before is
    left as it is. One transaction, the structure and it locked, journalled. Raises NotAllowed (it was
    deleted meanwhile, too), PeriodTaken (see :func:`open_diagnostic`), and ServiceError for a year N
    before that of the diagnostic before.
    """
    with transaction.atomic():
        lock_structure(previous.structure_id)
        locked, _access = lock_diagnostic(previous, user=user)
        if base_year < locked.base_year:
            raise ServiceError(
                f"L’année N ne peut précéder celle du diagnostic dont vous repartez\u00a0: "
                f"{locked.base_year} au plus tôt."
            )
        diagnostic = open_diagnostic(
            locked.structure,
            title=title,
            base_year=base_year,
            horizon_years=horizon_years,
            board_date=board_date,
            user=user,
            beside_another=beside_another,
            previous=locked,
        )
        answers = start_again(load_diagnostic_document(locked), base_year=base_year)
        Answer.objects.bulk_create(rows_to_store(diagnostic, answers, user))
        refresh_indicators(diagnostic)
    return diagnostic
