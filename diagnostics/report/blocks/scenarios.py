"""« Et si ? »: plan A, and plan B for each shock that the team chose to study."""

from __future__ import annotations

from collections.abc import Iterator

from diagnostics.domain.answers import EconomicModel
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.scenario_words import Told, after_in_words, plan_in_words, told
from diagnostics.domain.scenarios import Effect, study_scenarios
from diagnostics.domain.vocabulary import Shock
from diagnostics.report.blocks.types import (
    Cell,
    Column,
    ColumnKind,
    Row,
    RowKind,
    Table,
    cell,
    details,
    heading,
    plain,
    strong,
    text,
)
from diagnostics.typography import NBSP

TO_WRITE = "à écrire"


def scenarios(answer: EconomicModel, document: DiagnosticDocument) -> Iterator[Table]:
    """Yield the table of the shocks studied: nothing while none is."""
    if answer is not document.answers.economic_model:
        answers = document.answers.model_copy(update={"economic_model": answer})
        document = document.model_copy(update={"answers": answers})
    effects = study_scenarios(document)
    if not effects:
        return
    plan = plan_in_words(document)
    rows = [Row((heading(plain(f"Plan A{NBSP}: {plan}"), span=3),), RowKind.GROUP)] if plan else []
    rows += [_plan_b(effect, told(effect, document)) for effect in effects]
    yield Table(
        "scenarios",
        "Plan A / plan B",
        (
            Column("Et si\u202f?", "heading", 3.0),
            Column("Ce que cela change", "", 8.0),
            Column(f"Plan B{NBSP}: ce que nous arrêterions d’abord", "", 6.0, ColumnKind.TYPED),
        ),
        (tuple(rows),),
        shows_caption=True,
    )


def _plan_b(effect: Effect, said: Told) -> Row:
    control = "lever" if effect.shock is Shock.FUNDER_LEAVES else "chosen"
    place = f"scenarios-{list(Shock).index(effect.shock)}-{control}"
    stop_first = text(effect.scenario.stop_first, TO_WRITE)
    cells = (heading(plain(effect.shock.label)), _change(effect, said), cell(stop_first))
    return Row(cells, place=place)


def _change(effect: Effect, said: Told) -> Cell:
    lines = [
        after_in_words(effect),
        *(f"{touched.label}{NBSP}: {touched.in_short}" for touched in said.touched),
        *said.notes,
    ]
    return cell(strong(f"{said.headline}."), details=details(*lines))
