"""A GET writes nothing: neither rows nor jobs; sessions apart, what is printed, and the journal
of what leaves the site: a file that is downloaded is an event, and nothing else.

Everybody's GET of every address is watched where it is asked for (``test_access_matrix.py``); here are
the pages of the other states, and of a diagnostic in which every step has an answer.
"""

from __future__ import annotations

import pytest
from django.db import connection

from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import KeptText
from diagnostics.services.coherence import refresh_indicators
from tests.reading import WriteRefused, guard_of, refuse_writes
from tests.routes import ROUTES
from tests.scene import Scene, make_scene

pytestmark = pytest.mark.django_db
PAPERS = ("rapport.pdf", "synthese.pdf", "rapport.docx")


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


def addresses_of_its_diagnostic(scene: Scene) -> list[str]:
    """The pages that tell of the diagnostic: the others are the same in every state."""
    every = {route.address(scene) for route in ROUTES}
    return sorted(at for at in every if at.startswith(f"/diagnostics/{scene.diagnostic.pk}/"))


@pytest.mark.parametrize(
    ("state", "roles"),
    [
        (State.SUBMITTED, ("facilitator",)),
        (State.CHANGES_REQUESTED, ("lead",)),
        (State.ADOPTED, ("reader", "facilitator")),
    ],
)
def test_no_address_of_a_diagnostic_writes_on_get(state: State, roles: tuple[str, ...]):
    scene = make_scene(state)
    addresses = addresses_of_its_diagnostic(scene)
    assert len(addresses) > 40
    pages = f"/diagnostics/{scene.diagnostic.pk}/"
    addresses += [f"{pages}{name}?version=1" for name in (*PAPERS, "rapport/", "document.json")]
    statuses = set()
    for role in roles:
        client = scene.client(role)
        for address in addresses:
            with connection.execute_wrapper(guard_of(address)):
                statuses.add(client.get(address).status_code)
        with connection.execute_wrapper(refuse_writes):
            statuses |= {client.head(address).status_code for address in addresses[:3]}
            statuses |= {client.head(f"{pages}{name}").status_code for name in PAPERS}
    assert statuses <= {200, 302, 403, 404, 405, 409}


def test_reading_a_full_diagnostic_writes_nothing():
    scene = Scene().everybody()
    scene.store_demo()
    refresh_indicators(scene.diagnostic)
    for step in StepKey:
        KeptText.objects.create(
            diagnostic=scene.diagnostic,
            step=step.value,
            user=scene.lead,
            texts="board_question=Non+dit",
        )
    addresses = [*addresses_of_its_diagnostic(scene), "/"]
    before = scene.stored_rows()
    steps = [scene.url(step) for step in StepKey]
    for role, asked in {
        "lead": [*addresses, *steps],
        "reader": steps[::2],
        "facilitator": steps[1::2],  # who both read what was filled in, and write nothing
    }.items():
        client = scene.client(role)
        found = {}
        for address in asked:
            with connection.execute_wrapper(guard_of(address)):
                found[address] = client.get(address).status_code
        assert {at for at in asked if at in steps and found[at] != 200} == set()
    assert scene.stored_rows() == before
