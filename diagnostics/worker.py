"""The process that does the jobs of the queue: what it survives, and what it leaves behind.

procrastinate's own command stops when its database does not answer, has every job wait while a few of
them wait for a mail server, and leaves a job « doing » when it is ended in the middle of one. Here the
database is waited for, mails have a lane of their own, and what nobody does waits again (ADR 0033).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django import connector_params
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.worker import Worker
from psycopg_pool import AsyncConnectionPool, AsyncNullConnectionPool

from diagnostics.services.jobs import SIGN_OF_LIFE, put_back, stalled_jobs
from diagnostics.tasks import LOOKS_AFTER, MAILS

T = TypeVar("T")

# Jobs at once: those that talk to the mail server, and all the others.
LANES: dict[str, int] = {MAILS: 4, "default": 4}
HEARTBEAT = 5.0  # seconds between two signs of life
POLL = 5.0  # seconds between two looks at the queue, besides what it tells by itself
LOOK = 5.0  # seconds between two looks at what nobody does
# Seconds after which a worker that starts forgets one that gave no sign of life. Not half a minute: one that
# only waited for the database could take no job any more.
FORGOTTEN = 86400.0
PAUSE = 0.5  # seconds between two attempts at a database that does not answer
CONNECTION = 5.0  # seconds for a connection: a database that hangs is asked again
GIVING_BACK = 2.0  # seconds to put back what is being done when the process ends
# A database that is cut off without a word is noticed within half a minute.
KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 4}

logger = logging.getLogger(__name__)


# --- A database that goes and comes back ----------------------------------------------------------


class PatientConnector(PsycopgConnector):
    """The connection of a worker, which waits for its database however long it is away.

    Each statement has a connection of its own: none is left from before the database went, and no pool
    waits ever longer between its attempts.

    What a job queues goes through Django's connection, within the job's transaction: queued by another
    one, the job of a mail is taken before there is such a mail, and is done for nothing.
    """

    def __init__(self) -> None:
        self._parameters = {**connector_params(), **KEEPALIVE}
        super().__init__(kwargs=self._parameters)

    async def open_async(self, pool: AsyncConnectionPool | None = None) -> None:
        """Get ready, whether the database answers or not."""
        pool = pool or AsyncNullConnectionPool(
            kwargs=self._parameters, max_size=4, timeout=CONNECTION, open=False
        )
        await pool.open()
        self._own_pool = pool
        await super().open_async(pool)

    async def close_async(self) -> None:
        """Let the connections go."""
        await self._own_pool.close()
        self._async_pool = None

    def get_sync_connector(self) -> BaseConnector:
        """Return what queues a job from within another one."""
        return DjangoConnector()

    async def execute_query_async(self, query: Any, **arguments: Any) -> None:
        """Do a statement."""
        ask = super().execute_query_async
        await _patiently(lambda: ask(query, **arguments))

    async def execute_query_one_async(self, query: Any, **arguments: Any) -> dict[str, Any]:
        """Return the row of a statement."""
        ask = super().execute_query_one_async
        return await _patiently(lambda: ask(query, **arguments))

    async def execute_query_all_async(self, query: Any, **arguments: Any) -> list[dict[str, Any]]:
        """Return the rows of a statement."""
        ask = super().execute_query_all_async
        return await _patiently(lambda: ask(query, **arguments))

    async def listen_notify(self, *args: Any, **fields: Any) -> None:
        """Listen to what is queued; the queue is looked at every five seconds besides."""
        ask = super().listen_notify
        await _patiently(lambda: ask(*args, **fields))


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the database answers; whatever else it answers than that it is not there is raised.

    A statement that was done and whose answer was lost is done again. Those of the queue bear it: a job
    that was taken so is found by :func:`_look_after`.
    """
    is_away = False
    while True:
        try:
            answer = await ask()
        except (ConnectorException, psycopg.Error) as error:
            cause = error.__cause__ if isinstance(error, ConnectorException) else error
            if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
                raise
            if not is_away:
                logger.warning("The database does not answer: %s", cause)
            is_away = True
            await asyncio.sleep(PAUSE)
        else:
            if is_away:
                logger.warning("The database answers again")
            return answer


# --- The process ----------------------------------------------------------------------------------


