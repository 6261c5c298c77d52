"""What people write of a target, and what it becomes: a number, a range, a minimum, per year."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.reading import ReadTarget, Unit, read_target, target_text

# What is written, and what is read: (low, high, at least, per year), an offer, or a message.
TARGETS = [
    ("100", (100, None, False, False)),
    ("0", (0, None, False, False)),
    ("entre 15 et 20", (15, 20, False, False)),
    ("de 15 à 20", (15, 20, False, False)),
    ("15 à 20", (15, 20, False, False)),
    ("15-20", (15, 20, False, False)),
    ("15\u00a0–\u00a020", (15, 20, False, False)),
    ("1 200 à 1 500", (1200, 1500, False, False)),
    ("1,5 à 2", (1.5, 2, False, False)),
    ("15 à 15", (15, None, False, False)),
    ("2 à 3 par an", (2, 3, False, True)),
    ("2 ou 3 par an", (2, 3, False, True)),
    ("1 500 par an", (1500, None, False, True)),
    ("1500/an", (1500, None, False, True)),
    ("12 annuels", (12, None, False, True)),
    ("au moins 70", (70, None, True, False)),
    ("70 au moins", (70, None, True, False)),
    ("70 minimum", (70, None, True, False)),
    ("+ de 70", (70, None, True, False)),
    ("plus de 70", (70, None, True, False)),
    ("70 et plus", (70, None, True, False)),
    ("≥ 80", (80, None, True, False)),
    ("au moins 3 par an", (3, None, True, True)),
    ("-5", (-5, None, False, False)),
    ("20 à 15", "15 à 20"),
    ("au moins 15 à 20", "15 à 20"),
    ("environ 15 à 20", "15 à 20"),
    ("deux à trois par an", "2 à 3 par an"),
    ("15 à 20 partenariats", "15 à 20"),
    ("entre 60 et 70 %", "60 à 70"),
    ("85 %", "85"),
    ("une dizaine", "10"),
    ("moins de 10", "10"),
    ("jusqu’à 20", "20"),
    ("34 (dont 10 fondateurs)", "34"),
    ("à préciser", "Indiquez un nombre, par exemple 12."),
    ("1er trimestre 2027", "Indiquez un nombre, par exemple 1."),
]
TARGETS_IN_KEUR = [
    ("250 – 300K€", (250, 300, False, False)),
    ("72 K€ à 290 K€", (72, 290, False, False)),
    ("−10", (-10, None, False, False)),
    ("-10 à 20 K€", (-10, 20, False, False)),
    ("-10 - -5", (-10, -5, False, False)),
    ("1,2 à 1,5 M€", "1200 à 1500"),
    ("de 72 000 à 290 000 €", "72 à 290"),
    ("125 000€", "125"),
]


@pytest.mark.parametrize(
    ("typed", "unit", "expected"),
    [(typed, Unit.VALUE, expected) for typed, expected in TARGETS]
    + [(typed, Unit.KEUR, expected) for typed, expected in TARGETS_IN_KEUR],
)
def test_a_target_is_read_as_people_write_it(typed, unit, expected):
    found = read_target(typed, unit)
    if isinstance(expected, tuple):
        assert (found.low, found.high, found.at_least, found.per_year) == expected
        assert not found.offer + found.problem
    else:
        assert (found.offer or found.problem) == expected
        assert found.low is None


def test_no_target_is_no_problem():
    assert read_target(" \u200b", Unit.VALUE) == ReadTarget()


@given(
    st.integers(-(10**8), 10**8).map(lambda n: n / 100),
    st.none() | st.integers(1, 10**6).map(lambda n: n / 100),
    st.booleans(),
)
def test_a_target_that_is_written_is_read_back(low, more, at_least):
    high = None if more is None else round(low + more, 2)
    found = read_target(target_text(low, high, at_least=at_least and high is None), Unit.VALUE)
    assert (float(found.low), found.high and float(found.high)) == (low, high)
    assert found.at_least == (at_least and high is None)


@given(st.text(max_size=30))
def test_no_written_target_raises(typed):
    found = read_target(typed, Unit.KEUR)
    assert found.high is None or found.low < found.high
    if found.offer:
        assert read_target(found.offer, Unit.KEUR).low is not None
