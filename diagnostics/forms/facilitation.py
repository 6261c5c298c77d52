"""What facilitators type: the review and its opinion, remarks to use again, who reviews what."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.conversation import MESSAGE_TEXT
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.review import (
    MAX_QUESTIONS,
    OPINION_TEXT,
    Appreciation,
    Criterion,
    Level,
)
from diagnostics.domain.vocabulary import KIT_AXES, Axis, StepKey
from diagnostics.forms.diagnostics import DayField
from diagnostics.forms.fields import TextField
from diagnostics.models import Remark, Review, User
from diagnostics.services.reviews import Said

REMARK_LENGTH = 1_000
WORD_LENGTH = 1_000


class OpinionForm(forms.Form):
    """What a review says: one level in words per axis and criterion, questions, an opinion."""

    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    opinion = TextField(
        label="Votre avis",
        help_text=(
            "Imprimé dans le rapport avec votre nom et la date, une fois le diagnostic validé."
        ),
        max_length=OPINION_TEXT,
        rows=6,
    )
    questions = TextField(
        label="Questions pour la séance",
        help_text=(
            f"Une par ligne, {MAX_QUESTIONS} au plus. Elles s’ajoutent, dans le rapport, à celles que la "
            "structure pose à son conseil."
        ),
        max_length=MAX_QUESTIONS * LONG_TEXT,
        rows=4,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for axis in KIT_AXES:
            for criterion in Criterion:
                self.fields[_name(axis, criterion)] = forms.ChoiceField(
                    label=criterion.label,
                    choices=[("", "Pas d’appréciation"), *Level.choices()],
                    required=False,
                    widget=forms.Select(attrs={"class": "form-select form-select-sm"}),
                )

    @classmethod
    def of(cls, review: Review, *args: Any) -> OpinionForm:
        """Return the form of a review, filled with what it says now."""
        initial = {
            "revision": review.revision,
            "opinion": review.opinion,
            "questions": "\n".join(review.questions),
        }
        for entry in review.appreciations:
            told = Appreciation.model_validate(entry)
            initial[_name(told.axis, told.criterion)] = told.level.value
        return cls(*args, initial=initial, prefix="review")

    def on_top_of(self, review: Review) -> OpinionForm:
        """Return the same form, to be saved over what the review says now."""
        data = dict(self.data.items())
        data[self.add_prefix("revision")] = str(review.revision)
        return OpinionForm.of(review, data)

    def by_axis(self, texts: KitTexts) -> list[tuple[Axis, str, list[forms.BoundField]]]:
        """Return the four fields of each axis, with its name."""
        return [
            (axis, texts.axis(axis).short_title, [self[_name(axis, c)] for c in Criterion])
            for axis in KIT_AXES
        ]

    def clean_questions(self) -> list[str]:
        """Return one question per line that is not empty."""
        lines = [line.strip() for line in self.cleaned_data["questions"].splitlines()]
        questions = [line for line in lines if line]
        if len(questions) > MAX_QUESTIONS:
            over = len(questions) - MAX_QUESTIONS
            raise ValidationError(f"{over} de trop\u00a0: {MAX_QUESTIONS} questions au plus.")
        if any(len(question) > LONG_TEXT for question in questions):
            raise ValidationError(f"Une question a {LONG_TEXT} caractères au plus.")
        return questions

    @property
    def said(self) -> Said:
        """What was typed, once valid."""
        appreciations = [
            Appreciation(axis=axis, criterion=criterion, level=Level(level))
            for axis in KIT_AXES
            for criterion in Criterion
            if (level := self.cleaned_data[_name(axis, criterion)])
        ]
        return Said(self.cleaned_data["opinion"], self.cleaned_data["questions"], appreciations)


def _name(axis: Axis, criterion: Criterion) -> str:
    return f"{axis.value}-{criterion.value}"


class StepRequestForm(forms.Form):
    """What is asked of the structure at a step."""

    text = TextField(
        label="Ce que vous demandez",
        max_length=MESSAGE_TEXT,
        rows=3,
        required=True,
        error_messages={"required": "Dites à la structure ce que vous lui demandez."},
    )


class ValidationForm(forms.Form):
    """Why a diagnostic is validated in spite of what it lacks; ``seen`` marks what the page told."""

    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    in_spite = TextField(
        label="Pourquoi valider malgré cela",
        help_text="Imprimé dans le rapport, sous votre avis.",
        max_length=LONG_TEXT,
        rows=3,
    )

    def ask_why(self) -> None:
        """Show that the reason is required: something is lacking. The service refuses without it."""
        field = self.fields["in_spite"]
        field.required = True
        field.help_text = (
            "Obligatoire tant que quelque chose manque. Imprimé dans le rapport, sous votre avis."
        )


class _PersonField(forms.ModelChoiceField):
    """One of the facilitators, with their absence where there is one."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a person, and say that they are away."""
        return f"{obj.display_name} — {obj.absence}" if obj.absence else str(obj.display_name)


