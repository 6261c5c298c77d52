"""Two people on one step: what each wrote is kept, what both wrote is to be chosen."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest
from django.http import QueryDict
from django.utils import timezone

from diagnostics.domain.answers import Vision
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, KeptText, RecentAnswer
from diagnostics.services.answers import purge_recent_answers
from tests.factories import MembershipFactory, UserFactory
from tests.pages import Page, choice_shown, html_of
from tests.scene import Scene, objectives

pytestmark = pytest.mark.django_db
OBJECTIVES = StepKey.OBJECTIVES
FIRST, SECOND = "objectives-rows-0-statement", "objectives-rows-1-statement"
NB = "\u00a0"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(objectives("Un", "Deux"))
    return scene


@pytest.fixture
def bob(scene):
    return MembershipFactory(structure=scene.structure, user=UserFactory(name="Bob Collègue")).user


def statements(scene) -> list[str]:
    return [row.statement for row in scene.answer(OBJECTIVES).rows]


def text_of(response) -> str:
    return unescape(html_of(response))


def shown_by(scene) -> QueryDict:
    """Return what the page of the step, as it is shown, would post."""
    page = scene.browser.get(scene.url(OBJECTIVES))
    form = Page(html_of(page)).form_to(scene.url(OBJECTIVES))
    data = QueryDict(mutable=True)
    for name, values in form.data.items():
        if "__prefix__" not in name:  # in the template of a new row
            # A browser leaves out the line end that opens a textarea.
            data.setlist(name, [value.strip() for value in values])
    return data


def add_row(data, text: str) -> None:
    total = int(data["objectives-rows-TOTAL_FORMS"])
    data["objectives-rows-TOTAL_FORMS"] = str(total + 1)
    data[f"objectives-rows-{total}-id"] = ""
    data[f"objectives-rows-{total}-statement"] = text


def test_rows_and_fields_of_both_are_kept(scene, bob):
    mine = scene.page(OBJECTIVES)
    mine[FIRST] = "Un, mieux dit"
    add_row(mine, "Trois")
    changed = objectives("Un", "Deux", "De Bob").model_copy(deep=True)
    changed.rows[0].unit = "%"
    scene.store(changed, user=bob)

    response = scene.post(OBJECTIVES, mine)

    assert response["Location"] == scene.url(StepKey.POSITIONING)
    assert sorted(statements(scene)) == ["De Bob", "Deux", "Trois", "Un, mieux dit"]
    assert scene.answer(OBJECTIVES).rows[0].unit == "%"
    assert (scene.revision(OBJECTIVES), scene.row(OBJECTIVES).updated_by) == (3, scene.lead)
    assert list(KeptText.objects.all()) == []
    assert [r.author for r in AnswerRevision.objects.order_by("revision")] == [scene.lead, bob]
    page = text_of(scene.browser.get(response["Location"]))
    assert (
        f"Pendant votre saisie, Bob Collègue a ajouté 1{NB}objectif et modifié 1{NB}objectif. "
        "Tout est enregistré, le vôtre aussi."
    ) in page


def test_what_bob_stored_already_is_not_stored_twice(scene, bob):
    """Of two changes, one was made by both: nothing of mine is missing."""
    mine = scene.page(OBJECTIVES)
    mine[FIRST] = "Comme Bob"
    scene.store(objectives("Comme Bob", "Deux", "De Bob"), user=bob)

    assert scene.post(OBJECTIVES, mine).status_code == 302

    assert statements(scene) == ["Comme Bob", "Deux", "De Bob"]
    assert (scene.revision(OBJECTIVES), scene.row(OBJECTIVES).updated_by) == (2, bob)


def test_an_autosave_tells_what_came_in(scene, bob):
    mine = scene.page(OBJECTIVES)
    mine[FIRST] = "Un, mieux dit"
    changed = objectives("Un", "Deux, de Bob", "De Bob").model_copy(deep=True)
    changed.rows.reverse()
    scene.store(changed, user=bob)

    told = scene.post(OBJECTIVES, mine, autosave="1").json()

    assert statements(scene) == ["De Bob", "Deux, de Bob", "Un, mieux dit"]
    news = told["news"]
    assert news["rows"] == {"rows": ["o3", "o2", "o1"]}
    assert news["texts"]["rows/o2/statement"] == ["Deux, de Bob"]
    assert news["texts"]["rows/o3/statement"] == ["De Bob"]
    assert "rows/o1/statement" not in news["texts"]
    assert "Bob Collègue a ajouté 1" in told["said"]


def test_the_same_field_is_to_be_chosen_and_the_rest_is_kept(scene, bob):
    mine = scene.page(OBJECTIVES)
    mine[FIRST], mine["objectives-rows-0-unit"] = "Le mien", "associations"
    scene.store(objectives("Celui de Bob", "Deux, de Bob"), user=bob)

    told = scene.post(OBJECTIVES, mine, autosave="1").json()

    assert statements(scene) == ["Celui de Bob", "Deux, de Bob"]
    assert scene.answer(OBJECTIVES).rows[0].unit == "associations"
    assert told["kept"] == ["rows/o1/statement"]
    assert "rows/o1/statement" not in told["news"]["texts"]
    assert [choice["field"] for choice in told["choices"]] == ["id_objectives-rows-0-statement"]
    page = text_of(scene.browser.get(scene.url(OBJECTIVES)))
    for around in (unescape(told["around"]), page):
        listed = around.split("À choisir")[1].split("</section>")[0]
        assert "Objectif 1, Énoncé de l’objectif" in listed
    assert page.count("data-choice") == 1
    for text in (unescape(told["choices"][0]["html"]), page):
        choice = choice_shown(text, "rows/o1/statement")
        assert "Celui de Bob" in choice
        assert "Le mien" in choice
    # The form holds both; saving it does not choose, the button does.
    shown = shown_by(scene)
    assert (shown[FIRST], shown[SECOND]) == ("Le mien", "Deux, de Bob")
    assert scene.post(OBJECTIVES, shown)["Location"] == scene.url(OBJECTIVES)
    assert statements(scene) == ["Celui de Bob", "Deux, de Bob"]
    scene.post(OBJECTIVES, shown_by(scene), settle="mine rows/o1/statement")
    assert statements(scene) == ["Le mien", "Deux, de Bob"]
    assert AnswerRevision.objects.first().value["rows"][0]["statement"] == "Celui de Bob"
    assert list(KeptText.objects.all()) == []


@pytest.mark.parametrize("who", ["bob", "me"])
def test_a_row_that_one_removed_and_the_other_changed(scene, bob, who):
    mine = scene.page(OBJECTIVES)
    if who == "bob":
        mine[SECOND] = "Deux, mieux dit"
        scene.store(objectives("Un"), user=bob)
    else:
        mine["objectives-rows-TOTAL_FORMS"] = "1"
        scene.store(objectives("Un", "Deux, mieux dit"), user=bob)

    assert scene.post(OBJECTIVES, mine)["Location"] == scene.url(OBJECTIVES)

    page = text_of(scene.browser.get(scene.url(OBJECTIVES)))
    assert "L’un de vous a retiré cette ligne pendant que l’autre la modifiait" in page
    assert statements(scene) == ["Un", "Deux, mieux dit"]
    assert [row.id for row in scene.answer(OBJECTIVES).rows] == ["o1", "o2"]
    scene.post(OBJECTIVES, shown_by(scene), settle="mine rows/o2")
    assert scene.kept(OBJECTIVES) == {}
    assert statements(scene) == ["Un", "Deux, mieux dit"]


def test_a_disputed_row_that_is_removed_is_settled(scene, bob):
    mine = scene.page(OBJECTIVES)
    mine["objectives-rows-TOTAL_FORMS"] = "1"
    scene.store(objectives("Un", "Deux, mieux dit"), user=bob)
    scene.post(OBJECTIVES, mine)

    scene.post(OBJECTIVES, shown_by(scene), row_op="remove:rows:1")

    assert statements(scene) == ["Un"]
    assert scene.kept(OBJECTIVES) == {}


def test_a_row_that_found_no_room_is_kept_and_shown(scene, bob):
    cap = 60
    scene.store(objectives(*map(str, range(cap - 1))))
    mine = scene.page(OBJECTIVES)
    add_row(mine, "Le dernier, le mien")
    scene.store(objectives(*map(str, range(cap - 1)), "Le dernier, de Bob"), user=bob)

    scene.post(OBJECTIVES, mine)

    assert statements(scene)[-1] == "Le dernier, de Bob"
    for _time in (1, 2):  # it waits for the person, whatever else is saved
        page = text_of(scene.browser.get(scene.url(OBJECTIVES)))
        assert "Il n’y a plus de place pour cette ligne" in page
        assert "Le dernier, le mien" in page
        assert scene.post(OBJECTIVES, shown_by(scene), stay="1").status_code == 302
    row = re.search(r'value="drop (rows/\w+)"', page).group(1)
    scene.post(OBJECTIVES, shown_by(scene), settle=f"drop {row}")
    assert scene.kept(OBJECTIVES) == {}
    assert len(statements(scene)) == cap


def test_the_notes_of_the_team_are_to_be_chosen_too(scene, bob):
    mine = scene.page(OBJECTIVES)
    mine["objectives-internal_note"] = "Ma note"
    theirs = scene.page(OBJECTIVES, user=bob)
    theirs["objectives-internal_note"] = "La note de Bob"
    scene.post(OBJECTIVES, theirs, client=scene.client_of(bob))
    scene.post(OBJECTIVES, mine)

    page = text_of(scene.browser.get(scene.url(OBJECTIVES)))

    choice = choice_shown(page, "internal_note")
    assert "Note interne de l’équipe" in page.split("À choisir")[1].split("</section>")[0]
    for words in ("Ma note", "La note de Bob"):
        assert words in choice


@pytest.mark.parametrize("kept", [True, False])
def test_a_revision_that_is_no_longer_at_hand_overwrites_nothing(scene, bob, kept):
    mine = scene.page(OBJECTIVES)  # revision 1
    scene.store(objectives("Un, repris", "Deux, repris"))  # the same author: no revision of 1
    mine[FIRST] = "Le mien"
    client = scene.client_of(bob)
    assert RecentAnswer.objects.get().revision == 1
    later = timezone.now() + dt.timedelta(hours=23 if kept else 25)

    assert purge_recent_answers(later) == (0 if kept else 1)

    scene.post(OBJECTIVES, mine, client=client)
    page = text_of(client.get(scene.url(OBJECTIVES)))
    assert statements(scene) == ["Un, repris", "Deux, repris"]
    choice = choice_shown(page, "rows/o1/statement")
    assert "Un, repris" in choice
    assert "Le mien" in choice
    # What was not typed over is to be chosen too only when nobody knows any more what was there.
    assert ('data-choice="rows/o2/statement"' in page) == (not kept)


def test_a_row_sent_twice_is_one_row(scene, bob):
    """The answer to the first sending was lost on the way; somebody else saved in between."""
    mine = scene.page(OBJECTIVES)
    add_row(mine, "Trois")
    mine["objectives-rows-2-id"] = "onew"
    assert scene.post(OBJECTIVES, mine).status_code == 302
    changed = scene.answer(OBJECTIVES).model_copy(deep=True)
    changed.rows[1].unit = "%"
    scene.store(changed, user=bob)
    mine[FIRST] = "Un, et la suite"

    scene.post(OBJECTIVES, mine)

    assert statements(scene) == ["Un, et la suite", "Deux", "Trois"]
    assert list(KeptText.objects.all()) == []


def test_a_first_answer_begins_from_nothing(scene, bob):
    mine = scene.page(StepKey.VISION)
    mine["vision-starting_point"] = "D’où nous partons"
    vision = {"statements": [{"id": "v1", "text": "Ce que Bob voit"}]}
    scene.store(Vision.model_validate(vision), user=bob)

    assert scene.post(StepKey.VISION, mine).status_code == 302

    answer = scene.answer(StepKey.VISION)
    assert answer.starting_point == "D’où nous partons"
    assert [row.text for row in answer.statements] == ["Ce que Bob voit"]
    assert Answer.objects.filter(step="vision").count() == 1
