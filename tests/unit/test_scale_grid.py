"""Step 3.3 as a table: what the boxes say of the rows, and what they make of them."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from diagnostics.domain.answers import MAX_ROWS
from diagnostics.domain.vocabulary import Mission, StepKey, TerritorialScale
from diagnostics.forms.fields import is_row_id
from diagnostics.forms.scale_grid import Cell, Grid, cell_id, read_ticks
from tests.canaries import document_of
from tests.posting import context_of, form_of, posted

STEP = StepKey.TERRITORIAL_SCALES
PREFIX = "territorial_scales-rows"
MEET, SIGN, LONELY = "a1", "a2", "aaaaaaaaaaa9"
ACTIVITIES = {
    "activities": {
        "rows": [
            {"id": MEET, "mission": "connect_networks", "text": "Organiser des rencontres"},
            {"id": SIGN, "mission": "connect_networks", "text": "Signer des conventions"},
            {"id": LONELY, "text": "Sans mission encore"},
        ]
    }
}


def document(*rows: dict):
    scales = {"rows": [{"id": f"s{n}", **row} for n, row in enumerate(rows)]}
    return document_of({**ACTIVITIES, "territorial_scales": scales})


def form(*rows: dict):
    return form_of(context_of(document(*rows), STEP), STEP)


def ticks(grid: Grid) -> dict[str, list[str]]:
    """Return the labels of the boxes that are ticked, by title of the line."""
    return {
        line.title: [cell.label for cell in line.cells if cell.field]
        for group in grid.groups
        for line in group
    }


def read(*rows: dict, tick: str = "", untick: str = "", **texts: str) -> list[dict[str, str]]:
    """Return the rows that are posted after some boxes were ticked and unticked, and the button."""
    page = form(*rows)
    data = posted(page)
    shown = set(page.grid.ticked.split())
    data["grid"] = page.grid.ticked
    data.setlist("tick", sorted((shown - set(untick.split())) | set(tick.split())))
    for name, value in texts.items():
        data[name] = value
    read_ticks(data, PREFIX, document(*rows))
    assert not {"grid", "tick"} & set(data)
    read.button = data.get("row_op")
    names = ("id", "subject", "label", "scale", "territory", "note")
    return [
        {n: v for n in names if (v := data.get(f"{PREFIX}-{i}-{n}"))}
        for i in range(int(data[f"{PREFIX}-TOTAL_FORMS"]))
    ]


REGION_OF_MEET = {"activity": MEET, "scale": "region"}
REGION_OF_ALL = {"mission": "connect_networks", "scale": "region"}


def test_the_table_shows_the_rows_that_have_a_line():
    grid = form(
        REGION_OF_MEET,
        {"activity": MEET, "scale": "epci", "territory": "Pays de Brumelle"},
        {"mission": "raise_awareness", "scale": "national"},
        {"label": "Un salon", "scale": "region"},
        {"activity": SIGN},
    ).grid
    assert {title: labels for title, labels in ticks(grid).items() if labels} == {
        "A1 · Organiser des rencontres": ["Communauté de communes", "Région"],
        "Sensibiliser": ["National"],
    }
    assert [len(group) for group in grid.groups] == [3, 1, 1, 1, 1]
    first = grid.groups[0][1]
    assert (first.first, first.said) == (f"{PREFIX}-0", "Pays de Brumelle")
    assert first.cells[9] == Cell("sja1", "Région", f"id_{PREFIX}-0-scale")


def test_an_activity_without_an_echelon_of_its_own_has_its_missions():
    grid = form(
        REGION_OF_ALL, {"mission": "connect_networks", "scale": "epci"}, REGION_OF_MEET
    ).grid
    _mission, own, above = grid.groups[0]
    assert [cell.label for cell in own.cells if cell.inherited] == []
    assert [cell.label for cell in above.cells if cell.inherited] == [
        "Communauté de communes",
        "Région",
    ]
    assert above.said == "par sa mission\u00a0: Communauté de communes et Région"
    (lonely,) = grid.groups[4]
    assert lonely.said == "sans échelon"


def test_ids_of_boxes_are_ids_of_rows_and_differ():
    subjects = [f"activity:{row}" for row in (MEET, "m1", LONELY, "aaaaaaaaaaa8")]
    subjects += [f"mission:{mission.value}" for mission in Mission]
    ids = [cell_id(subject, scale) for subject in subjects for scale in TerritorialScale]
    assert len(set(ids)) == len(ids)
    assert all(map(is_row_id, ids))


def test_a_ticked_box_adds_a_row_and_an_unticked_one_takes_its_row_away():
    assert read(REGION_OF_MEET, tick="sca1 sj0", untick="sja1") == [
        {"id": "sj0", "subject": "mission:connect_networks", "scale": "region"},
        {"id": "sca1", "subject": "activity:a1", "scale": "epci"},
    ]
    assert read.button is None


def test_rows_stay_when_no_box_changed():
    rows = [
        REGION_OF_MEET | {"territory": "Grand Est", "note": "À revoir"},
        {"label": "Un salon", "scale": "epci"},
        {"activity": SIGN},
        {"activity": "a99", "scale": "region"},
    ]
    before = read(*rows)
    assert [row.get("subject", row.get("label")) for row in before] == [
        "activity:a1",
        "Un salon",
        "activity:a2",
        "activity:a99",
    ]
    assert before[0] | {"id": ""} == {
        "id": "",
        "subject": "activity:a1",
        "scale": "region",
        "territory": "Grand Est",
        "note": "À revoir",
    }


def test_a_row_that_waits_for_its_echelon_takes_it():
    assert read({"activity": SIGN, "note": "Où ?"}, tick="sja2") == [
        {"id": "s0", "subject": "activity:a2", "scale": "region", "note": "Où ?"}
    ]


def test_a_row_with_a_text_goes_by_its_button_and_one_at_a_time():
    rows = [
        {"activity": SIGN, "scale": "region"},
        REGION_OF_MEET | {"territory": "Grand Est"},
        REGION_OF_ALL | {"note": "Avec eux"},
    ]
    left = read(*rows, untick="sja1 sj0 sja2")
    assert [row["id"] for row in left] == ["s1", "s2"]
    assert read.button == "remove:rows:1"  # the first of the table, its mission
    # What was just typed counts as much as what was stored.
    typed = {f"{PREFIX}-0-note": "Peut-être"}
    assert len(read({"activity": SIGN, "scale": "region"}, untick="sja2", **typed)) == 1
    # Another button comes first: the row stays.
    assert len(read(*rows, untick="sja1", row_op="add:rows")) == 3
    assert read.button == "add:rows"


def test_two_rows_of_one_box_go_together():
    rows = [REGION_OF_MEET, REGION_OF_MEET, {"label": "Un salon", "scale": "region"}]
    assert [row["id"] for row in read(*rows, untick="sja1")] == ["s2"]


def test_an_id_that_is_taken_is_drawn_again():
    value = load_document_with_id("sja2", {"label": "Ailleurs", "scale": "epci"})
    data = posted(form_of(context_of(value, STEP), STEP))
    data["grid"], data["tick"] = "", "sja2"
    read_ticks(data, PREFIX, value)
    assert (data[f"{PREFIX}-0-id"], data.get(f"{PREFIX}-1-id")) == ("sja2", None)


def load_document_with_id(row_id: str, row: dict):
    scales = {"rows": [{"id": row_id, **row}]}
    return document_of({**ACTIVITIES, "territorial_scales": scales})


def test_a_full_step_takes_no_more_rows():
    rows = [{"label": f"Action {n}", "scale": "epci"} for n in range(MAX_ROWS)]
    assert len(read(*rows, tick="sja1")) == MAX_ROWS


@pytest.mark.parametrize("total", ["", "x", "61", "99999"])
def test_what_no_page_posts_is_left_to_the_form(total):
    data = QueryDict(mutable=True)
    data["grid"], data["tick"], data[f"{PREFIX}-TOTAL_FORMS"] = "", "sja1 nowhere", total
    read_ticks(data, PREFIX, document())
    assert data[f"{PREFIX}-TOTAL_FORMS"] == total


def test_boxes_that_are_none_add_nothing():
    assert read(tick="nowhere sz9 sja99") == []
