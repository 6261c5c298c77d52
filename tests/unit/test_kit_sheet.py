"""The blank kit: the whole questionnaire, room to write, legible once photocopied."""

from __future__ import annotations

import json
import logging
import re
from html import unescape
from pathlib import Path

import pytest

from diagnostics.domain.kit_sheet import (
    KitSheet,
    SheetAxis,
    SheetExample,
    SheetQuestion,
    SheetStep,
)
from diagnostics.domain.vocabulary import KIT_AXES, Axis, ScopeStepKey, StepKey, TerritorialScale
from diagnostics.report.kit import render_kit_html
from tests.pdf_checks import accessibility_failures, fonts_of, headings_in_order, read, render_pdf

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "kit_2013.json"


def kit_sheet() -> KitSheet:
    """The kit of the fixture, without a database."""
    kit = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return KitSheet(
        title=kit["title"],
        motto=kit["motto"],
        published="mars\u00a02013",
        credit=kit["credit"],
        axes=tuple(
            SheetAxis(
                Axis(part["key"]),
                str(number) if Axis(part["key"]) in KIT_AXES else "",
                part["title"],
                tuple(
                    SheetStep(
                        StepKey(step["key"]),
                        step["number"],
                        step["title"],
                        step["caption"],
                        step["help"],
                        tuple(SheetQuestion(q["number"], q["text"]) for q in step["questions"]),
                        tuple(SheetExample(e["group"], e["text"]) for e in step["examples"]),
                    )
                    for step in part["steps"]
                ),
            )
            for number, part in enumerate(kit["parts"], 1)
        ),
    )


@pytest.fixture(scope="module")
def html():
    return render_kit_html(kit_sheet())


@pytest.fixture(scope="module")
def pdf(html):
    return render_pdf(html)


def words(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def test_every_question_example_and_caption_is_printed(html):
    text = words(html)

    for axis in kit_sheet().axes:
        assert axis.title in text
        for step in axis.steps:
            assert step.title in text
            assert step.caption in text
            assert all(f"Question {q.number} {q.text}" in text for q in step.questions)
            assert all(example.text in text for example in step.examples)
    numbers = re.findall(r"<h3><span>([\d.]+)</span>", html)
    assert numbers == ["1", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2", "4.3"]


def test_each_step_has_the_room_of_its_shape(html):
    rooms = dict(
        re.findall(r'<section class="k-step [\w-]+" id="(\w+)"(.*?)</section>', html, re.S)
    )

    assert list(rooms) == [step.value for step in StepKey]
    assert rooms["vision"].count('<th scope="row">') == 6
    assert len(re.findall(r'<th\s+scope="row">O', rooms["objectives"])) == 7
    assert "Deux cercles d’influence vides" in rooms["positioning"]
    assert all(step.label in words(rooms["accompaniment_scope"]) for step in ScopeStepKey)
    assert "N+3, N+4 ou N+5" in words(rooms["economic_model"])
    assert all(scale.label in words(rooms["territorial_scales"]) for scale in TerritorialScale)
    assert rooms["board_decisions"].count("<li>Mois ") == 12
    assert all(room.count("En débat") >= 1 for room in rooms.values())


def test_typed_texts_of_the_kit_stay_text():
    kit = kit_sheet()
    hostile = SheetStep(
        StepKey.VISION, "1", "<b>x</b>", "<i>", "</p><script>", (), (SheetExample("", "<img>"),)
    )
    axis = SheetAxis(Axis.VISION, "1", "<svg>", (hostile,))

    html = render_kit_html(KitSheet(kit.title, "<hr>", "", kit.credit, (axis,)))

    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;svg&gt;" in html


def test_the_pdf_is_accessible_and_each_step_opens_a_page(html, pdf, caplog):
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        data = render_pdf(html)

    assert [record.getMessage() for record in caplog.records] == []
    assert accessibility_failures(data) == []
    reader = read(data)
    assert {embedded for _, embedded in fonts_of(reader)} == {True}
    assert reader.metadata.title.endswith("questionnaire vierge")
    assert reader.trailer["/Root"]["/Lang"] == "fr"
    assert headings_in_order(html)
    assert len(reader.pages) == 15
    texts = [page.extract_text() for page in reader.pages]
    starts = [n for n, text in enumerate(texts) if "Question " in text.replace("\u00a0", " ")]
    assert len(starts) >= 10
    assert sum("À trancher en conseil d’administration" in text for text in texts) == 11


def test_the_kit_has_no_colour(pdf):
    """A photocopier in grey loses nothing: every colour set is a grey."""
    content = b"".join(page.get_contents().get_data() for page in read(pdf).pages)

    colours = re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG|scn|SCN)\b", content)
    assert colours
    uneven = {c for c in colours if max(map(float, c)) - min(map(float, c)) > 0.15}
    assert uneven == set()
