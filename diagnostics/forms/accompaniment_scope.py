"""Step `accompaniment_scope`: who takes each step of the accompaniment in charge (Q6)."""

from __future__ import annotations

from typing import Any

from django.forms import TextInput

from diagnostics.domain.answers import LONG_TEXT, ROW_TEXT, ScopeStep, Shape
from diagnostics.domain.answers.accompaniment_scope import SCOPE_STEPS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Handling, ScopeStepKey, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import CodeField, RowChoiceField, TextField

CHAIN = list(ScopeStepKey)
# As the columns of the table stand: what is still to decide comes last.
HANDLINGS = [h for h in Handling if h is not Handling.UNDECIDED] + [Handling.UNDECIDED]


class ScopeStepForm(RowForm):
    """One of the six fixed steps; which one comes from its position, never from what is posted."""

    handling = CodeField(
        Handling.choices(),
        label="Prise en charge",
        empty_label="",
        initial=Handling.UNDECIDED.value,
    )
    alliance = RowChoiceField(
        label="Partenaire pris dans vos alliances", empty_label="Choisir un allié…"
    )
    partner = TextField(
        label="Partenaire",
        max_length=ROW_TEXT,
        widget=TextInput(attrs={"placeholder": "ou un autre nom"}),
    )
    note = TextField(label="Note", max_length=LONG_TEXT, rows=2)

    def link_choices(self, document: DiagnosticDocument) -> dict[str, list[tuple[str, str]]]:
        """A step handled with a partner may name an alliance."""
        alliances = document.answers.alliances
        rows = alliances.rows if alliances else []
        return {
            "alliance": [
                ("", "Choisir un allié…"),
                *((row.id, row.actor or "Acteur sans nom") for row in rows),
            ]
        }

    @property
    def scope_step(self) -> ScopeStepKey:
        """The step of the chain that this row is about."""
        return CHAIN[int(str(self.prefix).rpartition("-")[2])]

    @property
    def key(self) -> str:
        """Which step of the chain it is."""
        return self.scope_step.value

    def clean_handling(self) -> str:
        """No handling chosen is « à décider »."""
        return self.cleaned_data["handling"] or Handling.UNDECIDED.value


class ScopeRows(RowFormSet):
    """The six steps, fixed."""

    row_set = SCOPE_STEPS
    row_template = "steps/accompaniment_scope/row.html"
    blank_rows = len(CHAIN)
    # The columns of the table: what is posted, what people read.
    handlings = tuple((handling.value, handling.label) for handling in HANDLINGS)

    def rows(self) -> list[Shape]:
        """Return the six steps (they carry no id)."""
        steps: list[Shape] = []
        for form in self.forms:
            values = form.row_values() if form.cleaned_data else {}
            steps.append(ScopeStep.model_validate({"step": form.scope_step, **values}))
        return steps


class AccompanimentScopeForm(StepForm):
    """The chain of six steps."""

    step = StepKey.ACCOMPANIMENT_SCOPE
    formset_classes = {"rows": rows_of(ScopeStepForm, ScopeRows)}

    def initial_rows(self, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """The six steps are always there."""
        return values.get("rows") or [{"step": key.value} for key in CHAIN]
