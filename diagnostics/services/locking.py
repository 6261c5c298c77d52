"""The locks of a structure and of a diagnostic, and what the person is to it once it is held."""

from __future__ import annotations

import datetime as dt
from copy import copy
from uuid import UUID

from django.db import OperationalError, connection
from django.db.models import QuerySet
from psycopg.errors import LockNotAvailable, QueryCanceled

from diagnostics.domain.permissions import Access
from diagnostics.models import Diagnostic, Structure, User
from diagnostics.queries import access_by, access_to, read_unchecked, role_of
from diagnostics.services.errors import NotAllowed
from rameau_diag.postgresql.waiting import bounds, in_vain
from rameau_diag.postgresql.written_once import written_once

DELETED = "Ce diagnostic a été supprimé."


def lock_diagnostic(
    diagnostic: Diagnostic, *, user: User, read: Diagnostic | None = None
) -> tuple[Diagnostic, Access]:
    """Lock a diagnostic, and read it again with its structure, its kit and the person's right.

    In the caller's transaction (two queries). What was known before the lock may have changed while
    one waited for it: right and state are to be asked of what is returned. ``read``: the diagnostic
    with its surroundings, as the page read it; when nobody wrote since, the right alone is read.
    Raises NotAllowed when it was deleted, OperationalError when others hold the lock for too long.
    """
    # A statement that waits for a lock sees the other tables as they were before it waited.
    found = _waited_for(diagnostic.pk)
    if not found:
        raise NotAllowed(DELETED)
    if read is not None and found == [(read.updated_at, read.state)]:
        role = role_of(user, read.structure_id)
        return copy(read), access_by(role, read.state, user)
    locked = read_unchecked(user, diagnostic.pk)
    if locked is None:
        raise NotAllowed(DELETED)
    return locked, access_to(locked, user)


def _waited_for(pk: UUID) -> list[tuple[dt.datetime, str]]:
    """Lock its row; with little patience while others have just waited in vain, who would each take a
    thread."""
    others_waited_in_vain = pk in in_vain
    try:
        if others_waited_in_vain:
            _have_patience(bounds().scarce)
        found = _rows_locked(pk)
        if others_waited_in_vain:
            _have_patience(bounds().lock)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable | QueryCanceled):
            in_vain.remember(pk)
        raise
    in_vain.forget(pk)
    return found


def _have_patience(seconds: float) -> None:
    """Say how long this transaction waits for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{1000 * seconds:.0f}"])


@written_once
def _rows_locked(pk: UUID) -> QuerySet[Diagnostic, tuple[dt.datetime, str]]:
    rows = Diagnostic.objects.select_for_update().order_by().filter(pk=pk)
    return rows.values_list("updated_at", "state")


def lock_structure(pk: UUID, *, to_delete: bool = False) -> Structure:
    """Lock a structure and read it again, in the caller's transaction.

    ``to_delete``: whoever adds a diagnostic or a person to it waits as well. Raises NotAllowed when
    it was deleted.
    """
    locked = Structure.objects.select_for_update(no_key=not to_delete).filter(pk=pk).first()
    if locked is None:
        raise NotAllowed("Cette structure a été supprimée.")
    return locked
