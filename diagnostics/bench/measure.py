"""Timing two ways of doing the same thing so that both see the same machine."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Measure:
    """One line of the table: what is ours, what it is compared with, and how much it may be.

    ``budget`` is a ratio (None: it is only told); ``allowance`` milliseconds above the floor are
    within it whatever the ratio. ``prepare`` runs before each pair, outside the times.
    """

    name: str
    ours: Callable[[], object]
    floor: Callable[[], object]
    budget: float | None
    rounds: int
    prepare: Callable[[], object] = lambda: None
    allowance: float = 0.0
    times: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def medians(self) -> tuple[float, float]:
        """Our median and the floor's, in milliseconds."""
        ours, floor = self.times
        return statistics.median(ours) * 1000, statistics.median(floor) * 1000

    @property
    def line(self) -> Line:
        """The medians as a line of the table."""
        return Line(self.name, *self.medians, self.budget, self.allowance)


def run(measures: list[Measure]) -> None:
    """Time all measures in interleaved rounds, who goes first changing every time."""
    for measure in measures:  # what is made once per process is made here
        for action in (measure.prepare, measure.ours, measure.prepare, measure.floor):
            action()
    for number in range(max(measure.rounds for measure in measures)):
        for measure in measures:
            if number >= measure.rounds:
                continue
            sides = [(measure.ours, measure.times[0]), (measure.floor, measure.times[1])]
            for action, times in sides if number % 2 else reversed(sides):
                measure.prepare()
                gc.collect()
                started = time.perf_counter()
                action()
                times.append(time.perf_counter() - started)


@dataclass(frozen=True)
class Line:
    """One line of the table, in milliseconds; without a budget the ratio is only told."""

    name: str
    ours: float
    floor: float
    budget: float | None
    allowance: float = 0.0

    def __str__(self) -> str:
        ratio = self.ours / self.floor
        verdict = budget = ""
        told = f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"
        if self.budget is not None:
            within = self.ours <= max(self.budget * self.floor, self.floor + self.allowance)
            verdict = "tenu" if within else "**dépassé**"
            budget = f"{self.budget:g}" + (f" ou + {self.allowance:g} ms" if self.allowance else "")
        return (
            f"| {self.name} | {self.ours:.1f} | {self.floor:.1f} | {told} | {budget} | {verdict} |"
        )


def as_table(lines: list[Line]) -> str:
    """Return the results in Markdown."""
    head = [
        "| mesure | nous (ms) | plancher (ms) | rapport | budget | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*head, *map(str, lines)])
