"""Texts that are kept for a person who has several pages open, and rows that come and go meanwhile."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.http import QueryDict

from diagnostics.domain.answers import Objectives
from diagnostics.domain.vocabulary import StepKey
from tests.pages import choice_shown, html_of
from tests.scene import Scene, objectives

pytestmark = pytest.mark.django_db
OBJECTIVES = StepKey.OBJECTIVES
YEAR, PLACE = "objectives-rows-0-deadline_year", "rows/o1/deadline_year"
NAME = "objectives-rows-0-statement"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store(objectives("Un", "Deux"))
    return scene


@pytest.fixture
def bob(scene):
    return scene.member("Bob Collègue")


class Tab:
    """A page of the step that stays open: what it types is sent with what its last answer told it."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.data, self.told = scene, scene.page(OBJECTIVES), {}
        self.sent = 0

    def type(self, **changes: str) -> dict:
        self.sent += 1
        for name, value in changes.items():
            self.data[name] = value
        response = self.scene.post(OBJECTIVES, self.data, autosave="1", sent=str(self.sent))
        assert response.status_code == 200, html_of(response)[:2000]
        self.told = response.json()
        self.data["base_revision"] = str(self.told["revision"])
        for name in ("kept", "choose"):
            values = re.findall(rf'name="{name}" value="([^"]*)"', unescape(self.told["around"]))
            self.data.setlist(name, values)
        for place, texts in self.told.get("news", {}).get("texts", {}).items():
            self._come_in(place, texts)
        return self.told

    def _come_in(self, place: str, texts: list[str]) -> None:
        """Put what came in from others into its field, as static/js/rows.js does."""
        name, _, rest = place.partition("/")
        key, _, field = rest.partition("/")
        for number in range(int(self.data["objectives-rows-TOTAL_FORMS"])):
            if name == "rows" and self.data[f"objectives-rows-{number}-id"] == key:
                self.data.setlist(f"objectives-rows-{number}-{field}", texts)

    def remove(self, index: int) -> None:
        """Take a row out of the page, as static/js/rows.js does."""
        total = int(self.data["objectives-rows-TOTAL_FORMS"])
        rows = [self._take(number) for number in range(total)]
        del rows[index]
        for number, row in enumerate(rows):
            for name, values in row.items():
                self.data.setlist(f"objectives-rows-{number}-{name}", values)
        self.data["objectives-rows-TOTAL_FORMS"] = str(len(rows))

    def _take(self, number: int) -> dict[str, list[str]]:
        start = f"objectives-rows-{number}-"
        names = [name for name in self.data if name.startswith(start)]
        return {name.removeprefix(start): self.data.pop(name) for name in names}


def kept(scene) -> dict[str, list[str]]:
    return scene.kept(OBJECTIVES)


def statements(scene) -> list[str]:
    return [row.statement for row in scene.answer(OBJECTIVES).rows]


def shown(scene) -> str:
    return html_of(scene.browser.get(scene.url(OBJECTIVES)))


def test_a_page_that_never_showed_a_text_does_not_settle_it(scene):
    one, other = Tab(scene), Tab(scene)
    one.type(**{YEAR: "peut-être 2031"})
    for text in ("Un, repris", "Un, repris encore", "Un, pour finir"):
        other.type(**{NAME: text})
    assert kept(scene) == {PLACE: ["peut-être 2031"]}
    assert statements(scene)[0] == "Un, pour finir"
    one.type(**{YEAR: "2031"})  # the page that shows it does
    assert kept(scene) == {}
    assert scene.answer(OBJECTIVES).rows[0].deadline_year == 2031


