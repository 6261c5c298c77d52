"""What an example fills in: the fields of its step, and nothing that its answer would not keep."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from django.conf import settings

from diagnostics.domain.malformed import Malformed
from diagnostics.domain.prefill import answer_of, check_prefill, prefill_of, read_prefill
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.examples import form_payload
from diagnostics.forms.registry import STEP_FORMS

KIT = json.loads((settings.BASE_DIR / "fixtures" / "kit_2013.json").read_text(encoding="utf-8"))
EXAMPLES = [
    pytest.param(
        StepKey(step["key"]), example["payload"], id=f"{step['key']}-{example['position']}"
    )
    for part in KIT["parts"]
    for step in part["steps"]
    for example in step["examples"]
]


def row(formset="rows", **values):
    return {"formset": formset, "values": values}


def own(**values):
    return {"formset": None, "values": {k.replace("__", "-"): v for k, v in values.items()}}


def said(payload) -> dict:
    """Fields and rows as they are told, whatever the entry that tells a field of the step's own."""
    rows = [entry for entry in payload if entry["formset"]]
    fields = {k: v for entry in payload if not entry["formset"] for k, v in entry["values"].items()}
    return {"rows": rows, "fields": fields}


@pytest.mark.parametrize(("step", "payload"), EXAMPLES)
def test_every_example_of_the_kit_fills_in_what_it_says(step, payload):
    assert len(read_prefill(step, payload)) == len(payload)
    again = prefill_of(step, answer_of(step, payload))
    # « sans objet » is where a relation starts: an answer need not say it.
    told = deepcopy(payload)
    for index, entry in enumerate(payload):
        if step is StepKey.POSITIONING and entry["values"].get("mode") == "none":
            del told[index]["values"]["mode"]
    assert said(again) == said(told)


@pytest.mark.parametrize(("step", "payload"), EXAMPLES)
def test_every_example_of_the_kit_writes_fields_of_its_form(step, payload):
    form = STEP_FORMS[step]
    shown = form_payload(form, payload)
    assert len(shown) == len(payload)
    for entry in shown:
        if entry["formset"] is None:
            columns = {name: sub.base_fields for name, sub in form.subform_classes.items()}
            for name in entry["values"]:
                column, _, field = name.partition("-")
                assert (field in columns[column]) if field else (name in form.base_fields)
        else:
            assert set(entry["values"]) <= set(
                form.formset_classes[entry["formset"]].form.base_fields
            )


