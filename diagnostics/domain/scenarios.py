"""« Et si ? »: the economic model after a shock, and what the shock takes away from the fil rouge.

Pure. Plan A is the column of the horizon; after one of the three shocks (:class:`Shock`) it is counted
again. Money in K€, team in ETP, shares in whole %, halves rounded up:

* a budget counts by the middle of its range, a lever by its low end, an amount that is not told is 0;
* *to find*: the new money of the levers to mobilise, and what no lever brings
  (:mod:`diagnostics.domain.bridge`);
* « a funder leaves »: the target amount of its lever is lost, and is to be found elsewhere;
* « half comes »: half of what is to find is lost; that half is still to be found;
* what is lost is *missing*, but for what the levers bring beyond the budget;
* « one post less »: a team of one ETP less, never below 0. What it costs in the mean (budget ÷ ETP) is
  neither spent nor to be found;
* money that is missing takes with it the team that it pays, at the same budget per ETP;
* shares: those of the target column times the budget (those of the levers' amounts where the column
  does not add up), less what is missing in each family; what is in no family is missing in each in
  proportion;
* pace: partnerships a year and per ETP as rule R11 counts them, with the team of the shock.

*Carried* is what the links of the document say, and nothing else. Of a lever: the allies that serve it
(4.2), the activities that these serve, the steps of the accompaniment that name them (3.2), and the
objectives that those activities serve (3.1). Of « half comes »: the same of every lever of which
something is to be found. Of a post, to which nothing can be tied: the activities that no ally serves,
so that the team bears them alone, and the objectives that these serve.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from diagnostics.domain.answers import SHARE_TOLERANCE, EconomicModel, Lever, Scenario
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.answers.objectives import OBJECTIVES
from diagnostics.domain.bridge import bridge_of, to_find_of
from diagnostics.domain.coherence.actors import is_same_actor
from diagnostics.domain.coherence.figures import counts, each_year
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.parts import shares_of
from diagnostics.domain.thread import Item, ItemKind, Key, Thread, read_thread
from diagnostics.domain.vocabulary import FundingFamily, Shock

ZERO, CENT, TENTH = Decimal(0), Decimal("0.01"), Decimal("0.1")
# What is missing, by family; None: in no family.
ByFamily = dict[FundingFamily | None, Decimal]
Shares = dict[FundingFamily, int]


@dataclass(frozen=True)
class Plan:
    """The economic model at the horizon; what is not told, or cannot be counted, is None.

    ``budget`` and ``to_find`` in K€, ``fte`` in ETP, ``pace`` in partnerships a year and per ETP,
    ``shares`` in whole %, which add up to 100.
    """

    budget: Decimal | None = None
    to_find: Decimal | None = None
    fte: Decimal | None = None
    pace: Decimal | None = None
    shares: Shares | None = None

    @property
    def keur_per_fte(self) -> Decimal | None:
        """What one ETP costs in the mean, in whole K€ (a decimal below 10); None without a team or a
        budget."""
        if self.budget is None or not self.fte:
            return None
        cost = self.budget / self.fte
        return _rounded(cost, TENTH if cost < 10 else Decimal(1))


@dataclass(frozen=True)
class Carried:
    """What a shock takes its support from, each in the order of its table.

    ``unaided``: the activities that no other ally serves; ``alone``: the objectives that no other
    activity serves; ``namesakes``: allies that bear the name of the lever without being tied to it.
    """

    allies: tuple[Item, ...] = ()
    activities: tuple[Item, ...] = ()
    steps: tuple[Item, ...] = ()
    objectives: tuple[Item, ...] = ()
    unaided: frozenset[Key] = frozenset()
    alone: frozenset[Key] = frozenset()
    namesakes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Effect:
    """What a shock does: plan A, the plan after it, and what it carried.

    ``lost``: the money that does not come, ``missing``: what the budget lacks then, both in K€ and None
    while they cannot be counted. ``lever`` and its position (from 1) are those of a funder that leaves.
    """

    scenario: Scenario
    plan: Plan
    after: Plan
    lost: Decimal | None = None
    missing: Decimal | None = None
    lever: Lever | None = None
    position: int = 0
    carried: Carried = field(default_factory=Carried)

    @property
    def shock(self) -> Shock:
        """The shock."""
        return self.scenario.shock

    @property
    def missing_share(self) -> int | None:
        """What is missing, in whole % of the budget; None where one of them is unknown or 0."""
        if not self.missing or not self.plan.budget:
            return None
        return int(_rounded(100 * self.missing / self.plan.budget, Decimal(1)))


def study_scenarios(document: DiagnosticDocument) -> list[Effect]:
    """Return what the shocks do that the team chose to study, in their order."""
    model = document.answers.economic_model
    if model is None:
        return []
    levers = {None, *(lever.id for lever in model.levers)}
    studied = [row for row in model.scenarios if row.is_studied and row.lever in levers]
    if not studied:
        return []
    thread, plan = read_thread(document), plan_of(document)
    return [_effect(row, model, plan, thread, document) for row in studied]


def _effect(
    row: Scenario, model: EconomicModel, plan: Plan, thread: Thread, document: DiagnosticDocument
) -> Effect:
    if row.shock is Shock.FUNDER_LEAVES:
        return _funder_leaves(row, model, plan, thread, document)
    if row.shock is Shock.HALF_COMES:
        return _half_comes(row, model, plan, thread, document)
    return _one_post_less(row, plan, thread, document)


# --- The three shocks ----------------------------------------------------------------------------


def _funder_leaves(
    row: Scenario, model: EconomicModel, plan: Plan, thread: Thread, document: DiagnosticDocument
) -> Effect:
    position, lever = next((n, x) for n, x in enumerate(model.levers, 1) if x.id == row.lever)
    carried = replace(
        _carried_by_levers([lever], thread), namesakes=tuple(_namesakes(lever, thread, document))
    )
    effect = Effect(row, plan, plan, lever=lever, position=position, carried=carried)
    if lever.amount_target_keur is None:
        return effect
    lost = max(_cents(lever.amount_target_keur), ZERO)
    missing = _missing(lost, model, plan)
    to_find = None if plan.to_find is None else plan.to_find - _to_find_of(lever) + missing
    after = _less_money(plan, {lever.family: lost}, missing, document)
    return replace(effect, lost=lost, missing=missing, after=replace(after, to_find=to_find))


def _half_comes(
    row: Scenario, model: EconomicModel, plan: Plan, thread: Thread, document: DiagnosticDocument
) -> Effect:
    found = [lever for lever in model.levers if _to_find_of(lever)]
    effect = Effect(row, plan, plan, carried=_carried_by_levers(found, thread))
    if plan.to_find is None:
        return effect
    lost = _cents(plan.to_find / 2)
    by_family: ByFamily = {None: _unidentified(model)}
    for lever in found:
        by_family[lever.family] = by_family.get(lever.family, ZERO) + _to_find_of(lever)
    missing = _missing(lost, model, plan)
    after = _less_money(plan, by_family, missing, document)
    return replace(effect, lost=lost, missing=missing, after=replace(after, to_find=lost))


def _missing(lost: Decimal, model: EconomicModel, plan: Plan) -> Decimal:
    """Return what the budget lacks once money is lost: less what levers bring beyond the budget."""
    if plan.budget is None:
        return lost
    return min(max(lost - _beyond(model), ZERO), plan.budget)


def _one_post_less(
    row: Scenario, plan: Plan, thread: Thread, document: DiagnosticDocument
) -> Effect:
    effect = Effect(row, plan, plan, carried=_carried_by_the_team(thread))
    if not plan.fte:
        return effect
    fte = max(plan.fte - 1, ZERO)
    after = replace(plan, fte=fte, pace=_pace(document, fte))
    if plan.budget is not None and plan.keur_per_fte is not None:
        cost = min(_cents(plan.keur_per_fte * (plan.fte - fte)), plan.budget)
        to_find = None if plan.to_find is None else max(plan.to_find - cost, ZERO)
        after = replace(after, budget=plan.budget - cost, to_find=to_find)
    return replace(effect, after=after)


def _less_money(
    plan: Plan, by_family: ByFamily, missing: Decimal, document: DiagnosticDocument
) -> Plan:
    """Return the plan once money is missing: its budget, the team that it pays, the shares.

    ``by_family``: in which proportions it is missing.
    """
    whole = sum(by_family.values())
    parts = {f: part * missing / whole for f, part in by_family.items()} if whole else {}
    after = replace(plan, shares=_shares(document, plan.budget, parts))
    if not plan.budget or not missing:
        return after
    after = replace(after, budget=plan.budget - missing)
    if plan.fte is None:
        return after
    fte = _rounded(plan.fte * (plan.budget - missing) / plan.budget, TENTH)
    return replace(after, fte=fte, pace=_pace(document, fte))


# --- The model -----------------------------------------------------------------------------------


def plan_of(document: DiagnosticDocument) -> Plan:
    """Return plan A: what is aimed at for the horizon."""
    model = document.answers.economic_model or EconomicModel()
    target = model.target
    budget = None if target.budget_middle is None else _cents(target.budget_middle)
    fte = None if target.fte is None else _cents(target.fte)
    return Plan(budget, _to_find(model), fte, _pace(document, fte), _shares(document, budget, {}))


def _to_find(model: EconomicModel) -> Decimal | None:
    """Return what is still to be found, in K€; None while the budget is not told."""
    bridge = bridge_of(model)
    return None if bridge is None else max(_cents(bridge.to_find), ZERO)


def _to_find_of(lever: Lever) -> Decimal:
    return _cents(to_find_of(lever))


def _unidentified(model: EconomicModel) -> Decimal:
    bridge = bridge_of(model)
    return ZERO if bridge is None else _cents(bridge.unidentified)


def _beyond(model: EconomicModel) -> Decimal:
    """Return what the levers bring beyond the budget, in K€."""
    bridge = bridge_of(model)
    return ZERO if bridge is None else _cents(bridge.beyond)


def _pace(document: DiagnosticDocument, fte: Decimal | None) -> Decimal | None:
    """Return the partnerships a year and per ETP (rule R11) with this team at the horizon, to a tenth.

    None without a promise in partnerships, without both teams told, or when they are volunteers only.
    """
    model, card = document.answers.economic_model or EconomicModel(), document.diagnostic
    period = {"base_year": card.base_year, "horizon": card.target_year}
    asked = [
        Decimal(str(found[0]))
        for row in OBJECTIVES.of(document.answers)
        if counts(row, "partenariat") and (found := each_year(row, **period))
    ]
    if model.now.fte is None or fte is None or not asked:
        return None
    team = (_cents(model.now.fte) + fte) / 2
    return _rounded(sum(asked, ZERO) / team, TENTH) if team else None


def _shares(
    document: DiagnosticDocument, budget: Decimal | None, missing: ByFamily
) -> Shares | None:
    """Return the share of each family once something is missing, in whole %."""
    model = document.answers.economic_model or EconomicModel()
    told = {family: Decimal(str(share or 0)) for family, share in model.target.shares.items()}
    gap = model.target.share_gap
    if gap is not None and gap <= SHARE_TOLERANCE:
        if missing and budget is None:
            return None
        total = sum(told.values())
        amounts = {f: (budget or Decimal(100)) * share / total for f, share in told.items()}
    else:
        amounts = dict.fromkeys(FundingFamily, ZERO)
        for lever in model.levers:
            if lever.family:
                amounts[lever.family] += max(_cents(lever.amount_target_keur or 0), ZERO)
    whole = sum(amounts.values())
    if not whole:
        return None
    in_none = missing.get(None, ZERO)
    left = {
        family: max(amount - missing.get(family, ZERO) - in_none * amount / whole, ZERO)
        for family, amount in amounts.items()
    }
    return whole_shares(left) if any(left.values()) else None


def whole_shares(amounts: dict[FundingFamily, Decimal]) -> Shares:
    """Return shares in whole % that add up to 100."""
    return {family: int(share) for family, share in shares_of(amounts).items()}


def _cents(value: float | Decimal) -> Decimal:
    """Return a number to two decimals, as it is printed: sums of such numbers are printed right."""
    return _rounded(value if isinstance(value, Decimal) else Decimal(str(value)), CENT)


def _rounded(value: Decimal, unit: Decimal) -> Decimal:
    return value.quantize(unit, ROUND_HALF_UP)


# --- What a shock takes away -----------------------------------------------------------------------


def _carried_by_levers(levers: Iterable[Lever], thread: Thread) -> Carried:
    """Return what some levers carry: see the module."""
    keys = [Key(ItemKind.LEVER, lever.id) for lever in levers]
    allies = {ally for key in keys for ally in _before(thread, key, ItemKind.ALLIANCE)}
    activities = {
        activity for ally in allies for activity in _before(thread, ally, ItemKind.ACTIVITY)
    }
    steps = {step for ally in allies for step in _before(thread, ally, ItemKind.SCOPE_STEP)}
    unaided = {key for key in activities if _allies_of(thread, key) <= allies}
    return replace(
        _serving(activities, thread),
        allies=_items(allies, thread),
        steps=_items(steps, thread),
        unaided=frozenset(unaided),
    )


def _carried_by_the_team(thread: Thread) -> Carried:
    """Return what the team bears without an ally."""
    keys = (item.key for item in thread.of_kind(ItemKind.ACTIVITY))
    return _serving({key for key in keys if not _allies_of(thread, key)}, thread)


def _serving(activities: set[Key], thread: Thread) -> Carried:
    """Return activities with the objectives that they serve."""
    served = {key for one in activities for key in _before(thread, one, ItemKind.OBJECTIVE)}
    alone = {
        key
        for key in served
        if {x.target for x in thread.links_of(key)[1] if x.target.kind is ItemKind.ACTIVITY}
        <= activities
    }
    return Carried(
        activities=_items(activities, thread),
        objectives=_items(served, thread),
        alone=frozenset(alone),
    )


def _before(thread: Thread, key: Key, kind: ItemKind) -> Iterator[Key]:
    """Yield what of a kind an item is tied to, towards the vision."""
    yield from (link.source for link in thread.links_of(key)[0] if link.source.kind is kind)


def _allies_of(thread: Thread, activity: Key) -> set[Key]:
    links = thread.links_of(activity)[1]
    return {link.target for link in links if link.target.kind is ItemKind.ALLIANCE}


def _items(keys: set[Key], thread: Thread) -> tuple[Item, ...]:
    return tuple(item for key, item in thread.items.items() if key in keys)


def _namesakes(lever: Lever, thread: Thread, document: DiagnosticDocument) -> Iterator[str]:
    """Yield the allies that bear the name of a lever to which no ally is tied."""
    if any(_before(thread, Key(ItemKind.LEVER, lever.id), ItemKind.ALLIANCE)):
        return
    for ally in ALLIES.of(document.answers):
        if lever.text and ally.actor and is_same_actor(ally.actor, lever.text):
            yield ally.actor
