"""What the report says: blocks, order, what is hidden, what is shortened."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from hypothesis import given, settings

from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.vocabulary import Axis, Mark, State, StepKey
from diagnostics.report.content import Vigilance, build_report
from diagnostics.report.identity import VersionStamp
from diagnostics.report.pdf import render_report_html
from tests.report_samples import SUBMITTED_AT, demo, empty, filled, report, without_dangling_links
from tests.shapes import documents


def test_every_answer_of_a_full_diagnostic_has_its_section_in_the_kits_order():
    content = report(demo("sorelle"))

    assert [chapter.axis for chapter in content.chapters] == [
        Axis.VISION,
        Axis.AMBITION,
        Axis.MISSIONS,
        Axis.MEANS,
    ]
    sections = [section for chapter in content.chapters for section in chapter.sections]
    assert [section.number for section in sections] == [
        *("1", "2.1", "2.2", "2.3"),
        *("3.1", "3.2", "3.3", "4.1", "4.2", "4.3"),
    ]
    assert sections[7].title == "Modèle économique cible"


def test_empty_blocks_are_hidden_and_listed():
    document = demo("brumelle")

    content = report(document, number=None)

    shown = {section.step for chapter in content.chapters for section in chapter.sections}
    assert StepKey.VISION not in shown
    assert StepKey.ORGANISATION not in shown
    assert content.board.is_empty
    assert content.remaining[0].step is StepKey.VISION
    assert content.remaining_total == len(remaining_items(document)) > 10
    html = render_report_html(content)
    assert "Reste à compléter" in html
    assert 'id="etape-vision"' not in html
    assert 'id="decisions"' not in html


def test_an_empty_diagnostic_is_a_cover_a_synthesis_that_says_so_and_what_is_missing():
    content = report(empty(), number=None)

    assert content.chapters == []
    assert content.synthesis.is_empty
    assert not content.has_thread
    assert [group.step for group in content.remaining] == list(StepKey)
    assert "n’a pas encore de réponse" in render_report_html(content)


@pytest.mark.parametrize("state", list(State))
def test_a_report_is_a_project_until_it_is_validated(state):
    document = demo("sorelle")
    document.diagnostic.state = state

    assert report(document).is_project is (state not in {State.VALIDATED, State.ADOPTED})


def test_the_cover_says_the_occasion_and_the_version():
    document = demo("sorelle")
    cover = report(document).cover

    assert cover.occasion == "Document soumis au conseil d’administration du 18\u00a0juin\u00a02026"
    assert cover.stamp == (
        f"Version\u00a02 · soumise le 4\u00a0juin\u00a02026 · empreinte {document.sha256()[:12]}"
    )
    assert report(demo("brumelle"), number=None).cover.stamp == "Document de travail, non soumis"


def test_the_day_of_submission_is_the_day_in_france():
    late = dt.datetime(2026, 6, 4, 23, 30, tzinfo=dt.UTC)

    content = build_report(demo("sorelle"), version=VersionStamp(1, late, "0" * 64))

    assert "soumise le 5\u00a0juin\u00a02026" in content.cover.stamp
    assert SUBMITTED_AT.day == 4


def test_questions_come_from_the_steps_marked_or_asked_about():
    document = demo("sorelle")
    document.answers.roles.mark = Mark.DISPUTED
    document.answers.vision.mark = Mark.TO_REVIEW  # the team's own reminder: not for the board

    questions = report(document).board.questions

    assert [(q.step, q.text != "") for q in questions] == [
        (StepKey.ROLES, False),
        (StepKey.ECONOMIC_MODEL, True),
        (StepKey.ORGANISATION, True),
    ]
    sections = report(document).chapters[0].sections + report(document).chapters[1].sections
    assert [section.mark for section in sections[:2]] == [None, Mark.DISPUTED]


# --- The synthesis --------------------------------------------------------------------------


def test_the_synthesis_of_the_demo():
    synthesis = report(demo("sorelle")).synthesis

    assert [(f.label, f.now, f.target, f.note) for f in synthesis.figures] == [
        ("Territoire", "Bassin de vie de Sorelle", "", "96\u202f000\u00a0habitants · Bassin de vie"),
        ("Équipe salariée", "2,5", "4\u00a0ETP", "2026 à 2029"),
        ("Budget annuel", "150", "265\u00a0–\u00a0295\u00a0K€", "2026 à 2029\u00a0: +\u00a087\u00a0%"),
    ]  # fmt: skip
    assert synthesis.roles.items[0] == "Être un acteur de réseaux"
    assert [(o.now, o.target, o.year) for o in synthesis.objectives][4] == (
        *("5\u00a0%", "50\u00a0%"),
        "2029",
    )
    assert synthesis.objectives_left_out == 2
    assert synthesis.actions == (
        "12\u00a0activités sur 4\u00a0missions, dont 5\u00a0prioritaires\u00a0:"
    )
    assert [scale.label for scale in synthesis.scales] == [
        "Mettre en relation",
        "Sensibiliser",
        "Accompagner",
        "Analyser, diffuser",
    ]
    assert (len(synthesis.requests.items), synthesis.requests.left_out) == (3, 2)


def test_a_team_is_an_answer_even_where_no_territory_is_told():
    model = {"economic_model": {"now": {"fte": 2}}}
    document = filled("", rows=0, answers=model)
    document.structure.territory = ""
    synthesis = report(document).synthesis
    assert [figure.label for figure in synthesis.figures] == ["Équipe salariée"]
    assert not synthesis.is_empty


def test_the_synthesis_is_shortened_by_rule():
    synthesis = report(filled("Une dynamique collective ", rows=60, to_caps=True)).synthesis

    assert (len(synthesis.roles.items), synthesis.roles.left_out) == (3, 57)
    assert (len(synthesis.objectives), synthesis.objectives_left_out) == (5, 55)
    assert (len(synthesis.priorities.items), synthesis.priorities.left_out) == (4, 56)
    assert (len(synthesis.existing.items), synthesis.existing.left_out) == (3, 27)
    assert (len(synthesis.requests.items), synthesis.requests.left_out) == (3, 57)
    assert synthesis.vision.endswith("…")
    texts = [*synthesis.roles.items, *synthesis.priorities.items, *synthesis.requests.items]
    assert all(text.endswith("…") for text in texts)


def test_a_lone_year_carries_its_unit():
    figures = report(demo("brumelle")).synthesis.figures

    assert [(f.now, f.target) for f in figures[1:]] == [("0,4\u00a0ETP", ""), ("18\u00a0K€", "")]


# --- The contents, the points to discuss --------------------------------------------------------


def test_the_contents_name_what_the_report_has():
    entries = report(demo("sorelle")).contents

    assert [(entry.anchor, entry.number, len(entry.children)) for entry in entries] == [
        ("synthese", "", 0),
        ("axe-vision", "1", 1),
        ("axe-ambition", "2", 3),
        ("axe-missions", "3", 3),
        ("axe-means", "4", 3),
        ("fil-rouge", "", 0),
        ("vigilance", "", 0),
        ("reste-a-completer", "", 0),
        ("decisions", "", 0),
        ("annexe", "", 0),
    ]
    html = render_report_html(report(demo("sorelle")))
    anchors = [*entries, *(child for entry in entries for child in entry.children)]
    assert [a for a in anchors if f'id="{a.anchor}"' not in html] == []


def test_findings_on_pages_to_discuss_are_printed_when_there_are_some():
    content = report(demo("sorelle"))
    without = dataclasses.replace(content, vigilance=None)
    assert "Cohérence et points de vigilance" not in render_report_html(without)
    points = Vigilance(["<b>Rythme</b>"], ["À noter ici"], [("Partenaire absent", "À signer")])

    html = render_report_html(dataclasses.replace(content, vigilance=points))

    assert html.index('id="vigilance"') < html.index('id="reste-a-completer"')
    assert "&lt;b&gt;Rythme&lt;/b&gt;" in html
    assert "Choix assumé\u00a0: À signer" in html.replace("&nbsp;", "\u00a0")
    links = re.findall(r'<a\b[^>]*href="#vigilance"', html)
    assert len(links) == 2  # in the contents and under the requests
    assert "1\u00a0point d’attention" in html


def test_the_letters_of_the_synthesis_follow_what_it_says():
    def letters(text, **options):
        return report(filled(text, **options)).synthesis_letters

    assert report(demo("arvelle")).synthesis_letters == "r-roomy"
    assert letters("Une dynamique collective ", rows=60, to_caps=True) == ""
    assert letters("شراكة محلية ", rows=1) == "r-tight"


def test_the_foot_has_the_version_the_day_and_the_fingerprint():
    content = report(demo("sorelle"))

    assert content.stamp == (
        f"Version\u00a02 · 4\u00a0juin\u00a02026 · {content.document.sha256()[:12]}"
    )
    assert report(demo("sorelle"), number=None).stamp == "Document de travail"


def test_the_identity_card_leaves_out_what_is_not_known():
    facts = {fact.label: fact.value for fact in report(empty()).facts}

    assert facts == {"Forme juridique": "Association", "Période": "2026 à 2029 (3\u00a0ans)"}


# --- The page -------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(documents())
def test_any_document_has_a_report(document):
    content = build_report(without_dangling_links(document), version=None)

    html = render_report_html(content)

    assert html.count("<h1") == 1
    assert html.count("<svg") == html.count('role="img"') == html.count("<title>") - 1
    assert 'style="' not in html


def test_the_words_of_the_field_are_explained_when_they_are_used():
    terms = dict(report(demo("sorelle")).glossary)

    assert {"ETP", "DREETS, DDETS", "Fonds de dotation", "Bassin de vie"} <= set(terms)
    assert "SCIC" not in terms
    assert dict(report(empty()).glossary) == {}
