"""Rows without JavaScript: add, remove, move, examples of the kit, the thirds."""

from __future__ import annotations

import json
import re
from html import unescape
from secrets import token_hex

import pytest
from django.conf import settings
from django.http import QueryDict

from diagnostics.domain.completeness import missing_in_step
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, Example
from diagnostics.queries import get_diagnostic, load_step
from tests.pages import Page
from tests.posting import form_of
from tests.scene import Scene

pytestmark = pytest.mark.django_db

KIT = json.loads((settings.BASE_DIR / "fixtures" / "kit_2013.json").read_text(encoding="utf-8"))
# One table of rows of each step: its name, a text field of it, and its cap.
TABLES = [
    (StepKey.VISION, "statements", "text", 6),
    (StepKey.ROLES, "rows", "label", 60),
    (StepKey.OBJECTIVES, "rows", "statement", 60),
    (StepKey.POSITIONING, "rows", "posture", 60),
    (StepKey.ACTIVITIES, "rows", "text", 60),
    (StepKey.TERRITORIAL_SCALES, "rows", "territory", 60),
    (StepKey.ECONOMIC_MODEL, "levers", "text", 60),
    (StepKey.ALLIANCES, "rows", "actor", 60),
    (StepKey.BOARD_DECISIONS, "decisions", "text", 60),
    (StepKey.BOARD_DECISIONS, "calendar", "milestone", 12),
]

# Where rows stand in groups, the field that says in which.
PLACES = {"mission": "raise_awareness", "family": "private"}


@pytest.fixture
def scene() -> Scene:
    return Scene()


class Table:
    """A table of rows as somebody without JavaScript works on it."""

    def __init__(self, scene: Scene, step: StepKey, name: str, field: str) -> None:
        self.scene, self.step, self.field, self.name = scene, step, field, name
        self.prefix = f"{step}-{name}"
        self.data = scene.page(step)

    def fill(self, *texts: str) -> None:
        """Type the rows one after the other, without ids."""
        self.data[f"{self.prefix}-TOTAL_FORMS"] = str(len(texts))
        for index, text in enumerate(texts):
            self.data[f"{self.prefix}-{index}-id"] = ""
            self.data[f"{self.prefix}-{index}-{self.field}"] = text
            for field, place in PLACES.items():  # all of them in one group
                if f"{self.prefix}-0-{field}" in self.data:
                    self.data[f"{self.prefix}-{index}-{field}"] = place

    def press(self, operation: str) -> str:
        """Press a row button and come back to the page; return where the page scrolls to."""
        response = self.scene.post(self.step, self.data, row_op=operation)
        assert response.status_code == 302, unescape(response.content.decode())[:2000]
        path, _, anchor = response["Location"].partition("#")
        assert path.partition("?")[0] == self.scene.url(self.step)
        page = self.scene.browser.get(response["Location"])
        assert page.status_code == 200
        self.data = self.shown_by(page)
        return anchor

    def shown_by(self, page) -> QueryDict:
        """Return what a page of the step would post as it is."""
        form = Page(page.content.decode()).form_to(self.scene.url(self.step))
        data = QueryDict(mutable=True)
        for name, values in form.data.items():
            if "__prefix__" not in name:  # in the template of a new row
                # A browser leaves out the line end that opens a textarea.
                data.setlist(name, [value.removeprefix("\n") for value in values])
        return data

    @property
    def texts(self) -> list[str]:
        total = int(self.data[f"{self.prefix}-TOTAL_FORMS"])
        return [self.data[f"{self.prefix}-{index}-{self.field}"] for index in range(total)]


# One table of the fewest rows, two whose rows stand in groups, and two of one step.
MOVED = [table for table in TABLES if table[1] != "rows" or table[0] in {"activities", "alliances"}]


