"""The JSON Schema of the document, so that another program can write one."""

from __future__ import annotations

from typing import Any

from diagnostics.domain.coherence import RULES, Severity
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.vocabulary import Labelled, StepKey


def document_schema() -> dict[str, Any]:
    """Return the schema (JSON Schema 2020-12) of a document with its ``findings``.

    Each field has a ``description``, each number its ``unit``, each enumeration its codes with
    their French labels under ``x-labels``. ``findings`` are written on export, ignored on import.
    """
    schema = DiagnosticDocument.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema["$defs"]
    for shape in (schema, *definitions.values()):
        for field in shape.get("properties", {}).values():
            _lift_unit(field)
    definitions["Finding"] = _finding()
    schema["properties"]["findings"] = {
        "description": "points à discuter, écrits à l’export et ignorés à l’import",
        "type": "array",
        "items": {"$ref": "#/$defs/Finding"},
        "readOnly": True,
    }
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _lift_unit(field: dict[str, Any]) -> None:
    """Say the unit of a number beside its description, be it nullable or not."""
    for branch in field.get("anyOf", []):
        if "unit" in branch:
            field["unit"] = branch.pop("unit")


def _finding() -> dict[str, Any]:
    text = {"type": "string"}
    properties: dict[str, Any] = {
        "rule": {
            "description": "règle qui le trouve",
            **text,
            "enum": list(RULES),
            "x-labels": {rule.id: rule.title for rule in RULES.values()},
        },
        "severity": {"description": "poids dans la discussion", **_codes(Severity)},
        "step": {"description": "étape principale", **_steps()},
        "rows": {
            "description": "ce qui est concerné : ids de lignes, ou codes de missions, d’étapes de "
            "l’accompagnement, de familles de ressources, de colonnes du modèle économique",
            "type": "array",
            "items": text,
        },
        "message": {"description": "ce qu’en dirait la facilitation", **text},
        "acknowledged": {"description": "choix assumé par la structure", "type": "boolean"},
    }
    return {
        "title": "Finding",
        "description": "A point to discuss.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _steps() -> dict[str, Any]:
    texts = default_texts()
    return {
        "type": "string",
        "enum": [step.value for step in StepKey],
        "x-labels": {step.value: texts.step(step).short_title for step in StepKey},
    }


def _codes(enumeration: type[Labelled]) -> dict[str, Any]:
    return {
        "type": "string",
        "enum": [member.value for member in enumeration],
        "x-labels": {member.value: member.label for member in enumeration},
    }
