"""Figures for Prometheus: nothing without the token, all the processes of the machine with it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from procrastinate.contrib.django import app

from rameau_diag import metrics
from rameau_diag.folders import REPOSITORY, data_dir

pytestmark = pytest.mark.django_db
TOKEN = "jeton-de-mesure-0123456789"
IN_ANOTHER_PROCESS = (
    "from rameau_diag.metrics import observe; observe('GET', '/about-another/', 200, 0.07)"
)
# Six threads meet at the first request of a process.
AT_ONCE = """
import sys, threading
from rameau_diag import metrics
sys.setswitchinterval(1e-6)
failed, gate = [], threading.Barrier(6)
metrics.logger.exception = lambda *told: failed.append(sys.exception())
def first():
    gate.wait()
    metrics.observe("GET", "/at-once/", 200, 0.07)
threads = [threading.Thread(target=first) for _ in range(6)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
sys.exit(repr(failed) if failed else 0)
"""


def scraped(client, token: str = TOKEN):
    return client.get("/metrics/", headers={"Authorization": f"Bearer {token}"})


def in_another_process(code: str) -> None:
    environment = {"DATA_DIR": sys.modules["tests.settings"].TESTS_DATA, "PATH": "/usr/bin:/bin"}
    subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, env=environment, check=True)


def number(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0.0


def test_without_its_token_there_is_nothing(client, settings):
    assert scraped(client, "").status_code == 404
    assert scraped(client).status_code == 404
    settings.METRICS_TOKEN = TOKEN
    assert client.get("/metrics/").status_code == 404
    assert scraped(client, TOKEN[:-1]).status_code == 404
    assert scraped(client, "é").status_code == 404
    assert scraped(client).status_code == 200  # the control


def test_requests_are_counted_by_pattern_and_jobs_by_state(client, settings):
    settings.METRICS_TOKEN = TOKEN
    before = scraped(client).content.decode()
    app.configure_task("purge_mails").defer(timestamp=0)
    client.get("/a-propos/")
    client.get("/nulle-part/confidence/")
    in_another_process(IN_ANOTHER_PROCESS)

    text = scraped(client).content.decode()
    for labels in (
        'method="GET",route="/a-propos/",status="200"',
        'method="GET",route="unknown",status="404"',
        'method="GET",route="/about-another/",status="200"',
    ):
        line = f"rameau_request_seconds_count{{{labels}}}"
        assert number(text, line) == number(before, line) + 1, labels
    line = 'rameau_jobs{status="todo"}'
    assert number(text, line) == number(before, line) + 1
    assert "confidence" not in text


def test_threads_that_count_first_count_all(client, settings):
    settings.METRICS_TOKEN = TOKEN
    line = 'rameau_request_seconds_count{method="GET",route="/at-once/",status="200"}'
    before = number(scraped(client).content.decode(), line)
    in_another_process(AT_ONCE)
    assert number(scraped(client).content.decode(), line) == before + 6


def test_what_was_saved_is_answered_though_nothing_can_be_counted(
    client, settings, monkeypatch, caplog
):
    settings.METRICS_TOKEN = TOKEN
    monkeypatch.setattr(metrics, "IN_MEMORY", ("/nowhere",))
    monkeypatch.setattr(metrics, "_made", None)
    monkeypatch.setattr(metrics, "_is_told", False)
    assert [client.get("/a-propos/").status_code for _ in range(2)] == [200, 200]
    told = [record for record in caplog.records if record.name == metrics.logger.name]
    assert [record.getMessage() for record in told] == ["Requests are not counted"]


def test_the_files_are_in_memory_and_nobody_else_s(client, settings, monkeypatch, tmp_path):
    settings.METRICS_TOKEN = TOKEN
    scraped(client)
    folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
    assert not folder.is_relative_to(data_dir())
    assert folder.parent.as_posix() in metrics.IN_MEMORY
    assert folder.stat().st_mode & 0o777 == 0o700

    monkeypatch.setattr(metrics, "IN_MEMORY", (str(tmp_path),))
    metrics._folder().rmdir()
    metrics._place().symlink_to(tmp_path)  # made by somebody who knew the name
    with pytest.raises(PermissionError):
        metrics._folder()
