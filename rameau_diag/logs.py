"""The logs: which request or job a line belongs to, and nothing of what people wrote.

A line of a served site is one JSON object, for programs; under ``make run`` it is one for people. Neither
holds an answer, an e-mail address or the secret part of a link: of an error, its type and the way through
the code are told, and its words only when they cannot come from somebody's text.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
import smtplib
import traceback
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.template import TemplateDoesNotExist

from rameau_diag.folders import REPOSITORY

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_name: ContextVar[str] = ContextVar("job_name", default="")

# Errors of the code and of the machine: what they say is made of names and of the machine's words.
SAY_WHY = (
    *(AttributeError, ImportError, ImproperlyConfigured, NameError, OperationalError, OSError),
    *(TemplateDoesNotExist, smtplib.SMTPException),
)
LONGEST_REASON = 200
OWN = f"{REPOSITORY}/"
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
# Links that let in whoever holds them, and what is asked behind a question mark.
_SECRET = re.compile(
    r"(/(?:accounts/confirm-email|accounts/password/reset/key|invitations|messages)/)[^/\s'\"<]+"
)
_QUERY = re.compile(r"(/[^\s?'\"]*)\?[^\s'\"]*")


def masked(text: str) -> str:
    """Return a text without addresses, secret parts of links and questions of addresses."""
    return _ADDRESS.sub("…@…", _QUERY.sub(r"\1?…", _SECRET.sub(r"\1…", text)))


class WhoseFilter(logging.Filter):
    """Notes on each record the request and the job it belongs to (``request_id``, ``job_name``)."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let everything through."""
        asked = getattr(record, "request", None)
        record.request_id = getattr(asked, "request_id", "") or request_id.get()
        record.job_name = named(getattr(record, "job", None)) or job_name.get()
        return True


def named(job: Any) -> str:
    """Return the name and number of a job as procrastinate's records hold it, without its arguments."""
    if not isinstance(job, dict):
        return ""
    return f"{job.get('task_name', '')}[{job.get('id') or ''}]"


class Formatter(logging.Formatter):
    """What both kinds of lines have in common: the words of a record, and its error."""

    def words(self, record: logging.LogRecord) -> str:
        """Return what a record says, without what people wrote."""
        text = record.getMessage()
        job, asked = getattr(record, "job", None), getattr(record, "request", None)
        if isinstance(job, dict) and job.get("call_string"):  # with all the arguments of the job
            text = text.replace(job["call_string"], named(job))
        for path in {getattr(asked, "path", ""), getattr(asked, "path_info", "")} - {"", "/"}:
            text = text.replace(path, route_of(asked))
        return masked(text)

    def error(self, record: logging.LogRecord) -> list[str]:
        """Return the error that a record tells and those that it came from, as lines."""
        found = record.exc_info[1] if record.exc_info else None
        return list(_lines_of(found)) if found is not None else []


def route_of(request: Any) -> str:
    """Return the address of a request as its pattern, or masked when there is none."""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match is not None else masked(request.path)


def _lines_of(error: BaseException) -> Iterator[str]:
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        yield ("" if now is error else "after ") + _told(now)
        for frame in traceback.extract_tb(now.__traceback__):
            yield f"  {frame.filename.removeprefix(OWN)}:{frame.lineno} {frame.name}"
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def _told(error: BaseException) -> str:
    kind = type(error)
    text = f"{kind.__module__}.{kind.__qualname__}".removeprefix("builtins.")
    if state := getattr(error, "sqlstate", None):  # psycopg's: its words repeat the row
        told = getattr(error, "diag", None)
        where = [
            getattr(told, name, None) for name in ("table_name", "column_name", "constraint_name")
        ]
        return " ".join([text, state, *filter(None, where)])
    if isinstance(error, SAY_WHY):
        first = (str(error).strip().splitlines() or [""])[0]
        text += f": {masked(first)[:LONGEST_REASON]}"
    return text


class JsonFormatter(Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        then = dt.datetime.fromtimestamp(record.created, dt.UTC)
        entry: dict[str, Any] = {
            "time": then.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.words(record),
            "request": getattr(record, "request_id", ""),
            "job": getattr(record, "job_name", ""),
            "jobs": [named(job) for job in getattr(record, "jobs", ())],
            **getattr(record, "measured", {}),
            "error": self.error(record),
        }
        kept = {key: value for key, value in entry.items() if value not in ("", [])}
        return json.dumps(kept, ensure_ascii=False)


class LineFormatter(Formatter):
    """One line for people, and below it the way to the error."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or the lines."""
        whose = [getattr(record, "request_id", "")[:8], getattr(record, "job_name", "")]
        told = " ".join(
            filter(None, [self.formatTime(record), record.levelname, record.name, *whose])
        )
        return "\n".join([f"{told}: {self.words(record)}", *self.error(record)])


async def name_the_job(call_next: Callable[[], Any], context: Any, worker: Any) -> Any:
    """Have the lines of a job say whose they are (procrastinate's ``worker_middleware``)."""
    before = job_name.set(named({"task_name": context.job.task_name, "id": context.job.id}))
    try:
        return await call_next()
    finally:
        job_name.reset(before)


def logging_settings(*, production: bool) -> dict[str, Any]:
    """Return Django's ``LOGGING``: a served site also tells each request and each job."""
    formatter = JsonFormatter if production else LineFormatter
    told = {"level": "INFO" if production else "WARNING"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"whose": {"()": WhoseFilter}},
        "formatters": {"lines": {"()": formatter}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["whose"],
            }
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            # Django's own handlers write the words of errors, and mail them.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            # What it says of a request that fails has its whole address.
            "gunicorn.error": {"handlers": [], "level": "WARNING", "propagate": True},
            "rameau_diag.requests": told,
            "procrastinate.jobs": told,
            "procrastinate.worker": told,
        },
    }
