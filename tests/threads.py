"""Several things done at the same moment, each in a thread with a connection of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

# Seconds, for a busy machine: a barrier without end would stop all the tests that follow.
PATIENCE = 90


def at_once(*actions: Callable[[], object]) -> list:
    """Start all actions at the same moment; return what each gave, or raised, in their order."""
    start = threading.Barrier(len(actions), timeout=PATIENCE)

    def run(action: Callable[[], object]) -> object:
        start.wait()
        try:
            return action()
        except Exception as error:  # what it is, the test says
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))
