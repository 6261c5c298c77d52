"""What the board decided, as its lead types it: the session's day, and each proposed decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from diagnostics.domain.adoption import Adoption, DecisionOutcome, DecisionResult
from diagnostics.domain.answers import LONG_TEXT, MAX_PEOPLE, ROW_TEXT, BoardDecision
from diagnostics.domain.reading import Unit
from diagnostics.forms.diagnostics import DayField
from diagnostics.forms.fields import CountField, TextField


class SessionForm(forms.Form):
    """The day of the board's session; ``today``: the last day at which it can have been held."""

    date = DayField(label="Date de la séance")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["date"].required = True
        self.fields["date"].error_messages["required"] = "Indiquez le jour de la séance."

    def clean_date(self) -> dt.date:
        """Refuse a session that is still to come."""
        day: dt.date = self.cleaned_data["date"]
        if day > self.today:
            raise forms.ValidationError(
                "Cette séance n’a pas encore eu lieu\u00a0: enregistrez la décision une fois prise."
            )
        return day


class VoteField(CountField):
    """How many voted so."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(maximum=MAX_PEOPLE, unit=Unit.VOTES, **kwargs)


class OutcomeForm(forms.Form):
    """What became of one proposed decision."""

    result = forms.ChoiceField(
        label="Résultat",
        choices=DecisionResult.choices(),
        widget=forms.RadioSelect,
        error_messages={
            "required": "Dites ce que le conseil en a décidé.",
            "invalid_choice": "Choisissez l’un des quatre résultats.",
        },
    )
    amended_text = TextField(
        label="Texte adopté",
        help_text="Si la décision a été amendée.",
        max_length=LONG_TEXT,
        rows=3,
    )
    votes_for = VoteField(label="Pour")
    votes_against = VoteField(label="Contre")
    abstentions = VoteField(label="Abstentions")
    carried_by = TextField(
        label="Qui la porte", help_text="Par exemple «\u00a0le bureau\u00a0».", max_length=ROW_TEXT
    )
    due_date = DayField(label="Pour quand")

    def __init__(self, *args: Any, number: int, decision: BoardDecision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.number, self.decision = number, decision
        self.fields["amended_text"].widget.attrs["placeholder"] = " "  # tells an empty one in CSS

    def clean(self) -> dict[str, Any]:
        """An amended decision has its text, and no other has one."""
        cleaned = super().clean() or self.cleaned_data
        result, text = cleaned.get("result"), cleaned.get("amended_text")
        is_amended = result == DecisionResult.AMENDED.value
        if is_amended and not text and "amended_text" not in self.errors:
            self.add_error("amended_text", "Écrivez le texte que le conseil a adopté.")
        if text and result and not is_amended:
            self.add_error(
                "result",
                "Vous avez écrit un texte adopté\u00a0: choisissez «\u00a0Amendé\u00a0», ou effacez ce texte.",
            )
        return cleaned

    @property
    def vote_fields(self) -> list[forms.BoundField]:
        """The three counts."""
        return [self["votes_for"], self["votes_against"], self["abstentions"]]

    def outcome(self) -> DecisionOutcome:
        """Return what was typed; the form must be valid."""
        return DecisionOutcome.model_validate({"decision": self.decision.id, **self.cleaned_data})


class AdoptionForms:
    """The session and its decisions, posted together.

    ``decisions``: the proposed ones, each with its form; ``last``: what was recorded of a session
    that was revoked since, to start from.
    """

    def __init__(
        self,
        data: QueryDict | None,
        *,
        decisions: Sequence[BoardDecision],
        today: dt.date,
        last: Adoption | None,
        board_date: dt.date | None,
    ) -> None:
        planned = board_date if board_date and board_date <= today else None
        day = last.date if last else planned
        self.session = SessionForm(data, today=today, initial={"date": day})
        self.outcomes = [
            OutcomeForm(
                data,
                number=number,
                decision=decision,
                prefix=f"decision-{decision.id}",
                initial=_initial(last, decision),
            )
            for number, decision in enumerate(decisions, 1)
        ]

    def is_valid(self) -> bool:
        """Tell whether all of it can be recorded; each form has its errors then."""
        return all([self.session.is_valid(), *[form.is_valid() for form in self.outcomes]])

    def adoption(self) -> Adoption:
        """Return what was typed; it must be valid."""
        return Adoption(
            date=self.session.cleaned_data["date"],
            outcomes=[form.outcome() for form in self.outcomes],
        )

    def errors(self) -> Iterator[tuple[str, str, str]]:
        """Yield each error as (id of its field, what the field is called, sentence)."""
        for form in (self.session, *self.outcomes):
            of = f"Décision {form.number}, " if isinstance(form, OutcomeForm) else ""
            for field in form.visible_fields():
                label = f"{of}{str(field.label).lower()}" if of else str(field.label)
                for error in field.errors:
                    yield field.id_for_label or f"{field.auto_id}_0", label, str(error)


def _initial(last: Adoption | None, decision: BoardDecision) -> dict[str, Any]:
    outcome = last.outcome_of(decision.id) if last else None
    if outcome is None:
        return {"carried_by": decision.carried_by}
    return outcome.model_dump(mode="json", exclude={"decision"})
