"""A save while eight PDFs are being printed, on a site served by real processes."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from diagnostics.bench.situation import Situation
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import User

PDFS = 8
SAVES = 80
PAUSE = 0.1  # seconds between two saves: several people at their steps, not a machine
PATIENCE = 180.0  # seconds for all of it
CSRF_TOKEN = "b" * 32


@dataclass
class UnderLoad:
    """The times of saves, in seconds, without and with eight PDFs being printed meanwhile."""

    alone: list[float] = field(default_factory=list)
    meanwhile: list[float] = field(default_factory=list)
    printing: float = 0.0
    told_to_wait: int = 0
    failures: list[str] = field(default_factory=list)

    @staticmethod
    def p95(times: list[float]) -> float:
        """Return the 95th percentile in milliseconds."""
        return statistics.quantiles(times, n=20)[-1] * 1000


def measure_under_load(situation: Situation) -> UnderLoad:
    """Serve the situation and save a step, first alone, then while eight PDFs are printed."""
    found = UnderLoad()
    diagnostics = [situation.another_whole() for _ in range(PDFS)]
    with served_site() as port:
        site = Site.of(port, situation.lead)
        saver = _Saver(site, situation)
        for _ in range(10):  # what each process makes once
            saver.save()
        found.alone = [saver.save() for _ in range(SAVES)]
        addresses = [reverse("report_pdf", args=[diagnostic.pk]) for diagnostic in diagnostics]
        threads = [
            threading.Thread(target=site.download, args=[address, found]) for address in addresses
        ]
        started = time.monotonic()
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            found.meanwhile.append(saver.save())
        found.printing = time.monotonic() - started
    if found.failures:
        raise RuntimeError(", ".join(found.failures))
    return found


@contextmanager
def served_site() -> Iterator[int]:
    """Serve the bench's database with gunicorn, as « make run » does; answer the port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        arguments = ["--config", "python:rameau_diag.web_server", "--workers", "4"]
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", *arguments, "--bind", f"fd://{listener.fileno()}"],
            cwd=settings.BASE_DIR,
            env=served_environment(),
            stdin=subprocess.DEVNULL,
            pass_fds=[listener.fileno()],
            start_new_session=True,  # as « make run » starts it: Linux shares the cores among sessions
        )
        try:
            yield port
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def served_environment() -> dict[str, str]:
    """Return the environment of a process that works in the bench's database."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "diagnostics.bench.served_settings",
        "BENCH_DATABASE": connection.settings_dict["NAME"],
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "false",
        "DEBUG": "false",
    }


@dataclass
class Site:
    """How a browser reaches the served site, until a deadline."""

    port: int
    cookie: str
    deadline: float

    @classmethod
    def of(cls, port: int, user: User) -> Self:
        """Sign a person in."""
        client = Client()
        client.force_login(user, settings.AUTHENTICATION_BACKENDS[0])
        cookie = f"sessionid={client.cookies['sessionid'].value}; csrftoken={CSRF_TOKEN}"
        return cls(port, cookie, time.monotonic() + PATIENCE)

    def ask(self, method: str, address: str, body: str = "") -> http.client.HTTPResponse:
        """Answer the response, read."""
        return self.read(method, address, body)[0]

    def read(
        self, method: str, address: str, body: str = ""
    ) -> tuple[http.client.HTTPResponse, bytes]:
        """Answer the response and what it holds."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise RuntimeError("the served site takes too long")
        browser = http.client.HTTPConnection("127.0.0.1", self.port, timeout=left)
        try:
            headers = {"Cookie": self.cookie, "Connection": "close"}
            if body:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            browser.request(method, address, body or None, headers)
            response = browser.getresponse()
            return response, response.read()
        finally:
            browser.close()

    def download(self, address: str, found: UnderLoad) -> None:
        """Download a PDF; come back, sooner than a browser would, when told to."""
        while (status := self.ask("GET", address).status) == 202:
            found.told_to_wait += 1
            time.sleep(1)
        if status != 200:
            found.failures.append(f"{address}: {status}")


class _Saver:
    """Saves a step again and again, each time another text."""

    def __init__(self, site: Site, situation: Situation) -> None:
        self.site, self.address = site, situation.address_of(StepKey.OBJECTIVES)
        self.data = situation.to_save(StepKey.OBJECTIVES)
        self.revision = int(str(self.data["base_revision"]))

    def save(self) -> float:
        """Save once; answer the seconds it took."""
        self.data["csrfmiddlewaretoken"] = CSRF_TOKEN
        self.data["base_revision"] = str(self.revision)
        self.data[f"{StepKey.OBJECTIVES}-board_question"] = f"Question servie {self.revision}"
        started = time.perf_counter()
        response = self.site.ask("POST", self.address, self.data.urlencode())
        taken = time.perf_counter() - started
        if response.status != 302:
            raise RuntimeError(f"{self.address}: {response.status}")
        self.revision += 1
        time.sleep(PAUSE)
        return taken
