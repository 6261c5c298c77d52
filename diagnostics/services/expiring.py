"""Carrying out the rule of what nobody uses: warn, wait, erase."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable

from diagnostics.models import Diagnostic, User
from diagnostics.queries.expiring import Expiring, Stage, find_expiring
from diagnostics.services.departures import erase_account
from diagnostics.services.erasure import erase_draft
from diagnostics.services.errors import WrongState

logger = logging.getLogger(__name__)


def carry_out(
    now: dt.datetime,
    *,
    warn: Callable[[Expiring], None],
    tell_erased: Callable[[str, str], None],
) -> Counter[str]:
    """Warn those who were not, and erase what was not used in spite of it; return how many of each.

    Each is a transaction of its own: what was used meanwhile stays. ``warn`` queues the mail of a warning.
    """
    done: Counter[str] = Counter()
    for one in find_expiring(now):
        if one.stage is Stage.TO_WARN and one.person is not None:
            warn(one)
            done["warned"] += 1
        elif one.stage is Stage.DUE:
            try:
                _erase(one, tell_erased)
            except (WrongState, Diagnostic.DoesNotExist, User.DoesNotExist):
                continue  # it was used, handed over or erased meanwhile
            done["erased"] += 1
    if done:
        logger.warning("What nobody used: %s", dict(done))
    return done


def _erase(one: Expiring, tell_erased: Callable[[str, str], None]) -> None:
    if one.diagnostic is not None:
        erase_draft(one.diagnostic)
    elif one.person is not None:
        erase_account(one.person, actor=None, tell=tell_erased)
