"""4.1 « Modèle économique »: both years, the needs, the levers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot, Lever
from diagnostics.domain.bridge import as_printed, bridge_of
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.domain.shares import printed_shares
from diagnostics.domain.vocabulary import FundingFamily
from diagnostics.report.blocks.scenarios import scenarios
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Cell,
    Column,
    ColumnKind,
    Drawing,
    Note,
    Pair,
    Piece,
    PieceKind,
    Row,
    RowKind,
    Table,
    cell,
    details,
    figure,
    heading,
    missing,
    plain,
    state,
    strong,
    text,
)
from diagnostics.report.diagrams.bridge import bridge_svgs
from diagnostics.report.diagrams.bridge import caption as bridge_caption
from diagnostics.report.diagrams.economic import economic_svgs
from diagnostics.typography import capitalised, count, keur_range, measure, percent, typeset

TO_COMPLETE = "à compléter"
SHARES = ("public", "privé", "auto-financement")


def blocks(answer: EconomicModel, document: DiagnosticDocument) -> list[Block]:
    """Return the drawing, both years, the needs, the levers by family, then plan A and plan B."""
    card = document.diagnostic
    years = {"base_year": card.base_year, "target_year": card.target_year}
    found: list[Block] = [
        Drawing(
            f"Du budget de {card.base_year} à celui de {card.target_year}",
            lambda: bridge_svgs(answer, **years),
            bridge_caption(answer),
        ),
        Drawing("Équipe et modes de financement", lambda: economic_svgs(answer, **years)),
    ]
    found += _bridge(answer, card)
    sides = (answer.now, answer.target)
    if any(value not in (None, "") for side in sides for _name, value in side):
        found.append(_years(sides, card))
    needs = (
        (answer.needs_now, "actuels", "needs_now"),
        (answer.needs_target, f"en {card.target_year}", "needs_target"),
    )
    notes = [
        Note(f"Besoins {when}", typeset(capitalised(said)), place=field)
        for said, when, field in needs
        if said
    ]
    if notes:
        found.append(Pair(tuple(notes)))
    if answer.levers:
        found.append(_levers(answer, card))
    found += scenarios(answer, document)
    return found


def _bridge(answer: EconomicModel, card: DiagnosticCard) -> Iterator[Table]:
    """Yield what the target budget is made of; nothing while there is none."""
    exact = bridge_of(answer)
    if exact is None:
        return
    bridge = as_printed(exact)
    parts = [
        ("Acquis", bridge.secured),
        ("À reconduire", bridge.to_renew),
        ("À mobiliser", bridge.to_mobilise),
        ("Non identifié", bridge.unidentified),
    ]
    parts += [("Au-delà du budget", -bridge.beyond)] if bridge.beyond else []
    now, target = f"Budget {card.base_year}", f"Budget cible {card.target_year}"

    def row(title: str, amount: float | None, kind: RowKind = RowKind.PLAIN) -> Row:
        return Row((heading(plain(title)), cell(figure(amount))), kind)

    groups = [(row(now, bridge.now),), tuple(row(*part) for part in parts)]
    groups.append((row(target, bridge.target, RowKind.TOTAL),))
    if bridge.to_find > 0:
        prudent = f"Scénario prudent {card.target_year}, si la moitié de ce qui est à trouver vient"
        groups.append((row(prudent, bridge.prudent),))
    yield Table(
        "bridge",
        f"Du budget de {card.base_year} à celui de {card.target_year}, en K€",
        (Column("", "", 14.4), Column("K€", "sum", 2.6, ColumnKind.FIGURE)),
        tuple(groups),
        shows_caption=True,
        in_annex=True,
    )


def _years(sides: tuple[EconomicSnapshot, EconomicSnapshot], card: DiagnosticCard) -> Table:
    now, target = str(card.base_year), str(card.target_year)

    def row(title: str, told: Callable[[EconomicSnapshot], Cell], field: str) -> Row:
        return Row((heading(plain(title)), *map(told, sides)), place=f"now-{field}")

    engaged = any((x.volunteers, x.skills_sponsorship_days) != (None, None) for x in sides)
    rows = [row("Équipe", _team, "fte")]
    rows += [row("Engagement bénévole", _volunteers, "volunteers")] if engaged else []
    rows += [row("Budget", _budget, "budget_min_keur")]
    rows += [row("Modes de financement", _shares, "public_pct")]
    return Table(
        "economic",
        f"Équipe, budget et modes de financement en {now} et en {target}",
        (
            Column("", "heading", 3.6),
            Column(f"N = {now}", "", 6.7, label=now),
            Column(f"{card.target_label} = {target}", "", 6.7, label=target),
        ),
        (tuple(rows),),
        in_annex=True,
    )


def _team(side: EconomicSnapshot) -> Cell:
    if side.fte is None and not side.team_detail:
        return cell(missing(TO_COMPLETE))
    team = () if side.fte is None else (strong(measure(side.fte, "ETP")),)
    return cell(*team, details=details(capitalised(side.team_detail)))


def _volunteers(side: EconomicSnapshot) -> Cell:
    people, days = side.volunteers, side.skills_sponsorship_days
    if people is None and days is None:
        return cell(missing(DASH))
    who = () if people is None else (plain(count(people, "bénévole actif", "bénévoles actifs")),)
    given = "" if days is None else count(days, "jour", "jours")
    said = f"{given} de mécénat de compétences par an" if given else ""
    return cell(*who, details=details(said))


def _budget(side: EconomicSnapshot) -> Cell:
    budget = keur_range(side.budget_min_keur, side.budget_max_keur)
    return cell(strong(budget) if budget else missing(TO_COMPLETE))


def _shares(side: EconomicSnapshot) -> Cell:
    shares = zip(SHARES, printed_shares(side).values(), strict=True)
    given = [
        Piece(PieceKind.SHARE, f"{percent(share)} {name}")
        for name, share in shares
        if share is not None
    ]
    return cell(*(given or [missing(TO_COMPLETE)]))


def _levers(answer: EconomicModel, card: DiagnosticCard) -> Table:
    groups = []
    for family in (*FundingFamily, None):
        own = [(n, row) for n, row in enumerate(answer.levers) if row.family is family]
        if own:
            title = family.label if family else "Famille à préciser"
            totals = _totals(title, [row for _index, row in own], RowKind.GROUP)
            groups.append((totals, *(_lever(n, row) for n, row in own)))
    amounts = [(row.amount_now_keur, row.amount_target_keur) for row in answer.levers]
    if any(amount != (None, None) for amount in amounts):
        groups.append((_totals("Total des leviers chiffrés", answer.levers, RowKind.TOTAL),))
    return Table(
        "levers",
        "Leviers pour mobiliser les ressources, en K€",
        (
            Column("N°", "code", 1.2, ColumnKind.CODE),
            Column("Levier", "", 8.6),
            Column("État", "state", 3.0),
            Column(str(card.base_year), "sum", 2.1, ColumnKind.FIGURE),
            Column(str(card.target_year), "sum", 2.1, ColumnKind.FIGURE),
        ),
        tuple(groups),
        shows_caption=True,
        in_annex=True,
    )


def _lever(index: int, row: Lever) -> Row:
    title = heading(text(row.text, "Levier à préciser"))
    target = figure(row.amount_target_keur)
    if row.amount_target_max_keur is not None:
        target = plain(keur_range(row.amount_target_keur, row.amount_target_max_keur, unit=""))
    amounts = (cell(figure(row.amount_now_keur)), cell(target))
    cells = (cell(plain(f"L{index + 1}")), title, cell(state(row.state)), *amounts)
    return Row(cells, place=f"levers-{index}-text")


def _totals(title: str, levers: list[Lever], kind: RowKind) -> Row:
    now = _total(row.amount_now_keur for row in levers)
    low = _total(row.amount_target_keur for row in levers)
    high = _total(row.amount_target_high for row in levers)
    target = figure(low) if low == high else plain(keur_range(low, high, unit=""))
    return Row((heading(plain(title), span=3), cell(figure(now)), cell(target)), kind)


def _total(values: Iterable[float | None]) -> float | None:
    given = [value for value in values if value is not None]
    return sum(given) if given else None
