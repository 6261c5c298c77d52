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

    ``prepare`` runs before each pair, outside the times.
    """

    name: str
    ours: Callable[[], object]
    floor: Callable[[], object]
    budget: float
    rounds: int
    prepare: Callable[[], object] = lambda: None
    times: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    @property
    def medians(self) -> tuple[float, float]:
        """Our median and the floor's, in milliseconds."""
        ours, floor = self.times
        return statistics.median(ours) * 1000, statistics.median(floor) * 1000

    @property
    def ratio(self) -> float:
        """How many times the floor we take."""
        ours, floor = self.medians
        return ours / floor


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


def as_table(measures: list[Measure]) -> str:
    """Return the results in Markdown."""
    lines = [
        "| mesure | nous (ms) | plancher (ms) | rapport | budget | |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for measure in measures:
        ours, floor = measure.medians
        verdict = "tenu" if measure.ratio <= measure.budget else "**dépassé**"
        lines.append(
            f"| {measure.name} | {ours:.1f} | {floor:.1f} | {measure.ratio:.2f} "
            f"| {measure.budget:g} | {verdict} |"
        )
    return "\n".join(lines)
