"""Parts printed so that they add up."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.parts import TENTH, WHOLE, parts_of, shares_of

AMOUNTS = st.lists(st.decimals(-9_999, 9_999, places=3), min_size=1, max_size=8)


@given(AMOUNTS, st.sampled_from([WHOLE, TENTH]))
def test_parts_add_up_to_their_total_half_up_and_none_is_far_from_what_it_is(amounts, unit):
    parts = parts_of(dict(enumerate(amounts)), unit=unit)

    total = sum(amounts)
    assert abs(sum(parts.values()) - total) <= unit / 2
    assert all(abs(parts[key] - amount) < unit for key, amount in enumerate(amounts))
    assert all(parts[key] == 0 for key, amount in enumerate(amounts) if amount == 0)


def test_halves_and_thirds():
    assert parts_of({"a": Decimal("2.5")}, unit=WHOLE) == {"a": 3}
    assert shares_of(dict.fromkeys("abc", Decimal(1))) == {"a": 34, "b": 33, "c": 33}
    assert shares_of(dict.fromkeys("abc", Decimal(1)), unit=TENTH) == {
        "a": Decimal("33.4"),
        "b": Decimal("33.3"),
        "c": Decimal("33.3"),
    }
