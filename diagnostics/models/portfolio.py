"""The facilitators' list: one narrow row per line, kept true by the database itself."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F

from diagnostics.models.diagnostics import Diagnostic
from diagnostics.models.structures import Structure


def _both_ways(field: str, name: str) -> list[models.Index]:
    """Return the indexes of a column that may be empty: what is empty comes last both ways."""
    return [
        models.Index(F(field).asc(nulls_last=True), F("id").asc(), name=f"line_{name}_up"),
        models.Index(F(field).desc(nulls_last=True), F("id").desc(), name=f"line_{name}_down"),
    ]


class PortfolioLine(models.Model):
    """A line of the portfolio: a diagnostic, or a structure that has none.

    Nothing writes it but the triggers of the portfolio’s migrations, in the transaction of what they follow:
    the application reads it. Its ``id`` is the diagnostic's, else the structure's. The ``…_key`` are
    texts as they are sorted (``portfolio_key``: without accents, ligatures, capitals and
    punctuation), ``search`` all that is searched, written the same way. ``waiting_since``: None once
    the board has adopted. ``facilitator``: only who still facilitates; ``reviewer``: who took the
    review that is open. ``threads`` counts the open comments that facilitators read,
    ``threads_between`` those among them that only they read.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="+")
    diagnostic = models.OneToOneField(
        Diagnostic, on_delete=models.CASCADE, null=True, related_name="+"
    )
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    name_key = models.TextField(db_collation="C")
    territory_key = models.TextField(db_collation="C")
    region_key = models.TextField(db_collation="C", null=True)  # noqa: DJ001  # sorts last
    facilitator_key = models.TextField(db_collation="C", null=True)  # noqa: DJ001  # sorts last
    search = models.TextField(db_collation="C")
    state = models.CharField(max_length=20, blank=True)
    state_rank = models.PositiveSmallIntegerField()
    waiting_since = models.DateTimeField(null=True)
    steps_complete = models.PositiveSmallIntegerField(default=0)
    points = models.PositiveSmallIntegerField(default=0)
    requests = models.PositiveSmallIntegerField(default=0)
    requests_addressed = models.PositiveSmallIntegerField(default=0)
    threads = models.PositiveSmallIntegerField(default=0)
    threads_between = models.PositiveSmallIntegerField(default=0)
    board_date = models.DateField(null=True)
    horizon = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField()

    # What a page asks of it for somebody: see queries/portfolio.py.
    is_own: bool
    version: int | None
    last_answer: dict[str, Any] | None
    last_event: dict[str, Any] | None
    taken_by: dict[str, Any] | None
    cohort_names: list[str]

    class Meta:
        verbose_name = "ligne du portefeuille"
        verbose_name_plural = "lignes du portefeuille"
        indexes = [
            models.Index(fields=["name_key", "id"], name="line_structure"),
            models.Index(fields=["territory_key", "id"], name="line_territory"),
            models.Index(fields=["state_rank", "waiting_since", "id"], name="line_state"),
            models.Index(fields=["state", "waiting_since"], name="line_one_state"),
            models.Index(fields=["changed_at", "id"], name="line_changed"),
            models.Index(fields=["horizon"], name="line_horizon"),
            *_both_ways("region_key", "region"),
            *_both_ways("waiting_since", "waiting"),
            *_both_ways("board_date", "board"),
            *_both_ways("facilitator_key", "facilitator"),
        ]

    def __str__(self) -> str:
        return self.name_key
