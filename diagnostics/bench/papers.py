"""Papers: what was printed ahead is in one's hand at once, and a report at its caps is printed in bounds."""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from django.test import Client
from django.urls import reverse

from diagnostics import tasks
from diagnostics.bench.situation import Situation, get, of_rows
from diagnostics.domain.answers import MAX_ROWS
from diagnostics.editions import edition_of
from diagnostics.models import Diagnostic, Rendering
from diagnostics.printing import Kind, print_ahead, print_asked, printable_report
from diagnostics.report import renderer

IN_HAND, IN_THE_WORKER, MEMORY = 0.2, 60.0, 512  # seconds, seconds, MB
POLLED = 0.1


@dataclass
class Papers:
    """How long one waits for a PDF that was printed ahead, and what one at its caps takes."""

    opened: list[float] = field(default_factory=list)
    in_hand: list[float] = field(default_factory=list)
    seconds: float = 0.0
    memory: float = 0.0
    pages: int = 0
    characters: int = 0

    def __str__(self) -> str:
        """Both figures beside their budgets."""
        page, median = map(statistics.median, (self.opened, self.in_hand))
        return "\n".join(
            (
                f"De la page de relecture (elle-même {page * 1000:.0f} ms) au PDF en main, imprimé d’avance"
                f"\u00a0: {median * 1000:.0f} ms ({_verdict(median <= IN_HAND)}, budget {IN_HAND * 1000:.0f} ms).",
                f"Rapport dont chaque liste est pleine ({self.characters} caractères, {self.pages} pages), par "
                f"l’exécuteur\u00a0: {self.seconds:.1f} s, {self.memory:.0f} Mo ("
                f"{_verdict(self.seconds <= IN_THE_WORKER and self.memory <= MEMORY)}, budget "
                f"{IN_THE_WORKER:.0f} s et {MEMORY} Mo).",
            )
        )


def _verdict(is_within: bool) -> str:
    return "tenu" if is_within else "**dépassé**"


def measure_papers(situation: Situation, client: Client, rounds: int) -> Papers:
    """Open the check page and download the PDF that is printed ahead; print a report at its caps."""
    found = Papers()
    diagnostic = situation.another_whole()
    print_ahead(_read(diagnostic), tasks.PATIENT)
    pages = {"diagnostic_check": found.opened, "report_pdf": found.in_hand}
    for _ in range(rounds):
        for name, times in pages.items():
            started = time.perf_counter()
            get(client, reverse(name, args=[diagnostic.pk]))
            times.append(time.perf_counter() - started)
    full = situation.another_whole(partial(of_rows, MAX_ROWS))
    edition = edition_of(_read(full))
    if edition is None:
        raise RuntimeError("the bench's draft is gone")
    printable = printable_report(edition)
    found.characters = printable.weight()
    with _watched() as peak:
        started = time.perf_counter()
        print_asked(edition, Kind.REPORT, tasks.PATIENT)
        found.seconds = time.perf_counter() - started
    found.memory = max(peak, default=0) / 1000
    found.pages = Rendering.objects.get(subject=printable.subject).pages
    return found


@contextlib.contextmanager
def patient_requests() -> Iterator[None]:
    """Let requests print for as long as the worker may, however busy the machine is."""
    usual, renderer.in_a_request = renderer.in_a_request, tasks.PATIENT
    try:
        yield
    finally:
        renderer.in_a_request = usual


def _read(diagnostic: Diagnostic) -> Diagnostic:
    return Diagnostic.objects.with_surroundings().get(pk=diagnostic.pk)


@contextlib.contextmanager
def _watched() -> Iterator[list[int]]:
    """Note the most memory (KB) that the children of the warm renderer had at any moment."""
    peak: list[int] = []
    over = threading.Event()
    warm = Path("/proc") / str(renderer.warm_pid())

    def look() -> None:
        while not over.wait(POLLED):
            with contextlib.suppress(OSError, ValueError, IndexError):
                for child in (warm / "task" / warm.name / "children").read_text().split():
                    status = Path(f"/proc/{child}/status").read_text()
                    peak.append(int(status.partition("VmHWM:")[2].split()[0]))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
