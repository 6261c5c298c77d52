"""What somebody else does at the very moment that a service takes its lock, at every address that a form is
sent to: no refusal is an error of the site.

The page has looked, the service is about to look again: the first statement that locks a row waits until
the right was taken back, the state has changed, or the thing is gone. What each refusal says is told in
tests/integration/test_meanwhile.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic, Membership, Structure, User
from diagnostics.services.workflow import (
    reopen_diagnostic,
    submit_diagnostic,
    withdraw_submission,
)
from tests.routes import ROUTES, Route
from tests.scene import BASE_URL, REASON, Scene, make_scene

pytestmark = pytest.mark.django_db
LOCKS = re.compile(r"\bFOR (NO KEY )?UPDATE\b")


@pytest.fixture(autouse=True)
def _quick_pdf(quick_pdf):
    """Rendering is for the tests of reports."""


class Meanwhile:
    """Does something once, before the first statement that locks a row of the scene."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.happened, self.failed = act, False, ""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.happened and LOCKS.search(sql):
            self.happened = True
            try:
                self.act()
            except Exception as error:
                self.failed = repr(error)  # a view may catch it
                raise
        return execute(sql, params, many, context)


def everybody_left(scene: Scene) -> None:
    """Nobody is of the team any more, and nobody facilitates."""
    Membership.objects.filter(structure=scene.structure).delete()
    User.objects.update(is_facilitator=False)


def the_state_changed(scene: Scene) -> None:
    """What was open is submitted; what was not is open again."""
    diagnostic, lead = scene.diagnostic, scene.lead
    if diagnostic.state == State.DRAFT:
        submit_diagnostic(diagnostic, user=lead, base_url=BASE_URL)
    elif diagnostic.state == State.SUBMITTED:
        withdraw_submission(diagnostic, user=lead, base_url=BASE_URL)
    else:
        reopen_diagnostic(diagnostic, reason=REASON, user=lead, base_url=BASE_URL)


def it_was_deleted(scene: Scene) -> None:
    """A draft and its structure: nothing else can be."""
    gone = {"deleted_at": timezone.now(), "deleted_by": scene.lead}
    Diagnostic.objects.filter(pk=scene.diagnostic.pk, state=State.DRAFT).update(**gone)
    Structure.objects.filter(pk=scene.structure.pk).update(**gone)


ACTS = (everybody_left, the_state_changed, it_was_deleted)


def sender(route: Route) -> str:
    """The first of those whose form an address takes; nobody where it takes no form of theirs."""
    expected = route.expected("post")
    return next((role for role in ("lead", "facilitator") if expected[role] in {200, 302}), "")


def play(route: Route, scene: Scene) -> dict[str, tuple[int, bool]]:
    """Send the form of an address once for each act: the status, and whether there was a lock to wait
    for. An error that no page tells is raised here."""
    found = {}
    with transaction.atomic():
        address = route.address(scene)
        data = route.data(scene, address)
        for act in ACTS:
            client = scene.client(sender(route))
            with transaction.atomic():
                meanwhile = Meanwhile(partial(act, scene))
                with connection.execute_wrapper(meanwhile):
                    status = client.post(address, data).status_code
                transaction.set_rollback(True)
            assert meanwhile.failed == "", (route.name, act.__name__)
            scene.diagnostic.refresh_from_db()
            found[act.__name__] = status, meanwhile.happened
            if not meanwhile.happened:  # no lock is waited for, whatever happens
                break
        transaction.set_rollback(True)
    return found


def test_what_happens_meanwhile_is_no_error_anywhere():
    scenes: dict[State, Scene] = {}
    found = {}
    for route in ROUTES:
        if sender(route):
            if route.state not in scenes:
                scenes[route.state] = make_scene(route.state)
            found[route.name] = play(route, scenes[route.state])
    statuses = {status for acts in found.values() for status, _ in acts.values()}
    assert statuses <= {200, 302, 403, 404, 409, 422}
    assert len([name for name, acts in found.items() if acts["everybody_left"][1]]) > 30
    for name in ("diagnostic_edit", "diagnostic_step", "finding_acknowledge", "thread_link"):
        assert found[name] == {
            "everybody_left": (403, True),
            "the_state_changed": (409, True),
            "it_was_deleted": (403, True),
        }, name
