"""What changed between two answers or two documents, in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import ANSWER_SHAPES, Answer
from diagnostics.domain.comparison import (
    AnswerChanges,
    FieldChange,
    RowChange,
    RowChangeKind,
    RowSetChanges,
    compare_answers,
    compare_documents,
    labels_of,
)
from diagnostics.domain.vocabulary import StepKey
from tests.canaries import Filler, changes
from tests.scene import demo_document
from tests.shapes import answers, documents, patient

NB = "\u00a0"
LABELS = {"r1": "Être un acteur de réseaux", "r2": "Être un éclaireur"}


def answer(step: StepKey, **values: Any) -> Answer:
    return ANSWER_SHAPES[step].model_validate(values)


def objectives(*rows: dict[str, Any], **values: Any) -> Answer:
    return answer(StepKey.OBJECTIVES, rows=list(rows), **values)


ONE = {"id": "o1", "statement": "Cent partenariats", "target_value": 100, "deadline_year": 2029}
TWO = {"id": "o2", "statement": "Être identifié"}


def test_rows_are_compared_by_id_and_field():
    before = objectives(ONE, TWO)
    after = objectives(
        {"id": "o3", "serves": ["r1", "r2"], "kind": "qualitative"},
        {**ONE, "target_value": 1200, "deadline_year": 2030, "serves": ["r2"]},
    )
    assert compare_answers(before, after, LABELS) == AnswerChanges(
        StepKey.OBJECTIVES,
        (),
        (
            RowSetChanges(
                "rows",
                "objectif",
                (
                    RowChange(
                        RowChangeKind.ADDED,
                        "o3",
                        f"objectif{NB}1",
                        (
                            FieldChange("kind", "Nature", "", "Qualitatif"),
                            FieldChange(
                                "serves",
                                "Rôles servis",
                                "",
                                "Être un acteur de réseaux et Être un éclaireur",
                            ),
                        ),
                    ),
                    RowChange(
                        RowChangeKind.CHANGED,
                        "o1",
                        f"«{NB}Cent partenariats{NB}»",
                        (
                            FieldChange(
                                "target_value", "Valeur cible, dans l’unité", "100", "1\u202f200"
                            ),
                            FieldChange("deadline_year", "Échéance", "2029", "2030"),
                            FieldChange("serves", "Rôles servis", "", "Être un éclaireur"),
                        ),
                    ),
                    RowChange(
                        RowChangeKind.REMOVED,
                        "o2",
                        f"«{NB}Être identifié{NB}»",
                        (FieldChange("statement", "Énoncé de l’objectif", "Être identifié", ""),),
                    ),
                ),
                is_reordered=False,
            ),
        ),
    )


def test_groups_codes_months_and_what_is_no_link():
    before = answer(StepKey.ECONOMIC_MODEL, now={"fte": 1, "team_detail": "r1"})
    after = answer(StepKey.ECONOMIC_MODEL, now={"fte": 2.5, "team_detail": "r2"}, mark="disputed")
    (mark, fte, detail) = compare_answers(before, after, LABELS).fields
    assert (mark.before, mark.after) == ("", "En débat")
    assert fte == FieldChange("now-fte", "Colonne N, équipe salariée, en ETP", "1", "2,5")
    assert (detail.before, detail.after) == ("r1", "r2")

    board = compare_answers(
        None,
        answer(StepKey.BOARD_DECISIONS, calendar=[{"id": "c1", "month": "2027-01"}]),
        {},
    )
    assert board.row_sets[0].rows[0].fields[0].after == f"janvier{NB}2027"

    scope = compare_answers(
        answer(StepKey.ACTIVITIES, out_of_scope=["raise_awareness"]),
        answer(StepKey.ACTIVITIES, rows=[{"id": "a1", "text": "A", "serves_none": True}]),
        {},
    )
    assert [(c.before, c.after) for c in scope.fields] == [("Sensibiliser", "")]
    assert [c.after for c in scope.row_sets[0].rows[0].fields] == ["A", "oui"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([ONE], [ONE, TWO], f"a ajouté 1{NB}objectif"),
        ([], [ONE, TWO], f"a ajouté 2{NB}objectifs"),
        ([ONE, TWO], [TWO, ONE], "a changé l’ordre des lignes"),
        ([ONE, TWO], [{**TWO, "unit": "%"}], f"a modifié 1{NB}objectif et retiré 1{NB}objectif"),
        ([ONE], [ONE], ""),
    ],
)
def test_it_is_said_after_a_name(before, after, said):
    found = compare_answers(objectives(*before), objectives(*after), {})
    assert (found.said, bool(found)) == (said, bool(said))


def test_what_was_linked_and_is_gone_is_told_as_such():
    found = compare_answers(objectives({**ONE, "serves": ["r9"]}), objectives(ONE), LABELS)
    assert found.row_sets[0].rows[0].fields[0].before == "une ligne retirée depuis"


def test_documents_are_compared_step_by_step():
    document = demo_document("sorelle")
    assert compare_documents(document, document) == ()
    empty = document.model_copy(update={"answers": type(document.answers)()})
    assert [found.step for found in compare_documents(empty, document)] == list(StepKey)
    labels = labels_of(document.answers)
    assert labels[document.answers.roles.rows[0].id] == "Être un acteur de réseaux"


def test_no_change_of_any_field_goes_unsaid():
    filler = Filler()
    document = filler.document()
    for name, step, changed in changes(filler, document):
        (found,) = compare_documents(document, changed)
        assert found.step == step
        fields = [*found.fields, *(f for s in found.row_sets for r in s.rows for f in r.fields)]
        assert [field.name for field in fields] == [
            name.removeprefix(f"{step}.").replace(".", "-")
            if not found.row_sets
            else fields[0].name
        ], name
        assert fields[0].label, name
        assert fields[0].before != fields[0].after, name


@patient
@given(st.sampled_from(list(StepKey)).flatmap(lambda step: st.tuples(answers(step), answers(step))))
def test_the_same_answers_and_they_alone_are_the_same(pair):
    one, two = pair
    assert bool(compare_answers(one, two, {})) == (one != two)
    assert not compare_answers(one, one, {})


@patient
@given(documents(), documents())
def test_it_speaks_of_any_two_documents(one, two):
    for found in compare_documents(one, two):
        assert found.said.startswith("a ")