@pytest.mark.parametrize(
    ("step", "name", "field", "cap"), TABLES, ids=[f"{table[0]}-{table[1]}" for table in TABLES]
)
def test_rows_are_added_moved_and_removed(scene, step, name, field, cap):
    table = Table(scene, step, name, field)
    table.fill("un", "deux", "trois")

    assert table.press(f"add:{table.name}") == f"{table.prefix}-3"
    assert table.texts == ["un", "deux", "trois", ""]
    assert table.press(f"up:{table.name}:2") == f"{table.prefix}-1"
    assert table.texts == ["un", "trois", "deux"]
    assert table.press(f"down:{table.name}:0") == f"{table.prefix}-1"
    assert table.texts == ["trois", "un", "deux"]
    assert table.press(f"remove:{table.name}:1") == "retrait"
    assert table.texts == ["trois", "deux"]

    stored = getattr(table.scene.answer(table.step), table.name)
    assert [getattr(row, table.field) for row in stored] == ["trois", "deux"]
    assert table.scene.kept(table.step) == {}


@pytest.mark.parametrize(
    ("step", "name", "field", "cap"), MOVED, ids=[f"{table[0]}-{table[1]}" for table in MOVED]
)
def test_a_move_at_the_edge_changes_nothing_and_every_row_can_be_removed(
    scene, step, name, field, cap
):
    table = Table(scene, step, name, field)
    table.fill("un", "deux")

    assert table.press(f"up:{table.name}:0") == f"{table.prefix}-0"
    assert table.press(f"down:{table.name}:1") == f"{table.prefix}-1"
    assert table.texts == ["un", "deux"]
    for _ in range(2):
        assert table.press(f"remove:{table.name}:0") == "retrait"
    # Those that an empty page has; a page with boxes to tick has none.
    assert set(table.texts) <= {""}
    table.fill("un")
    assert table.press(f"add:{table.name}") == f"{table.prefix}-1"
    assert table.texts == ["un", ""]


# What each table refuses beyond its cap is asked of all of them in test_bad_input.py.
@pytest.mark.parametrize(
    ("step", "name", "field", "cap"),
    [table for table in TABLES if table[3] < 60 or table[0] == StepKey.ROLES],
)
def test_no_row_is_added_beyond_the_cap(scene, step, name, field, cap):
    table = Table(scene, step, name, field)
    table.fill(*(f"ligne {n}" for n in range(cap)))

    assert table.press(f"add:{name}") == f"{table.prefix}-{cap - 1}"

    assert len(table.texts) == cap
    page = unescape(scene.browser.get(scene.url(step)).content.decode())
    assert f"{cap} lignes au plus." in page


def test_a_row_added_and_left_empty_is_no_row(scene):
    """A list without an empty choice would send its first one."""
    scene.store_demo()
    before = scene.answer(StepKey.POSITIONING).rows
    table = Table(scene, StepKey.POSITIONING, "rows", "posture")

    table.press("add:rows")
    mode = table.data[f"{table.prefix}-{len(before)}-mode"]
    scene.post(StepKey.POSITIONING, table.data)

    assert mode == "none"
    assert scene.answer(StepKey.POSITIONING).rows == before


def test_a_row_moves_with_all_it_holds_and_its_id(scene):
    scene.store_demo()
    before = scene.answer(StepKey.ALLIANCES).rows
    table = Table(scene, StepKey.ALLIANCES, "rows", "actor")

    table.press("down:rows:0")
    scene.post(StepKey.ALLIANCES, table.data)

    after = scene.answer(StepKey.ALLIANCES).rows
    assert after == [before[1], before[0], *before[2:]]


def test_what_was_typed_invalid_survives_a_row_button(scene):
    table = Table(scene, StepKey.OBJECTIVES, "rows", "statement")
    table.fill("Un")
    table.data["objectives-rows-0-deadline_year"] = "bientôt"
    table.data["objectives-internal_note"] = "entre nous"

    table.press("add:rows")

    assert table.data["objectives-rows-0-deadline_year"] == "bientôt"
    assert table.data["objectives-internal_note"] == "entre nous"


