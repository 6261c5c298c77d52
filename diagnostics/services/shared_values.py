"""What processes share for some minutes."""

from __future__ import annotations

import datetime as dt

from diagnostics.models import SharedValue


def purge_shared_values(now: dt.datetime) -> int:
    """Remove what has expired; return how many rows that were."""
    return SharedValue.objects.filter(until__lte=now).delete()[0]
