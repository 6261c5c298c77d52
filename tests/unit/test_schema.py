"""The JSON Schema tells another program all it needs to write a document."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from diagnostics.domain import vocabulary
from diagnostics.domain.coherence import RULES, findings_json
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.schema import document_schema
from diagnostics.domain.vocabulary import Labelled, LegalTool, Mission, StepKey
from tests.scene import demo_document
from tests.shapes import documents, empty_document, patient

SCHEMA = document_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
SHAPES = {"document": SCHEMA} | SCHEMA["$defs"]
FIELDS = [
    (f"{name}.{field}", schema)
    for name, shape in SHAPES.items()
    for field, schema in shape.get("properties", {}).items()
]


def branches(schema: dict[str, Any]) -> list[dict[str, Any]]:
    return schema.get("anyOf", [schema])


def test_it_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA
    assert SCHEMA["properties"].keys() >= {"schema", "kit", "structure", "answers", "findings"}


def test_every_field_has_a_description():
    assert FIELDS
    assert [
        name
        for name, schema in FIELDS
        if len(schema["description"]) < 3 or "'" in schema["description"]
    ] == []


def test_every_number_has_a_unit():
    numbers = [
        (name, schema)
        for name, schema in FIELDS
        for branch in branches(schema)
        if branch.get("type") in {"number", "integer"} and not {"enum", "const"} & set(branch)
    ]
    assert len(numbers) > 10
    assert [name for name, schema in numbers if not schema.get("unit")] == []


def test_units_are_those_of_the_field():
    defs = SCHEMA["$defs"]
    units = {
        field: schema.get("unit")
        for field, schema in defs["EconomicSnapshot"]["properties"].items()
        if field != "team_detail"
    }
    assert units == {
        "fte": "ETP",
        "volunteers": "personnes",
        "skills_sponsorship_days": "jours par an",
        "budget_min_keur": "K€",
        "budget_max_keur": "K€",
        "public_pct": "%",
        "private_pct": "%",
        "self_pct": "%",
    }
    assert defs["StructureCard"]["properties"]["population"]["unit"] == "habitants"
    assert defs["Objective"]["properties"]["deadline_year"]["unit"] == "année"


def test_every_enumeration_has_its_labels():
    enumerations = {
        name: cls
        for name, cls in vars(vocabulary).items()
        if isinstance(cls, type) and issubclass(cls, Labelled) and name in SCHEMA["$defs"]
    }
    assert len(enumerations) >= 20
    for name, cls in enumerations.items():
        schema = SCHEMA["$defs"][name]
        assert schema["enum"] == [member.value for member in cls]
        assert schema["x-labels"] == {member.value: member.label for member in cls}
    assert SCHEMA["$defs"]["Mission"]["x-labels"][Mission.ANALYSE_SHARE] == "Analyser, diffuser"
    assert SCHEMA["$defs"]["LegalTool"]["x-labels"][LegalTool.SCIC] == "SCIC"
    assert SCHEMA["$defs"]["Finding"]["properties"]["rule"]["enum"] == list(RULES)


def test_findings_are_described_to_the_letter():
    """They are ours to write and nobody's to read in, so that no document tries this."""
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["properties"]["findings"] == {
        "description": "points à discuter, écrits à l’export et ignorés à l’import",
        "type": "array",
        "items": {"$ref": "#/$defs/Finding"},
        "readOnly": True,
    }
    texts = default_texts()
    assert SCHEMA["$defs"]["Finding"] == {
        "title": "Finding",
        "description": "A point to discuss.",
        "type": "object",
        "properties": {
            "rule": {
                "description": "règle qui le trouve",
                "type": "string",
                "enum": list(RULES),
                "x-labels": {rule.id: rule.title for rule in RULES.values()},
            },
            "severity": {
                "description": "poids dans la discussion",
                "type": "string",
                "enum": ["attention", "info"],
                "x-labels": {"attention": "Point d’attention", "info": "À noter"},
            },
            "step": {
                "description": "étape principale",
                "type": "string",
                "enum": [step.value for step in StepKey],
                "x-labels": {step.value: texts.step(step).short_title for step in StepKey},
            },
            "rows": {
                "description": "ce qui est concerné\u00a0: ids de lignes, ou codes de missions, "
                "d’étapes de l’accompagnement, de familles de ressources, de colonnes du modèle "
                "économique",
                "type": "array",
                "items": {"type": "string"},
            },
            "message": {"description": "ce qu’en dirait la facilitation", "type": "string"},
            "acknowledged": {
                "description": "choix assumé par la structure",
                "type": "boolean",
            },
        },
        "required": ["rule", "severity", "step", "rows", "message", "acknowledged"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
def test_the_demo_documents_follow_it_with_their_findings(name):
    document = demo_document(name)
    value = document.as_json() | {"findings": findings_json(document)}
    VALIDATOR.validate(value)
    VALIDATOR.validate(document.as_json())


@patient
@given(documents())
def test_any_document_follows_it(document: DiagnosticDocument):
    VALIDATOR.validate(document.as_json() | {"findings": findings_json(document)})


@pytest.mark.parametrize(
    "change",
    [
        {"answers": {"vison": {}}},
        {"answers": {"roles": {"rows": [{"id": "r1", "role": "leader"}]}}},
        {"answers": {"economic_model": {"now": {"public_pct": 101}}}},
        {"diagnostic": {"title": "x", "base_year": 2026, "horizon_years": 6}},
        {"acknowledgements": [{"rule": "R14", "rows": ["match"]}]},
        {"unknown": 1},
    ],
)
def test_it_refuses_what_reading_refuses(change):
    value = empty_document() | change
    assert not VALIDATOR.is_valid(value)
    with pytest.raises(ValueError, match="validation error"):
        DiagnosticDocument.model_validate(value)
