"""Who else has a step open, without a connection that stays open: pages say so from time to time."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, KeptText, Presence, User
from rameau_diag.postgresql.written_once import written_once

SEEN_WITHIN = dt.timedelta(seconds=60)
# A page says that it is there at each save: written again only once this old.
NOTED_AGAIN = dt.timedelta(seconds=15)
KEPT_FOR = dt.timedelta(days=1)
# Said of somebody who is there: two texts for one field, or one that the form refuses.
WAITS = "un texte encore à choisir ou à corriger"


def note_presence(diagnostic: Diagnostic, step: StepKey, *, user: User) -> list[str]:
    """Note that a person has a step open; return the names of the others who have, seen within a
    minute, in alphabetical order, each with whether a text of theirs waits there.

    That it waits is no secret between people who type in one form, so that they talk to one another; what
    it says, and where, is its author's alone until they have chosen (:class:`diagnostics.models.KeptText`).
    """
    now = timezone.now()
    at = dict(_seen(diagnostic.pk, step.value, now - SEEN_WITHIN))
    if user.pk not in at or at[user.pk] < now - NOTED_AGAIN:
        Presence.objects.bulk_create(
            [Presence(diagnostic=diagnostic, step=step.value, user=user, seen_at=now)],
            update_conflicts=True,
            update_fields=["seen_at"],
            unique_fields=["diagnostic", "step", "user"],
        )
    others = at.keys() - {user.pk}
    # Most often one is alone: the names are read when there are some.
    people = User.objects.filter(pk__in=others) if others else User.objects.none()
    kept = KeptText.objects.filter(diagnostic=diagnostic, step=step.value, user=OuterRef("pk"))
    return sorted(
        f"{person.display_name} ({WAITS})" if person.has_kept else person.display_name
        for person in people.annotate(has_kept=Exists(kept))
    )


@written_once
def _seen(diagnostic: UUID, step: str, since: dt.datetime) -> QuerySet[Presence, tuple[int, Any]]:
    seen = Presence.objects.filter(diagnostic=diagnostic, step=step, seen_at__gte=since)
    return seen.values_list("user", "seen_at")


def purge_presences(now: dt.datetime) -> int:
    """Remove what nobody reads any more; tell how many rows."""
    return Presence.objects.filter(seen_at__lt=now - KEPT_FOR).delete()[0]
