"""The forms of the rows of a kit: the kit itself, its axes, steps, questions and examples."""

from __future__ import annotations

from typing import Any, cast

from django.core.exceptions import ValidationError
from django.db.models import Model

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.kit.editing import KitRowForm, digest
from diagnostics.forms.kit.prefill import PrefillField, plain_prefill
from diagnostics.forms.kit.records import Column, RecordsField
from diagnostics.forms.kit.texts import (
    LINE_TEXT,
    KitText,
    LinesField,
    LongLine,
    ParagraphsField,
)
from diagnostics.forms.kit.thresholds import ThresholdsField
from diagnostics.models import Example, Kit, Part, Question, Step
from diagnostics.typography import capitalised


def _text(model: type[Model], name: str, *, rows: int = 0, help_text: str = "") -> KitText:
    """Return the field of a text of a row; ``rows``: lines, 0 for a text of one line."""
    column = cast("Any", model)._meta.get_field(name)
    return KitText(
        label=capitalised(str(column.verbose_name)),
        help_text=help_text or column.help_text,
        max_length=column.max_length or LINE_TEXT,
        required=not column.blank,
        rows=rows,
        **({} if rows else {"widget": LongLine()}),
    )


class KitForm(KitRowForm):
    """The kit's own texts, and the thresholds of the rules."""

    title = _text(Kit, "title")
    motto = _text(Kit, "motto")
    credit = _text(Kit, "credit")
    introduction = ParagraphsField(
        label="Introduction",
        rows=9,
        help_text="Un paragraphe par ligne. Un tiret suivi d’une espace, au début de la ligne, le "
        "place sous le paragraphe du dessus.",
    )
    plan_title = _text(Kit, "plan_title")
    plan = LinesField(label="Plan", rows=5, help_text="Un titre par ligne.")
    corrections = RecordsField(
        Column("text_2013", "En 2013"),
        Column("text", "Ici"),
        Column("reason", "Pourquoi", rows=3),
        label="Corrections",
        help_text="Elles se lisent sur la page «\u00a0À propos\u00a0». Les lignes vides ne comptent pas.",
    )
    reconstructions = RecordsField(
        Column("title", "Titre", rows=1),
        Column("text", "Texte", rows=4),
        label="Reconstructions et ajouts",
        help_text="Elles se lisent sur la page «\u00a0À propos\u00a0». Les lignes vides ne comptent pas.",
    )
    thresholds = ThresholdsField(
        label="Seuils de cohérence",
        help_text="Laissez vide ce qui ne change pas. Les comptes des listes suivent en quelques "
        "minutes. Le portefeuille (Questions) compte l’effet avant d’enregistrer.",
    )

    class Meta:
        model = Kit
        fields = list(Kit.texts)


class PartForm(KitRowForm):
    """The titles of an axis."""

    title = _text(Part, "title")
    short_title = _text(Part, "short_title")

    class Meta:
        model = Part
        fields = list(Part.texts)


class StepTextsForm(KitRowForm):
    """The titles, the caption and the help of a step."""

    title = _text(Step, "title")
    short_title = _text(Step, "short_title")
    caption = _text(Step, "caption")
    help = _text(Step, "help", rows=5)

    class Meta:
        model = Step
        fields = list(Step.texts)


class QuestionForm(KitRowForm):
    """A question."""

    text = _text(Question, "text")

    class Meta:
        model = Question
        fields = list(Question.texts)


class ExampleTextsForm(KitRowForm):
    """The texts of an example, among the others of its step."""

    group = _text(Example, "group")
    text = _text(Example, "text")
    text_2013 = _text(Example, "text_2013")
    note = _text(Example, "note", rows=2)

    class Meta:
        model = Example
        fields = [name for name in Example.texts if name != "payload"]

    def clean_position(self) -> int:
        """Refuse the place of another example: the step that both are of is no field of the form."""
        place: int = self.cleaned_data["position"]
        others = Example.objects.filter(step_id=self.instance.step_id).exclude(pk=self.instance.pk)
        taken = set(others.values_list("position", flat=True)) if self._moves else set()
        if place in taken:
            free = max(taken) + 1
            raise ValidationError(
                f"Un autre exemple de l’étape a cette place\u00a0: la place {free} est libre."
            )
        return place

    @property
    def _moves(self) -> bool:
        return "position" in self.changed_data


class ExampleForm(ExampleTextsForm):
    """An example, with what it fills in, in the fields of its step."""

    class Meta:
        model = Example
        fields = list(Example.texts)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("payload", None)
        if self._step is not None:
            self.fields["payload"] = PrefillField(
                self._step,
                label="Ce que l’exemple remplit",
                help_text="Dans les champs de l’étape, comme la structure les verra. Une ligne vide "
                "n’ajoute rien.",
            )

    @property
    def _step(self) -> StepKey | None:
        key = self.instance.step.key if self.instance.step_id else ""
        return StepKey(key) if key in set(StepKey) else None

    def mark(self, name: str, value: Any) -> str:
        """Return the mark of a text; of what it fills in, however it is told."""
        if name == "payload" and self._step is not None:
            value = plain_prefill(self._step, value)
        return digest(value)
