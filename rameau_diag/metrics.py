"""Figures for Prometheus, off unless ``METRICS_TOKEN`` is set: requests, and jobs of the queue.

The processes of a machine write into one folder, and any of them answers for all. Nothing of it names a
person, an object or a text: addresses are told by their patterns.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from typing import Any

from rameau_diag.folders import data_dir

METHODS = ("GET", "HEAD", "POST")
UPPER_BOUNDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)  # seconds


def start_again() -> None:
    """Forget the figures of processes that have ended (gunicorn's master, before it starts its own)."""
    shutil.rmtree(data_dir() / "metrics", ignore_errors=True)


@cache
def _requests() -> Any:
    folder = data_dir() / "metrics"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)  # read when the library is first imported
    from prometheus_client import Histogram

    return Histogram(
        "rameau_request_seconds",
        "Time of requests, by pattern of their address",
        ["method", "route", "status"],
        buckets=UPPER_BOUNDS,
    )


def observe(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    known = method if method in METHODS else "other"
    _requests().labels(known, route, str(status)).observe(seconds)


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