def test_the_rows_that_link_to_a_row_are_named_before_and_after_it_goes(scene):
    document = scene.store_demo()
    objective = document.answers.objectives.rows[0]
    codes = [
        f"A{number}"
        for number, activity in enumerate(document.answers.activities.rows, 1)
        if objective.id in activity.serves
    ]
    words = f"{', '.join(codes[:-1])} et {codes[-1]}" if len(codes) > 1 else codes[0]
    page = unescape(scene.browser.get(scene.url(StepKey.OBJECTIVES)).content.decode())
    assert f"Lié depuis {words}</p>" in " ".join(page.split())

    response = scene.post(
        StepKey.OBJECTIVES, scene.page(StepKey.OBJECTIVES), row_op="remove:rows:0"
    )

    page = unescape(scene.browser.get(response["Location"]).content.decode())
    assert f"Liens défaits\u00a0: {words}." in page
    assert f"Lié depuis {words}</p>" not in " ".join(page.split())
    # The activities keep the link as it is stored: the row that comes back finds it again.
    assert objective.id in scene.answer(StepKey.ACTIVITIES).rows[int(codes[0][1:]) - 1].serves


def put_back(table: Table, page: str) -> str:
    """Press « Annuler » where the row was."""
    button = re.search(r'name="put_back" value="([^"]+)"', page).group(1)
    response = table.scene.post(table.step, table.data, put_back=button)
    path, _, anchor = response["Location"].partition("#")
    assert path == table.scene.url(table.step)
    table.data = table.shown_by(table.scene.browser.get(response["Location"]))
    return anchor


@pytest.mark.parametrize("index", [0, 2])
def test_a_removed_row_is_put_back_with_what_was_typed_in_it(scene, index):
    texts = ["Un", "Deux", "Trois"]
    table = Table(scene, StepKey.OBJECTIVES, "rows", "statement")
    table.fill(*texts)
    table.press("down:rows:2")  # the same order, stored, with ids
    table.data[f"objectives-rows-{index}-statement"] += ", mieux dit"
    texts[index] += ", mieux dit"

    response = scene.post(table.step, table.data, row_op=f"remove:rows:{index}")

    page = unescape(scene.browser.get(response["Location"]).content.decode())
    assert response["Location"].endswith("#retrait")
    assert f"objectif «\u00a0{texts[index]}\u00a0»" in page
    table.data = table.shown_by(scene.browser.get(response["Location"]))
    assert table.texts == [text for text in texts if text != texts[index]]
    assert [row.statement for row in scene.answer(table.step).rows] == table.texts
    table.data["objectives-rows-0-unit"] = "conventions"  # typed since: kept as well

    assert put_back(table, page) == f"objectives-rows-{index}"

    assert table.texts == [row.statement for row in scene.answer(table.step).rows] == texts
    assert "conventions" in [row.unit for row in scene.answer(table.step).rows]
    assert "put_back" not in scene.browser.get(response["Location"]).content.decode()


def test_a_row_that_a_colleague_wrote_meanwhile_stays(scene):
    table = Table(scene, StepKey.OBJECTIVES, "rows", "statement")
    table.fill("Un", "Deux")
    table.press("down:rows:1")
    answer = scene.answer(table.step)
    rows = [*answer.model_dump(mode="json")["rows"], {"id": "obob", "statement": "De Bob"}]
    scene.store(type(answer).model_validate({"rows": rows}), user=scene.member("Bob Collègue"))

    response = scene.post(table.step, table.data, row_op="remove:rows:0")

    assert [row.statement for row in scene.answer(table.step).rows] == ["Deux", "De Bob"]
    page = scene.browser.get(response["Location"])
    table.data = table.shown_by(page)
    put_back(table, unescape(page.content.decode()))
    assert table.texts == ["Un", "Deux", "De Bob"]


