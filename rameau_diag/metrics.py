"""Figures for Prometheus, off unless ``METRICS_TOKEN`` is set: requests, and jobs of the queue.

The processes of a machine write into one folder, and any of them answers for all. Nothing of it names a
person, an object or a text: addresses are told by their patterns.

The files are written through memory maps, and the kernel kills who writes to one on a full disk (SIGBUS):
they are in a file system that is memory, never on the disk of the database.
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rameau_diag.folders import data_dir

METHODS = ("GET", "HEAD", "POST")
UPPER_BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds
IN_MEMORY = ("/dev/shm", "/run")  # noqa: S108  (0700, checked)

logger = logging.getLogger(__name__)


def _place() -> Path:
    """Return where the files of this site are; raises OSError where the machine offers no such place."""
    for place in IN_MEMORY:
        if os.access(place, os.W_OK):
            site = hashlib.sha256(str(data_dir()).encode()).hexdigest()[:12]
            return Path(place) / f"rameau-metrics-{os.getuid()}-{site}"
    raise OSError(f"None of {IN_MEMORY} can be written to")


def _folder() -> Path:
    """Return that folder, made when absent; raises OSError when it is somebody else's."""
    place = _place()
    place.mkdir(mode=0o700, exist_ok=True)
    found = place.lstat()
    if found.st_uid != os.getuid() or found.st_mode & 0o77 or place.is_symlink():
        raise PermissionError(f"{place} is not ours alone")
    return place


def start_again() -> None:
    """Forget the figures of processes that have ended (gunicorn's master, before it starts its own)."""
    try:
        shutil.rmtree(_place(), ignore_errors=True)
    except OSError as error:
        logger.warning("Requests cannot be counted: %s", error)


_made: Any = None
_is_making = threading.Lock()  # the library refuses a second one of the same name
_is_told = False


def _requests() -> Any:
    global _made
    with _is_making:
        if _made is None:
            # Read when the library is first imported.
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_folder())
            from prometheus_client import Histogram

            _made = Histogram(
                "rameau_request_seconds",
                "Time of requests, by pattern of their address",
                ["method", "route", "status"],
                buckets=UPPER_BOUNDS,
            )
        return _made


def observe(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered; what goes wrong is logged once, for the answer is what counts."""
    global _is_told
    known = method if method in METHODS else "other"
    try:
        _requests().labels(known, route, str(status)).observe(seconds)
    except Exception:
        if not _is_told:
            logger.exception("Requests are not counted")
        _is_told = True


def as_text() -> bytes:
    """Return the figures of all the processes of this machine, and of the queue, as Prometheus reads them."""
    _requests()
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(_Queue())
    return generate_latest(registry)


class _Queue:
    """The jobs of the queue, by their state."""

    def collect(self) -> Iterator[Any]:
        from django.db.models import Count
        from procrastinate.contrib.django.models import ProcrastinateJob
        from prometheus_client.core import GaugeMetricFamily

        family = GaugeMetricFamily("rameau_jobs", "Jobs of the queue", labels=["status"])
        for status, number in ProcrastinateJob.objects.values_list("status").annotate(Count("id")):
            family.add_metric([status], number)
        yield family
