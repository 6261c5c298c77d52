"""The questionnaire itself as plain values: what the blank kit prints for a workshop on paper."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.vocabulary import Axis, StepKey


@dataclass(frozen=True)
class SheetExample:
    """An example of the kit, with today's names; ``note`` says what changed since 2013."""

    group: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class SheetQuestion:
    """A question of the kit and its number."""

    number: int
    text: str


@dataclass(frozen=True)
class SheetStep:
    """A step with its number as the wizard shows it, its questions and its examples."""

    key: StepKey
    number: str
    title: str
    caption: str
    help: str
    questions: tuple[SheetQuestion, ...]
    examples: tuple[SheetExample, ...]

    @property
    def room_template(self) -> str:
        """Template of the room to write that suits the step's shape."""
        return f"steps/{self.key.value}/room.html"


@dataclass(frozen=True)
class SheetAxis:
    """An axis of the kit; ``number`` is empty for the addition towards the board."""

    axis: Axis
    number: str
    title: str
    steps: tuple[SheetStep, ...]


@dataclass(frozen=True)
class KitSheet:
    """The whole questionnaire of one kit."""

    title: str
    motto: str
    published: str
    credit: str
    axes: tuple[SheetAxis, ...]
