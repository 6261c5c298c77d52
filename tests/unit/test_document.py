"""The document: one spelling, one digest, no dangling link."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest
from hypothesis import given
from pydantic import ValidationError

from diagnostics.domain.document import (
    DiagnosticDocument,
    canonical_json,
    load_document,
    read_document,
)
from diagnostics.domain.malformed import Malformed
from diagnostics.domain.vocabulary import StepKey
from tests.report_samples import without_dangling_links
from tests.scene import demo_document
from tests.shapes import document_with_targets, documents, empty_document, patient


@patient
@given(documents())
def test_json_and_back(document):
    value = document.as_json()

    again = load_document(json.loads(canonical_json(document.as_json())))

    assert again == document
    assert again.as_json() == value
    assert again.sha256() == document.sha256()


@patient
@given(documents())
def test_the_canonical_json_is_utf8_sorted_and_without_spaces(document):
    text = canonical_json(document.as_json()).decode()

    assert text == json.dumps(
        json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    assert hashlib.sha256(text.encode("utf-8")).hexdigest() == document.sha256()


def test_the_digest_is_stable_over_time():
    assert canonical_json(load_document(empty_document()).as_json()).decode() == (
        '{"acknowledgements":[],"answers":{},"diagnostic":{"base_year":2026,"board_date":null,'
        '"horizon_years":3,"state":"draft","title":"Ambition","workshops":[]},'
        '"kit":"rameau-2013","schema":5,"structure":{"base_scale":null,"founded_year":null,'
        '"legal_form":"association","name":"Structure fictive","population":null,"region":"",'
        '"territory":""}}'
    )


def test_the_digest_depends_on_content_not_on_the_order_of_keys():
    value = demo_document().as_json()
    shuffled = json.loads(json.dumps(value, sort_keys=True))
    changed = json.loads(json.dumps(value))
    changed["answers"]["vision"]["statements"][0]["text"] += "."

    digest = load_document(value).sha256()
    assert load_document(shuffled).sha256() == digest
    assert load_document(changed).sha256() != digest


def test_a_number_typed_with_and_without_a_comma_has_one_digest():
    value = empty_document()
    digests = set()
    for fte in (2, 2.0):
        value["answers"] = {"economic_model": {"now": {"fte": fte}}}
        digests.add(load_document(value).sha256())
    assert len(digests) == 1


def test_absent_answers_are_absent_and_findings_ignored():
    document = load_document(empty_document() | {"findings": [{"rule": "R01"}]})

    assert document.as_json()["answers"] == {}
    assert "findings" not in document.as_json()
    assert list(document.answers.given()) == []
    assert document.answers.get(StepKey.VISION) is None


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 6},
        {"schema": True},
        {"schema": "1"},
        {"kit": "Rameau 2013"},
        {"surprise": 1},
        {"answers": {"visions": {}}},
        {"structure": {"name": ""}},
        {"structure": {"name": "x" * 301}},
        {"structure": {"name": "x\x00"}},
        {"structure": {"name": "x", "population": -1}},
        {"structure": {"name": "x", "founded_year": 999}},
        {"diagnostic": {"title": "T", "base_year": 2026, "horizon_years": 6}},
        {"diagnostic": {"title": "T", "base_year": 2101, "horizon_years": 3}},
        {"diagnostic": {"title": "T", "base_year": 2026, "horizon_years": 3, "state": "lost"}},
        {"acknowledgements": [{"rule": "R001", "rows": [], "reason": "x"}]},
        {"acknowledgements": [{"rule": "R01", "rows": ["Pas un id"], "reason": "x"}]},
        {"acknowledgements": [{"rule": "R01", "rows": [], "reason": ""}]},
    ],
)
def test_a_malformed_document_is_refused(change):
    with pytest.raises(ValidationError):
        load_document(empty_document() | change)


@patient
@given(documents())
def test_no_link_is_left_dangling_and_nothing_else_changes(document):
    clean = without_dangling_links(document)

    answers = clean.answers
    known = {step: answer.row_ids() for step, answer in answers.given()}
    roles, objectives, activities, levers, allies = (
        known.get(step, set())
        for step in (
            StepKey.ROLES,
            StepKey.OBJECTIVES,
            StepKey.ACTIVITIES,
            StepKey.ECONOMIC_MODEL,
            StepKey.ALLIANCES,
        )
    )
    assert [r for r in links(answers.objectives) if r not in roles] == []
    assert [o for o in links(answers.activities) if o not in objectives] == []
    assert [x for x in links(answers.alliances) if x not in activities | levers] == []
    scales = answers.territorial_scales.rows if answers.territorial_scales else []
    assert [s.activity for s in scales if s.activity and s.activity not in activities] == []
    scope = answers.accompaniment_scope.rows if answers.accompaniment_scope else []
    assert [s.alliance for s in scope if s.alliance and s.alliance not in allies] == []
    decisions = answers.board_decisions.decisions if answers.board_decisions else []
    assert [o for row in decisions for o in row.serves if o not in objectives] == []
    assert without_links(clean) == without_links(document)
    assert without_dangling_links(clean) == clean


def links(answer) -> list[str]:
    return [link for row in (answer.rows if answer else []) for link in row.serves]


def without_links(document: DiagnosticDocument) -> dict:
    value = document.as_json()
    for answer in value["answers"].values():
        for rows in ("rows", "decisions", "scenarios"):
            for row in answer.get(rows, []):
                for name in ("serves", "activity", "alliance", "lever"):
                    row.pop(name, None)
    # What is said of a shock by its lever alone is not said any more: the key is absent then.
    model = value["answers"].get("economic_model", {})
    told = any(row["chosen"] or row["stop_first"] for row in model.get("scenarios", []))
    if not told:
        model.pop("scenarios", None)
    return value


def test_a_link_to_a_removed_row_is_left_out_and_the_others_stay():
    value = document_with_targets().as_json()
    value["answers"]["objectives"]["rows"][0]["serves"] = ["r1", "r9", "o2"]
    value["answers"]["alliances"]["rows"][0]["serves"] = ["a1", "x1", "r1", "x9"]
    value["answers"]["territorial_scales"] = {
        "rows": [{"id": "s1", "activity": "a9", "scale": "region"}, {"id": "s2", "activity": "a1"}]
    }
    value["answers"]["accompaniment_scope"] = {"rows": [{"step": "match", "alliance": "l9"}]}
    document = load_document(value)

    clean = without_dangling_links(document)

    assert clean.answers.objectives.rows[0].serves == ["r1"]
    assert clean.answers.alliances.rows[0].serves == ["a1", "x1"]
    assert [row.activity for row in clean.answers.territorial_scales.rows] == [None, "a1"]
    assert [row.alliance for row in clean.answers.accompaniment_scope.rows] == [None] * 6
    # The stored document is left as it is: a removed row may come back.
    assert document.answers.objectives.rows[0].serves == ["r1", "r9", "o2"]


def test_an_action_whose_activity_is_gone_keeps_its_echelon():
    value = empty_document()
    value["answers"] = {
        "territorial_scales": {"rows": [{"id": "s1", "activity": "a9", "scale": "region"}]}
    }

    (row,) = without_dangling_links(load_document(value)).answers.territorial_scales.rows
    assert (row.activity, row.scale) == (None, "region")


def test_target_years():
    card = demo_document().diagnostic
    assert card.target_year == card.base_year + card.horizon_years
    assert card.target_label == f"N+{card.horizon_years}"


@pytest.mark.parametrize(
    ("year", "refused"), [(1848, False), (dt.date.today().year, False), (2100, True)]
)
def test_a_structure_is_not_founded_in_a_year_to_come(year, refused):
    value = empty_document() | {"structure": {"name": "Chambre", "founded_year": year}}
    assert load_document(value).structure.founded_year == year  # what is kept stays readable
    if refused:
        with pytest.raises(Malformed, match="structure.founded_year.*année à venir"):
            read_document(json.dumps(value))
    else:
        assert read_document(json.dumps(value)).structure.founded_year == year


def test_figures_of_another_program_become_those_that_a_form_takes():
    sides = {"fte": 0.1 + 0.2, "public_pct": 33.333333, "private_pct": 12.5}
    document = read(economic_model={"now": sides})
    now = document.answers.economic_model.now
    assert (now.fte, now.public_pct, now.private_pct) == (0.3, 33.33, 12.5)
    assert read_document(canonical_json(document.as_json())) == document


def test_texts_of_another_program_become_those_that_a_form_takes():
    """Names, actors, indicators and units are one line; statements and needs keep theirs."""
    document = read(
        objectives={
            "rows": [
                {
                    "id": "o1",
                    "statement": "Re\u0301unir\r\n\uf0b7 les élus",
                    "indicator": "nombre\nde réunions",
                    "unit": "réunions\n/an",
                }
            ]
        },
        alliances={"rows": [{"id": "l1", "actor": "CCI\r\nterritoriale"}]},
    )

    objective = document.answers.objectives.rows[0]
    assert objective.statement == "Réunir\n• les élus"
    assert objective.indicator == "nombre de réunions"
    assert (objective.unit, objective.per_year) == ("réunions", True)
    assert document.answers.alliances.rows[0].actor == "CCI territoriale"


def read(**answers: object) -> DiagnosticDocument:
    """Read a document as another program writes it."""
    return read_document(json.dumps(empty_document() | {"answers": answers}))


# --- Schema 2 ----------------------------------------------------------------------------------------


def test_a_document_of_schema_1_is_read_as_one_of_schema_2():
    rows = [
        {"id": "o1", "unit": "partenariats/an", "target_value": 30},
        {"id": "o2", "unit": "événements par an", "target_value": 5},
        {"id": "o3", "unit": "bilans annuels", "target_value": 1},
        {"id": "o4", "unit": "plan", "target_value": 1},
    ]
    levers = [{"id": "x1", "state": "secured", "amount_target_keur": 40}]
    answers = {"objectives": {"rows": rows}, "economic_model": {"levers": levers}}
    old = empty_document() | {"schema": 1, "answers": answers}

    document = load_document(old)

    assert document.as_json()["schema"] == 5
    told = [(row.unit, row.per_year) for row in document.answers.objectives.rows]
    assert told == [
        ("partenariats", True), ("événements", True), ("bilans annuels", False), ("plan", False),
    ]  # fmt: skip
    assert document.answers.economic_model.levers[0].amount_target_max_keur is None
    assert old["schema"] == 1


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({"target_value": 15, "target_max_value": 20}, (15, 20, False)),
        ({"target_value": 15, "target_max_value": 15}, (15, None, False)),
        ({"target_value": 0, "target_at_least": True}, (0, None, True)),
        ({"target_at_least": True}, (None, None, False)),
        ({"baseline_value": -12, "unit": "K€", "target_value": 0}, (0, None, False)),
        ({"target_value": 20, "target_max_value": 15}, "dépasse le haut"),
        ({"target_max_value": 20}, "sans le bas"),
        ({"target_value": 15, "target_max_value": 20, "target_at_least": True}, "minimum"),
        ({"baseline_value": -12, "unit": "associations"}, "qu’en argent"),
        ({"target_value": -1, "unit": "K€"}, "0"),
    ],
)
def test_a_target_is_a_number_a_range_or_a_minimum(row, kept):
    if isinstance(kept, str):
        with pytest.raises(Malformed, match=kept):
            read(objectives={"rows": [{"id": "o1", **row}]})
        return
    found = read(objectives={"rows": [{"id": "o1", **row}]}).answers.objectives.rows[0]
    assert (found.target_value, found.target_max_value, found.target_at_least) == kept


@pytest.mark.parametrize(
    ("low", "high", "refused"),
    [
        (-10, None, None),
        (-10, -5, None),
        (None, 5, "sans le bas"),
        (-5, -10, "dépasse le haut"),
        (-1_000_001, None, "-1000000 au moins"),
    ],
)
def test_the_amount_of_a_lever_may_be_below_zero_and_a_range(low, high, refused):
    amounts = {"amount_now_keur": low, "amount_target_keur": low, "amount_target_max_keur": high}
    model = {"levers": [{"id": "x1", "state": "to_renew", **amounts}]}
    if refused:
        with pytest.raises(Malformed, match=refused):
            read(economic_model=model)
    else:
        lever = read(economic_model=model).answers.economic_model.levers[0]
        assert (lever.amount_now_keur, lever.amount_target_high) == (
            low,
            low if high is None else high,
        )
