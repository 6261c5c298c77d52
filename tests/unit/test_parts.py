"""Parts printed so that they add up."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot
from diagnostics.domain.parts import TENTH, WHOLE, parts_of, shares_of
from diagnostics.domain.shares import printed_shares
from diagnostics.report.blocks import economic_model
from diagnostics.report.blocks.types import Table
from diagnostics.report.diagrams.economic import economic_svgs
from diagnostics.report.diagrams.shares import funding_svg, shares_in_words
from tests.report_samples import demo

SVG = "{http://www.w3.org/2000/svg}"

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


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ((45, 30, 25), [45, 30, 25]),
        ((33, 33, 33), [34, 33, 33]),  # meant to be the whole
        ((33.33, 33.33, 33.34), [33.3, 33.3, 33.4]),
        ((33.33, 33.33, 33.33), [33.4, 33.3, 33.3]),
        ((60, 38.5, 1.5), [60, 38.5, 1.5]),
        ((100, 0, 0), [100, 0, 0]),
        ((50, 30, 10), [50, 30, 10]),  # the team is told: nothing is made up
        ((50.25, 30.25, 10), [50.3, 30.2, 10]),
        ((50.25, None, 10), [50.3, None, 10]),
        ((None, None, None), [None, None, None]),
    ],
)
def test_shares_are_printed_so_that_they_add_up(typed, printed):
    names = ("public_pct", "private_pct", "self_pct")
    column = EconomicSnapshot(**dict(zip(names, typed, strict=True)))

    assert list(printed_shares(column).values()) == printed


def test_every_output_prints_the_same_shares():
    third = EconomicSnapshot(public_pct=33.33, private_pct=33.33, self_pct=33.34)
    answer = EconomicModel(now=third, target=third)
    document = demo("sorelle")
    shares = ["33,3\u00a0%", "33,3\u00a0%", "33,4\u00a0%"]

    for svg in (
        funding_svg(third, third, base_year=2026, target_year=2029),
        economic_svgs(answer, base_year=2026, target_year=2029)[0],
    ):
        words = [text.text for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]
        assert [word for word in words if word.endswith("%")] == 2 * shares
        assert shares_in_words(third, 2026) in svg
    (table,) = [
        block
        for block in economic_model.blocks(answer, document)
        if isinstance(block, Table) and block.name == "economic"
    ]
    (row,) = [row for row in table.groups[0] if row.name == "Modes de financement"]
    said = [[piece.text.rpartition(" ")[0] for piece in cell.pieces] for cell in row.cells[1:]]
    assert said == [shares, shares]
