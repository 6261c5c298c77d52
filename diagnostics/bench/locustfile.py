"""The people of ``make load``: what a browser of each of them asks for. Played by locust, without Django."""

from __future__ import annotations

import json
import os
import random
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gevent
from locust import FastHttpUser, between, constant_pacing, events, task

PLAN = json.loads(Path(os.environ["LOAD_PLAN"]).read_text(encoding="utf-8"))
TYPING = PLAN["typing"]
PAGE, SAVE, PDF, WHOLE_PDF = "page", "enregistrement", "demande de PDF", "PDF entier"
PDF_EVERY = 5.0  # seconds
PDF_PATIENCE = 300.0
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

times: dict[str, list[float]] = {}
failures: list[str] = []
waited = 0
newcomers = iter(PLAN["people"])
chance = random.Random(1)  # noqa: S311  (no secret)


class Browser(FastHttpUser):
    """A browser of somebody who is signed in, which keeps its connection."""

    abstract = True
    connection_timeout = network_timeout = 60.0
    max_retries = 0  # a connection that the server closed is an error
    person: dict[str, Any]

    def ask(self, kind: str, method: str, path: str, data: Any = None, good: int = 200) -> Any:
        """Ask for something, note the time that it took, return the answer."""
        headers = {"Cookie": self.person["cookie"]} | (FORM if data is not None else {})
        started = time.perf_counter()
        with self.client.request(
            method,
            path,
            data=data,
            headers=headers,
            name=kind,
            catch_response=True,
            allow_redirects=False,
        ) as answer:
            times.setdefault(kind, []).append((time.perf_counter() - started) * 1000)
            if answer.status_code == good or (kind == PDF and answer.status_code == 202):
                answer.success()
            else:
                reason = answer.error or answer.status_code
                answer.failure(str(reason))
                failures.append(f"{method} {path}: {reason}")
        return answer

    def see(self, path: str = "") -> str:
        """Open a page of the diagnostic."""
        address = f"/diagnostics/{self.person['diagnostic']}/{path}"
        return str(self.ask(PAGE, "GET", address).text or "")


class Writer(Browser):
    """Somebody who opens a step, writes, reads what is said of it, and goes on."""

    wait_time = between(2, 4) if TYPING else between(3, 10)

    def on_start(self) -> None:
        """Sit down, and open a first step."""
        self.person = next(newcomers)
        self.sent = 0
        self.open(chance.choice(list(self.person["steps"])))

    def open(self, step: str) -> None:
        """Open the page of a step."""
        self.step, self.data = step, self.person["steps"][step]
        page = self.see(f"etapes/{step}/")
        found = re.search(r'name="base_revision" value="(\d+)"', page)
        self.data["base_revision"] = [found[1] if found else "0"]
        self.data["shown"] = re.findall(r'data-is="(\w+)"', page)
        self.data["page"] = [self.person["name"]]
        self.data["csrfmiddlewaretoken"] = [PLAN["csrf"]]

    def type(self) -> None:
        """Write a sentence; the page sends it."""
        self.sent += 1
        text = f"Phrase {self.sent} : {chance.random()}. " * (1 + self.sent % 9)
        self.data["sent"] = [str(self.sent)]
        self.data[f"{self.step}-{self.person['field']}"] = [text]
        path = f"/diagnostics/{self.person['diagnostic']}/etapes/{self.step}/"
        answer = self.ask(SAVE, "POST", path, urlencode(self.data, doseq=True))
        if answer.status_code != 200:
            return
        told = json.loads(answer.text)
        self.data["base_revision"] = [str(told["revision"])]
        for place, texts in told.get("news", {}).get("texts", {}).items():
            self.data[f"{self.step}-{place}"] = texts

    @task(6)
    def write(self) -> None:
        """Write on."""
        self.type()

    @task(0 if TYPING else 4)
    def go_on(self) -> None:
        """Open another step of one's own."""
        self.open(chance.choice(list(self.person["steps"])))

    @task(0 if TYPING else 1)
    def look(self) -> None:
        """Look at the whole: the home of the diagnostic, the check page, the report on screen."""
        self.see(chance.choice(["", "relecture/", "rapport/"]))


if not TYPING:

    class Printer(Browser):
        """Somebody asks for the PDF of some diagnostic every few seconds."""

        fixed_count = 1
        wait_time = constant_pacing(PDF_EVERY)

        @task
        def print_one(self) -> None:
            """Ask, and go on asking as the page does, while others ask for others."""
            self.person = chance.choice(PLAN["people"])
            gevent.spawn(self.download, self.person)

        def download(self, person: dict[str, Any]) -> None:
            """Come back as often as the page that says where it stands does."""
            global waited
            started = time.perf_counter()
            status, path = 202, f"/diagnostics/{person['diagnostic']}/rapport.pdf"
            while status == 202 and time.perf_counter() - started < PDF_PATIENCE:
                self.person = person
                answer = self.ask(PDF, "GET", path)
                status = answer.status_code
                if status == 202:
                    waited += 1
                    seconds, _, again = answer.headers["Refresh"].partition("; url=")
                    path = again or path
                    gevent.sleep(int(seconds))
            if status == 200:
                taken = (time.perf_counter() - started) * 1000
                times.setdefault(WHOLE_PDF, []).append(taken)


@events.quitting.add_listener
def note(**_: Any) -> None:
    """Leave what was found to who reads it."""
    found = {"times": times, "failures": failures, "waited": waited}
    Path(os.environ["LOAD_FOUND"]).write_text(json.dumps(found), encoding="utf-8")
