"""The key figures of page 2: team in ETP or volunteers, budget and what is to be found in K€."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.answers import EconomicSnapshot
from diagnostics.domain.bridge import Bridge, bridge_of
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.typography import NBSP, half_up, keur_range, measure, number


@dataclass(frozen=True)
class KeyFigure:
    """A figure of the band: « Équipe salariée », « 2,5 », « 4 ETP », « + 1,5 ETP d’ici 2029 »."""

    label: str
    now: str
    target: str = ""
    note: str = ""


def key_figures(document: DiagnosticDocument) -> list[KeyFigure]:
    """Return the team (volunteers where there is no staff), the budget, what is to be found: those that
    are known."""
    model, card = document.answers.economic_model, document.diagnostic
    if model is None:
        return []
    now, target = model.now, model.target
    by = f"d’ici {card.target_year}"
    figures = []
    if now.fte or target.fte:
        posts = (target.fte or 0) - (now.fte or 0)
        both = now.fte is not None and target.fte is not None
        note = f"{_signed(posts)}{NBSP}ETP {by}" if both and round(posts, 2) else ""
        ends = _from_to(
            number(now.fte) if now.fte is not None else "",
            measure(target.fte, "ETP") if target.fte is not None else "",
            "ETP",
        )
        figures.append(KeyFigure("Équipe salariée", *ends, note=note or _when(target.fte, card)))
    elif (now.fte, target.fte) != (None, None):
        figures.append(_volunteers(now, target, card))
    before, after = now.budget_middle, target.budget_middle
    if before is not None or after is not None:
        note = ""
        if before and after and round(100 * (after - before) / before):
            note = f"{_signed(100 * (after - before) / before, decimals=0)}{NBSP}% {by}"
        ends = _from_to(_budget(now).removesuffix(f"{NBSP}K€"), _budget(target), "K€")
        figures.append(KeyFigure("Budget annuel", *ends, note=note or _when(after, card)))
    bridge = bridge_of(model)
    if bridge and bridge.to_find > 0:
        figures.append(_to_find(bridge, card.target_year))
    return figures


def _volunteers(now: EconomicSnapshot, target: EconomicSnapshot, card: DiagnosticCard) -> KeyFigure:
    """The team of a structure without staff: its volunteers, as far as they are counted."""
    told = [
        number(column.volunteers) if column.volunteers is not None else ""
        for column in (now, target)
    ]
    if all(told):
        return KeyFigure("Bénévoles", told[0], told[1], note="sans salarié")
    if any(told):
        year = card.base_year if told[0] else card.target_year
        return KeyFigure("Bénévoles", "".join(told), note=f"sans salarié, en {year}")
    return KeyFigure("Équipe", "Bénévoles", note="sans salarié")


def _to_find(bridge: Bridge, year: int) -> KeyFigure:
    note = ""
    if bridge.target and not bridge.beyond:  # else it is no part of the budget
        share = 100 * bridge.to_find / bridge.target
        note = f"{number(share, decimals=0)}{NBSP}% du budget de {year}"
    if bridge.unidentified > 0:
        note += f", dont {measure(_amount(bridge.unidentified), 'K€')} sans piste"
    return KeyFigure("À trouver", measure(_amount(bridge.to_find), "K€"), note=note)


def _when(value: float | None, card: DiagnosticCard) -> str:
    return f"en {card.base_year if value is None else card.target_year}"


def _signed(value: float, *, decimals: int = 2) -> str:
    sign = "+" if value > 0 else "−"
    return f"{sign}{NBSP}{number(abs(value), decimals=decimals)}"


def _amount(value: float) -> float:
    """An amount as it is read at a glance: whole K€ from 10 K€ on, half up; with its decimal below."""
    return half_up(value) if value >= 10 else half_up(value, 1)


def _budget(column: EconomicSnapshot) -> str:
    bounds = (column.budget_min_keur, column.budget_max_keur)
    low, high = (None if bound is None else _amount(bound) for bound in bounds)
    return keur_range(low, high)


def _from_to(now: str, target: str, unit: str) -> tuple[str, str]:
    """Return the two ends of an evolution; a lone figure carries the unit itself."""
    if now and target:
        return now, target
    return (f"{now}{NBSP}{unit}", "") if now else (target, "")
