"""What the table of ``make bench`` says of a measure."""

from __future__ import annotations

import pytest

from diagnostics.bench.measure import Line


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (Line("lire", 15, 10, 1.5), "15.0 | 10.0 | 1.50 | 1.5 | tenu"),
        (Line("lire", 15.1, 10, 1.5), "15.1 | 10.0 | 1.51 | 1.5 | **dépassé**"),
        (Line("lire", 18, 8, 1.5, allowance=10), "18.0 | 8.0 | 2.25 | 1.5 ou + 10 ms | tenu"),
        (
            Line("lire", 18.5, 8, 1.5, allowance=10),
            "18.5 | 8.0 | 2.31 | 1.5 ou + 10 ms | **dépassé**",
        ),
        (Line("lire", 44, 30, 1.5, allowance=10), "44.0 | 30.0 | 1.47 | 1.5 ou + 10 ms | tenu"),
        (Line("servir", 8, 2600, 0.05), "8.0 | 2600.0 | 0.003 | 0.05 | tenu"),
        (Line("dire", 8, 2, None), "8.0 | 2.0 | 4.00 |  | "),
    ],
)
def test_a_line(line: Line, cells: str):
    assert str(line) == f"| {line.name} | {cells} |"
