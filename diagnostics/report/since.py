"""« Annexe : depuis le dernier diagnostic »: what became of the former one, as blocks that every output renders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from diagnostics.domain.kit_texts import KitTexts
from diagnostics.domain.since import Fate, Fated, Since, StepSince
from diagnostics.domain.since_aims import DecisionSince, MoneySince, ObjectiveSince
from diagnostics.domain.vocabulary import StepKey
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Cell,
    Column,
    ColumnKind,
    Detail,
    Note,
    Piece,
    PieceKind,
    Row,
    RowKind,
    Table,
    cell,
    details,
    heading,
    missing,
    plain,
    strong,
)
from diagnostics.typography import count, enumeration, french_date, shortened, typeset

TITLE = "Annexe\u00a0: depuis le dernier diagnostic"
ARROW = "\u00a0→ "
# On paper what is as it was is named shortly: the chapters tell it.
KEPT_NAMED, TEXT_SHOWN = 12, 220
AGAIN, NOT_AGAIN = "proposé de nouveau", "pas repris"


@dataclass(frozen=True)
class SincePart:
    """A part of the page: its title, its anchor, its blocks."""

    anchor: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class SincePage:
    """The page of the report: what is compared, in one sentence each, then its parts."""

    title: str
    lead: str
    summary: str
    parts: tuple[SincePart, ...]


def since_page(since: Since, texts: KitTexts) -> SincePage:
    """Return the page of the report that says what became of the former diagnostic."""
    before = since.before
    return SincePage(
        title=TITLE,
        lead=f"Ce que devient «\u00a0{typeset(before.title)}\u00a0» "
        f"({before.base_year}–{before.target_year}), étape par étape.",
        summary=summary(since),
        parts=tuple(since_parts(since, texts)),
    )


def summary(since: Since) -> str:
    """Say how much had each fate: « 12 éléments gardés, 3 reformulés… »; empty when there is none."""
    words = {
        Fate.KEPT: ("gardé", "gardés"),
        Fate.REWORDED: ("reformulé", "reformulés"),
        Fate.ADJUSTED: ("ajusté", "ajustés"),
        Fate.ADDED: ("ajouté", "ajoutés"),
        Fate.DROPPED: ("abandonné", "abandonnés"),
    }
    said = [count(found, *words[fate]) for fate, found in since.counts.items() if found]
    return f"Lignes et textes des étapes\u00a0: {enumeration(said)}." if said else ""


def since_parts(since: Since, texts: KitTexts, *, in_full: bool = False) -> Iterator[SincePart]:
    """Yield the parts that have something to say; ``in_full``: every name and text, as on screen."""
    fates = {
        entry.row_id: entry.fate
        for step in since.steps
        if step.step is StepKey.OBJECTIVES
        for entry in step.entries
    }
    if since.objectives:
        yield SincePart(
            "depuis-objectifs",
            "Objectifs\u00a0: visé et atteint",
            (_objectives(since.objectives, fates),),
        )
    if since.money:
        yield SincePart("depuis-moyens", "Moyens\u00a0: visés et obtenus", tuple(_money(since)))
    if since.decisions:
        yield SincePart(
            "depuis-decisions",
            "Décisions du diagnostic précédent",
            (_decisions(since.decisions),),
        )
    if since.actors:
        yield SincePart("depuis-acteurs", "Acteurs qui changent de cercle", (_actors(since),))
    steps = [step for step in since.steps if step.changed or (in_full and step.kept)]
    if steps:
        table = _steps(steps, texts, in_full=in_full)
        yield SincePart("depuis-etapes", "Étape par étape", (table,))


# --- What had been aimed at ---------------------------------------------------------------------


def _objectives(rows: Iterable[ObjectiveSince], fates: dict[str, Fate]) -> Table:
    return Table(
        "since-objectives",
        "Objectifs du diagnostic précédent\u00a0: ce qui était visé, ce qui est aujourd’hui",
        (
            Column("Objectif", "", 7.6, ColumnKind.TYPED),
            Column("Visé, et aujourd’hui", "half", 6.6),
            Column("Ce qui est", "state", 2.8),
        ),
        (tuple(_objective(row, fates.get(row.row_id, Fate.DROPPED)) for row in rows),),
    )


def _objective(row: ObjectiveSince, fate: Fate) -> Row:
    told = strong(row.told) if row.told else missing(DASH)
    title = heading(plain(row.name), details=_why(row.reason))
    return Row((title, cell(told, details=details(row.unit)), cell(_fate(fate))))


def _money(since: Since) -> Iterator[Block]:
    before, after = since.before, since.after
    groups = [
        tuple(_money_row(line) for line in since.money if line.is_lever is levers)
        for levers in (False, True)
    ]
    if groups[1]:
        title = heading(plain("Leviers"), span=4)
        groups[1] = (Row((title,), RowKind.GROUP), *groups[1])
    yield Table(
        "since-money",
        "Équipe, budget et leviers\u00a0: ce qui était, ce qui était visé, ce qui est",
        (
            Column("Moyens", "", 6.2),
            Column(f"En {before.base_year}", "range", 3.6, ColumnKind.FIGURE),
            Column(f"Visé en {before.target_year}", "range", 3.6, ColumnKind.FIGURE),
            Column(f"En {after.base_year}", "range", 3.6, ColumnKind.FIGURE),
        ),
        tuple(group for group in groups if group),
    )
    if since.is_copied:
        yield Note(
            f"Les chiffres de {after.base_year} sont à relire",
            "Ils reprennent ce qui était visé, et l’étape porte encore le repère "
            "«\u00a0À revoir\u00a0».",
        )


def _money_row(line: MoneySince) -> Row:
    def figure(told: str) -> Cell:
        return cell(plain(told) if told else missing(DASH))

    return Row((heading(plain(line.name)), *map(figure, (line.had, line.aimed, line.today))))


def _decisions(rows: Iterable[DecisionSince]) -> Table:
    return Table(
        "since-decisions",
        "Décisions proposées dans le diagnostic précédent, et ce qu’elles deviennent",
        (
            Column("Décision", "", 9.0, ColumnKind.TYPED),
            Column("En séance", "outcome", 4.4),
            Column("Ce qui est", "outcome", 3.6),
        ),
        (tuple(map(_decision, rows)),),
    )


def _decision(row: DecisionSince) -> Row:
    reworded = details(f"Aujourd’hui\u00a0: {row.now}") if row.now else ()
    title = heading(plain(row.text), details=(*reworded, *_why(row.reason)))
    result = plain(row.result.label) if row.result else missing("résultat non enregistré")
    now = Piece(PieceKind.TAG, AGAIN if row.is_kept else NOT_AGAIN)
    return Row((title, cell(result, details=_outcome(row)), cell(now)))


def _outcome(row: DecisionSince) -> tuple[Detail, ...]:
    if row.outcome is None:
        return ()
    due = f"pour le {french_date(row.outcome.due_date)}" if row.outcome.due_date else ""
    carried = f"portée par {row.outcome.carried_by}" if row.outcome.carried_by else ""
    return details(carried, due)


def _actors(since: Since) -> Table:
    return Table(
        "since-actors",
        "Acteurs qui changent de cercle d’influence",
        (
            Column("Acteur", "", 6.0),
            Column("Avant", "third", 5.5),
            Column("Maintenant", "third", 5.5),
        ),
        (
            tuple(
                Row((heading(plain(a.name)), cell(plain(a.before)), cell(strong(a.after))))
                for a in since.actors
            ),
        ),
    )


# --- Step by step ---------------------------------------------------------------------------------


def _steps(steps: Iterable[StepSince], texts: KitTexts, *, in_full: bool) -> Table:
    groups = []
    for step in steps:
        name = texts.step(step.step)
        title = f"{name.number} {name.short_title}".strip()
        rows = [Row((heading(plain(typeset(title)), span=3),), RowKind.GROUP)]
        if step.kept:
            rows.append(_kept(step.kept, in_full=in_full))
        rows += [_changed(entry, in_full=in_full) for entry in step.changed]
        groups.append(tuple(rows))
    return Table(
        "since-steps",
        "Ce qui est gardé, reformulé, ajusté, ajouté ou abandonné, étape par étape",
        (
            Column("Ce qui est", "state", 2.8),
            Column("Quoi", "", 6.6, ColumnKind.TYPED),
            Column("Ce qui change", "half", 7.6),
        ),
        tuple(groups),
    )


def _kept(entries: list[Fated], *, in_full: bool) -> Row:
    shown = entries if in_full else entries[:KEPT_NAMED]
    names = [entry.name if in_full else shortened(entry.name) for entry in shown]
    if left := len(entries) - len(shown):
        names.append(f"et {count(left, 'autre', 'autres')}")
    said = cell(plain(" · ".join(names)), span=2, label="Quoi")
    return Row((cell(_fate(Fate.KEPT)), said))


def _changed(entry: Fated, *, in_full: bool) -> Row:
    name = heading(plain(entry.name), span=1 if entry.changes else 2)
    if not entry.changes:
        return Row((cell(_fate(entry.fate)), name))
    said = tuple(
        Detail(_change(change.label, change.before, change.after, entry, in_full=in_full))
        for change in entry.changes
    )
    return Row((cell(_fate(entry.fate)), name, cell(details=said)))


def _change(label: str, before: str, after: str, entry: Fated, *, in_full: bool) -> str:
    """Say a change: « Échéance : 2029 → 2031 », without the label that already names its row."""
    limit = 10_000 if in_full else TEXT_SHOWN
    one, two = (shortened(text, limit) if text else DASH for text in (before, after))
    said = {Fate.ADDED: two, Fate.DROPPED: one}.get(entry.fate, f"{one}{ARROW}{two}")
    return said if label == entry.name else f"{label}\u00a0: {said}"


def _fate(fate: Fate) -> Piece:
    return Piece(PieceKind.TAG, fate.label)


def _why(reason: str) -> tuple[Detail, ...]:
    return (Detail(f"Pourquoi\u00a0: {typeset(reason)}", is_typed=True),) if reason else ()
