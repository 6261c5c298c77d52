"""« Créer cet allié » of step 3.2: an ally is made where its name was written, once."""

from __future__ import annotations

import pytest

from diagnostics.domain.answers import AccompanimentScope, Alliance, Alliances
from diagnostics.domain.vocabulary import Relation, State, StepKey
from diagnostics.services.answers import save_answer
from tests.factories import MembershipFactory
from tests.scene import Scene, bring_to
from tests.threads import at_once

pytestmark = pytest.mark.django_db

SCOPE, ALLIANCES = StepKey.ACCOMPANIMENT_SCOPE, StepKey.ALLIANCES
ROW = "accompaniment_scope-rows-3"  # « Construire et formaliser le partenariat »


@pytest.fixture
def scene() -> Scene:
    return Scene()


def press(scene: Scene, name: str, *, client=None, **extra: str):
    """Type a partner at the fourth step and press its button."""
    data = scene.page(SCOPE)
    data[f"{ROW}-handling"] = "with_partner"
    data[f"{ROW}-partner"] = name
    return scene.post(SCOPE, data, client=client, **{"ally": "formalise"} | extra)


def ally_names(scene: Scene) -> list[str]:
    return [row.actor for row in scene.answer(ALLIANCES).rows]


def formalise(scene: Scene):
    return scene.answer(SCOPE).rows[3]


def test_the_partner_becomes_an_ally_to_which_the_step_is_tied(scene):
    response = press(scene, "  Maison des notaires ")

    assert response.url == f"{scene.url(SCOPE)}?allie=formalise&fait=nouveau#allie"
    (ally,) = scene.answer(ALLIANCES).rows
    assert ally == Alliance(id=ally.id, actor="Maison des notaires", relation=Relation.EXISTING)
    assert (formalise(scene).alliance, formalise(scene).partner) == (ally.id, "")
    assert scene.row(ALLIANCES).updated_by == scene.lead
    shown = scene.browser.get(response.url.partition("#")[0]).content.decode()
    assert "Ajouté à vos alliances" in shown
    assert f'<option value="{ally.id}" selected>Maison des notaires</option>' in shown


def test_pressed_twice_it_makes_one_ally(scene):
    data = scene.page(SCOPE)
    data[f"{ROW}-handling"], data[f"{ROW}-partner"] = "with_partner", "Notaires"

    first = scene.post(SCOPE, data, ally="formalise")
    second = scene.post(SCOPE, data, ally="formalise")

    assert ("fait=nouveau" in first.url, "fait=connu" in second.url) == (True, True)
    (ally,) = scene.answer(ALLIANCES).rows
    assert (formalise(scene).alliance, formalise(scene).partner) == (ally.id, "")
    assert scene.kept(SCOPE) == {}


def test_an_ally_of_that_name_is_taken_whatever_its_accents(scene):
    scene.store(
        Alliances(rows=[Alliance(id="l1", actor="Chambre de métiers")]),
        note="Pour l’équipe",
    )

    response = press(scene, "chambre des METIERS")

    assert "fait=connu" in response.url
    assert ally_names(scene) == ["Chambre de métiers"]
    assert formalise(scene).alliance == "l1"
    assert scene.row(ALLIANCES).internal_note == "Pour l’équipe"


def test_other_allies_and_what_else_was_typed_stay(scene):
    scene.store(Alliances(rows=[Alliance(id="l1", actor="CRESS", purpose="Former")]), note="À voir")

    press(scene, "Notaires", **{f"{ROW}-note": "Tous les ans", "mark": "disputed"})

    assert ally_names(scene) == ["CRESS", "Notaires"]
    assert scene.answer(ALLIANCES).rows[0].purpose == "Former"
    assert scene.row(ALLIANCES).internal_note == "À voir"
    assert formalise(scene).note == "Tous les ans"


def test_a_full_step_of_alliances_is_told_and_left_alone(scene):
    full = [Alliance(id=f"l{n}", actor=f"Allié {n}") for n in range(60)]
    scene.store(Alliances(rows=full))

    response = press(scene, "Notaires")

    assert "fait=plein" in response.url
    assert scene.answer(ALLIANCES).rows == full
    assert (formalise(scene).alliance, formalise(scene).partner) == (None, "Notaires")
    assert "soixante lignes" in scene.browser.get(response.url.partition("#")[0]).content.decode()


@pytest.mark.parametrize("name", ["", "   ", "n" * 301])
def test_without_a_name_that_can_be_stored_no_ally_is_made(scene, name):
    response = press(scene, name)

    assert "fait=change" in response.url
    assert scene.row(ALLIANCES) is None
    assert scene.kept(SCOPE) == ({"rows/formalise/partner": [name]} if name.strip() else {})


def test_another_name_written_meanwhile_by_somebody_else_is_no_ally(scene):
    data = scene.page(SCOPE)
    other = AccompanimentScope()
    other.rows[3] = other.rows[3].model_copy(update={"partner": "Avocats"})
    save_answer(scene.diagnostic, other, internal_note="", base_revision=0, user=scene.contributor)
    data[f"{ROW}-partner"] = "Notaires"

    response = scene.post(SCOPE, data, ally="formalise")

    assert "fait=change" in response.url
    assert scene.row(ALLIANCES) is None
    assert formalise(scene).partner == "Avocats"
    assert scene.kept(SCOPE) == {"rows/formalise/partner": ["Notaires"]}


def test_a_closed_diagnostic_keeps_the_name_and_makes_no_ally(scene):
    scene.store_demo()
    data = scene.page(SCOPE)
    before = ally_names(scene)
    bring_to(scene, State.SUBMITTED)
    data[f"{ROW}-partner"] = "Notaires"

    response = scene.post(SCOPE, data, ally="formalise")

    assert response.status_code == 409
    assert ally_names(scene) == before
    assert scene.kept(SCOPE)["rows/formalise/partner"] == ["Notaires"]


@pytest.mark.parametrize(
    ("role", "status"), [("reader", 403), ("facilitator", 403), ("stranger", 404)]
)
def test_who_may_not_write_makes_no_ally(scene, role, status):
    response = press(scene, "Notaires", client=scene.client(role))

    assert response.status_code == status
    assert scene.row(ALLIANCES) is None


@pytest.mark.parametrize("key", ["", "3", "nowhere", "formalise'"])
def test_a_step_that_is_none_is_refused(scene, key):
    assert press(scene, "Notaires", ally=key).status_code == 400
    assert scene.row(ALLIANCES) is None


def test_the_button_says_nothing_at_another_step(scene):
    response = scene.post(StepKey.VISION, scene.page(StepKey.VISION), ally="formalise")

    assert response.url == scene.url(StepKey.ROLES)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_press_at_once_make_one_ally():
    scene = Scene()
    people = [scene.lead, MembershipFactory(structure=scene.structure).user]
    clients = [scene.client_of(person) for person in people]
    pages = [scene.page(SCOPE, user=person) for person in people]
    for page in pages:
        page[f"{ROW}-handling"], page[f"{ROW}-partner"] = "with_partner", "Notaires"

    responses = at_once(
        *[
            lambda n=n: scene.post(SCOPE, pages[n], client=clients[n], ally="formalise")
            for n in range(2)
        ]
    )

    assert sorted(r.url.partition("fait=")[2] for r in responses) == [
        "connu#allie",
        "nouveau#allie",
    ]
    (ally,) = scene.answer(ALLIANCES).rows
    assert (formalise(scene).alliance, formalise(scene).partner) == (ally.id, "")
