"""Step `economic_model`: needs and resources at N and at the horizon, the levers (Q8–Q10), « Et si ? »."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property

from diagnostics.domain.answers import (
    LONG_TEXT,
    MAX_DAYS,
    MAX_FTE,
    MAX_KEUR,
    MAX_PEOPLE,
    ROW_TEXT,
    EconomicModel,
    Lever,
    Scenario,
    Shape,
)
from diagnostics.domain.answers.economic_model import (
    LEVERS,
    SCENARIOS,
    SHARE_TOLERANCE,
    THIRDS,
)
from diagnostics.domain.document import DiagnosticDocument, drop_dangling_links
from diagnostics.domain.reading import ReadTarget, Unit, target_text
from diagnostics.domain.scenario_words import Told, plan_in_words, told
from diagnostics.domain.scenarios import study_scenarios
from diagnostics.domain.vocabulary import FundingFamily, LeverState, Shock, StepKey
from diagnostics.forms.base import RowForm, RowFormSet, StepForm, rows_of
from diagnostics.forms.fields import (
    CodeField,
    CountField,
    NumberField,
    RowChoiceField,
    TargetField,
    TextField,
    as_float,
    with_room,
)
from diagnostics.forms.places import read_step
from diagnostics.queries import StepContext
from diagnostics.typography import capitalised, keur_range


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
        shares = [share for name in THIRDS if (share := _number_at(self, name)) is not None]
        return sum(shares) if shares else None


# The amounts of a lever, in the order of the two years; the share that is each family's.
AMOUNTS = ("amount_now_keur", "amount_target_keur")
SHARES = {family.value: f"{family.value}_pct" for family in FundingFamily}


def _number_at(form: forms.Form, name: str) -> float | None:
    """Return the number that a field shows, typed or stored; nothing for what is no number."""
    try:
        value: float | None = form.fields[name].clean(form[name].value())
    except forms.ValidationError:
        return None
    return value


def _ends_at(form: forms.Form, name: str) -> tuple[float, float]:
    """Return both ends of the amount that a field shows: twice the same, unless it is a range."""
    try:
        value = form.fields[name].clean(form[name].value())
    except forms.ValidationError:
        return 0, 0
    low, high = (value.low, value.high) if isinstance(value, ReadTarget) else (value, None)
    return float(low or 0), float(low or 0) if high is None else float(high)


def _part(budget: float | None, share: float) -> float | None:
    return None if budget is None else round(budget * share / 100, 2)


class LeverForm(RowForm):
    """A lever; an argument towards funders may have no amount."""

    shape = Lever
    more_fields = ("family",)

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
    more_template = "steps/economic_model/more.html"
    group_template = "steps/economic_model/total.html"
    unplaced_label = "Sans famille"

    @property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]  # its years are the diagnostic's
        """The heads of the columns, the amounts by their years."""
        card = self.form_kwargs["context"].document.diagnostic
        return ("Levier", "État", f"{card.base_year} (K€)", f"{card.target_year} (K€)")


SHOCKS = list(Shock)
NO_LEVER = "Ne pas l’étudier"
GONE_LEVER = "Levier retiré\u00a0: choisissez-en un autre"


class ScenarioForm(RowForm):
    """« Et si ? »: one of the three shocks; which one comes from its position, never from what is posted."""

    lever = RowChoiceField(label="Quel levier disparaît\u202f?", empty_label=NO_LEVER)
    chosen = forms.BooleanField(
        label="Étudier cette hypothèse",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": ""}),
    )
    stop_first = TextField(
        label="Ce que nous arrêterions d’abord",
        max_length=LONG_TEXT,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Activités, publics, dépenses…"}),
        rows=2,
    )

    @property
    def shock(self) -> Shock:
        """The shock that this row is about."""
        return SHOCKS[int(self.index)]

    @property
    def key(self) -> str:
        """Which shock it is."""
        return self.shock.value

    @property
    def control(self) -> str:
        """The field by which this shock is studied."""
        return "lever" if self.shock is Shock.FUNDER_LEAVES else "chosen"


class ScenarioRows(RowFormSet):
    """The three shocks, fixed."""

    row_set = SCENARIOS
    row_template = "steps/economic_model/scenario.html"
    blank_rows = len(SHOCKS)

    def rows(self) -> list[Shape]:
        """Return the three shocks (they carry no id)."""
        return [
            Scenario.model_validate(
                {"shock": form.shock, **(form.row_values() if form.cleaned_data else {})}
            )
            for form in self.forms
        ]


class EconomicModelForm(StepForm):
    """Two columns, the needs, the levers, and what may happen to them."""

    step = StepKey.ECONOMIC_MODEL
    preview_template = "steps/economic_model/scenarios.html"
    subform_classes = {"now": SnapshotForm, "target": SnapshotForm}
    formset_classes = {
        "levers": rows_of(LeverForm, LeverRows),
        "scenarios": rows_of(ScenarioForm, ScenarioRows),
    }
    presets = {"thirds": THIRDS}

    needs_now = TextField(
        label="Besoins actuels", help_text=with_room(LONG_TEXT), max_length=LONG_TEXT, rows=3
    )
    needs_target = TextField(
        label="Besoins à l’horizon", help_text=with_room(LONG_TEXT), max_length=LONG_TEXT, rows=3
    )

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            _with_scenarios(data, kwargs["prefix"], kwargs["context"]), *args, **kwargs
        )
        scenarios = cast("ScenarioRows", self.formsets["scenarios"])
        field = cast("RowChoiceField", scenarios.row_fields["lever"])
        field.choices = list(self._lever_choices())

    def initial_rows(self, name: str, values: dict[str, Any]) -> list[dict[str, Any]]:
        """The three shocks are always there."""
        if name == "scenarios":
            return values.get(name) or [{"shock": shock.value} for shock in SHOCKS]
        return super().initial_rows(name, values)

    def _lever_choices(self) -> Iterator[tuple[str, str]]:
        """Yield the levers as the page shows them; one that is chosen and is gone stays until another
        is chosen: it may come back."""
        yield "", NO_LEVER
        known = set()
        for position, row in enumerate(self.formsets["levers"].forms, 1):
            if row.key and not row.is_new:
                known.add(row.key)
                name = row["text"].value() or capitalised(f"{LEVERS.noun}\u00a0{position}")
                yield row.key, f"{LEVERS.letter}{position} · {name}"
        scenarios = self.formsets["scenarios"].forms  # none where the counts were tampered with
        chosen = str(scenarios[0]["lever"].value() or "") if scenarios else ""
        if chosen and chosen not in known:
            yield chosen, GONE_LEVER

    @cached_property
    def shown_document(self) -> DiagnosticDocument:
        """The document with this step as the page shows it, typed or stored; what cannot be stored is
        left as it was."""
        document = self.context.document
        if not self.is_bound:
            return document
        answer = read_step(self)[0].answer.without_blank_rows()
        answers = document.answers.model_copy(deep=True, update={self.step.value: answer})
        drop_dangling_links(answers)
        return document.model_copy(update={"answers": answers})

    def plan_a(self) -> str:
        """Say plan A in a line."""
        return plan_in_words(self.shown_document)

    def scenarios(self) -> list[tuple[ScenarioForm, Told | None]]:
        """Return the three shocks, each with what it does once it is chosen."""
        document = self.shown_document
        found = {effect.shock: told(effect, document) for effect in study_scenarios(document)}
        rows = cast("list[ScenarioForm]", self.formsets["scenarios"].forms)
        return [(row, found.get(row.shock)) for row in rows]

    def columns(self) -> list[tuple[str, int, forms.Form]]:
        """Return (name, year, form) of the two columns."""
        card = self.context.document.diagnostic
        return [
            ("N", card.base_year, self.subforms["now"]),
            (card.target_label, card.target_year, self.subforms["target"]),
        ]

    def titles(self) -> list[tuple[str, forms.Form]]:
        """Return what people call the two years, in words, with the form of each."""
        card = self.context.document.diagnostic
        return [
            (f"{card.base_year}, votre année de départ", self.subforms["now"]),
            (f"{card.target_year}, à {card.horizon_years} ans", self.subforms["target"]),
        ]

    def lever_total(self, family: str) -> str:
        """Say what the levers of a family bring in both years, or all of them (no family), against the
        budget: « 2026 : 40 K€ sur 120 K€ · 2029 : 60 K€ sur 82,5 – 99 K€ »."""
        rows = [row for row in self.formsets["levers"].forms if family in ("", row.place)]
        said = []
        for amount, (_label, year, column) in zip(AMOUNTS, self.columns(), strict=True):
            ends = [_ends_at(row, amount) for row in rows]
            total = keur_range(sum(low for low, _ in ends), sum(high for _, high in ends))
            share = _number_at(column, SHARES[family]) if family else 100.0
            low, high = (_number_at(column, f"budget_{end}_keur") for end in ("min", "max"))
            budget = "" if share is None else keur_range(_part(low, share), _part(high, share))
            against = f" sur {budget}" if budget else ""
            said.append(f"{year}\u00a0: {total}{against}")
        return " · ".join(said)

    def part_label(self, name: str) -> str:
        """Tell the two columns apart: « N (2026) »."""
        return next(
            f"{label} ({year})"
            for label, year, form in self.columns()
            if form is self.subforms[name]
        )


def _with_scenarios(data: QueryDict | None, prefix: str, context: StepContext) -> QueryDict | None:
    """Return what was posted; a page that was opened before it asked « Et si ? » leaves as they are the
    answers to it."""
    start = f"{prefix}-scenarios"
    if data is None or any(name.startswith(start) for name in data):
        return data
    stored = cast("EconomicModel | None", context.stored) or EconomicModel()
    added = data.copy()
    added[f"{start}-TOTAL_FORMS"], added[f"{start}-INITIAL_FORMS"] = str(len(SHOCKS)), "0"
    for index, row in enumerate(stored.scenarios):
        added[f"{start}-{index}-lever"] = row.lever or ""
        added[f"{start}-{index}-stop_first"] = row.stop_first
        if row.chosen:
            added[f"{start}-{index}-chosen"] = "on"
    return added
