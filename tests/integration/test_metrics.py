"""Figures for Prometheus: nothing without the token, all the processes of the machine with it."""

import re
import subprocess
import sys

import pytest
from procrastinate.contrib.django import app

from rameau_diag.folders import REPOSITORY

pytestmark = pytest.mark.django_db
TOKEN = "jeton-de-mesure-0123456789"
IN_ANOTHER_PROCESS = (
    "from rameau_diag.metrics import observe; observe('GET', '/about-another/', 200, 0.07)"
)


def scraped(client, token: str = TOKEN):
    return client.get("/metrics/", headers={"Authorization": f"Bearer {token}"})


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
    environment = {"DATA_DIR": sys.modules["tests.settings"].TESTS_DATA, "PATH": "/usr/bin:/bin"}
    subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS], cwd=REPOSITORY, env=environment, check=True
    )

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
