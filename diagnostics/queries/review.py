"""The facilitators’ list."""

from __future__ import annotations

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When

from diagnostics.domain.vocabulary import (
    State,
)
from diagnostics.models import (
    Diagnostic,
    User,
)

_REVIEW_ORDER = [State.SUBMITTED, State.CHANGES_REQUESTED, State.DRAFT, State.VALIDATED]


def diagnostics_for_review(user: User, state: State | None) -> QuerySet[Diagnostic]:
    """Return the diagnostics of the facilitators' list: those to review first, oldest first."""
    diagnostics = (
        Diagnostic.objects.visible_to(user)
        .with_surroundings()
        .select_related("structure__facilitator")
    )
    if state is not None:
        diagnostics = diagnostics.filter(state=state.value)
    order = Case(
        *(When(state=s.value, then=Value(rank)) for rank, s in enumerate(_REVIEW_ORDER)),
        default=Value(len(_REVIEW_ORDER)),
        output_field=IntegerField(),
    )
    return diagnostics.order_by(order, "submitted_at", "structure__name", "pk")


def count_by_state(user: User) -> dict[State, int]:
    """Count the diagnostics a facilitator sees, by state (one query)."""
    counts = Diagnostic.objects.visible_to(user).aggregate(
        **{state.value: Count("pk", filter=Q(state=state.value)) for state in State}
    )
    return {state: counts[state.value] for state in State}
