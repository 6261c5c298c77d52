"""The shares of financing as they are printed, in every output: they add up. A pure function."""

from __future__ import annotations

from decimal import Decimal

from diagnostics.domain.answers import SHARE_TOLERANCE, EconomicSnapshot
from diagnostics.domain.parts import TENTH, WHOLE, parts_of, shares_of
from diagnostics.domain.vocabulary import FundingFamily
from diagnostics.typography import half_up


def printed_shares(column: EconomicSnapshot) -> dict[FundingFamily, float | None]:
    """Return the shares of a year in %, whole when they were typed whole, else to a tenth.

    They add up to 100 when they were meant to (rule R19's tolerance), else to their own total; while
    one of them is missing, each is rounded half up.
    """
    gap, told = column.share_gap, column.shares
    given = {family: Decimal(str(share)) for family, share in told.items() if share is not None}
    if gap is None:
        return {f: None if share is None else half_up(share, 1) for f, share in told.items()}
    is_whole = all(share == share.to_integral_value() for share in given.values())
    if gap <= SHARE_TOLERANCE:
        parts = shares_of(given, unit=WHOLE if is_whole else TENTH)
    else:
        parts = parts_of(given, unit=TENTH)
    return {family: float(part) for family, part in parts.items()}