def test_two_tabs_at_one_field_lose_neither_text_whatever_they_type_next(scene):
    one, other = Tab(scene), Tab(scene)
    one.type(**{YEAR: "peut-être 2031"})
    other.type(**{YEAR: "peut-être 2032"})
    assert kept(scene) == {PLACE: ["peut-être 2032"], f"~{PLACE}": ["peut-être 2031"]}
    for text in ("Un, repris", "Un, pour finir"):  # nothing new at the year
        one.type(**{NAME: text})
        other.type(**{"objectives-rows-1-statement": text})
        assert sorted(kept(scene).values()) == [["peut-être 2031"], ["peut-être 2032"]]
    one.type(**{YEAR: "peut-être 2033"})
    assert kept(scene)[PLACE] == ["peut-être 2033"]
    assert ["peut-être 2032"] in kept(scene).values()


def test_a_third_tab_puts_its_text_beside_both(scene):
    tabs = [Tab(scene), Tab(scene), Tab(scene)]
    for number, tab in enumerate(tabs, 1):
        tab.type(**{YEAR: f"peut-être 203{number}"})
    assert kept(scene) == {
        PLACE: ["peut-être 2033"],
        f"~{PLACE}": ["peut-être 2031"],
        f"~~{PLACE}": ["peut-être 2032"],
    }
    page = shown(scene)
    for place in (f"~{PLACE}", f"~~{PLACE}"):
        assert "peut-être 203" in choice_shown(page, place)


def test_an_unchanged_older_tab_does_not_bring_its_text_back(scene):
    Tab(scene).type(**{YEAR: "peut-être 2031"})
    one, other = Tab(scene), Tab(scene)  # both show it
    other.type(**{YEAR: "peut-être 2032"})
    one.type(**{NAME: "Un, repris"})
    assert kept(scene) == {PLACE: ["peut-être 2032"]}


def test_a_text_aside_outlives_the_row_that_a_colleague_removes(scene, bob):
    Tab(scene).type(**{YEAR: "peut-être 2031"})
    other = Tab(scene)
    other.data["kept"] = ""  # opened before
    other.type(**{YEAR: "peut-être 2032"})
    assert f"~{PLACE}" in kept(scene)
    scene.store(Objectives.model_validate({"rows": [{"id": "o2", "statement": "Deux"}]}), user=bob)
    for _time in (1, 2):
        page = shown(scene)
        assert "peut-être 2031" in page
        scene.post(OBJECTIVES, scene.page(OBJECTIVES), autosave="1")
    assert f"~{PLACE}" in kept(scene)
    scene.post(OBJECTIVES, scene.page(OBJECTIVES), settle="drop ~rows/o1")
    assert f"~{PLACE}" not in kept(scene)


def test_a_row_without_room_waits_until_it_has_some(scene, bob):
    cap = 60
    scene.store(objectives(*map(str, range(cap - 1))))
    tab = Tab(scene)
    tab.data["objectives-rows-TOTAL_FORMS"] = str(cap)
    tab.data |= QueryDict(f"objectives-rows-{cap - 1}-id=onew")
    tab.data[f"objectives-rows-{cap - 1}-statement"] = "La mienne"
    tab.data[f"objectives-rows-{cap - 1}-id"] = "onew"
    scene.store(objectives(*map(str, range(cap - 1)), "Celle de Bob"), user=bob)
    tab.type()
    assert kept(scene)["rows/onew/statement"] == ["La mienne"]
    tab.data["objectives-rows-TOTAL_FORMS"] = str(cap - 1)  # the page goes by the news
    tab._take(cap - 1)
    tab.remove(0)
    for _time in (1, 2):
        tab.type()
        assert kept(scene)["rows/onew/statement"] == ["La mienne"]
    assert "La mienne" in shown(scene)  # now in a row of its own
    assert "La mienne" in scene.page(OBJECTIVES).values()


def test_a_row_that_was_removed_with_its_choice_does_not_come_back(scene, bob):
    tab = Tab(scene)
    tab.data[NAME] = "Le mien"
    scene.store(objectives("Celui de Bob", "Deux"), user=bob)
    tab.type()
    assert set(kept(scene)) == {"rows/o1/statement"}
    tab.remove(0)
    tab.type()
    assert kept(scene) == {}
    assert statements(scene) == ["Deux"]


