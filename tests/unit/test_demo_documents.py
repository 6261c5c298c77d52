"""The three demo structures are documents like any other."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from diagnostics.domain.document import DiagnosticDocument, canonical_json
from diagnostics.domain.vocabulary import AllianceFamily, Relation, State
from tests.report_samples import without_dangling_links

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "demo"
NAMES = ["sorelle", "brumelle", "arvelle"]


def read(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(params=NAMES)
def value(request) -> dict:
    return read(request.param)


def test_a_demo_document_validates_and_comes_back_equal(value):
    document = DiagnosticDocument.model_validate(value)

    assert document.as_json() == value
    assert DiagnosticDocument.model_validate_json(canonical_json(document.as_json())) == document


def test_no_link_of_a_demo_document_dangles(value):
    document = DiagnosticDocument.model_validate(value)

    assert without_dangling_links(document) == document


def test_demo_texts_follow_french_typography(value):
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert "'" not in text
    for string in re.findall(r'"((?:[^"\\]|\\.)*)"', text):
        assert not re.search(r"[^\u202f][?!;](?=\s|$)", string), string
        assert not re.search(r"[^\u00a0]:(?=\s|$)", string), string
        assert not re.search(r"«[^\u00a0]|[^\u00a0]»", string), string
        assert not re.search(r"\d ?(%|€|K€)", string), string


def test_the_three_demo_diagnostics_are_at_three_moments():
    documents = {name: DiagnosticDocument.model_validate(read(name)) for name in NAMES}

    assert {name: document.diagnostic.state for name, document in documents.items()} == {
        "sorelle": State.SUBMITTED,
        "brumelle": State.DRAFT,
        "arvelle": State.VALIDATED,
    }
    assert {document.kit for document in documents.values()} == {"rameau-2013"}
    assert documents["brumelle"].answers.vision is None
    assert documents["brumelle"].answers.organisation is None


@pytest.mark.parametrize(("name", "now", "target"), [("sorelle", 150, 280), ("arvelle", 610, 800)])
def test_the_levers_add_up_to_the_budget(name, now, target):
    model = DiagnosticDocument.model_validate(read(name)).answers.economic_model

    assert model is not None
    assert sum(lever.amount_now_keur for lever in model.levers) == now == model.now.budget_middle
    assert (
        sum(lever.amount_target_keur for lever in model.levers)
        == target
        == model.target.budget_middle
    )
    assert model.now.share_total == model.target.share_total == 100


def test_arvelle_has_the_categories_of_members_a_cooperative_needs():
    alliances = DiagnosticDocument.model_validate(read("arvelle")).answers.alliances

    assert alliances is not None
    assert {row.family for row in alliances.rows if row.relation is Relation.EXISTING} == {
        AllianceFamily.NONPROFIT_NETWORKS,
        AllianceFamily.INSTITUTIONS,
        AllianceFamily.BUSINESS_NETWORKS,
        AllianceFamily.PUBLIC_BODIES,
    }
