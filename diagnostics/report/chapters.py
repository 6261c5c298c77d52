"""The chapters of the board's paper: what each tells of the steps, and what it leaves to the annex."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from diagnostics.domain.board_words import label_of
from diagnostics.domain.deciding_body import deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.vocabulary import STEP_AXIS, Axis, ChapterKey, Mark, StepKey
from diagnostics.report.blocks import paper_of
from diagnostics.report.blocks.types import Block, Table
from diagnostics.report.titles import title_of
from diagnostics.typography import enumeration, typeset

CHAPTER_STEPS = {
    ChapterKey.AMBITION: (
        StepKey.VISION,
        StepKey.ROLES,
        StepKey.OBJECTIVES,
        StepKey.POSITIONING,
    ),
    ChapterKey.ACTIONS: (
        StepKey.ACTIVITIES,
        StepKey.ACCOMPANIMENT_SCOPE,
        StepKey.TERRITORIAL_SCALES,
    ),
    ChapterKey.COST: (StepKey.ECONOMIC_MODEL,),
    ChapterKey.ALLIES: (StepKey.ALLIANCES, StepKey.ORGANISATION),
}
# What is short enough is kept on one page: characters of texts, rows of a table.
SHORT_ANSWER, SHORT_TABLE = 1_500, 8


@dataclass(frozen=True)
class Section:
    """One step of the kit that has an answer; ``mark``: what the team says of it, in words.

    ``body`` is what the chapter tells of it, ``annex`` what stands after the body; one of the two may
    be empty. ``axis_title`` names its axis where its steps begin, for the bookmarks.
    """

    step: StepKey
    number: str
    title: str
    mark: str
    body: list[Block]
    annex: list[Block]
    has_few_words: bool = False
    axis_title: str = ""

    @property
    def axis(self) -> Axis:
        """The axis of the step."""
        return STEP_AXIS[self.step]

    @property
    def is_kept(self) -> bool:
        """Tell whether the body keeps it on one page: a table of many rows goes over two."""
        rows = sum(len(list(block.rows)) for block in self.body if isinstance(block, Table))
        return self.has_few_words and rows <= SHORT_TABLE

    @property
    def anchor(self) -> str:
        """Id of the step on the page."""
        return f"etape-{self.step.value}"

    @property
    def annex_anchor(self) -> str:
        """Id of its part of the annex: the step's own when the body says nothing of it."""
        return f"annexe-{self.step.value}" if self.body else self.anchor


@dataclass(frozen=True)
class Chapter:
    """A chapter; ``title`` states what it finds, ``plain_title`` says what it is about."""

    key: ChapterKey
    title: str
    axes: str
    sections: list[Section] = field(default_factory=list)

    @property
    def plain_title(self) -> str:
        """What it is about."""
        return self.key.label

    @property
    def axis(self) -> Axis:
        """The axis whose colour it takes."""
        return STEP_AXIS[CHAPTER_STEPS[self.key][-1]]

    @property
    def anchor(self) -> str:
        """Id of the chapter on the page."""
        return f"chapitre-{self.key.value}"

    @property
    def eyebrow(self) -> str:
        """What stands above its title: the axes of the kit, and what it is about."""
        return self.axes if self.title == self.plain_title else f"{self.plain_title} · {self.axes}"


def read_sections(document: DiagnosticDocument, texts: KitTexts) -> dict[StepKey, Section]:
    """Return the steps of the kit that have an answer, in the order of the chapters."""
    found: dict[StepKey, Section] = {}
    named: set[Axis] = set()
    for step in (step for steps in CHAPTER_STEPS.values() for step in steps):
        answer = document.answers.get(step)
        if answer is None or answer.content_is_empty:
            continue
        name, axis = texts.step(step), STEP_AXIS[step]
        body, annex = paper_of(answer, document)
        mark = answer.mark if answer.mark is not Mark.TO_REVIEW else None
        found[step] = Section(
            step,
            name.number,
            name.short_title,
            label_of(mark, deciding_body(document.structure), is_decided=document.is_decided)
            if mark
            else "",
            body,
            annex,
            len(answer.model_dump_json()) <= SHORT_ANSWER,
            axis_name(texts, axis) if body and axis not in named else "",
        )
        named |= {axis} if body else set()
    return found


def axis_name(texts: KitTexts, axis: Axis) -> str:
    """Name an axis of the kit: « Axe 2 · Ambition de la structure »."""
    name = texts.axis(axis)
    return f"Axe {name.number} · {name.short_title}" if name.number else name.short_title


def read_chapters(
    document: DiagnosticDocument, sections: dict[StepKey, Section], texts: KitTexts
) -> Iterator[Chapter]:
    """Yield the chapters that have something to tell in the body."""
    for key, steps in CHAPTER_STEPS.items():
        told = [sections[step] for step in steps if step in sections and sections[step].body]
        if told:
            axes = list(dict.fromkeys(section.axis for section in told))
            yield Chapter(key, _title(key, document), _axes_named(axes, texts), told)


def _title(key: ChapterKey, document: DiagnosticDocument) -> str:
    """The title that the lead wrote, else what the chapter finds, else what it is about."""
    written = typeset(document.chapter_titles.get(key, ""))
    return written or title_of(key, document) or key.label


def _axes_named(axes: list[Axis], texts: KitTexts) -> str:
    if len(axes) == 1:
        return axis_name(texts, axes[0])
    numbers = [texts.axis(axis).number for axis in axes]
    return f"Axes {enumeration(numbers)}"
