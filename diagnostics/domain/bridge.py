"""From the budget of year N to that of the horizon: what is acquired, and what is still to be found.

A pure function of the economic model (kit Q8–Q10). All amounts are in K€ a year. As in the rules, a
budget counts by its middle, a range of a lever by its low bound, an amount that is not told as 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from diagnostics.domain.answers import EconomicModel, Lever
from diagnostics.domain.answers.fields import PRECISION
from diagnostics.domain.coherence.figures import new_money
from diagnostics.domain.parts import CENT, TENTH, parts_of
from diagnostics.domain.vocabulary import LeverState
from diagnostics.typography import half_up

SMALL = 10.0  # K€: below, a budget is printed to the hundredth


@dataclass(frozen=True)
class Bridge:
    """What the budget of the horizon is made of.

    ``secured + to_renew + to_mobilise + unidentified`` is ``target``, plus what the levers bring beyond
    it (``beyond``, above 0 when they are worth more than the budget). ``to_mobilise`` is new money, as
    rule M4 counts it: what a lever to mobilise brings in year N already is to be renewed. ``now`` is
    the budget of year N, None when it is not told. ``unpriced``: how many levers have no target amount.
    """

    now: float | None
    target: float
    secured: float
    to_renew: float
    to_mobilise: float
    unidentified: float
    beyond: float
    unpriced: int

    @property
    def to_find(self) -> float:
        """What one does not have yet: to mobilise, and not identified, in K€."""
        return round(self.to_mobilise + self.unidentified, PRECISION)

    @property
    def prudent(self) -> float:
        """The budget if half of what is still to be found comes, in K€: what the levers bring beyond the
        budget makes up for the other half first."""
        missing = max(half_up(self.to_find / 2, PRECISION) - self.beyond, 0.0)
        return half_up(self.target - min(missing, self.target), PRECISION)

    @property
    def growth(self) -> float | None:
        """By how much the budget rises (or falls, below 0), in K€; None without a budget of year N."""
        return None if self.now is None else round(self.target - self.now, PRECISION)


def to_find_of(lever: Lever) -> float:
    """Return what of a lever is still to be found, in K€: the new money of one to be mobilised."""
    is_to_find = (lever.state or LeverState.TO_MOBILISE) is LeverState.TO_MOBILISE
    return max(0.0, new_money(lever)) if is_to_find else 0.0


def bridge_of(model: EconomicModel | None) -> Bridge | None:
    """Return how the target budget is made up; None while there is no target budget.

    A lever whose state is not told is still to be mobilised: nobody says that it is acquired.
    """
    target = model.target.budget_middle if model else None
    if model is None or target is None:
        return None
    target = half_up(target, PRECISION)
    sums = dict.fromkeys(LeverState, 0.0)
    for lever in model.levers:
        amount, state = lever.amount_target_keur or 0, lever.state or LeverState.TO_MOBILISE
        new = to_find_of(lever)
        sums[LeverState.TO_MOBILISE] += new
        sums[LeverState.SECURED if state is LeverState.SECURED else LeverState.TO_RENEW] += (
            amount - new
        )
    gap = round(target - sum(sums.values()), PRECISION)
    now = model.now.budget_middle
    return Bridge(
        now=None if now is None else half_up(now, PRECISION),
        target=target,
        secured=round(sums[LeverState.SECURED], PRECISION),
        to_renew=round(sums[LeverState.TO_RENEW], PRECISION),
        to_mobilise=round(sums[LeverState.TO_MOBILISE], PRECISION),
        unidentified=max(gap, 0.0),
        beyond=max(0.0, -gap),
        unpriced=sum(lever.amount_target_keur is None for lever in model.levers),
    )


def as_printed(bridge: Bridge) -> Bridge:
    """Return a bridge as it is read: to a tenth of K€ (to a hundredth for a budget under 10 K€), half up,
    its parts such that they add up to the target as printed."""
    unit = CENT if max(bridge.target, bridge.now or 0) < SMALL else TENTH
    decimals = -int(unit.as_tuple().exponent)
    parts = {
        "secured": bridge.secured,
        "to_renew": bridge.to_renew,
        "to_mobilise": bridge.to_mobilise,
        "unidentified": bridge.unidentified,
        "beyond": -bridge.beyond,
    }
    exact = {name: Decimal(str(amount)) for name, amount in parts.items()}
    printed = {name: float(amount) for name, amount in parts_of(exact, unit=unit).items()}
    return replace(
        bridge,
        now=None if bridge.now is None else half_up(bridge.now, decimals),
        target=half_up(bridge.target, decimals),
        secured=printed["secured"],
        to_renew=printed["to_renew"],
        to_mobilise=printed["to_mobilise"],
        unidentified=printed["unidentified"],
        beyond=abs(printed["beyond"]),
    )
