"""A GET writes nothing: neither rows nor jobs; sessions apart."""

from __future__ import annotations

import re

import pytest
from django.db import connection

from diagnostics.domain.vocabulary import State, StepKey
from tests.routes import ROUTES
from tests.scene import ROLES, answer_document, demo_document, make_scene

pytestmark = pytest.mark.django_db

# A session is written when somebody signs in, or follows an invitation before they do; a PDF is
# kept once it is printed; the portfolio keeps how it was seen last. These are the only writes, with the
# savepoints around them.
ALLOWED = re.compile(
    r"""^(SELECT\b(?!.*\bFOR\b.*\b(UPDATE|SHARE)\b)
        |(INSERT\sINTO|UPDATE|DELETE\sFROM)\s"django_session"
        |INSERT\sINTO\s"diagnostics_rendering"
        |UPDATE\s"diagnostics_user"\sSET\s"portfolio_view"\s=\s%s\sWHERE\s"diagnostics_user"."id"\s=\s%s$
        |(RELEASE\s|ROLLBACK\sTO\s)?SAVEPOINT\b)""",
    re.VERBOSE | re.DOTALL,
)


class WriteRefused(AssertionError):
    """A request that only reads tried to write."""


def refuse_writes(execute, sql, params, many, context):
    if not ALLOWED.match(sql.lstrip()):
        raise WriteRefused(sql)
    return execute(sql, params, many, context)


@pytest.fixture(autouse=True)
def _quick_pdf(quick_pdf):
    """Rendering is for the tests of reports."""


def test_the_guard_refuses_writes_and_locks():
    scene = make_scene()
    with connection.execute_wrapper(refuse_writes):
        assert scene.structure.memberships.count() == 3
        with pytest.raises(WriteRefused):
            scene.structure.save()
        with pytest.raises(WriteRefused):
            scene.structure.memberships.select_for_update().first()
        with pytest.raises(WriteRefused):
            scene.structure.events.all().delete()


@pytest.mark.parametrize("state", [State.DRAFT, State.CHANGES_REQUESTED, State.ADOPTED])
def test_no_address_writes_on_get(state: State):
    scene = make_scene(state)
    addresses = [route.address(scene) for route in ROUTES]
    addresses += [
        f"/diagnostics/{scene.diagnostic.pk}/{name}?version=1"
        for name in ("rapport/", "rapport.pdf", "rapport.docx", "document.json")
    ]
    statuses = set()
    for role in ROLES:
        client = scene.client(role)
        with connection.execute_wrapper(refuse_writes):
            statuses |= {client.get(address).status_code for address in addresses}
            statuses |= {client.head(address).status_code for address in addresses[:3]}
    assert statuses <= {200, 302, 403, 404, 405, 409}


def test_reading_a_full_diagnostic_writes_nothing():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    answer_document(scene.diagnostic, demo_document("sorelle"), user=scene.contributor)
    addresses = [route.address(scene) for route in ROUTES]
    addresses += [f"/diagnostics/{scene.diagnostic.pk}/etapes/{step}/" for step in StepKey]
    for role in ("lead", "reader", "facilitator"):
        client = scene.client(role)
        with connection.execute_wrapper(refuse_writes):
            for address in addresses:
                client.get(address)
