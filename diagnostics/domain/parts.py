"""Parts that are printed rounded, and still add up to the total that is printed. Pure arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TypeVar

Key = TypeVar("Key")
WHOLE, TENTH, CENT = Decimal(1), Decimal("0.1"), Decimal("0.01")


def parts_of(amounts: Mapping[Key, Decimal], *, unit: Decimal) -> dict[Key, Decimal]:
    """Return amounts rounded to ``unit`` whose sum is their own, rounded half up to the same unit.

    Each is less than a unit from what it is: those with the largest remainder are rounded up, the
    first one where two are equal; 0 stays 0.
    """
    parts = {key: (amount / unit).to_integral_value(ROUND_FLOOR) for key, amount in amounts.items()}
    whole = (sum(amounts.values()) / unit).to_integral_value(ROUND_HALF_UP)
    by_remainder = sorted(parts, key=lambda key: parts[key] - amounts[key] / unit)
    for key in by_remainder[: int(whole - sum(parts.values()))]:
        parts[key] += 1
    return {key: part * unit for key, part in parts.items()}


def shares_of(amounts: Mapping[Key, Decimal], *, unit: Decimal = WHOLE) -> dict[Key, Decimal]:
    """Return what each amount is of the whole, in %, rounded to ``unit``: they add up to 100.

    The whole is above 0.
    """
    whole = sum(amounts.values())
    return parts_of({key: 100 * amount / whole for key, amount in amounts.items()}, unit=unit)
