"""Erasing a structure, or a draft, for good: the one place that removes append-only rows.

The triggers let a DELETE through while :data:`ERASING` is on in the transaction, which this module
alone sets. That holds mistakes off, not somebody who owns the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
from diagnostics.domain.mentions import naming, rarest_word
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
    counts = Counter({**counts, **_counted([(models.Event, events.count())])})
    return dict(counts + _what_names(structure, diagnostics).counts)


def erase_structure(structure: Structure, *, by: User) -> Erasure:
    """Remove a structure and all that it has, whoever wrote it; what remains is returned.

    The accounts of its team stay. Nobody is asked: a command of the staff does it, on request.
    """
    with _erasing():
        locked = Structure.with_deleted.select_for_update().get(pk=structure.pk)
        diagnostics = _diagnostics_of(locked)
        list(Diagnostic.with_deleted.select_for_update().filter(pk__in=diagnostics))
        named = _what_names(locked, diagnostics)
        counts = _remove(OF_A_DIAGNOSTIC, diagnostics) + _forget(named)
        _forget_elsewhere(locked, diagnostics)
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
        named = _known_by([locked.pk])
        counts = _remove(OF_A_DIAGNOSTIC, [locked.pk]) + _forget(named)
        _forget_forms([locked.pk])
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


# --- What names it elsewhere --------------------------------------------------------------------------

EMPTIED, JOBS = "messages vidés de ce qu’ils en disaient", "tâches"


@dataclass
class _Named:
    """Mails and jobs that name what is erased and are not in its tables: mails to remove; those that left
    and are emptied, with what they still are about; jobs to remove."""

    mails: list[int] = field(default_factory=list)
    emptied: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    jobs: list[int] = field(default_factory=list)

    @property
    def counts(self) -> Counter[str]:
        told = {EMPTIED: len(self.emptied), JOBS: len(self.jobs)}
        return +(_counted([(QueuedMail, len(self.mails))]) + Counter(told))


def _known_by(ids: list[UUID]) -> _Named:
    """Find the mails and jobs that hold an identifier. The mail of a day that left and told of others as
    well is emptied: its key keeps it from leaving again."""
    found, texts = _Named(), {str(pk) for pk in ids}
    about, asked = Q(), Q()
    for text in texts:
        about |= Q(about__contains=[{"diagnostic": text}]) | Q(written_from__structure=text)
        asked |= Q(words__contains=text)
    mails = QueuedMail.objects.filter(about).exclude(diagnostic__in=ids)
    for pk, left, named in mails.values_list("pk", "sent_at", "about"):
        others = [one for one in named if one["diagnostic"] not in texts]
        if left and others:
            found.emptied[pk] = others
        else:
            found.mails.append(pk)
    jobs = ProcrastinateJob.objects.annotate(words=Cast("args", TextField())).filter(asked)
    found.jobs += jobs.exclude(status="doing").values_list("pk", flat=True)
    return found


def _what_names(structure: Structure, diagnostics: list[UUID]) -> _Named:
    """Find what :func:`_known_by` does, and the letters that left to its people and name it: a structure may
    be called « Paris », so that neither a letter of others nor one that waits goes by a name."""
    found = _known_by([structure.pk, *diagnostics])
    people, is_named = _people_of(structure), naming(structure.name)
    word = rarest_word(structure.name)
    letters = QueuedMail.objects.filter(
        Q(subject__icontains=word) | Q(text__icontains=word),
        diagnostic=None,
        about=[],
        sent_at__isnull=False,
        person__in=people,
    )
    for pk, *said in letters.values_list("pk", "subject", "text"):
        if pk not in found.mails and is_named.search("\n".join(said)):
            found.emptied[pk] = []
    done = ProcrastinateJob.objects.exclude(status__in=["todo", "doing"])
    for pk, args in done.filter(args__person_id__in=people).values_list("pk", "args"):
        said = [str(args.get(name, "")) for name in ("subject", "text")]
        if pk not in found.jobs and is_named.search("\n".join(said)):
            found.jobs.append(pk)
    return found


def _people_of(structure: Structure) -> list[int]:
    """Return who is in its team, follows it, or did something there."""
    acts = models.Event.objects.filter(structure=structure)
    found = {structure.facilitator_id, *structure.memberships.values_list("user", flat=True)}
    found |= {pk for row in acts.values_list("actor", "person") for pk in row}
    return sorted(pk for pk in found if pk is not None)


def _forget(named: _Named) -> Counter[str]:
    QueuedMail.objects.filter(pk__in=named.mails).delete()
    for pk, about in named.emptied.items():
        QueuedMail.objects.filter(pk=pk).update(
            subject="", text="", html="", headers={}, about=about
        )
    ProcrastinateJob.objects.filter(pk__in=named.jobs).delete()
    return named.counts


def _forget_forms(ids: list[UUID]) -> None:
    for pk in ids:
        SentForm.objects.filter(leads_to__contains=str(pk)).delete()


def _forget_elsewhere(structure: Structure, diagnostics: list[UUID]) -> None:
    """Remove the forms that were sent, what the administration noted, what a facilitator searched."""
    _forget_forms([structure.pk, *diagnostics])
    of_structures = ContentType.objects.get_for_model(Structure)
    LogEntry.objects.filter(content_type=of_structures, object_id=str(structure.pk)).delete()
    is_named = naming(structure.name)
    for person in User.objects.exclude(portfolio_view="").only("portfolio_view"):
        if is_named.search(unquote_plus(person.portfolio_view)):
            User.objects.filter(pk=person.pk).update(portfolio_view="")