@pytest.mark.parametrize(
    ("step", "payload", "problems"),
    [
        ("roles", [row(role="chef")], ["[0].values.role\u00a0: valeur inconnue"]),
        ("roles", [row(rang=1)], ["[0].values.rang\u00a0: un exemple ne remplit pas ce champ"]),
        ("roles", [row(id="r1", role="network")], ["[0].values.id\u00a0: un exemple ne remplit"]),
        (
            "roles",
            [row("levers", text="Dons")],
            ["[0].formset\u00a0: cette étape n’a pas de lignes"],
        ),
        ("roles", [row(role="")], ["[0].values.role\u00a0: valeur inconnue"]),
        ("roles", [row(label="")], ["[0].values\u00a0: cette ligne resterait vide"]),
        ("roles", [row()], ["[0].values\u00a0: 1\u00a0ligne au moins"]),
        ("roles", {"role": "chef"}, ["une liste est attendue"]),
        ("roles", [{"role": "chef"}], ["[0].formset\u00a0: manque", "values", "[0].role"]),
        ("roles", None, ["une liste est attendue"]),
        ("roles", [row(role=["network"])], ["[0].values.role"]),
        ("roles", [own(mark="debated")], ["[0].values.mark\u00a0: un exemple ne remplit"]),
        ("roles", [own(board_question="?")], ["[0].values.board_question\u00a0: un exemple"]),
        # An activity that only stands under its mission is no activity, nor a lever of a family alone.
        (
            "activities",
            [row(mission="raise_awareness")],
            ["[0].values\u00a0: cette ligne resterait vide"],
        ),
        ("economic_model", [row("levers", family="public")], ["cette ligne resterait vide"]),
        ("activities", [row(text="x", priority=4)], ["[0].values.priority\u00a0: valeur inconnue"]),
        ("activities", [row(text="x", priority=True)], ["values.priority"]),
        ("activities", [row(text="x", serves="o1")], ["values.serves\u00a0: un exemple ne"]),
        ("positioning", [row(mode="none")], ["cette ligne resterait vide"]),
        (
            "objectives",
            [row(statement="x", target_value="200")],
            ["en garderait «\u00a0200\u00a0»"],
        ),
        ("objectives", [row(statement="x", unit="% par an")], ["en garderait «\u00a0%\u00a0»"]),
        ("objectives", [row(target_value=20, target_max_value=10)], ["dépasse le haut"]),
        ("objectives", [row(statement=" x ")], ["values.statement\u00a0: la réponse en garderait"]),
        ("objectives", [row(statement="x\x00")], ["caractère de contrôle refusé"]),
        (
            "economic_model",
            [own(now__fte=-1)],
            ["[0].values.now-fte\u00a0: 0 au moins est attendu"],
        ),
        ("economic_model", [own(now__share=1)], ["values.now-share\u00a0: un exemple ne remplit"]),
        ("economic_model", [own(now=1)], ["values.now\u00a0: un exemple ne remplit pas ce champ"]),
        (
            "economic_model",
            [own(now__budget_min_keur=9, now__budget_max_keur=3)],
            ["[0].values.now\u00a0: le bas de la fourchette du budget dépasse le haut"],
        ),
        ("territorial_scales", [row(activity="a1", scale="region")], ["values.activity"]),
        (
            "accompaniment_scope",
            [row(note="x")],
            ["cette étape n’a pas de lignes «\u00a0rows\u00a0»"],
        ),
        ("activities", [own(out_of_scope="raise_awareness")], ["values.out_of_scope"]),
        ("vision", [row("statements", text="v")] * 13, ["12\u00a0lignes au plus"]),
        ("of_another_kit", [{"role": "chef"}], ["[0].formset\u00a0: manque"]),
    ],
)
def test_what_no_answer_keeps_is_refused_with_its_place(step, payload, problems):
    with pytest.raises(Malformed) as refused:
        check_prefill(step, payload)
    told = str(refused.value)
    assert [problem for problem in problems if problem not in told] == [], told


def test_every_problem_is_told_at_once():
    with pytest.raises(Malformed) as refused:
        check_prefill("roles", [row(role="chef"), row(role="network"), row(role="maire")])
    assert [p.path for p in refused.value.problems] == ["[0].values.role", "[2].values.role"]


def test_an_example_that_fills_in_nothing_is_one():
    check_prefill("roles", [])
    check_prefill("of_another_kit", [row(role="chef")])


@pytest.mark.parametrize(
    "payload", [[row(role="chef")], {"role": "chef"}, [{"role": "chef"}], None]
)
def test_what_was_stored_before_it_was_checked_has_no_button(payload):
    assert form_payload(STEP_FORMS[StepKey.ROLES], payload) == []


def test_a_target_is_filled_in_as_people_write_it():
    """One field of the form holds what are three of the answer."""

    def target(**values):
        (entry,) = form_payload(STEP_FORMS[StepKey.OBJECTIVES], [row(statement="x", **values)])
        return {k: v for k, v in entry["values"].items() if k != "statement"}

    assert target(target_value=15, target_max_value=20) == {"target_value": ["15 à 20"]}
    assert target(target_value=70, target_at_least=True) == {"target_value": ["au moins 70"]}
    assert target(target_value=2.5, per_year=True) == {"target_value": ["2,5"], "per_year": ["on"]}


def test_too_many_rows_for_the_step_are_refused():
    with pytest.raises(Malformed, match="6\u00a0lignes au plus"):
        check_prefill(StepKey.VISION, [row("statements", text=f"v{i}") for i in range(7)])
