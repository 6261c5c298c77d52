"""What a facilitator changes of a question: the figures that it speaks from, whether it is on trial."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from django import forms
from pydantic import ValidationError as ShapeError

from diagnostics.domain.coherence import (
    DEFAULT_THRESHOLDS,
    Rule,
    RulesInForce,
    Thresholds,
    thresholds_of_rule,
)
from diagnostics.forms.kit.thresholds import add_problems, field_of, plain_figures
from diagnostics.models import Kit


class QuestionForm(forms.Form):
    """The figures of a rule that the kit has of its own, and « en essai ».

    ``seen``: the mark of what the page showed; ``counted``: that of the choice whose effect it told.
    """

    trial = forms.BooleanField(
        label="En essai",
        required=False,
        help_text="La facilitation seule lit ses points\u00a0: l’équipe, le rapport et les comptes ne les "
        "ont plus.",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    counted = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, kit: Kit, rule: Rule, *, seen: str, data: Any = None) -> None:
        self.kit, self.rule = kit, rule
        self.names = thresholds_of_rule(rule.id)
        initial = {name: kit.thresholds.get(name) for name in self.names}
        super().__init__(
            data,
            initial=initial | {"trial": rule.id in kit.trials, "seen": seen},
            use_required_attribute=False,
        )
        figures = {name: field_of(name) for name in self.names}
        self.fields = {**figures, **self.fields}

    @property
    def figures(self) -> list[forms.BoundField]:
        """The fields of the figures."""
        return [self[name] for name in self.names]

    def clean(self) -> dict[str, Any]:
        """Have the rules themselves say what they cannot take, with the kit's other figures."""
        try:
            self._thresholds()
        except ShapeError as error:
            add_problems(self, error)
        return self.cleaned_data

    def _thresholds(self) -> Thresholds:
        others = {n: said for n, said in self.kit.thresholds.items() if n not in self.names}
        return Thresholds.model_validate(others | self._own())

    def _own(self) -> dict[str, float]:
        return plain_figures({name: self.cleaned_data.get(name) for name in self.names})

    @property
    def asked(self) -> dict[str, Any]:
        """What is asked: the figures of its own (those that are not the default ones), and the trial."""
        default = DEFAULT_THRESHOLDS.model_dump()
        own = {name: value for name, value in self._own().items() if value != default[name]}
        return {"thresholds": own, "is_on_trial": self.cleaned_data["trial"]}

    @property
    def after(self) -> RulesInForce:
        """The rules as they would be."""
        trials = {*self.kit.trials} - {self.rule.id}
        if self.cleaned_data["trial"]:
            trials.add(self.rule.id)
        return RulesInForce(self._thresholds(), frozenset(trials))

    @property
    def mark(self) -> str:
        """A short mark of what is asked, and of what it was asked over."""
        written = json.dumps([self.asked, self.cleaned_data["seen"]], sort_keys=True)
        return sha256(written.encode()).hexdigest()[:12]

    @property
    def is_counted(self) -> bool:
        """Tell whether the page told the effect of this very choice."""
        return bool(self.cleaned_data["counted"] == self.mark)
