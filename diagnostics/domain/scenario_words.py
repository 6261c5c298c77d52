"""What a shock does, in words and figures: one way to say it for the page, the report and Word.

Pure. Figures are those of :mod:`diagnostics.domain.scenarios`, printed as they are counted, so that what
is printed adds up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.document import DiagnosticCard, DiagnosticDocument
from diagnostics.domain.scenarios import Effect, Plan, plan_of
from diagnostics.domain.thread import Item, Key
from diagnostics.domain.vocabulary import FundingFamily, Shock
from diagnostics.typography import (
    NBSP,
    count,
    enumeration,
    keur,
    keur_range,
    measure,
    number,
    quoted,
    shortened,
    typeset,
)

PACE = "Partenariats par an et par ETP"
FEW = 3  # rows that are named in a sentence; of more, their codes
_SHARES = {
    FundingFamily.PUBLIC: "public",
    FundingFamily.PRIVATE: "privé",
    FundingFamily.SELF: "auto-financement",
}


@dataclass(frozen=True)
class Change:
    """A figure of the model in plan A and after the shock, each with its unit."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Touched:
    """Rows that a shock takes support from: what they are, and each with its code and what else is
    known of it."""

    label: str
    items: tuple[tuple[str, str, str], ...]  # code, words, detail

    @property
    def in_short(self) -> str:
        """Name a few, or say their codes: « A1 « Forum », A3 « Club » », « A1, A2, A4 et A5 »; of more
        that have none, the first: « CCI », « CRESS », « Medef » et 4 autres."""
        if len(self.items) > FEW and all(code for code, _words, _detail in self.items):
            return enumeration(code for code, _words, _detail in self.items)
        names = [
            f"{code} {quoted(words)}".strip() + (f" ({detail})" if detail else "")
            for code, words, detail in self.items
        ]
        more = len(names) - FEW
        others = [count(more, "autre", "autres")] if more > 0 else []
        return enumeration([*names[:FEW], *others])


@dataclass(frozen=True)
class Told:
    """A shock as people read it: a sentence, the figures that change, what is touched, what to know; and
    for the team how it was counted and what to tell to see more (``advice``)."""

    headline: str
    changes: tuple[Change, ...]
    touched: tuple[Touched, ...]
    notes: tuple[str, ...]
    advice: tuple[str, ...]


def told(effect: Effect, document: DiagnosticDocument) -> Told:
    """Say what a shock does."""
    card = document.diagnostic
    headlines = {
        Shock.FUNDER_LEAVES: _without_funder,
        Shock.HALF_COMES: _with_half,
        Shock.ONE_POST_LESS: _with_one_less,
    }
    return Told(
        typeset(headlines[effect.shock](effect, card)),
        tuple(_changes(effect)),
        tuple(_touched(effect)),
        tuple(typeset(note) for note in _beyond(effect)),
        tuple(typeset(advice) for advice in (*_counted(effect), *_untied(effect, document))),
    )


def plan_in_words(document: DiagnosticDocument) -> str:
    """Say plan A in a line: « 280 K€, dont 129 K€ à trouver · 4 ETP (70 K€ par ETP) · … »; empty while
    nothing of it is told."""
    plan, model = plan_of(document), document.answers.economic_model
    parts = []
    if plan.budget is not None and model is not None:
        bounds = (model.target.budget_min_keur, model.target.budget_max_keur)
        is_range = None not in bounds and bounds[0] != bounds[1]
        middle = f" (milieu de {keur_range(*bounds)})" if is_range else ""
        to_find = f", dont {_keur(plan.to_find)} à trouver" if plan.to_find else ""
        parts.append(f"{_keur(plan.budget)}{middle}{to_find}")
    cost = f" ({_keur(plan.keur_per_fte)} par ETP)" if plan.keur_per_fte else ""
    parts += [] if plan.fte is None else [f"{_fte(plan.fte)}{cost}"]
    return typeset(" · ".join([*parts, *_mix_and_pace(plan)]))


