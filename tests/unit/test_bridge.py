"""What the target budget is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot, Lever
from diagnostics.domain.bridge import as_printed, bridge_of
from diagnostics.domain.vocabulary import LeverState
from diagnostics.typography import half_up
from tests.report_samples import demo


def model(*levers: tuple[LeverState | None, float | None], **budgets: float) -> EconomicModel:
    now, low, high = (budgets.get(name) for name in ("now", "low", "high"))
    return EconomicModel(
        now=EconomicSnapshot(budget_min_keur=now),
        target=EconomicSnapshot(budget_min_keur=low, budget_max_keur=high),
        levers=[
            Lever(id=f"x{n}", text="Levier", state=state, amount_target_keur=amount)
            for n, (state, amount) in enumerate(levers)
        ],
    )


def test_the_bridge_of_the_demo():
    found = bridge_of(demo("sorelle").answers.economic_model)
    assert (found.now, found.target) == (150, 280)
    parts = (found.secured, found.to_renew, found.to_mobilise, found.unidentified, found.beyond)
    assert parts == (82, 69, 129, 0, 0)
    assert (found.to_find, found.prudent, found.growth) == (129, 215.5, 130)


@pytest.mark.parametrize(
    ("levers", "parts"),
    [
        ([], (0, 0, 0, 200, 0)),
        ([(LeverState.SECURED, 50), (LeverState.TO_RENEW, 30)], (50, 30, 0, 120, 0)),
        ([(None, 20), (LeverState.TO_MOBILISE, 10.5)], (0, 0, 30.5, 169.5, 0)),
        ([(LeverState.SECURED, 260), (LeverState.TO_RENEW, None)], (260, 0, 0, 0, 60)),
        ([(LeverState.SECURED, 120), (LeverState.SECURED, -20)], (100, 0, 0, 100, 0)),
    ],
)
def test_what_is_not_acquired_is_to_be_found(levers, parts):
    found = bridge_of(model(*levers, now=100, low=180, high=220))
    assert parts == (
        found.secured,
        found.to_renew,
        found.to_mobilise,
        found.unidentified,
        found.beyond,
    )
    assert found.unpriced == sum(amount is None for _state, amount in levers)


@pytest.mark.parametrize(
    ("levers", "target", "prudent"),
    [
        ([(LeverState.TO_MOBILISE, 300)], 100, 100),  # half of it is more than the budget
        ([(LeverState.SECURED, 200), (LeverState.TO_MOBILISE, 160)], 280, 280),
        ([(LeverState.SECURED, 200), (LeverState.TO_MOBILISE, 100)], 280, 250),
        ([(LeverState.TO_MOBILISE, 50)], 0, 0),
        ([], 0, 0),
    ],
)
def test_the_prudent_scenario_counts_what_levers_bring_beyond_the_budget(levers, target, prudent):
    assert bridge_of(model(*levers, low=target)).prudent == prudent


def test_what_a_lever_to_mobilise_brings_already_is_to_be_renewed():
    lever = Lever(id="x1", state=LeverState.TO_MOBILISE, amount_now_keur=45, amount_target_keur=54)
    falling = Lever(
        id="x2", state=LeverState.TO_MOBILISE, amount_now_keur=30, amount_target_keur=10
    )
    found = bridge_of(model(low=100).model_copy(update={"levers": [lever, falling]}))
    assert (found.to_renew, found.to_mobilise, found.unidentified) == (55, 9, 36)


def test_without_a_target_budget_there_is_no_bridge():
    assert bridge_of(None) is None
    assert bridge_of(model((LeverState.SECURED, 10), now=100)) is None
    assert bridge_of(model(low=0)).to_find == 0


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, *LeverState]),
            st.none() | st.decimals(-999, 9_999, places=2).map(float),
        ),
        max_size=8,
    ),
    st.decimals(0, 99_999, places=2).map(float),
)
def test_the_bridge_adds_up(levers, budget):
    found = bridge_of(model(*levers, low=budget))
    parts = found.secured + found.to_renew + found.to_mobilise + found.unidentified
    assert round(parts - found.beyond, 2) == found.target == budget


@given(
    st.lists(
        st.tuples(
            st.sampled_from([None, *LeverState]),
            st.none() | st.decimals(-999, 9_999, places=3).map(float),
        ),
        max_size=8,
    ),
    st.decimals(0, 99_999, places=3).map(float),
)
def test_what_is_printed_adds_up_too(levers, budget):
    exact = bridge_of(model(*levers, now=3, low=budget))
    printed = as_printed(exact)
    parts = ("secured", "to_renew", "to_mobilise", "unidentified")
    unit = 0.1 if budget >= 10 else 0.01
    total = sum(getattr(printed, part) for part in parts) - printed.beyond
    assert round(total, 2) == printed.target == half_up(budget, 1 if budget >= 10 else 2)
    for part in (*parts, "beyond"):
        assert abs(getattr(printed, part) - getattr(exact, part)) < unit + 1e-6


def test_a_middle_between_two_cents_is_printed_half_up():
    printed = as_printed(bridge_of(model((LeverState.SECURED, 1.01), low=1.01, high=1.02)))
    assert (printed.secured, printed.unidentified, printed.target) == (1.01, 0.01, 1.02)
