"""The thread: what serves what, what is missing, and how it is tied."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from diagnostics.domain.answers import Activities, Activity, Alliances, Objectives
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.thread import (
    Gap,
    GapKind,
    ItemKind,
    Key,
    read_thread,
    scales_of,
    unplaced_activities,
)
from diagnostics.domain.tying import CannotTie, serve_none, tie, tying_choices
from diagnostics.domain.vocabulary import StepKey, TerritorialScale
from diagnostics.report.thread_table import thread_table
from tests.report_samples import without_dangling_links
from tests.scene import demo_document
from tests.shapes import documents, empty_document, patient


def document_of(**answers: dict) -> DiagnosticDocument:
    value = empty_document()
    value["answers"] = answers
    return without_dangling_links(load_document(value))


def gaps_of(document: DiagnosticDocument) -> list[str]:
    return [str(gap) for gap in read_thread(document).gaps]


# --- Reading ----------------------------------------------------------------------------------


def test_the_demo_lacks_what_it_lacks_on_purpose():
    thread = read_thread(demo_document("sorelle"))

    assert [str(gap) for gap in thread.gaps] == [
        "objective-activity:o6",
        "activity-scale:a10",
        *(f"alliance-service:l{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 11, 14, 15, 16)),
    ]
    assert thread.chosen == {Key(ItemKind.ACTIVITY, "a12")}
    assert {item.key.kind for item in thread.apart()} == {ItemKind.ALLIANCE}
    assert gaps_of(demo_document("arvelle")) == []
    assert gaps_of(demo_document("brumelle")) == [
        "role-objective:r1",
        "objective-role:o1",
        "objective-activity:o1",
        *(f"activity-objective:b{n}" for n in (1, 2, 3)),
        *(f"activity-scale:b{n}" for n in (2, 3)),
        *(f"alliance-service:l{n}" for n in (1, 2)),
    ]


def test_an_activity_has_its_own_scales_else_those_of_its_mission():
    document = document_of(
        activities={
            "rows": [
                {"id": "a1", "mission": "raise_awareness"},
                {"id": "a2", "mission": "raise_awareness"},
                {"id": "a3", "mission": "analyse_share"},
                {"id": "a4"},
            ]
        },
        territorial_scales={
            "rows": [
                {"id": "s1", "mission": "raise_awareness", "scale": "department"},
                {"id": "s2", "activity": "a2", "scale": "region"},
                {"id": "s3", "activity": "a2", "scale": "epci"},
                {"id": "s4", "activity": "a3"},  # no échelon chosen yet
                {"id": "s5", "label": "Autre action", "scale": "national"},
            ]
        },
    )
    rows = document.answers.activities.rows

    assert [[(p.scale, p.inherited) for p in scales_of(row, document)] for row in rows] == [
        [(TerritorialScale.DEPARTMENT, True)],
        [(TerritorialScale.REGION, False), (TerritorialScale.EPCI, False)],
        [],
        [],
    ]
    assert [row.id for row in unplaced_activities(document)] == ["a3", "a4"]
    scales = [item.key.id for item in read_thread(document).of_kind(ItemKind.SCALE)]
    assert scales == ["epci", "department", "region"]


def test_an_ally_is_tied_by_an_activity_a_lever_or_a_step_of_the_accompaniment():
    document = document_of(
        activities={"rows": [{"id": "a1", "text": "Rencontres"}]},
        economic_model={"levers": [{"id": "x1", "text": "Club"}, {"id": "x2", "text": "Dons"}]},
        accompaniment_scope={
            "rows": [{"step": "evaluate", "handling": "with_partner", "alliance": "l3"}]
        },
        alliances={
            "rows": [
                {"id": "l1", "actor": "Un", "serves": ["a1"]},
                {"id": "l2", "actor": "Deux", "serves": ["x2"]},
                {"id": "l3", "actor": "Trois"},
                {"id": "l4", "actor": "Quatre", "relation": "to_approach"},
            ]
        },
    )
    thread = read_thread(document)

    assert [str(gap) for gap in thread.gaps if gap.key.kind is ItemKind.ALLIANCE] == [
        "alliance-service:l4"
    ]
    assert [item.title for item in thread.apart()] == ["Quatre"]
    # Only the lever that an ally serves is part of the thread.
    assert [item.code for item in thread.of_kind(ItemKind.LEVER)] == ["L2"]


def test_none_on_purpose_is_no_gap_and_not_apart():
    rows = [{"id": "a1", "text": "Un"}, {"id": "a2", "text": "Deux", "serves_none": True}]
    thread = read_thread(document_of(activities={"rows": rows}))

    assert [str(g) for g in thread.gaps if g.kind is GapKind.ACTIVITY_OBJECTIVE] == [
        "activity-objective:a1"
    ]
    assert [item.key.id for item in thread.apart()] == ["a1"]


def test_rows_of_two_steps_may_share_an_id():
    document = document_of(
        roles={"rows": [{"id": "a1", "role": "scout"}]},
        objectives={"rows": [{"id": "a1", "statement": "Objectif", "serves": ["a1"]}]},
        activities={"rows": [{"id": "a1", "text": "Activité", "serves": ["a1"]}]},
        territorial_scales={"rows": [{"id": "a1", "activity": "a1", "scale": "epci"}]},
    )
    assert gaps_of(document) == []


@patient
@given(documents())
def test_a_thread_is_whole(document):
    document = without_dangling_links(document)
    thread = read_thread(document)

    for link in thread.links:
        assert link.source in thread.items
        assert link.target in thread.items
    assert all(gap.key in thread.items for gap in thread.gaps)
    assert all(Gap.read(str(gap)) == gap for gap in thread.gaps)
    table = thread_table(thread)
    assert sum(len(group.lines) for group in table) == len(thread.items)
    ends = [name for group in table for line in group.lines for name in line.towards_means]
    assert len(ends) >= len(thread.links)


@pytest.mark.parametrize(
    "text", ["", "a1", "activity-objective", "activity-objective:A1", "scale:a1", "role:r1:r2"]
)
def test_what_names_no_gap_is_nothing(text):
    assert Gap.read(text) is None


# --- « Aucun, volontairement » ----------------------------------------------------------------


def test_none_on_purpose_is_absent_until_it_is_chosen():
    plain = Activity(id="a1", text="Un")
    assert "serves_none" not in plain.model_dump(mode="json")
    assert Activity(id="a1").is_blank

    chosen = Activity(id="a1", serves_none=True)
    assert chosen.model_dump(mode="json")["serves_none"] is True
    assert Activity.model_validate(chosen.model_dump(mode="json")) == chosen
    assert not chosen.is_blank
    # Two people may have answered at once: the links win.
    assert Activity(id="a1", serves_none=True, serves=["o1"]).serves_none is False
    with pytest.raises(ValidationError):
        Activity.model_validate({"id": "a1", "serves_none": "peut-être"})


def test_a_choice_changes_the_digest_and_its_absence_does_not():
    value = demo_document("arvelle").as_json()
    digest = load_document(value).sha256()
    row = value["answers"]["activities"]["rows"][0]
    row["serves_none"] = False
    assert load_document(value).sha256() == digest
    row |= {"serves": [], "serves_none": True}
    assert load_document(value).sha256() != digest


# --- Tying ------------------------------------------------------------------------------------

DEMO = demo_document("brumelle")


def tied(gap: str, *chosen: str, document: DiagnosticDocument = DEMO) -> DiagnosticDocument:
    """The document once the gap is tied to what was chosen."""
    target = Gap.read(gap)
    step = target.kind.step
    answer = tie(document.answers.get(step), target, chosen)
    answers = document.answers.model_copy(update={step.value: answer})
    return document.model_copy(update={"answers": answers})


@pytest.mark.parametrize(
    ("gap", "chosen", "step"),
    [
        ("role-objective:r1", "o1", StepKey.OBJECTIVES),
        ("objective-role:o1", "r1", StepKey.OBJECTIVES),
        ("objective-activity:o1", "b2", StepKey.ACTIVITIES),
        ("activity-objective:b3", "o1", StepKey.ACTIVITIES),
        ("activity-scale:b2", "epci", StepKey.TERRITORIAL_SCALES),
        ("alliance-service:l2", "b1", StepKey.ALLIANCES),
    ],
)
def test_each_gap_can_be_tied_and_nothing_else_changes(gap, chosen, step):
    assert chosen in dict(tying_choices(Gap.read(gap).kind, DEMO))
    before = DEMO.as_json()

    document = tied(gap, chosen)

    assert gap in gaps_of(DEMO)
    assert gap not in gaps_of(document)
    assert DEMO.as_json() == before
    after = document.as_json()
    changed = {k for k, v in after["answers"].items() if v != before["answers"].get(k)}
    assert changed == {step.value}
    # Tied twice, it is tied once.
    assert tied(gap, chosen, document=document).as_json() == after


def test_links_already_there_and_links_to_rows_that_are_gone_are_kept():
    answer = Alliances.model_validate(
        {"rows": [{"id": "l1", "serves": ["a9"]}, {"id": "l2", "serves": ["a1"]}]}
    )
    changed = tie(answer, Gap(GapKind.ALLIANCE_SERVICE, "l1"), ["a2", "x1", "a9"])
    assert [row.serves for row in changed.rows] == [["a9", "a2", "x1"], ["a1"]]


def test_tying_to_an_objective_takes_back_none_on_purpose():
    answer = Activities(rows=[Activity(id="a1", serves_none=True), Activity(id="a2")])
    changed = tie(answer, Gap(GapKind.OBJECTIVE_ACTIVITY, "o1"), ["a1"])
    assert [(row.serves, row.serves_none) for row in changed.rows] == [(["o1"], False), ([], False)]


def test_none_on_purpose_drops_links_to_rows_that_are_gone():
    answer = Activities(rows=[Activity(id="a1", serves=["o9"])])
    changed = serve_none(answer, Gap(GapKind.ACTIVITY_OBJECTIVE, "a1"))
    assert (changed.rows[0].serves, changed.rows[0].serves_none) == ([], True)
    assert answer.rows[0].serves == ["o9"]
    with pytest.raises(CannotTie, match="retirée"):
        serve_none(answer, Gap(GapKind.ACTIVITY_OBJECTIVE, "a2"))


def test_bounds_are_kept():
    full = {"id": "o1", "serves": [f"r{n}" for n in range(20)]}
    answer = Objectives.model_validate({"rows": [full]})
    with pytest.raises(CannotTie, match="20 liens"):
        tie(answer, Gap(GapKind.OBJECTIVE_ROLE, "o1"), ["r20"])
    with pytest.raises(CannotTie, match="20 liens"):
        tie(answer, Gap(GapKind.ROLE_OBJECTIVE, "r20"), ["o1"])
    with pytest.raises(CannotTie, match="retirée"):
        tie(answer, Gap(GapKind.OBJECTIVE_ROLE, "o9"), ["r1"])
    rows = [{"id": f"s{n}", "label": "Action", "scale": "epci"} for n in range(60)]
    scales = document_of(territorial_scales={"rows": rows}).answers.territorial_scales
    with pytest.raises(CannotTie, match="60"):
        tie(scales, Gap(GapKind.ACTIVITY_SCALE, "a1"), ["region"])


def test_a_place_left_open_in_the_step_is_completed_first():
    rows = [
        {"id": "s1", "label": "Action", "scale": "epci"},
        {"id": "s2", "activity": "a1", "territory": "Nord"},
    ]
    activities = {"rows": [{"id": "a1", "text": "Rencontrer"}]}
    document = document_of(activities=activities, territorial_scales={"rows": rows})
    tied = tie(
        document.answers.territorial_scales, Gap(GapKind.ACTIVITY_SCALE, "a1"), ["region", "epci"]
    )
    assert [(row.id, row.scale) for row in tied.rows[:2]] == [("s1", "epci"), ("s2", "region")]
    assert tied.rows[1].territory == "Nord"
    assert [(row.activity, row.scale) for row in tied.rows[2:]] == [("a1", "epci")]


@patient
@given(documents(), st.data())
def test_any_gap_of_any_document_can_be_tied(document, data):
    document = without_dangling_links(document)
    gaps = [g for g in read_thread(document).gaps if tying_choices(g.kind, document)]
    if not gaps:
        return
    gap = data.draw(st.sampled_from(gaps))
    ids = [row_id for row_id, _ in tying_choices(gap.kind, document)]
    chosen = data.draw(st.lists(st.sampled_from(ids), min_size=1, unique=True))
    if document.answers.get(gap.kind.step) is None:
        assert gap.kind is GapKind.ACTIVITY_SCALE  # the step may not be answered yet
        return
    assert str(gap) not in gaps_of(tied(str(gap), *chosen, document=document))