def after_in_words(effect: Effect) -> str:
    """Say in a line what of the plan is another after a shock; empty when nothing is."""
    one, two = effect.plan, effect.after
    changed = replace(
        two,
        shares=two.shares if two.shares != one.shares else None,
        pace=two.pace if two.pace != one.pace else None,
    )
    parts = []
    if two.budget is not None and two.budget != one.budget:
        parts.append(f"{_keur(two.budget)} de budget")
    if two.to_find is not None and two.to_find != one.to_find:
        parts.append(f"{_keur(two.to_find)} à trouver")
    if two.fte is not None and two.fte != one.fte:
        parts.append(_fte(two.fte))
    return typeset(" · ".join([*parts, *_mix_and_pace(changed)]))


def _mix_and_pace(plan: Plan) -> Iterator[str]:
    if plan.shares:
        yield _shares_told(plan, leave_out=(0,))
    if plan.pace is not None:
        yield f"{_number(plan.pace)} partenariats par an et par ETP"


# --- The sentence ----------------------------------------------------------------------------------


def _without_funder(effect: Effect, card: DiagnosticCard) -> str:
    lever = effect.lever
    if lever is None:
        return ""
    sans = f"Sans {LEVERS.mention(lever, effect.position, article='le ')}"
    if effect.lost is None:
        return f"{sans}{NBSP}: son montant de {card.target_year} n’est pas dit, ce qui manque ne se compte pas"
    if not effect.lost:
        return f"{sans}{NBSP}: rien n’en est attendu en {card.target_year}, rien ne manque"
    return f"{sans}{NBSP}: {_missing(effect, at_least=lever.amount_target_max_keur is not None)}"


def _with_half(effect: Effect, card: DiagnosticCard) -> str:
    if effect.lost is None:
        return (
            f"Ce qui est à trouver ne se compte pas encore{NBSP}: le budget de {card.target_year} "
            "n’est pas dit"
        )
    if not effect.lost:
        return f"Rien n’est à trouver{NBSP}: cette hypothèse ne change rien"
    return f"Si la moitié seulement arrive{NBSP}: {_missing(effect)}"


def _with_one_less(effect: Effect, card: DiagnosticCard) -> str:
    before, after = effect.plan.fte, effect.after.fte
    if before is None or after is None:
        return f"L’équipe de {card.target_year} n’est pas dite{NBSP}: un poste de moins ne se compte pas"
    if not before:
        return (
            f"Aucun salarié n’est prévu en {card.target_year}{NBSP}: cette hypothèse ne change rien"
        )
    return (
        f"Avec un poste de moins{NBSP}: {measure(_plain(after), 'ETP')} au lieu de "
        f"{number(_plain(before))} en {card.target_year}"
    )


def _missing(effect: Effect, *, at_least: bool = False) -> str:
    if not effect.missing:
        return "rien ne manque, les autres leviers couvrent le budget"
    least = "au moins " if at_least else ""
    said = f"il manque {least}{keur(_plain(effect.missing))}"
    if not effect.plan.budget:
        return said
    return f"{said} sur {number(_plain(effect.plan.budget))} ({effect.missing_share}{NBSP}%)"


# --- The figures -----------------------------------------------------------------------------------


def _changes(effect: Effect) -> Iterator[Change]:
    one, two = effect.plan, effect.after
    lines = [
        ("Budget", _keur(one.budget), _keur(two.budget)),
        ("Reste à trouver", _keur(one.to_find), _keur(two.to_find)),
        ("Équipe", _fte(one.fte), _fte(two.fte)),
        (PACE, _number(one.pace), _number(two.pace) or ("sans salarié" if one.pace else "")),
        ("Financement", _shares_told(one), _shares_told(two)),
    ]
    for label, before, after in lines:
        if before and after and before != after:
            yield Change(label, before, after)


