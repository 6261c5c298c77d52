"""What a request that only reads may send to the database."""

from __future__ import annotations

import re

# A session is written when somebody signs in, or follows an invitation before they do; a paper is
# kept once it is made, and what was noted of it goes; the worker is asked to print; the portfolio keeps how it was seen last. These are the only writes, with the
# savepoints around them.
ALLOWED = re.compile(
    r"""^(SELECT\b(?!.*\bFOR\b.*\b(UPDATE|SHARE)\b)
        |(INSERT\sINTO|UPDATE|DELETE\sFROM)\s"django_session"
        |INSERT\sINTO\s"diagnostics_(rendering|paper)"
        |DELETE\sFROM\s"diagnostics_(rendering|paper)"
        |UPDATE\s"diagnostics_user"\sSET\s"portfolio_view"\s=\s%s\sWHERE\s"diagnostics_user"."id"\s=\s%s$
        |(RELEASE\s|ROLLBACK\sTO\s)?SAVEPOINT\b)""",
    re.VERBOSE | re.DOTALL,
)


class WriteRefused(AssertionError):
    """A request that only reads tried to write."""


def refuse_writes(execute, sql, params, many, context):
    if not ALLOWED.match(sql.lstrip()):
        raise WriteRefused(sql)
    return execute(sql, params, many, context)
