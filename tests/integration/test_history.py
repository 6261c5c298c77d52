"""The history of a step: who wrote what, what changed, and putting a revision back."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from diagnostics.domain.answers import Vision
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Answer, AnswerRevision
from diagnostics.queries.history import PER_PAGE
from tests.factories import MembershipFactory, UserFactory
from tests.pages import html_of
from tests.scene import Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db
VISION = StepKey.VISION
NB = "\u00a0"


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def bob(scene):
    return MembershipFactory(structure=scene.structure, user=UserFactory(name="Bob Collègue")).user


def vision(*texts: str, **values: str) -> Vision:
    rows = [{"id": f"v{n}", "text": text} for n, text in enumerate(texts, 1)]
    return Vision.model_validate({"statements": rows, **values})


def history(scene, *, client: Client | None = None, **query: object) -> str:
    address = reverse("step_history", args=[scene.diagnostic.pk, VISION])
    page = unescape(html_of((client or scene.browser).get(address, query)))
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", page))


def restore(scene, revision: int, *, base: int, client: Client | None = None):
    address = reverse("step_restore", args=[scene.diagnostic.pk, VISION])
    return (client or scene.browser).post(address, {"revision": revision, "base_revision": base})


def test_a_step_without_an_answer_has_none(scene):
    assert "Personne n’a encore répondu à cette étape." in history(scene)


def test_who_wrote_what_with_the_words(scene, bob):
    scene.store(vision("Au départ", "Retiré ensuite"))
    scene.store(vision("Au départ, mieux dit"), user=bob)
    scene.store(vision("Au départ, mieux dit", board_question="Qui tranche ?"))

    page = history(scene)

    first = page.index(f"Lise Lead a modifié «{NB}À trancher en conseil")
    second = page.index(f"Bob Collègue a modifié 1{NB}énoncé et retiré 1{NB}énoncé.")
    third = page.index(f"Lise Lead a ajouté 2{NB}énoncés.")
    assert first < second < third
    of_bob = page[second:third]
    for words in ("Au départ Au départ, mieux dit", "Retiré ensuite", "retrait"):
        assert words in of_bob
    assert "Qui tranche ?" in page[first:second]
    assert page.count("réponse actuelle") == 1
    assert page.count("Remettre cette réponse") == 2


def test_any_two_are_compared(scene, bob):
    scene.store(vision("Un"))
    scene.store(vision("Deux"), user=bob)
    scene.store(vision("Trois"))

    page = history(scene, de=1, a=3)

    compared = page.split("Après")[1].split("Lise Lead")[0]
    assert "Un Trois" in compared
    assert "Deux" not in compared
    assert "disent la même chose" in history(scene, de=2, a=2)
    for strange in ("x", "-1", "9" * 30, "99"):
        assert "Du " not in history(scene, de=strange, a=3)
        assert "Historique" in history(scene, page=strange)


def test_a_revision_is_put_back_and_nothing_is_lost(scene, bob):
    scene.store(vision("La première", board_question="Qui ?"))
    scene.store(vision("La seconde"), user=bob)

    response = restore(scene, 1, base=2)

    assert response["Location"] == reverse("step_history", args=[scene.diagnostic.pk, VISION])
    assert scene.answer(VISION) == vision("La première", board_question="Qui ?")
    assert scene.revision(VISION) == 3
    assert [r.revision for r in AnswerRevision.objects.all()] == [2, 1]
    assert "La réponse est celle de cette révision." in history(scene)
    restore(scene, 1, base=3)
    assert "La réponse est déjà celle-là." in history(scene)
    assert scene.revision(VISION) == 3


def test_what_a_colleague_stored_since_is_not_put_away(scene, bob):
    scene.store(vision("La première"))
    scene.store(vision("La seconde"), user=bob)
    scene.store(vision("La troisième"))  # the page of Bob shows revision 2
    before = scene.stored_rows()

    response = restore(scene, 1, base=2, client=scene.client_of(bob))

    assert response.status_code == 409
    assert scene.stored_rows() == before


@pytest.mark.parametrize(("revision", "status"), [("7", 409), ("x", 400), ("", 400)])
def test_a_revision_that_is_none(scene, revision, status):
    scene.store(vision("Un"))
    before = scene.stored_rows()
    assert restore(scene, revision, base=1).status_code == status
    assert scene.stored_rows() == before


def test_a_revision_of_another_step_or_diagnostic_is_none(scene):
    scene.store(vision("Un"))
    other = Scene()
    other.store(vision("Ailleurs"))
    other.store(vision("Ailleurs encore"), user=other.contributor)
    assert AnswerRevision.objects.get().revision == 1

    assert restore(scene, 1, base=1).status_code == 409
    assert scene.answer(VISION) == vision("Un")


def test_a_closed_state_shows_it_and_puts_nothing_back():
    scene = make_scene()
    scene.store(vision("Avant la soumission"), user=scene.contributor)
    bring_to(scene, State.SUBMITTED)

    assert "Remettre cette réponse" not in history(scene)
    assert restore(scene, 1, base=2).status_code == 409
    assert scene.answer(VISION) == vision("Avant la soumission")


def test_the_notes_of_the_team_are_its_own(scene, bob):
    data = scene.typed(vision("Un"))
    data["vision-internal_note"] = "Entre nous seulement"
    scene.post(VISION, data)
    scene.store(vision("Deux"), user=bob)

    assert "Entre nous seulement" in history(scene)
    assert "Entre nous seulement" not in history(scene, client=scene.client("facilitator"))


def test_a_long_history_has_pages(scene, bob):
    for number in range(PER_PAGE + 3):
        scene.store(vision(f"Texte {number}"), user=bob if number % 2 else scene.lead)

    first, second = history(scene), history(scene, page=2)

    assert first.count("Voir les textes") == PER_PAGE
    assert second.count("Voir les textes") == 3
    assert "Plus ancien" in first
    assert "Plus ancien" not in second
    assert "Texte 2 Texte 3" in first.split("Voir les textes")[-1]
    assert "Texte 1 Texte 2" in second.split("Voir les textes")[1]
    assert "Voir" not in history(scene, page=9)


# --- One row alone --------------------------------------------------------------------------------


def put_back(scene, row: str, *, revision: int, client: Client | None = None):
    address = reverse("step_restore", args=[scene.diagnostic.pk, VISION])
    data = {"revision": revision, "row": row}
    return (client or scene.browser).post(address, data, follow=True)


def texts(scene) -> list[str]:
    row = Answer.objects.get(diagnostic=scene.diagnostic, step=VISION)
    return [statement["text"] for statement in row.value["statements"]]


def test_a_removed_row_comes_back_at_its_place_beside_what_was_written_since(scene, bob):
    scene.store(vision("Un", "Deux", "Trois"))
    kept = vision("Un", "Deux", "Trois").statements
    scene.store(Vision(statements=[kept[0], kept[2]]), user=bob)
    reworded = kept[0].model_copy(update={"text": "Un, mieux dit"})
    scene.store(Vision(statements=[reworded, kept[2]]))
    page = scene.browser.get(reverse("step_history", args=[scene.diagnostic.pk, VISION]))
    offered = re.findall(
        r'name="revision" value="(\d+)">\s*<button[^>]*value="statements/v2"', html_of(page)
    )
    assert len(offered) == 1
    (revision,) = map(int, offered)

    answer = put_back(scene, "statements/v2", revision=revision)

    assert "Remettre cette ligne" not in answer.content.decode()
    assert "La ligne est remise." in answer.content.decode()
    assert texts(scene) == ["Un, mieux dit", "Deux", "Trois"]
    again = put_back(scene, "statements/v2", revision=revision)
    assert "Cette ligne est déjà là." in again.content.decode()
    assert len(texts(scene)) == 3


def test_a_row_that_no_revision_has_or_for_which_there_is_no_room_is_refused(scene, bob):
    scene.store(vision("Un", "Deux"))
    scene.store(vision("Un"), user=bob)
    for row, revision in (("statements/v9", 1), ("autre/v2", 1), ("statements/v2", 7)):
        assert put_back(scene, row, revision=revision).status_code == 409
    cap = Vision.model_json_schema()["properties"]["statements"]["maxItems"]
    rows = [{"id": f"w{n}", "text": f"Nouveau {n}"} for n in range(cap)]
    scene.store(Vision.model_validate({"statements": rows}))
    answer = put_back(scene, "statements/v2", revision=1)
    assert answer.status_code == 409
    assert "plus de place" in answer.content.decode()
    assert len(texts(scene)) == cap


def test_a_reader_is_offered_none_and_refused(scene, bob):
    scene.store(vision("Un", "Deux"))
    scene.store(vision("Un"), user=bob)
    reader = scene.client("reader")
    page = reader.get(reverse("step_history", args=[scene.diagnostic.pk, VISION]))
    assert "Remettre cette ligne" not in page.content.decode()
    assert put_back(scene, "statements/v2", revision=1, client=reader).status_code == 403
    assert texts(scene) == ["Un"]
