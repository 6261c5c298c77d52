"""The three demo structures are documents like any other."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from diagnostics.domain.coherence import find_coherence
from diagnostics.domain.document import DiagnosticDocument, canonical_json
from diagnostics.domain.vocabulary import AllianceFamily, Relation, State
from diagnostics.services.demo import WRITTEN_ON, as_of
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


LOADED = [WRITTEN_ON, dt.date(2026, 5, 31), dt.date(2026, 11, 29), dt.date(2028, 2, 29)]


@pytest.mark.parametrize("day", LOADED, ids=str)
def test_a_demo_is_moved_to_the_day_that_it_is_loaded_and_nothing_else_of_it(value, day):
    written = DiagnosticDocument.model_validate(value)
    moved = as_of(day, written)

    assert written.as_json() == value, "the document that was given is left alone"
    board = moved.diagnostic.board_date
    assert board == (written.diagnostic.board_date and day + dt.timedelta(days=35))
    before, after = ([w.date for w in d.diagnostic.workshops] for d in (written, moved))
    assert len({new - old for old, new in zip(before, after, strict=True)}) == 1
    assert all(workshop < day for workshop in after)
    as_if = moved.as_json()
    as_if["diagnostic"] |= {k: value["diagnostic"][k] for k in ("board_date", "workshops")}
    for milestone, old in zip(_calendar(as_if), _calendar(value), strict=True):
        assert _ahead(milestone, board) == _ahead(old, written.diagnostic.board_date)
        milestone["month"] = old["month"]
    assert as_if == value


def _calendar(value: dict) -> list[dict]:
    return value["answers"].get("board_decisions", {}).get("calendar", [])


def _ahead(milestone: dict, board: dt.date) -> int:
    year, month = map(int, milestone["month"].split("-"))
    return 12 * (year - board.year) + month - board.month


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED])
@pytest.mark.parametrize("day", LOADED, ids=str)
def test_a_demo_has_the_points_of_its_file_whenever_it_is_loaded(value, day, state):
    document = DiagnosticDocument.model_validate(value)
    document.diagnostic.state = state

    found = find_coherence(as_of(day, document), today=day)

    assert found == find_coherence(document, today=WRITTEN_ON)
