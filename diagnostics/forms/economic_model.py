"""Step `economic_model`: needs and resources at N and at the horizon, and the levers (Q8–Q10)."""

from __future__ import annotations

import json
from typing import Any

from django import forms

from diagnostics.domain.answers import (
    LONG_TEXT,
    MAX_DAYS,
    MAX_FTE,
    MAX_KEUR,
    MAX_PEOPLE,
    ROW_TEXT,
    Lever,
)
from diagnostics.domain.answers.economic_model import LEVERS, SHARE_TOLERANCE, THIRDS
from diagnostics.domain.reading import ReadTarget, Unit, target_text
from diagnostics.domain.vocabulary import FundingFamily, LeverState, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import (
    CodeField,
    CountField,
    NumberField,
    TargetField,
    TextField,
    as_float,
)


class SnapshotForm(forms.Form):
    """One column: year N or the end of the horizon."""

    fte = NumberField(label="Équipe salariée (ETP)", maximum=MAX_FTE, unit=Unit.FTE, example="2,5")
    team_detail = TextField(label="Précision sur l’équipe", max_length=ROW_TEXT)
    volunteers = CountField(label="Bénévoles actifs", maximum=MAX_PEOPLE)
    skills_sponsorship_days = CountField(
        label="Mécénat de compétences (jours par an)", maximum=MAX_DAYS, unit=Unit.DAYS
    )
    budget_min_keur = NumberField(
        label="Budget, au moins (K€)", maximum=MAX_KEUR, unit=Unit.KEUR, example="250"
    )
    budget_max_keur = NumberField(
        label="Budget, au plus (K€)", maximum=MAX_KEUR, unit=Unit.KEUR, example="300"
    )
    public_pct = NumberField(label="Public (%)", maximum=100, unit=Unit.PERCENT, example="33")
    private_pct = NumberField(label="Privé (%)", maximum=100, unit=Unit.PERCENT, example="33")
    self_pct = NumberField(
        label="Auto-financement (%)", maximum=100, unit=Unit.PERCENT, example="34"
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a range of budget upside down."""
        cleaned = super().clean() or self.cleaned_data
        low, high = cleaned.get("budget_min_keur"), cleaned.get("budget_max_keur")
        if low is not None and high is not None and low > high:
            self.add_error(
                "budget_max_keur",
                "Le haut de la fourchette est plus petit que le bas\u00a0: corrigez l’un des deux.",
            )
        return cleaned

    share_tolerance = SHARE_TOLERANCE

    def thirds(self) -> str:
        """What « Trois tiers » writes, by field, as JSON for the page's script."""
        return json.dumps(THIRDS)

    def share_total(self) -> float | None:
        """Sum in % of the shares shown now, None when none is a number (first display)."""
        total, found = 0.0, False
        for name in THIRDS:
            try:
                value = self.fields[name].clean(self[name].value())
            except forms.ValidationError:
                continue
            if value is not None:
                total, found = total + value, True
        return total if found else None


class LeverForm(RowForm):
    """A lever; an argument towards funders may have no amount."""

    shape = Lever

    family = CodeField(FundingFamily.choices(), label="Famille")
    text = TextField(label="Levier", max_length=ROW_TEXT)
    state = CodeField(LeverState.choices(), label="État")
    amount_now_keur = NumberField(
        label="Montant N (K€)", minimum=-MAX_KEUR, maximum=MAX_KEUR, unit=Unit.KEUR, example="40"
    )
    amount_target_keur = TargetField(
        label="Montant cible (K€)",
        minimum=-MAX_KEUR,
        maximum=MAX_KEUR,
        unit=Unit.KEUR,
        example="40",
    )

    def row_values(self) -> dict[str, Any]:
        """Say the target amount as the shape holds it: an amount, or both ends of a range."""
        values = super().row_values()
        target = values.pop("amount_target_keur") or ReadTarget()
        values["amount_target_keur"] = as_float(target.low)
        values["amount_target_max_keur"] = as_float(target.high)
        return values

    @classmethod
    def field_of(cls, name: str) -> str:
        """One field holds both ends of the target amount."""
        return "amount_target_keur" if name == "amount_target_max_keur" else name

    @classmethod
    def initial_of(cls, row: dict[str, Any]) -> dict[str, Any]:
        """Write the target amount as it is read."""
        low, high = row["amount_target_keur"], row["amount_target_max_keur"]
        return row | {"amount_target_keur": None if low is None else target_text(low, high)}


class LeverRows(RowFormSet):
    """The levers."""

    row_set = LEVERS
    add_label = "Ajouter un levier"
    known_by = ("text",)
    row_template = "steps/economic_model/row.html"


class EconomicModelForm(StepForm):
    """Two columns, the needs, and the levers."""

    step = StepKey.ECONOMIC_MODEL
    subform_classes = {"now": SnapshotForm, "target": SnapshotForm}
    formset_classes = {"levers": rows_of(LeverForm, LeverRows)}
    presets = {"thirds": THIRDS}

    needs_now = TextField(label="Besoins actuels", max_length=LONG_TEXT, rows=3)
    needs_target = TextField(label="Besoins à l’horizon", max_length=LONG_TEXT, rows=3)

    def columns(self) -> list[tuple[str, int, forms.Form]]:
        """Return (name, year, form) of the two columns."""
        card = self.context.document.diagnostic
        return [
            ("N", card.base_year, self.subforms["now"]),
            (card.target_label, card.target_year, self.subforms["target"]),
        ]

    def part_label(self, name: str) -> str:
        """Tell the two columns apart: « N (2026) »."""
        return next(
            f"{label} ({year})"
            for label, year, form in self.columns()
            if form is self.subforms[name]
        )
