"""Step `board_decisions`: what is proposed to the board (an addition to the kit)."""

from __future__ import annotations

from typing import Any

from django import forms

from diagnostics.domain.answers import (
    MAX_YEAR,
    MILESTONE_TEXT,
    MIN_YEAR,
    ROW_TEXT,
    BoardDecision,
    Milestone,
)
from diagnostics.domain.answers.board_decisions import DECISIONS, MILESTONES
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.reading import read_month
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import LinksField, TextField
from diagnostics.typography import french_month


class MonthField(TextField):
    """A month as people write it, the same in every browser: « septembre 2026 », « 09/2026 »."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)

    def clean(self, value: object) -> str:
        """Return the month as AAAA-MM, or an empty text."""
        month = read_month(super().clean(value))
        if month is None or (month and not MIN_YEAR <= int(month[:4]) <= MAX_YEAR):
            raise forms.ValidationError("Indiquez un mois, par exemple septembre 2026.")
        return month

    def prepare_value(self, value: Any) -> Any:
        """Show a stored month in words, and what was typed as it was typed."""
        return french_month(value) if isinstance(value, str) else value


class DecisionForm(RowForm):
    """A decision proposed."""

    shape = BoardDecision
    more_fields = ("serves", "why", "cost", "condition", "if_not", "carried_by")

    text = TextField(label="Décision proposée", max_length=ROW_TEXT, rows=2)
    serves = LinksField(label="Objectifs auxquels elle répond")
    why = TextField(label="Pourquoi", max_length=ROW_TEXT, rows=2)
    cost = TextField(
        label="Ce qu’elle coûte",
        help_text="Par exemple «\u00a027\u00a0K€ par an\u00a0».",
        max_length=ROW_TEXT,
    )
    condition = TextField(label="À quelle condition", max_length=ROW_TEXT, rows=2)
    if_not = TextField(label="Si elle n’est pas prise", max_length=ROW_TEXT, rows=2)
    carried_by = TextField(
        label="Qui la porte", help_text="Un rôle, sans nom de personne.", max_length=ROW_TEXT
    )

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """A decision answers objectives."""
        return {"serves": link_choices([OBJECTIVES], document)}


class DecisionRows(RowFormSet):
    """The decisions, numbered in the report."""

    row_set = DECISIONS
    add_label = "Ajouter une décision"
    known_by = ("text",)
    row_template = "steps/board_decisions/decision_row.html"
    more_template = "steps/board_decisions/decision_more.html"
    columns = ("Décision",)


class MilestoneForm(RowForm):
    """A milestone of the next twelve months."""

    shape = Milestone

    month = MonthField(label="Mois", help_text="Par exemple septembre 2026.")
    milestone = TextField(label="Jalon", max_length=MILESTONE_TEXT)


class MilestoneRows(RowFormSet):
    """The calendar."""

    row_set = MILESTONES
    add_label = "Ajouter un jalon"
    row_template = "steps/board_decisions/milestone_row.html"
    columns = ("Mois", "Jalon")


class BoardDecisionsForm(StepForm):
    """Decisions and calendar."""

    step = StepKey.BOARD_DECISIONS
    formset_classes = {
        "decisions": rows_of(DecisionForm, DecisionRows),
        "calendar": rows_of(MilestoneForm, MilestoneRows),
    }
