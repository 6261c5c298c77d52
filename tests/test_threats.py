"""Each claim of the threat model names the tests that hold it, and they exist."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

MODEL = Path(settings.BASE_DIR) / "docs" / "threat-model.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


@cache
def names_in(path: str) -> frozenset[str]:
    """The tests of a file, by their names."""
    file = Path(settings.BASE_DIR) / path
    if not file.exists():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def claims(text: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each line of the tables: what is claimed, and the tests that it names."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
    return [(row[0].strip(), NAMED.findall(row[-1])) for row in rows if row[0].strip() != "claim"]


def missing(text: str) -> list[str]:
    """Claims that nothing holds, and tests that do not exist."""
    found = []
    for claim, named in claims(text):
        if not named:
            found.append(claim)
        found += [f"{path}::{name}" for path, name in named if name not in names_in(path)]
    return found


def test_each_claim_is_held_by_tests_that_exist():
    text = MODEL.read_text(encoding="utf-8")
    assert len(claims(text)) > 25
    assert missing(text) == []


def test_a_test_that_is_renamed_is_missed():
    text = MODEL.read_text(encoding="utf-8").replace("test_it_knows_no_secret", "test_gone")
    assert missing(text) == ["tests/unit/test_renderer.py::test_gone"]
    assert missing("| nothing is ever wrong | trust us |") == ["nothing is ever wrong"]
