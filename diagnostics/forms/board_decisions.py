"""Step `board_decisions`: what is proposed to the board (an addition to the kit)."""

from __future__ import annotations

import re
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
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import TextField


class MonthField(TextField):
    """A month: AAAA-MM (what the browser's month picker sends) or MM/AAAA typed by hand."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"type": "month"}), **kwargs)

    def clean(self, value: object) -> str:
        """Return the month as AAAA-MM, or an empty text."""
        text = super().clean(value)
        if not text:
            return ""
        match = re.fullmatch(r"(\d{4})-(\d{1,2})", text)
        year, month = match.groups() if match else ("", "")
        if not match:
            match = re.fullmatch(r"(\d{1,2})\s*[/-]\s*(\d{4})", text)
            month, year = match.groups() if match else ("", "")
        if not (year and MIN_YEAR <= int(year) <= MAX_YEAR and 1 <= int(month) <= 12):
            raise forms.ValidationError("Indiquez un mois, par exemple 09/2026.")
        return f"{year}-{int(month):02d}"


class DecisionForm(RowForm):
    """A decision proposed."""

    shape = BoardDecision

    text = TextField(label="Décision proposée", max_length=ROW_TEXT, rows=2)


class DecisionRows(RowFormSet):
    """The decisions, numbered in the report."""

    row_set = DECISIONS
    add_label = "Ajouter une décision"
    row_template = "steps/board_decisions/decision_row.html"


class MilestoneForm(RowForm):
    """A milestone of the next twelve months."""

    shape = Milestone

    month = MonthField(label="Mois", help_text="Par exemple 09/2026.")
    milestone = TextField(label="Jalon", max_length=MILESTONE_TEXT)


class MilestoneRows(RowFormSet):
    """The calendar."""

    row_set = MILESTONES
    add_label = "Ajouter un jalon"
    row_template = "steps/board_decisions/milestone_row.html"


class BoardDecisionsForm(StepForm):
    """Decisions and calendar."""

    step = StepKey.BOARD_DECISIONS
    formset_classes = {
        "decisions": rows_of(DecisionForm, DecisionRows),
        "calendar": rows_of(MilestoneForm, MilestoneRows),
    }