def test_a_blank_row_goes_without_a_word(scene):
    table = Table(scene, StepKey.OBJECTIVES, "rows", "statement")
    table.fill("Un", "")
    response = scene.post(table.step, table.data, row_op="remove:rows:1")
    assert "retrait" not in response["Location"]
    assert "put_back" not in scene.browser.get(response["Location"]).content.decode()


def test_an_address_that_no_removal_leads_to_offers_nothing(scene):
    table = Table(scene, StepKey.OBJECTIVES, "rows", "statement")
    table.fill("Un", "Deux")
    table.press("down:rows:1")
    stored = scene.stored_rows()["answers"][0]["value"]
    for asked in (
        "",
        "x",
        "rows/o1",
        "rows/o1:999:0",
        "rows/zz:1:0",
        "levers/o1:1:0",
        "rows/o1:1e5:x",
        "\x00",
    ):
        page = scene.browser.get(scene.url(table.step), {"retrait": asked})
        assert "put_back" not in page.content.decode(), asked
        response = scene.post(table.step, scene.page(table.step), put_back=asked)
        assert response["Location"] == scene.url(table.step), asked
        assert scene.stored_rows()["answers"][0]["value"] == stored, asked


def test_a_button_that_no_page_has_is_refused_and_keeps_nothing(scene):
    scene.store_demo()
    data = scene.page(StepKey.OBJECTIVES)
    before = scene.stored_rows()
    for button in (
        {"row_op": "remove:rows:9"},
        {"row_op": "remove:rows:-1"},
        {"row_op": "remove:rows"},
        {"row_op": "remove:rows:" + "9" * 5000},
        {"row_op": "explode:rows:0"},
        {"row_op": "add:levers"},
        {"row_op": ""},
        {"row_op": "\x00"},
        {"example": "abc"},
        {"example": "999999999"},
        {"example": "9" * 5000},
        {"preset": "thirds:now"},
        {"preset": "thirds"},
        {"preset": "halves:now:x"},
    ):
        response = scene.post(StepKey.OBJECTIVES, data, **button)

        assert response.status_code == 400, button
        assert "Cette demande n’a pas pu être lue" in unescape(response.content.decode())
        assert scene.stored_rows() == before


def test_the_six_steps_neither_come_nor_go(scene):
    data = scene.page(StepKey.ACCOMPANIMENT_SCOPE)
    for operation in ("add:rows", "remove:rows:0", "up:rows:1", "down:rows:0"):
        response = scene.post(StepKey.ACCOMPANIMENT_SCOPE, data, row_op=operation)

        assert response.status_code == 400, operation
        assert scene.stored_rows()["kept_texts"] == []


# --- Examples -------------------------------------------------------------------------------


EXAMPLES = [
    (step["key"], example)
    for part in KIT["parts"]
    for step in part["steps"]
    for example in step.get("examples", [])
    if example.get("payload")
]


def expected_rows(step: str, payload: list[dict]) -> list[tuple[str, dict]]:
    return [(entry["formset"], entry["values"]) for entry in payload if entry["formset"]]


def test_the_kit_has_examples_for_most_steps():
    assert len(EXAMPLES) == len([e for e in EXAMPLES if e[1]["payload"]]) >= 50
    assert {step for step, _example in EXAMPLES} == {
        step.value
        for step in StepKey
        if step not in {StepKey.ACCOMPANIMENT_SCOPE, StepKey.ORGANISATION}
    }