async def serve(app: App, *, grace: float, stop: asyncio.Event) -> int:
    """Do jobs until ``stop`` is set; return the status of the process, 1 when it ended by itself.

    What is being done has ``grace`` seconds to end, then waits again for the next worker: the caller
    ends the process, since no thread can be ended. ``app``: with a connector that is open.
    """
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(LANES.values())))
    lanes = [_lane(app, queue, jobs) for queue, jobs in LANES.items()]
    runs = [asyncio.create_task(lane.run()) for lane in lanes]  # type: ignore[no-untyped-call]
    looking = asyncio.create_task(_look_after(app, lanes))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait([asked, looking, *runs], return_when=asyncio.FIRST_COMPLETED)
    for task in (looking, *runs):
        if task.done() and task.exception():
            logger.error("The worker ends", exc_info=task.exception())
    looking.cancel()
    for lane in lanes:
        lane.stop()  # type: ignore[no-untyped-call]
    await asyncio.wait(runs, timeout=grace)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_give_back(app, lanes), GIVING_BACK)
    return 0 if stop.is_set() else 1


def _lane(app: App, queue: str, jobs: int) -> Worker:
    options: dict[str, Any] = {
        **app.worker_defaults,  # what opens and closes Django's connections
        "queues": [queue],
        "name": queue,
        "concurrency": jobs,
        "install_signal_handlers": False,
        "update_heartbeat_interval": HEARTBEAT,
        "fetch_job_polling_interval": POLL,
        "stalled_worker_timeout": FORGOTTEN,
        "additional_context": {LOOKS_AFTER: True},
    }
    return Worker(app=app, **options)


class Outages:
    """Tells whether the signs of life of the others can be trusted: after an outage of the database they
    are all old, until each worker has had the time to give one. Who starts does not know what was before.

    ``now``: seconds of a clock that never goes back.
    """

    def __init__(self, now: float) -> None:
        self._answers_since = self._answered_at = now

    def are_over(self, now: float) -> bool:
        """Note that the database has answered; tell whether it has done so for long enough."""
        if now - self._answered_at > 2 * LOOK:
            self._answers_since = now
        self._answered_at = now
        return now - self._answers_since >= SIGN_OF_LIFE


async def _look_after(app: App, lanes: list[Worker]) -> None:
    """Have wait again, all along, what nobody does: a worker was killed, or one of ours took a job and
    never heard so, or could not say what became of it."""
    seen: set[int | None] = set()
    outages = Outages(time.monotonic())
    while True:
        for lane in lanes:
            if lane.worker_id is not None:
                await app.job_manager.update_heartbeat(lane.worker_id)
        stalled = await stalled_jobs(app)
        if outages.are_over(time.monotonic()):
            ours = {pk for lane in lanes for pk in _running(lane)}
            for job in stalled:
                if job.id not in ours:
                    await put_back(app, job)
        unknown = {}
        for lane in lanes:
            if lane.worker_id is not None:
                known = _running(lane)
                for job in await _taken_by(app, lane.worker_id):
                    if job.id not in known:
                        unknown[job.id] = job
        # At the first look it may be on its way from the database to the lane.
        for pk in seen & unknown.keys():
            await put_back(app, unknown[pk])
        seen = set(unknown)
        await asyncio.sleep(LOOK)


def _running(lane: Worker) -> set[int | None]:
    return {context.job.id for context in lane._running_jobs.values()}  # noqa: SLF001


async def _taken_by(app: App, worker_id: int) -> list[Any]:
    return list(await app.job_manager.list_jobs_async(status="doing", worker_id=worker_id))


async def _give_back(app: App, lanes: list[Worker]) -> None:
    for lane in lanes:
        if lane.worker_id is not None:
            for job in await _taken_by(app, lane.worker_id):
                await put_back(app, job)
            await app.job_manager.unregister_worker(lane.worker_id)


def run(app: App, *, grace: float) -> int:
    """Do jobs until SIGTERM or SIGINT; return the status of the process, whose threads may still run."""

    async def until_a_signal() -> int:
        stop = asyncio.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(signum, stop.set)
        with app.replace_connector(PatientConnector()) as patient:
            await patient.open_async()
            return await serve(patient, grace=grace, stop=stop)

    # Not asyncio.run: it waits for threads that may be waiting for a mail server.
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        return loop.run_until_complete(until_a_signal())
