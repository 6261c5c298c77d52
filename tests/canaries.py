"""Documents made from the JSON Schema: every field that the schema has holds something of its own.

A field added to a shape is in them without a word here, so that an output that forgets it is found.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

from diagnostics.domain.document import DiagnosticDocument, load_document

CANARY = re.compile(r"Canari\d{3}")
# What a link may lead to: the step, its rows and the letter of their ids.
TARGETS = {"roles": "r", "objectives": "o", "activities": "a", "alliances": "l"}
SERVED = {
    "objectives": "roles",
    "activities": "objectives",
    "alliances": "activities",
    "board_decisions": "objectives",
}
# Fields of which a row has one at most.
EITHER = (
    ("activity", "mission", "label"),
    ("serves", "serves_none"),
    ("target_max_value", "target_at_least"),
    ("lever", "chosen", "chosen"),  # of the first shock, and of the two others
)
# Which of the fixed rows it is.
FIXED = ("step", "shock")
ROWS = 3

Path = tuple[str | int, ...]


class Filler:
    """Fills the answers as their schema says; ``texts`` are the canaries, in reading order, and
    ``figures`` those that are typed: no two are the same."""

    def __init__(self) -> None:
        self.definitions = DiagnosticDocument.model_json_schema(by_alias=True)["$defs"]
        self.texts: list[str] = []
        self.fields: dict[Path, dict[str, Any]] = {}
        self.figures: list[int] = []
        self.months = 0

    def document(self) -> DiagnosticDocument:
        answers = {
            step: self._shape(self._node(node), (step,))
            for step, node in self.definitions["Answers"]["properties"].items()
        }
        return document_of(answers)

    def _node(self, node: dict[str, Any]) -> dict[str, Any]:
        """What a field holds when it is given."""
        for choice in node.get("anyOf", ()):
            if choice.get("type") != "null":
                return self._node({**choice, **{k: v for k, v in node.items() if k != "anyOf"}})
        if "$ref" in node:
            return self.definitions[node["$ref"].rpartition("/")[2]]
        if "allOf" in node:
            return self._node(node["allOf"][0])
        return node

    def _shape(self, node: dict[str, Any], path: Path) -> dict[str, Any]:
        index = path[-1] if isinstance(path[-1], int) else 0
        left_out = set()
        for fields in EITHER:
            if fields[0] in node["properties"] and fields[-1] in node["properties"]:
                left_out |= set(fields) - {fields[index % len(fields)]}
        if index == ROWS - 1:  # a row without figures
            left_out |= {
                name
                for name, field in node["properties"].items()
                if self._node(field).get("type") in {"integer", "number"}
            } | {"target_at_least"}
        return {
            name: self._value(self._node(field), (*path, name))
            for name, field in node["properties"].items()
            if name not in left_out
        }

    def _value(self, node: dict[str, Any], path: Path) -> Any:
        step, name = str(path[0]), path[-1]
        if name == "id":
            return f"{TARGETS.get(step, step[0] + str(path[1])[0])}{path[-2]}"
        if name == "lever":
            self.fields[path] = node
            return "el0"
        if name in {"serves", "activity", "alliance"}:
            target = (
                SERVED[step]
                if name == "serves"
                else {"activity": "activities"}.get(str(name), "alliances")
            )
            links = [f"{TARGETS[target]}{index}" for index in range(ROWS)]
            self.fields[path] = node
            return links if node.get("type") == "array" else links[0]
        if "properties" in node:
            return self._shape(node, path)
        if node.get("type") == "array":
            return self._list(node, path)
        self.fields[path] = node
        return self._leaf(node, path)

    def _list(self, node: dict[str, Any], path: Path) -> list[Any]:
        items = self._node(node["items"])
        if "properties" not in items:
            self.fields[path] = node
            return list(items["enum"])
        key = next((name for name in FIXED if name in items["properties"]), "")
        fixed = self._node(items["properties"][key]).get("enum", ()) if key else ()
        rows = [self._shape(items, (*path, i)) for i in range(len(fixed) or ROWS)]
        for row, which in zip(rows, fixed, strict=False):
            row[key] = which
        for path_of_key in [x for x in self.fields if key and x[-1] == key]:
            del self.fields[path_of_key]  # which row it is, and not what people choose
        return rows

    def _leaf(self, node: dict[str, Any], path: Path) -> Any:
        if "enum" in node:
            return node["enum"][-1]  # « autre » is the last, where there is one
        if node["type"] == "boolean":
            return not node.get("default", False)
        if node["type"] in {"integer", "number"}:
            # Shares are small, years begin where they may; all else is above 200.
            small = node.get("maximum", 0) <= 100 or node.get("minimum", 0) > 100
            least = max(node.get("minimum", 0), 0)
            apart = 500 if "_max_" in str(path[-1]) else 0  # whatever its low end becomes
            self.figures.append(least + len(self.figures) + (1 if small else 201) + apart)
            return self.figures[-1]
        if "pattern" in node:
            self.months += 1
            return f"{1900 + self.months}-12"  # a month
        self.texts.append(f"Canari{len(self.texts):03}")
        return self.texts[-1]


def document_of(answers: dict[str, Any]) -> DiagnosticDocument:
    return load_document(
        {
            "schema": 5,
            "kit": "rameau-2013",
            "structure": {"name": "Structure d’essai"},
            "diagnostic": {"title": "Ambition", "base_year": 2026, "horizon_years": 3},
            "answers": answers,
        }
    )


def changes(filler: Filler, document: DiagnosticDocument) -> Iterator[tuple[str, str, Any]]:
    """Yield, for each field of the answers, its name, its step and the document with another value."""
    whole = document.as_json()["answers"]
    for path, node in filler.fields.items():
        answers = copy.deepcopy(whole)
        holder: Any = answers
        for part in path[:-1]:
            holder = holder[part]
        holder[path[-1]] = _other(node, holder[path[-1]])
        name = ".".join(str(part) for part in path if not isinstance(part, int))
        yield name, str(path[0]), document_of(answers)


def _other(node: dict[str, Any], value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, list):
        return value[1:]
    if isinstance(value, int | float) and "enum" not in node:
        return value + 1 if value + 1 <= node.get("maximum", value + 1) else value - 1
    if "enum" in node:
        return node["enum"][0]
    if "pattern" in node:
        return f"{value[:-1]}1" if "-" in value else f"{value[0]}1"
    return "Autre"