@pytest.mark.thorough
def test_every_example_fills_an_empty_page_with_its_rows(scene):
    empty = {}
    for number, (key, example) in enumerate(EXAMPLES):
        step = StepKey(key)
        stored = Example.objects.get(step__key=key, text=example["text"])
        is_first = step not in empty
        if is_first:
            empty[step] = scene.page(step)
        data = empty[step].copy()
        data["page"] = token_hex(6)

        response = scene.post(step, data, example=str(stored.pk))
        assert response.status_code == 302, example["text"]
        assert scene.kept(step) == {}, example["text"]
        if is_first:  # it is stored by the button; saved by the other one, it is the same
            assert scene.post(step, scene.page(step)).status_code == 302

        answer = scene.answer(step).model_dump(mode="json")
        # The demo diagnostic looks three years ahead.
        payload = json.loads(json.dumps(example["payload"]).replace("3/5", "3"))
        wanted = expected_rows(key, payload)
        for formset in {name for name, _values in wanted}:
            rows = [values for name, values in wanted if name == formset]
            assert len(answer[formset]) == len(rows), example["text"]
            for row, values in zip(answer[formset], rows, strict=True):
                assert {name: row[name] for name in values} == values
        for entry in example["payload"]:
            if entry["formset"] is None:
                for name, value in entry["values"].items():
                    column, _, field = name.partition("-")
                    assert answer[column][field] == value, (number, name)
        Answer.objects.all().delete()


def test_an_example_fills_the_first_blank_row_then_adds_one(scene):
    first, second = Example.objects.filter(step__key="vision").order_by("pk")[:2]
    table = Table(scene, StepKey.VISION, "statements", "text")
    table.fill("déjà là", "")

    response = scene.post(StepKey.VISION, table.data, example=str(first.pk))
    assert response["Location"] == f"{scene.url(StepKey.VISION)}#exemple-{first.pk}"
    scene.post(StepKey.VISION, scene.page(StepKey.VISION), example=str(second.pk))

    table.data = scene.page(StepKey.VISION)
    assert table.texts == ["déjà là", first.text, second.text]


def test_an_example_leaves_a_full_table_as_it_is(scene):
    example = Example.objects.filter(step__key="vision").first()
    table = Table(scene, StepKey.VISION, "statements", "text")
    table.fill(*"abcdef")

    scene.post(StepKey.VISION, table.data, example=str(example.pk))

    table.data = scene.page(StepKey.VISION)
    assert table.texts == list("abcdef")


def test_the_example_of_another_step_is_refused(scene):
    example = Example.objects.filter(step__key="roles").first()

    response = scene.post(StepKey.VISION, scene.page(StepKey.VISION), example=str(example.pk))

    assert response.status_code == 400
    assert scene.stored_rows()["kept_texts"] == []


@pytest.mark.parametrize("column", ["now", "target"])
def test_the_thirds_add_up_to_a_hundred(scene, column):
    data = scene.page(StepKey.ECONOMIC_MODEL)
    data["economic_model-needs_now"] = "gardé"

    response = scene.post(StepKey.ECONOMIC_MODEL, data, preset=f"thirds:{column}")
    assert response["Location"].endswith(f"#id_economic_model-{column}-public_pct")
    scene.post(StepKey.ECONOMIC_MODEL, scene.page(StepKey.ECONOMIC_MODEL))

    answer = scene.answer(StepKey.ECONOMIC_MODEL)
    filled = getattr(answer, column)
    other = answer.target if column == "now" else answer.now
    assert [filled.public_pct, filled.private_pct, filled.self_pct] == [33, 33, 34]
    assert (filled.share_total, other.share_total) == (100, None)
    assert answer.needs_now == "gardé"


def test_an_example_of_the_whole_kit_makes_a_complete_vision(scene):
    example = Example.objects.filter(step__key="vision").first()
    scene.post(StepKey.VISION, scene.page(StepKey.VISION), example=str(example.pk))
    scene.post(StepKey.VISION, scene.page(StepKey.VISION))

    loaded = load_step(
        get_diagnostic(scene.lead, scene.diagnostic.pk), StepKey.VISION, user=scene.lead
    )
    assert missing_in_step(loaded.document, StepKey.VISION) == []
    assert not form_of(loaded.form_context, StepKey.VISION).formsets["statements"].starts_blank