def _plain(value: Decimal) -> float:
    return float(value)


def _keur(value: Decimal | None) -> str:
    return "" if value is None else keur(_plain(value))


def _fte(value: Decimal | None) -> str:
    return "" if value is None else measure(_plain(value), "ETP")


def _number(value: Decimal | None) -> str:
    return "" if value is None else number(_plain(value))


def _shares_told(plan: Plan, *, leave_out: tuple[int, ...] = ()) -> str:
    return ", ".join(
        f"{share}{NBSP}% {_SHARES[family]}"
        for family, share in (plan.shares or {}).items()
        if share not in leave_out
    )


# --- What is touched -------------------------------------------------------------------------------


def _touched(effect: Effect) -> Iterator[Touched]:
    carried, is_post = effect.carried, effect.shock is Shock.ONE_POST_LESS
    is_half = effect.shock is Shock.HALF_COMES
    word = "fragilisé" if is_half else "touché"
    groups: tuple[tuple[str, tuple[Item, ...], frozenset[Key], str], ...] = (
        (f"Alliés {word}s", carried.allies, frozenset(), ""),
        (
            "Activités que l’équipe porte sans allié" if is_post else f"Activités {word}es",
            carried.activities,
            frozenset() if is_post else carried.unaided,
            "sans autre allié",
        ),
        (f"Étapes de l’accompagnement {word}es", carried.steps, frozenset(), ""),
        (
            "Objectifs que ces activités servent" if is_post else f"Objectifs {word}s",
            carried.objectives,
            frozenset() if is_post else carried.alone,
            "aucune autre activité ne le sert",
        ),
    )
    for label, items, marked, mark in groups:
        if items:
            yield Touched(
                label, tuple(_named(item, mark if item.key in marked else "") for item in items)
            )


def _named(item: Item, detail: str) -> tuple[str, str, str]:
    return item.code, shortened(item.title), detail


def _beyond(effect: Effect) -> Iterator[str]:
    if effect.lost and effect.missing is not None and effect.missing < effect.lost:
        yield (
            f"{keur(_plain(effect.lost))} ne viennent pas{NBSP}; les leviers dépassaient le budget, "
            "qui en absorbe une part."
        )


def _counted(effect: Effect) -> Iterator[str]:
    cost = effect.plan.keur_per_fte
    if cost is not None and effect.after.fte != effect.plan.fte:
        yield f"Compté à {keur(_plain(cost))} par ETP, ce que chacun représente dans le budget."


def _untied(effect: Effect, document: DiagnosticDocument) -> Iterator[str]:
    """Say what is to be tied to see what depends on what."""
    carried, unseen = effect.carried, "ce qui en dépend ne se voit pas"
    if effect.shock is Shock.ONE_POST_LESS:
        if effect.plan.fte and not carried.activities:
            told_at_all = bool(ACTIVITIES.of(document.answers))
            yield (
                "Chaque activité a un allié (4.2)\u00a0: l’équipe n’en porte aucune seule."
                if told_at_all
                else f"Aucune activité n’est dite (3.1)\u00a0: {unseen}."
            )
    elif carried.allies and not carried.activities:
        yield f"Ces alliés ne sont reliés à aucune activité (4.2)\u00a0: {unseen}."
    elif effect.shock is Shock.FUNDER_LEAVES and carried.namesakes:
        names = enumeration(quoted(shortened(name)) for name in carried.namesakes)
        yield f"Reliez {names} à ce levier dans vos alliances (4.2) pour voir ce qui en dépend."
    elif effect.shock is Shock.FUNDER_LEAVES and not carried.allies:
        yield (
            "Aucun allié n’est relié à ce levier\u00a0: dites dans vos alliances (4.2) qui l’apporte "
            "pour voir ce qui en dépend."
        )
    elif effect.lost and not carried.allies:
        yield f"Aucun allié n’est relié à ce qui est à trouver (4.2)\u00a0: {unseen}."