class HandOverForm(forms.Form):
    """To whom a review is handed over, with a word."""

    to = _PersonField(
        label="Confier à",
        queryset=User.objects.none(),
        empty_label="Choisir une personne…",
        error_messages={
            "required": "Choisissez à qui vous confiez cette relecture.",
            "invalid_choice": "Cette personne ne peut pas relire ce diagnostic.",
        },
    )
    words = TextField(
        label="Un mot",
        help_text="Lu des seuls facilitateurs, parmi les échanges du diagnostic.",
        max_length=WORD_LENGTH,
        rows=3,
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people


class FacilitatorForm(forms.Form):
    """Who follows a structure."""

    facilitator = _PersonField(
        label="Suivie par",
        queryset=User.objects.none(),
        required=False,
        empty_label="Personne en particulier",
        error_messages={"invalid_choice": "Cette personne ne peut pas suivre cette structure."},
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["facilitator"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people


class AbsenceForm(forms.Form):
    """When a facilitator is away, and who reviews meanwhile."""

    absent_from = DayField(label="Absent·e du")
    absent_until = DayField(label="Au (inclus)")
    stand_in = _PersonField(
        label="Remplacé·e par", queryset=User.objects.none(), required=False, empty_label="Personne"
    )

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["stand_in"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people

    @classmethod
    def of(cls, user: User, people: QuerySet[User]) -> AbsenceForm:
        """Return the form of somebody's absence, as it is told now."""
        initial = {name: getattr(user, name) for name in ("absent_from", "absent_until")}
        return cls(initial=initial | {"stand_in": user.stand_in_id}, people=people)

    def clean(self) -> dict[str, Any]:
        """Both days or none, in their order, not past already."""
        super().clean()
        first, last = self.cleaned_data.get("absent_from"), self.cleaned_data.get("absent_until")
        if self.errors:
            return self.cleaned_data
        if bool(first) != bool(last):
            field = "absent_until" if first else "absent_from"
            self.add_error(field, "Indiquez les deux jours, ou aucun.")
        elif first and last and last < first:
            self.add_error("absent_until", "L’absence finit après avoir commencé.")
        elif last and last < timezone.localdate():
            self.add_error("absent_until", "Ce jour est passé\u00a0: effacez les deux dates.")
        if not first and not last:
            self.cleaned_data["stand_in"] = None
        return self.cleaned_data


class RemarkForm(forms.Form):
    """A remark to use again."""

    text = TextField(
        label="Remarque",
        max_length=REMARK_LENGTH,
        rows=3,
        required=True,
        error_messages={"required": "Écrivez la remarque."},
    )
    step = forms.ChoiceField(label="Étape", required=False)
    is_shared = forms.BooleanField(
        label="Partager avec toute la facilitation",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, texts: KitTexts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["step"]
        assert isinstance(field, forms.ChoiceField)
        named = [(step, texts.step(step)) for step in StepKey]
        field.choices = [
            ("", "Toutes les étapes"),
            *((step.value, f"{name.number} {name.short_title}".strip()) for step, name in named),
        ]

    @classmethod
    def of(cls, remark: Remark, *args: Any, texts: KitTexts) -> RemarkForm:
        """Return the form of a remark, filled with it."""
        initial = {name: getattr(remark, name) for name in ("text", "step", "is_shared")}
        return cls(*args, initial=initial, texts=texts)

    @property
    def told(self) -> dict[str, Any]:
        """What was typed, once valid."""
        step = self.cleaned_data["step"]
        return {**self.cleaned_data, "step": StepKey(step) if step else None}


class LeadInvitationForm(forms.Form):
    """The address of who leads a structure that a facilitator creates or follows."""

    lead_address = forms.EmailField(
        label="Adresse e-mail de la ou du référent·e",
        max_length=254,
        help_text=(
            "Cette personne reçoit un lien valable quatorze jours et devient référent·e en "
            "l’acceptant. Vous ne faites pas partie de l’équipe."
        ),
        error_messages={
            "required": "Écrivez l’adresse de la personne qui sera référent·e.",
            "invalid": "Ce n’est pas une adresse complète\u00a0: écrivez par exemple prenom@exemple.fr.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
