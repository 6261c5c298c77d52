"""How long a process waits for the database, and how it knows that the database is away.

PostgreSQL bounds a statement (``statement_timeout``) and a lock (``lock_timeout``) by itself, as long
as it runs. When it hangs, or its machine is gone, nobody tells: the connections here count their
silence. After a while a thread, one in each process, knocks at the door with a new connection. When
that is not answered either, the database is away: whoever waits gives up, and others need not
begin, until the thread has an answer.

Only a process that answers people is bounded (:func:`serve_people`): a migration or a job may take
its time.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import pq
from psycopg_pool import ConnectionPool, PoolTimeout

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bounds:
    """How long a process waits for the database, in seconds.

    ``connection``: for one of its connections; ``scarce``: for one, or for a lock, that others have just
    waited for in vain; ``silence``: before it is asked whether it is there; ``knock``: for the answer to that;
    ``statement`` and ``lock``: what the server allows (0: without end); ``at_most``: for a statement
    that the server, which is there, should have ended.
    """

    connection: float
    statement: float
    lock: float
    scarce: float = 0.25
    silence: float = 1.0
    knock: float = 0.8
    at_most: float = float("inf")

    @property
    def options(self) -> str:
        """What the server is told when a connection is made."""
        timeouts = {"statement_timeout": self.statement, "lock_timeout": self.lock}
        return " ".join(f"-c {name}={round(1000 * s)}" for name, s in timeouts.items())


# A person reads within three seconds that there is no answer, within five that others hold a lock (who
# waits behind others who wait waits twice, hence the bound of the whole statement).
PEOPLE = Bounds(connection=2.0, statement=4.0, lock=2.5, at_most=5.0)
# Jobs and commands: a migration waits for no lock that people wait behind.
MACHINES = Bounds(connection=10.0, statement=600.0, lock=5.0, scarce=10.0)

_bounds = MACHINES
_own = threading.local()


def bounds() -> Bounds:
    """Return what holds in this process."""
    return _bounds


def serve_people(asked: Bounds = PEOPLE) -> None:
    """Bound the waiting of this process from here on; its connections are not made yet."""
    global _bounds
    _bounds = asked


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Let this thread wait for the database no longer than this, all its statements together."""
    before, _own.deadline = _deadline(), time.monotonic() + seconds
    try:
        yield
    finally:
        _own.deadline = before


def _deadline() -> float:
    return float(getattr(_own, "deadline", float("inf")))


def left(seconds: float) -> float:
    """Return how long this thread may still wait, of the seconds that it would wait otherwise."""
    return max(0.0, min(seconds, _deadline() - time.monotonic()))


class Silent(psycopg.OperationalError):
    """The database does not answer; nobody knows what became of the statement."""


class Connection(psycopg.Connection[Any]):
    """A connection that is given up when the database is away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.made_at = time.monotonic()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait as psycopg does, with a look at the clock ten times a second.

        Raises Silent, and the connection is of no use any more.
        """
        try:
            return super().wait(_watched(gen, interval), interval, timeout)
        except Silent:
            self.pgconn.finish()  # without a word to the server, which would not hear it
            raise


class InVain:
    """What this process has just waited for in vain.

    Those who come next would wait for it in turn, in all the threads, and whoever wants something
    else behind them.
    """

    REMEMBERED = 2.0  # seconds

    def __init__(self) -> None:
        self._since: dict[Hashable, float] = {}

    def __contains__(self, wanted: Hashable) -> bool:
        since = self._since.get(wanted)
        return since is not None and time.monotonic() - since < self.REMEMBERED

    def remember(self, wanted: Hashable) -> None:
        """Somebody gave up waiting for it."""
        for known in [known for known in list(self._since) if known not in self]:
            self.forget(known)
        self._since[wanted] = time.monotonic()

    def forget(self, wanted: Hashable) -> None:
        """Somebody had it."""
        self._since.pop(wanted, None)


in_vain = InVain()


