"""What is no document is refused with the JSON path and the reason, in French, and never crashes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.document import SCHEMA_VERSION, read_document
from diagnostics.domain.malformed import Malformed
from tests.scene import demo_document
from tests.shapes import empty_document, patient

NB = "\u00a0"


def problems(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(Malformed) as refusal:
        read_document(text)
    assert str(refusal.value) == " ; ".join(str(problem) for problem in refusal.value.problems)
    return [(problem.path, problem.reason) for problem in refusal.value.problems]


def with_answers(**answers: object) -> str:
    return json.dumps(empty_document() | {"answers": answers})


NOT_JSON = [
    ("", "ce n’est pas du JSON (ligne 1, colonne 1)"),
    ('{"schema": 1', "ce n’est pas du JSON (ligne 1, colonne 13)"),
    (b'{"kit": "\xff"}', "ce n’est pas de l’UTF-8"),
    ("[" * 100_000, "trop de niveaux imbriqués"),
    ('{"kit": NaN}', f"«{NB}NaN{NB}» n’est pas du JSON"),
    ("[]", "un objet est attendu"),
    ("null", "un objet est attendu"),
]


@pytest.mark.parametrize(("text", "reason"), NOT_JSON, ids=range(len(NOT_JSON)))
def test_what_is_not_json(text, reason):
    assert problems(text) == [("$", reason)]


def test_a_number_too_long_to_be_read():
    ((path, reason),) = problems('{"kit": ' + "9" * 5000 + "}")
    assert path == "$"
    assert reason.startswith(f"nombre illisible{NB}: ")


ROW = {"id": "o1"}
MALFORMED = [
    ({"vison": {}}, "answers.vison", "clé inconnue"),
    ({"roles": []}, "answers.roles", "un objet est attendu"),
    ({"roles": {"rows": {}}}, "answers.roles.rows", "une liste est attendue"),
    ({"objectives": {"rows": [{}]}}, "answers.objectives.rows[0].id", "manque"),
    ({"objectives": {"rows": [ROW | {"kind": "both"}]}}, "answers.objectives.rows[0].kind",
     f"valeur inconnue (attendu{NB}: 'quantitative' ou 'qualitative')"),
    ({"objectives": {"rows": [ROW | {"deadline_year": 1}]}}, "answers.objectives.rows[0].deadline_year",
     "1900 au moins est attendu"),
    ({"objectives": {"rows": [ROW | {"deadline_year": 2029.5}]}}, "answers.objectives.rows[0].deadline_year",
     "un nombre entier est attendu"),
    ({"objectives": {"rows": [ROW | {"deadline_year": "bientôt"}]}},
     "answers.objectives.rows[0].deadline_year", "un nombre entier est attendu"),
    ({"objectives": {"rows": [ROW | {"target_value": -1}]}}, "answers.objectives.rows[0].target_value",
     "0 au moins est attendu"),
    ({"objectives": {"rows": [ROW | {"statement": "x" * 301}]}}, "answers.objectives.rows[0].statement",
     f"300{NB}caractères au plus"),
    ({"objectives": {"rows": [ROW | {"statement": 3}]}}, "answers.objectives.rows[0].statement",
     "un texte est attendu"),
    ({"objectives": {"rows": [ROW | {"statement": "a\u0000"}]}}, "answers.objectives.rows[0].statement",
     "caractère de contrôle refusé"),
    ({"objectives": {"rows": [ROW, ROW]}}, "answers.objectives",
     "l’identifiant de ligne « o1 » est utilisé deux fois"),
    ({"vision": {"statements": [{"id": f"v{n}"} for n in range(7)]}}, "answers.vision.statements",
     f"6{NB}lignes au plus"),
    ({"activities": {"rows": [{"id": "a1", "priority": 4}]}}, "answers.activities.rows[0].priority",
     f"valeur inconnue (attendu{NB}: 1, 2 ou 3)"),
    ({"economic_model": {"now": {"public_pct": 101}}}, "answers.economic_model.now.public_pct",
     "100 au plus est attendu"),
    ({"economic_model": {"now": {"budget_min_keur": 3, "budget_max_keur": 2}}},
     "answers.economic_model.now", "le bas de la fourchette du budget dépasse le haut"),
]  # fmt: skip


@pytest.mark.parametrize(("answers", "path", "reason"), MALFORMED)
def test_answers_are_refused_where_they_are_malformed(answers, path, reason):
    assert problems(with_answers(**answers)) == [(path, reason)]


@pytest.mark.parametrize("schema", [0, SCHEMA_VERSION + 1, str(SCHEMA_VERSION), True, None])
def test_an_unknown_schema_is_told_with_those_that_are_read(schema):
    value = empty_document() | {"schema": schema}
    told = f"version inconnue{NB}: celles de 1 à {SCHEMA_VERSION} sont lues"
    assert problems(json.dumps(value)) == [("schema", told)]


def test_everything_that_is_wrong_is_told():
    value = empty_document()
    value["structure"]["name"] = ""
    value["diagnostic"]["horizon_years"] = 6
    value["acknowledgements"] = [{"rule": "règle", "rows": [], "reason": "x"}]
    del value["kit"]

    assert problems(json.dumps(value)) == [
        ("kit", "manque"),
        ("structure.name", "ce texte est vide"),
        ("diagnostic.horizon_years", f"valeur inconnue (attendu{NB}: 3, 4 ou 5)"),
        ("acknowledgements[0].rule", "ce texte n’a pas la forme attendue (^[A-Z]\\d{1,2}$)"),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def places(value: object, at: tuple = ()) -> list[tuple]:
    inner = (
        value.items() if isinstance(value, dict)
        else enumerate(value) if isinstance(value, list) else ()
    )  # fmt: skip
    return [at, *(place for key, part in inner for place in places(part, (*at, key)))]


PLACES = places(demo_document("brumelle").as_json())


@patient
@given(st.sampled_from(PLACES[1:]), JSON)
def test_any_value_anywhere_is_read_or_refused_with_its_place(place, value):
    document = demo_document("brumelle").as_json()
    part = document
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    text = json.dumps(document).replace("NaN", "1e999").replace("Infinity", "1e999")
    found = []
    try:
        read_document(text)
    except Malformed as error:
        found = error.problems
    for problem in found:
        assert problem.path
        assert problem.reason
        assert "should" not in problem.reason, problem


@patient
@given(st.binary(max_size=60) | st.text(max_size=60) | JSON.map(json.dumps))
def test_any_text_is_refused_without_crashing(text):
    problems(text)
