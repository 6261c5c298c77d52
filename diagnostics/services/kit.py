"""Loading a kit from its file into the database."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from django.db import transaction
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from diagnostics.domain.answers.fields import Printable
from diagnostics.domain.coherence import load_thresholds
from diagnostics.domain.malformed import (
    Malformed,
    Problem,
    parse_json,
    problems_of,
    why_unreadable,
)
from diagnostics.domain.prefill import check_prefill
from diagnostics.models.kit import (
    KEY_LENGTH,
    LINE_LENGTH,
    NUMBER_LENGTH,
    TITLE_LENGTH,
    Example,
    Kit,
    Part,
    Question,
    Step,
)
from diagnostics.services.errors import ServiceError
from diagnostics.services.kit_edits import KitRow, note_changes, texts_of_row
from diagnostics.typography import NNBSP

Key = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=KEY_LENGTH)]
Text = Annotated[str, Printable]
Title = Annotated[Text, Field(min_length=1, max_length=TITLE_LENGTH)]
Line = Annotated[Text, Field(min_length=1, max_length=LINE_LENGTH)]
OptionalTitle = Annotated[Text, Field(max_length=TITLE_LENGTH)]
OptionalLine = Annotated[Text, Field(max_length=LINE_LENGTH)]
Position = Annotated[int, Field(ge=1, le=999)]


class KitFileError(ServiceError):
    """The file is not a kit; ``problems`` says what is wrong, and where, one sentence each."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        super().__init__(f"{path} n’est pas un kit lisible. " + " ; ".join(problems))


class _FileShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Paragraph(_FileShape):
    text: Text
    children: list[_Paragraph] = []


class _Correction(_FileShape):
    text_2013: Text
    text: Text
    reason: Text


class _Reconstruction(_FileShape):
    title: Text
    text: Text


class _Example(_FileShape):
    position: Position
    group: OptionalTitle
    text: Line
    text_2013: OptionalLine
    note: Text
    payload: list[Any]  # what it fills in, which the step checks


class _Question(_FileShape):
    position: Position
    number: Annotated[int, Field(ge=1, le=99)]
    text: Line


class _Step(_FileShape):
    position: Position
    key: Key
    number: Annotated[str, Field(max_length=NUMBER_LENGTH)]
    title: Title
    short_title: Title
    caption: OptionalLine
    help: Text
    questions: list[_Question]
    examples: list[_Example]

    @model_validator(mode="after")
    def _examples_fill_in_what_it_has(self) -> _Step:
        problems = []
        for index, example in enumerate(self.examples):
            try:
                check_prefill(self.key, example.payload)
            except Malformed as error:
                problems += [
                    str(Problem(f"examples[{index}].payload{p.path.strip('$')}", p.reason))
                    for p in error.problems
                ]
        if problems:
            raise ValueError(f"{NNBSP}; ".join(problems))
        return self


class _Part(_FileShape):
    position: Position
    key: Key
    title: Title
    short_title: Title
    in_kit: bool
    steps: Annotated[list[_Step], Field(min_length=1)]


def _thresholds(value: dict[str, Any]) -> dict[str, Any]:
    load_thresholds(value)  # BadThresholds is a ValueError: the file is refused with its words
    return value


class _KitFile(_FileShape):
    slug: Key
    title: Line
    date: Annotated[str, Field(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]
    motto: OptionalLine
    credit: Line
    introduction: list[_Paragraph]
    plan_title: OptionalLine
    plan: list[Text]
    corrections: list[_Correction]
    reconstructions: list[_Reconstruction]
    thresholds: Annotated[dict[str, Any], AfterValidator(_thresholds)] = {}
    parts: Annotated[list[_Part], Field(min_length=1)]

    @model_validator(mode="after")
    def _nothing_twice(self) -> _KitFile:
        steps = [step for part in self.parts for step in part.steps]
        _refuse_twins("clé d’axe", (part.key for part in self.parts))
        _refuse_twins("position d’axe", (part.position for part in self.parts))
        _refuse_twins("clé d’étape", (step.key for step in steps))
        _refuse_twins("numéro de question", (q.number for step in steps for q in step.questions))
        for part in self.parts:
            _refuse_twins(f"position d’étape de « {part.key} »", (s.position for s in part.steps))
        for step in steps:
            where = f"de « {step.key} »"
            _refuse_twins(f"position de question {where}", (q.position for q in step.questions))
            _refuse_twins(f"position d’exemple {where}", (e.position for e in step.examples))
        return self


def load_kit(path: Path, *, overwrite: bool = False) -> Kit:
    """Store the kit of a file: what is missing is added, what is there stays as it was edited.

    Parts and steps are matched by key, questions and examples by position within their step.
    With ``overwrite`` the texts of the file replace the stored ones; what the file does not know
    is never removed. Two loads at once wait for one another. Raises KitFileError, and stores
    nothing, when the file is malformed.
    """
    content = _read(path)
    with transaction.atomic():
        return _store_kit(content, overwrite=overwrite)


def _read(path: Path) -> _KitFile:
    try:
        return _KitFile.model_validate(parse_json(path.read_bytes()))
    except OSError as error:
        raise KitFileError(path, [f"Lecture impossible : {why_unreadable(error)}."]) from error
    except Malformed as error:
        raise KitFileError(path, list(map(str, error.problems))) from error
    except ValidationError as error:
        raise KitFileError(path, list(map(str, problems_of(error)))) from error


def _refuse_twins(what: str, values: Iterable[str | int]) -> None:
    seen: set[str | int] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} en double : {value}")
        seen.add(value)


def _store_kit(content: _KitFile, *, overwrite: bool) -> Kit:
    texts = content.model_dump(exclude={"slug", "date", "parts"}) | {"published": content.date}
    if "thresholds" not in content.model_fields_set:
        del texts["thresholds"]  # a file without them says nothing of them
    Kit.objects.get_or_create(slug=content.slug, defaults=texts)
    kit = Kit.objects.select_for_update().get(slug=content.slug)
    _store(kit, texts, overwrite=overwrite)
    parts = {part.key: part for part in kit.parts.all()}
    steps = {step.key: step for step in kit.steps.select_related("part")}
    questions = {(q.step_id, q.position): q for q in Question.objects.filter(step__kit=kit)}
    examples = {(e.step_id, e.position): e for e in Example.objects.filter(step__kit=kit)}
    for part_content in content.parts:
        part = parts.get(part_content.key, Part(kit=kit))
        _store(part, part_content.model_dump(exclude={"steps"}), overwrite=overwrite)
        for step_content in part_content.steps:
            step = steps.get(step_content.key, Step(part=part))
            texts = step_content.model_dump(exclude={"questions", "examples"}) | {"part": part}
            _store(step, texts, overwrite=overwrite)
            for line in step_content.questions:
                question = questions.get((step.pk, line.position), Question(step=step))
                _store(question, line.model_dump(), overwrite=overwrite)
            for suggestion in step_content.examples:
                example = examples.get((step.pk, suggestion.position), Example(step=step))
                _store(example, suggestion.model_dump(), overwrite=overwrite)
    return kit


def _store(row: KitRow, values: dict[str, Any], *, overwrite: bool) -> None:
    """Save the values in a row that is new, or in any row with ``overwrite``, where they differ."""
    is_new = row.pk is None
    if not (is_new or overwrite):
        return
    changed = {name for name, value in values.items() if getattr(row, name, None) != value}
    if is_new or changed:
        before = None if is_new else texts_of_row(row)
        for name in changed:
            setattr(row, name, values[name])
        row.save()
        if before is not None:
            note_changes(row, before, user=None)  # an edited text that the file's replaces
