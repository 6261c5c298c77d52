"""A mail server that hangs, and a worker that is killed while it holds mails: each leaves, once."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest

from rameau_diag.standalone.demo_accounts import DEMO_ACCOUNTS
from tests.faults.site import Answer, Person, Site, slack, summary

ANSWERED_WITHIN = 3.0  # seconds, as when the mail server is well
# A dead worker's jobs wait again after 30 s without a sign of life; the rest is the machine's.
LEFT_WITHIN = 240.0
ADDRESSES = sorted(account.email for account in DEMO_ACCOUNTS)


@pytest.fixture
def hanging(mails):
    """A mail server that takes calls and says nothing, until the test has it speak again."""
    mails.silent = True
    yield mails
    mails.silent = False


def ask_for_a_reset(site: Site, email: str) -> Answer:
    person = Person(site.port)
    token = re.search(
        r'csrfmiddlewaretoken" value="(\w+)"', person.ask("/accounts/password/reset/").body
    )
    assert token
    told = {"csrfmiddlewaretoken": token[1], "email": email}
    return person.ask("/accounts/password/reset/", told)


def jobs_left(site: Site) -> int:
    with site.connect() as connection:
        [count] = connection.execute(
            "SELECT count(*) FROM procrastinate_jobs"
            " WHERE task_name = 'send_mail' AND status IN ('todo', 'doing')"
        ).fetchone()
    return int(count)


def test_a_worker_is_killed_while_it_holds_mails(site, hanging, note):
    before = len(hanging.taken)
    while hanging.called.acquire(blocking=False):
        pass
    answers = [ask_for_a_reset(site, email) for email in ADDRESSES]
    health = Person(site.port).ask("/health/")
    assert hanging.called.acquire(timeout=60)  # the worker waits for an answer
    site.kill(site.processes("worker"))
    hanging.silent = False
    killed = time.monotonic()
    while len(hanging.taken) < before + len(ADDRESSES) or jobs_left(site):
        assert time.monotonic() < killed + LEFT_WITHIN, Counter(hanging.subjects())
        time.sleep(0.2)
    left = time.monotonic() - killed
    taken = Counter(str(message["To"]) for message in hanging.taken[before:])
    note(
        f"Mail server hung, {len(ADDRESSES)} people ask for a mail, SIGKILL of the worker that holds"
        " them",
        f"{summary(answers)}; {taken.total()} mails left, none twice, the last after {left:.0f} s",
    )
    assert {answer.status for answer in answers} == {302}
    assert health.status == 200
    assert max(answer.seconds for answer in answers) < ANSWERED_WITHIN * slack()
    assert taken == Counter(ADDRESSES)