def test_a_choice_is_named_where_the_page_has_its_row(scene, bob):
    """A row that is blank in the page is none in the answer: the numbers differ."""
    tab = Tab(scene)
    tab.data["objectives-rows-1-statement"] = "Le mien"
    scene.store(objectives("Un", "Celui de Bob"), user=bob)
    told = tab.type(**{NAME: ""})
    assert statements(scene) == ["Celui de Bob"]
    assert [choice["field"] for choice in told["choices"]] == ["id_objectives-rows-1-statement"]
    assert 'href="#id_objectives-rows-1-statement"' in told["around"]


def test_a_row_that_a_colleague_rewrote_stays_in_dispute_without_javascript(scene, bob):
    mine = scene.page(OBJECTIVES)
    scene.store(objectives("Un, réécrit par Bob", "Deux"), user=bob)
    response = scene.post(OBJECTIVES, mine, row_op="remove:rows:0")
    assert statements(scene) == ["Un, réécrit par Bob", "Deux"]
    assert "L’un de vous a retiré cette ligne" in html_of(scene.browser.get(response["Location"]))


def test_a_row_of_which_all_is_refused_is_removed_and_nothing_of_it_lost(scene):
    data = scene.page(OBJECTIVES)
    data["objectives-rows-TOTAL_FORMS"] = "3"
    data["objectives-rows-2-id"] = "onew"
    data["objectives-rows-2-deadline_year"] = "bientôt"
    scene.post(OBJECTIVES, data, row_op="remove:rows:2")
    assert statements(scene) == ["Un", "Deux"]
    assert kept(scene) == {"~rows/onew/deadline_year": ["bientôt"]}
    assert scene.page(OBJECTIVES)["objectives-rows-TOTAL_FORMS"] == "2"
    assert "bientôt" in shown(scene)
    assert "dans une ligne qui a été retirée depuis" in shown(scene)
    assert "plus de place" not in shown(scene)


def test_a_second_press_on_remove_still_offers_the_row(scene):
    data = scene.page(OBJECTIVES)
    data[NAME] = "Un, repris"
    for _press in (1, 2):
        response = scene.post(OBJECTIVES, data, row_op="remove:rows:0")
    page = html_of(scene.browser.get(response["Location"]))
    assert statements(scene) == ["Deux"]
    assert 'name="put_back"' in page


@pytest.mark.parametrize("page", ["ab\x00c", "é", "x" * 13, "a b"])
def test_a_page_that_calls_itself_strangely_is_none(scene, page):
    data = scene.page(OBJECTIVES)
    data[YEAR], data["page"] = "bientôt", page
    assert scene.post(OBJECTIVES, data, autosave="1").status_code == 200
    assert kept(scene) == {PLACE: ["bientôt"]}


@pytest.mark.parametrize("asked", ["rows/prepare_nonprofit:1:0", "rows/x:1:0"])
def test_rows_that_are_always_there_are_never_put_back(asked):
    scene = Scene()
    scene.store_demo()
    step = StepKey.ACCOMPANIMENT_SCOPE
    page = scene.browser.get(scene.url(step), {"retrait": asked})
    assert page.status_code == 200
    assert b"put_back" not in page.content
    assert scene.post(step, scene.page(step), put_back=asked)["Location"] == scene.url(step)


def test_a_new_row_of_which_all_is_refused_stays_in_the_page_when_news_come(scene, bob):
    tab = Tab(scene)
    tab.data["objectives-rows-TOTAL_FORMS"] = "3"
    tab.data["objectives-rows-2-id"] = "onew"
    tab.data["objectives-rows-2-deadline_year"] = "bientôt"
    scene.store(objectives("Un", "Deux", "Trois, de Bob"), user=bob)
    told = tab.type()
    assert told["news"]["rows"] == {"rows": ["o1", "o2", "o3", "onew"]}
    assert kept(scene) == {"rows/onew/deadline_year": ["bientôt"]}
