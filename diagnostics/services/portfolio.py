"""What facilitators do with several structures at once: who follows them, their cohorts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from diagnostics.models import Cohort, Membership, Structure, User
from diagnostics.services.errors import NotAllowed, ServiceError
from diagnostics.services.facilitation import entrust

MOST_AT_ONCE = 200  # structures
COHORT_NAME = 120  # characters
LONGEST_VIEW = 500  # characters
NO_RIGHT = "Seule la facilitation peut le faire."


@dataclass(frozen=True)
class Assigned:
    """What became of structures: those that changed hands, and those that were left as they are, since
    who follows or who asks is of their team."""

    changed: list[Structure]
    refused: list[Structure]


def assign_structures(chosen: Iterable[UUID], *, facilitator: User | None, user: User) -> Assigned:
    """Have structures followed by a facilitator, or by nobody; each change is journalled, and told to the
    lead by mail.

    One transaction, as :func:`diagnostics.services.facilitation.change_facilitator` does one, in a
    constant number of queries. Raises NotAllowed.
    """
    with _structures(user, chosen) as structures:
        people = [user, facilitator] if facilitator else [user]
        own = Membership.objects.filter(structure__in=structures, user__in=people).order_by()
        refused_ones = set(own.values_list("structure", flat=True))
        if facilitator and not facilitates(facilitator):
            refused_ones = {structure.pk for structure in structures}
        may = [structure for structure in structures if structure.pk not in refused_ones]
        changed = entrust(may, to=facilitator, user=user)
    return Assigned(changed, [one for one in structures if one.pk in refused_ones])


def add_to_cohort(
    chosen: Iterable[UUID], *, user: User, cohort: Cohort | None = None, name: str = ""
) -> tuple[Cohort, int]:
    """Add structures to a cohort, or to a new one with this name (one of that name is taken).

    One transaction. Returns the cohort and how many structures were not in it yet. Raises NotAllowed,
    and ServiceError without a cohort or a name, or for a name of more than 120 characters.
    """
    name = " ".join(name.split())
    with _structures(user, chosen) as structures:
        if cohort is None:
            if not name:
                raise ServiceError("Choisissez une cohorte, ou donnez un nom à la nouvelle.")
            if len(name) > COHORT_NAME:
                raise ServiceError(f"{COHORT_NAME} caractères au plus pour ce nom.")
            cohort = Cohort.objects.filter(name__iexact=name).first() or Cohort.objects.create(
                name=name
            )
        before = cohort.structures.count()
        cohort.structures.add(*structures)
        added = cohort.structures.count() - before
    return cohort, added


def remove_from_cohort(chosen: Iterable[UUID], *, cohort: Cohort, user: User) -> int:
    """Take structures out of a cohort, and the cohort away once nobody is in it; returns how many.

    One transaction. Raises NotAllowed.
    """
    with _structures(user, chosen) as structures:
        through = Structure.cohorts.through.objects.filter(cohort=cohort)
        removed, _ = through.filter(structure__in=structures).delete()
        Cohort.objects.annotate(left=Count("structures")).filter(pk=cohort.pk, left=0).delete()
    return removed


def keep_view(user: User, query: str) -> None:
    """Keep how somebody saw the list last, when it is not what was kept; what is too long is not."""
    if query != user.portfolio_view and len(query) <= LONGEST_VIEW:
        User.objects.filter(pk=user.pk).update(portfolio_view=query)


# --- Who, and what -----------------------------------------------------------------------------------


@contextmanager
def _structures(user: User, chosen: Iterable[UUID]) -> Iterator[list[Structure]]:
    """Lock structures, in their order, for somebody who facilitates."""
    with transaction.atomic():
        if not facilitates(user):
            raise NotAllowed(NO_RIGHT)
        rows = Structure.objects.select_for_update(no_key=True).order_by("pk")
        yield list(rows.filter(pk__in=list(chosen)[:MOST_AT_ONCE]))


def facilitates(user: User) -> bool:
    """Tell whether somebody facilitates now."""
    return User.objects.filter(pk=user.pk, is_facilitator=True, is_active=True).exists()
