"""Who is concerned by a diagnostic: its team, and who facilitates it now.

Mails and « à faire » ask here, so that who is told is who reads it on their start page.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Diagnostic, Membership, Review, User


@dataclass(frozen=True)
class Facilitation:
    """The facilitators, on one day, and the structures that they are members of."""

    today: dt.date
    people: dict[int, User]
    members: dict[UUID, set[int]]

    def in_charge(self, structure: UUID, *followers: int | None) -> list[User]:
        """Return who facilitates a diagnostic of a structure: the first of ``followers`` who can, or
        who stands in for them while they are away; else all those who are there.

        Nobody facilitates their own structure.
        """
        left_out = self.members.get(structure, set())
        for pk in followers:
            if pk is not None and pk not in left_out:
                person = self._there(pk, left_out)
                if person:
                    return [person]
        others = [person for pk, person in self.people.items() if pk not in left_out]
        return [person for person in others if not self.is_away(person)] or others

    def is_away(self, person: User) -> bool:
        """Tell whether a facilitator is absent today."""
        return person.is_away(self.today)

    def _there(self, pk: int, left_out: set[int]) -> User | None:
        """Follow the absences from one to the next; None when they end nowhere."""
        seen = set(left_out)
        while pk in self.people and pk not in seen:
            person = self.people[pk]
            if not self.is_away(person):
                return person
            seen.add(pk)
            if person.stand_in_id is None:
                break
            pk = person.stand_in_id
        return None


def load_facilitation(today: dt.date) -> Facilitation:
    """Read the facilitators and the structures that they are members of (two queries)."""
    people = User.objects.filter(is_facilitator=True, is_active=True).order_by("pk")
    members: dict[UUID, set[int]] = defaultdict(set)
    own = Membership.objects.filter(user__is_facilitator=True).order_by()
    for structure, person in own.values_list("structure_id", "user_id"):
        members[structure].add(person)
    return Facilitation(today, {person.pk: person for person in people}, dict(members))


def followers_of(diagnostic: Diagnostic) -> tuple[int | None, int | None]:
    """Return who took the review of a diagnostic in charge, and who follows its structure (one query:
    the structure is read already)."""
    taken = diagnostic.reviews.filter(closed_at=None).values_list("taken_by", flat=True).first()
    return taken, diagnostic.structure.facilitator_id


def followers_of_all(
    diagnostics: Iterable[Diagnostic],
) -> dict[UUID, tuple[int | None, int | None]]:
    """Return the followers of several diagnostics (one query), as :func:`followers_of` does of one."""
    followed = {one.pk: one.structure.facilitator_id for one in diagnostics}
    taken = Review.objects.filter(diagnostic__in=[*followed], closed_at=None).order_by()
    taken_by = dict(taken.values_list("diagnostic_id", "taken_by"))
    return {pk: (taken_by.get(pk), facilitator) for pk, facilitator in followed.items()}


def facilitators_of(diagnostic: Diagnostic, facilitation: Facilitation) -> list[User]:
    """Return who facilitates a diagnostic now."""
    return facilitation.in_charge(diagnostic.structure_id, *followers_of(diagnostic))


def team_of(diagnostic: Diagnostic) -> list[tuple[User, MembershipRole]]:
    """Return the people of a diagnostic's structure whose account is open, the lead first."""
    return teams_of([diagnostic.structure_id])[diagnostic.structure_id]


def teams_of(structures: Collection[UUID]) -> dict[UUID, list[tuple[User, MembershipRole]]]:
    """Return the people of structures whose account is open, the leads first (one query)."""
    members: Iterable[Membership] = (
        Membership.objects.filter(structure__in=structures, user__is_active=True)
        .select_related("user")
        .order_by("joined_at", "pk")
    )
    order = list(MembershipRole)
    teams: dict[UUID, list[tuple[User, MembershipRole]]] = {pk: [] for pk in structures}
    for member in members:
        teams[member.structure_id].append((member.user, MembershipRole(member.role)))
    return {pk: sorted(team, key=lambda pair: order.index(pair[1])) for pk, team in teams.items()}
