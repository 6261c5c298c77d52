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

# What leaves the site is journalled: the addresses of files append one event, and write nothing else.
EXPORTS = re.compile(
    r"/mes-donnees/donnees\.json\Z|/diagnostics/[^?]*/(rapport\.pdf|synthese\.pdf|rapport\.docx|document\.json"
    r"|etapes/\w+/tableau\.(xlsx|csv))(\?|\Z)"
)
JOURNALLED = re.compile(r'INSERT\sINTO\s"diagnostics_event"')


class WriteRefused(AssertionError):
    """A request that only reads tried to write."""


def refuse_writes(execute, sql, params, many, context):
    if not ALLOWED.match(sql.lstrip()):
        raise WriteRefused(sql)
    return execute(sql, params, many, context)


def refuse_writes_but_the_journal(execute, sql, params, many, context):
    if JOURNALLED.match(sql.lstrip()):
        return execute(sql, params, many, context)
    return refuse_writes(execute, sql, params, many, context)


def guard_of(address: str):
    """Return what watches a GET of an address: an export may write to the journal, a page may not."""
    return refuse_writes_but_the_journal if EXPORTS.match(address) else refuse_writes
