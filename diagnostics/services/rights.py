"""The rights of accounts that the administration gives and takes back, told by the journal."""

from __future__ import annotations

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Event, User
from diagnostics.services.journal import record_event

# The field of a right, the event of giving it and of taking it back.
RIGHTS = {
    "is_active": (EventKind.ACCOUNT_ACTIVATED, EventKind.ACCOUNT_DEACTIVATED),
    "is_facilitator": (EventKind.FACILITATOR_GIVEN, EventKind.FACILITATOR_WITHDRAWN),
    "is_staff": (EventKind.STAFF_GIVEN, EventKind.STAFF_WITHDRAWN),
    "is_superuser": (EventKind.SUPERUSER_GIVEN, EventKind.SUPERUSER_WITHDRAWN),
}


def rights_of(pk: int | None) -> dict[str, bool]:
    """Return the rights of an account as they are stored, the row locked in the caller's transaction;
    those of an account that is made now, when there is none."""
    known = None
    if pk is not None:
        known = User.objects.select_for_update().filter(pk=pk).values(*RIGHTS).first()
    return known or dict.fromkeys(RIGHTS, False) | {"is_active": True}


def record_rights(person: User, *, before: dict[str, bool], actor: User | None) -> list[Event]:
    """Journal each right of a person that is not as it was, in the caller's transaction."""
    return [
        record_event(given if getattr(person, name) else withdrawn, actor=actor, person=person)
        for name, (given, withdrawn) in RIGHTS.items()
        if getattr(person, name) != before[name]
    ]