def take(pool: ConnectionPool[Any]) -> Connection:
    """Take a connection that works from a pool.

    One that does not any more tells of the others: they are all made anew, or each person who comes
    after a restart of the database would wait for one of them. Raises psycopg.OperationalError.
    """
    usual = _bounds.scarce if pool.name in in_vain else _bounds.connection
    started, patience = time.monotonic(), left(usual)
    while True:
        try:
            connection: Connection = pool.getconn(timeout=patience - (time.monotonic() - started))
        except PoolTimeout:
            if patience == usual:  # whose own time was short (``within``) tells nothing to others
                in_vain.remember(pool.name)
            raise
        in_vain.forget(pool.name)
        try:
            pool.check_connection(connection)
        except psycopg.OperationalError:
            pool.putconn(connection)
            if connection.made_at < started:
                pool.drain()
        else:
            return connection


def _watched(steps: Any, interval: float) -> Any:
    """Go through the steps of a statement; psycopg sends « nothing yet » at every interval."""
    asked = _bounds
    if asked.at_most == float("inf") and _deadline() == float("inf"):
        return (yield from steps)
    started, silent, knock_at = time.monotonic(), 0.0, asked.silence
    try:
        wanted = next(steps)
        while True:
            ready = yield wanted
            if ready:
                silent, knock_at = 0.0, asked.silence
            else:
                # Counted, not measured: a process that is kept busy by others is not the database's doing.
                silent += interval
                now = time.monotonic()
                if silent >= knock_at:
                    watch.knock()
                    knock_at = silent + asked.silence
                if watch.is_away or now > _deadline() or now - started > asked.at_most:
                    raise Silent("The database does not answer")
            wanted = steps.send(ready)
    except StopIteration as end:
        return end.value


class Watch:
    """Knocks at the database's door, in a thread of its own, while somebody has reason to doubt.

    ``connect`` raises when it is not let in, psycopg.Error as a rule.
    """

    PAUSE = 0.25  # seconds between two knocks while it is away

    def __init__(self, connect: Callable[[], None] | None = None) -> None:
        self.connect = connect
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._thread: threading.Thread | None = None
        self._knocked_at: float | None = None
        self._refused = False

    @property
    def is_away(self) -> bool:
        """Tell whether the last knock was refused, or has waited for too long."""
        knocked_at = self._knocked_at
        return self._refused or (
            knocked_at is not None and time.monotonic() - knocked_at > _bounds.knock
        )

    def knock(self) -> None:
        """Have the database asked whether it is there; returns at once."""
        self._wanted.set()
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="database", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._knocked_at = time.monotonic()
            is_there = self._is_there()
            if is_there is self._refused:
                logger.warning("The database is %s", "back" if is_there else "away")
            self._refused, self._knocked_at = not is_there, None
            if is_there:
                self._wanted.clear()
            else:
                time.sleep(self.PAUSE)

    def _is_there(self) -> bool:
        try:
            assert self.connect is not None
            self.connect()
        except psycopg.Error:
            return False
        except Exception as error:
            # Whatever it is (no thread, no file left…), this thread goes on knocking: nobody else tells
            # that the database is back. Its type alone: a message could hold what a connection is made of.
            logger.error("No answer from the database: %s", type(error).__name__)
            return False
        return True


def knocking(parameters: dict[str, Any]) -> Callable[[], None]:
    """Return how to knock at the door of the database that is reached by these parameters.

    « Too many connections » is an answer: it is there.
    """
    reached = {k: v for k, v in parameters.items() if k not in ("context", "cursor_factory")}
    reached |= {"connect_timeout": 2, "prepare_threshold": None}

    def connect() -> None:
        try:
            psycopg.connect(**reached).close()
        except psycopg.errors.ConnectionTimeout:
            raise
        except psycopg.OperationalError:
            asked = {k: v for k, v in reached.items() if k != "prepare_threshold"}
            if pq.PGconn.ping(psycopg.conninfo.make_conninfo(**asked).encode()) != pq.Ping.OK:
                raise

    return connect


watch = Watch()
