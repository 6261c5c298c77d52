"""Erasing a structure, or a draft, for good: the one place that removes append-only rows.

The triggers let a DELETE through while :data:`ERASING` is on in the transaction, which this module
alone sets. That holds mistakes off, not somebody who owns the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Model, Q, TextField
from django.db.models.functions import Cast
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import models
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import (
    Diagnostic,
    Erasure,
    ErasureKind,
    QueuedMail,
    SentForm,
    Structure,
    User,
)
from diagnostics.services.errors import WrongState
from diagnostics.services.journal import record_event

# The setting of a transaction that erases; migration 0034 reads it.
ERASING = "diagnostics.erasing"

# What a diagnostic is made of, each table before those that it points to, with the way to the diagnostic.
OF_A_DIAGNOSTIC: tuple[tuple[type[Model], str], ...] = (
    (models.Paper, "version__diagnostic"),
    (models.Rendering, "diagnostic"),
    (models.VersionRecord, "version__diagnostic"),
    (models.ReadVersion, "diagnostic"),
    (models.StepReviewed, "review__diagnostic"),
    (models.Review, "diagnostic"),
    (models.Version, "diagnostic"),
    (models.BoardSession, "diagnostic"),
    (models.LeftOutRow, "diagnostic"),
    (models.Acknowledgement, "diagnostic"),
    (models.Message, "thread__diagnostic"),
    (models.Thread, "diagnostic"),
    (models.KeptText, "diagnostic"),
    (models.Presence, "diagnostic"),
    (models.RecentAnswer, "answer__diagnostic"),
    (models.AnswerRevision, "answer__diagnostic"),
    (models.Answer, "diagnostic"),
    (models.QueuedMail, "diagnostic"),
    (models.Event, "diagnostic"),
    (models.Diagnostic, "pk"),
)
OF_A_STRUCTURE: tuple[tuple[type[Model], str], ...] = (
    (models.Event, "structure"),
    (models.Invitation, "structure"),
    (models.Membership, "structure"),
    (models.Structure, "pk"),
)


def what_goes(structure: Structure) -> dict[str, int]:
    """Return how many rows of each table erasing a structure would remove, by the table's French name."""
    diagnostics = _diagnostics_of(structure)
    found = [*_rows(OF_A_DIAGNOSTIC, diagnostics), *_rows(OF_A_STRUCTURE, [structure.pk])]
    counts = _counted((model, rows.count()) for model, rows in found)
    # Those of its diagnostics are the structure's as well.
    events = models.Event.objects.filter(structure=structure)
    return {**counts, **_counted([(models.Event, events.count())])}


def erase_structure(structure: Structure, *, by: User) -> Erasure:
    """Remove a structure and all that it has, whoever wrote it; what remains is returned.

    The accounts of its team stay. Nobody is asked: a command of the staff does it, on request.
    """
    with _erasing():
        locked = Structure.with_deleted.select_for_update().get(pk=structure.pk)
        diagnostics = _diagnostics_of(locked)
        list(Diagnostic.with_deleted.select_for_update().filter(pk__in=diagnostics))
        counts = _remove(OF_A_DIAGNOSTIC, diagnostics)
        counts += _remove_what_names(locked, diagnostics)
        counts += _remove(OF_A_STRUCTURE, [locked.pk])
        record_event(EventKind.STRUCTURE_ERASED, actor=by)
        return Erasure.objects.create(kind=ErasureKind.STRUCTURE.value, done_by=by, counts=counts)


def erase_draft(diagnostic: Diagnostic) -> Erasure:
    """Remove a draft that was never submitted, by the rule of abandoned ones; what remains is returned.

    Its structure's journal says that it went. Raises WrongState for any other diagnostic.
    """
    with _erasing():
        locked = Diagnostic.with_deleted.select_for_update().get(pk=diagnostic.pk)
        followed = Diagnostic.with_deleted.filter(previous=locked).exists()
        was_used = locked.updated_at != diagnostic.updated_at
        if was_used or locked.state != State.DRAFT.value or locked.versions.exists() or followed:
            raise WrongState("Ce diagnostic n’est pas un brouillon abandonné.")
        counts = _remove(OF_A_DIAGNOSTIC, [locked.pk]) + _remove_mails_and_jobs([locked.pk])
        record_event(EventKind.DIAGNOSTIC_DELETED, actor=None, structure=locked.structure)
        return Erasure.objects.create(kind=ErasureKind.DRAFT.value, counts=counts)


@contextmanager
def _erasing() -> Iterator[None]:
    """Open a transaction in which append-only rows of a structure may go, however long it takes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', '0', true)")
        cursor.execute("SELECT set_config(%s, 'on', true)", [ERASING])
        yield
        cursor.execute("SELECT set_config(%s, '', true)", [ERASING])


def _diagnostics_of(structure: Structure) -> list[UUID]:
    return list(Diagnostic.with_deleted.filter(structure=structure).values_list("pk", flat=True))


def _counted(found: Iterable[tuple[type[Model], int]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for model, number in found:
        counts[str(model._meta.verbose_name_plural)] += number
    return +counts  # without what there is none of


def _rows(
    tables: Iterable[tuple[type[Model], str]], of: list[UUID]
) -> Iterator[tuple[type[Model], Any]]:
    for model, path in tables:
        yield model, model._base_manager.filter(**{f"{path}__in": of}).order_by()


def _remove(tables: Iterable[tuple[type[Model], str]], of: list[UUID]) -> Counter[str]:
    removed = []
    for model, rows in _rows(tables, of):
        _total, by_model = rows.delete()
        removed.append((model, by_model.get(model._meta.label, 0)))
    return _counted(removed)


def _remove_what_names(structure: Structure, diagnostics: list[UUID]) -> Counter[str]:
    """Remove what else names a structure: mails, jobs, forms that were sent, what the administration
    noted, what a facilitator searched."""
    counts = _remove_mails_and_jobs([structure.pk, *diagnostics], name=structure.name)
    SentForm.objects.filter(leads_to__contains=str(structure.pk)).delete()
    of_structures = ContentType.objects.get_for_model(Structure)
    LogEntry.objects.filter(content_type=of_structures, object_id=str(structure.pk)).delete()
    for person in User.objects.exclude(portfolio_view="").only("portfolio_view"):
        if structure.name.lower() in unquote_plus(person.portfolio_view).lower():
            User.objects.filter(pk=person.pk).update(portfolio_view="")
    return counts


def _remove_mails_and_jobs(ids: list[UUID], name: str = "") -> Counter[str]:
    named, asked = Q(), Q()
    for pk in ids:
        named |= Q(about__contains=[{"diagnostic": str(pk)}]) | Q(written_from__structure=str(pk))
        asked |= Q(words__contains=str(pk))
        SentForm.objects.filter(leads_to__contains=str(pk)).delete()
    if name:  # also letters and mails of the day, which are of no diagnostic
        named |= Q(diagnostic=None) & (Q(subject__contains=name) | Q(text__contains=name))
        asked |= Q(words__contains=name)
    mails, _by_model = QueuedMail.objects.filter(named).delete()
    jobs = ProcrastinateJob.objects.annotate(words=Cast("args", TextField()))
    jobs.filter(asked).exclude(status="doing").delete()
    return _counted([(QueuedMail, mails)])
