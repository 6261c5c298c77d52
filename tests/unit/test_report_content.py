"""What the report says: blocks, order, what is hidden, what is shortened."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re

import pytest
from hypothesis import given, settings

from diagnostics.domain.answers import BoardDecisions
from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.vocabulary import Mark, State, StepKey
from diagnostics.report.blocks import blocks_of
from diagnostics.report.chapters import read_sections
from diagnostics.report.content import Vigilance, build_report
from diagnostics.report.identity import VersionStamp
from diagnostics.report.pdf import render_report_html
from diagnostics.report.synthesis_room import PAGE, height
from diagnostics.typography import typeset
from tests.report_samples import SUBMITTED_AT, demo, empty, filled, report, without_dangling_links
from tests.shapes import documents


def test_every_answer_of_a_full_diagnostic_has_its_section_in_the_kits_order():
    content = report(demo("sorelle"))

    assert [(chapter.plain_title, chapter.axes) for chapter in content.chapters] == [
        ("Vision et ambition", "Axes 1 et 2"),
        ("Ce que nous ferons", "Axe 3 · Missions et activités"),
        ("Ce que cela coûte", "Axe 4 · Stratégie de moyens"),
        ("Avec qui", "Axe 4 · Stratégie de moyens"),
    ]
    told = [[section.number for section in chapter.sections] for chapter in content.chapters]
    # The échelons are told with the activities; their own drawing and table are in the annex.
    assert told == [["1", "2.1", "2.2", "2.3"], ["3.1", "3.2"], ["4.1"], ["4.2", "4.3"]]
    assert content.chapters[2].sections[0].title == "Modèle économique cible"
    annexed = ["2.2", "2.3", "3.1", "3.2", "3.3", "4.1", "4.2"]
    assert [section.number for section in content.annexed] == annexed


def kinds(blocks) -> list[str]:
    return [getattr(block, "name", type(block).__name__) for block in blocks]


def test_a_drawing_is_in_the_body_and_its_table_in_the_annex():
    document = demo("sorelle")
    sections = read_sections(document, default_texts())

    assert {step: (kinds(found.body), kinds(found.annex)) for step, found in sections.items()} == {
        StepKey.VISION: (["Note", "Items"], []),
        StepKey.ROLES: (["Items"], []),
        StepKey.OBJECTIVES: (["Drawing"], ["objectives"]),
        StepKey.POSITIONING: (["Drawing"], ["positions"]),
        StepKey.ACTIVITIES: (["activities"], ["activities"]),
        StepKey.ACCOMPANIMENT_SCOPE: (["Drawing"], ["chain"]),
        StepKey.TERRITORIAL_SCALES: ([], ["Drawing", "scales"]),
        StepKey.ECONOMIC_MODEL: (
            ["Drawing", "Drawing", "Pair"],
            ["bridge", "economic", "levers"],
        ),
        StepKey.ALLIANCES: (["Drawing", "wished"], ["alliances"]),
        StepKey.ORGANISATION: (["Note", "Note", "Note"], []),
    }
    # Whoever reads a step by itself has everything in its own order.
    whole = blocks_of(document.answers.alliances, document)
    assert kinds(whole) == ["Drawing", "alliances"]


def test_the_body_says_the_echelons_of_the_activities():
    (table,) = read_sections(demo("sorelle"), default_texts())[StepKey.ACTIVITIES].body
    told = [[" ".join(p.text for p in cell.pieces) for cell in row.cells] for row in table.rows]

    assert [column.heading for column in table.columns] == [
        "N°",
        "Activité",
        "Priorité",
        "Échelons",
    ]
    assert told[1][0] == "A1"
    assert told[1][2:] == ["Prioritaire", "Communauté de communes · Agglomération, métropole"]
    assert told[4] == ["Sensibiliser 2\u00a0activités toute la mission\u00a0: Département"]
    assert told[-1][-1] == "Région"


def test_actions_that_are_no_activity_come_last_and_without_activities_are_drawn():
    document = demo("sorelle")
    document.answers.territorial_scales.rows[0].activity = None
    document.answers.territorial_scales.rows[0].label = "Une fête des voisins"
    (table,) = read_sections(document, default_texts())[StepKey.ACTIVITIES].body
    assert [row.name for row in table.rows][-2:] == ["Autres actions", "Une fête des voisins"]

    document.answers.activities = None
    section = read_sections(document, default_texts())[StepKey.TERRITORIAL_SCALES]
    assert (kinds(section.body), kinds(section.annex)) == (["Drawing"], ["scales"])


def test_without_anything_to_draw_the_table_is_in_the_body():
    row = {"id": "l0", "actor": "Une fondation", "relation": None}
    document = filled("", rows=0, answers={"alliances": {"rows": [row]}})

    section = read_sections(document, default_texts())[StepKey.ALLIANCES]

    assert (kinds(section.body), section.annex) == (["alliances"], [])


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
    sections = report(document).chapters[0].sections
    assert [section.mark for section in sections[:2]] == ["", "En débat"]


# --- The synthesis --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "note"), [(0, ""), (30, ""), (100, "50\u00a0% du budget de 2029")]
)
def test_what_is_to_be_found_is_a_share_of_the_budget_it_belongs_to(target, note):
    lever = {"id": "x1", "text": "Ville", "state": "to_mobilise", "amount_target_keur": 50}
    secured = {"id": "x2", "text": "Dons", "state": "secured", "amount_target_keur": target - 50}
    model = {
        "now": {"budget_min_keur": 20},
        "target": {"budget_min_keur": target},
        "levers": [lever, *([secured] if target > 50 else [])],
    }
    document = filled("", rows=0, answers={"economic_model": model})
    figure = report(document).synthesis.figures[-1]
    assert (figure.label, figure.now, figure.note) == ("À trouver", "50\u00a0K€", note)


@pytest.mark.parametrize(
    ("now", "target", "told"),
    [
        (
            {"fte": 0, "volunteers": 5},
            {"fte": 0, "volunteers": 12},
            ("Bénévoles", "5", "12", "sans salarié"),
        ),
        (
            {"fte": 0},
            {"fte": 0, "volunteers": 12},
            ("Bénévoles", "12", "", "sans salarié, en 2029"),
        ),
        ({"fte": 0, "volunteers": 4}, {}, ("Bénévoles", "4", "", "sans salarié, en 2026")),
        ({"fte": 0}, {"fte": 0}, ("Équipe", "Bénévoles", "", "sans salarié")),
        (
            {"fte": 0, "volunteers": 4},
            {"fte": 0.5},
            ("Équipe salariée", "0", "0,5\u00a0ETP", "+\u00a00,5\u00a0ETP d’ici 2029"),
        ),
    ],
)
def test_a_structure_without_staff_is_told_by_its_volunteers(now, target, told):
    document = filled("", rows=0, answers={"economic_model": {"now": now, "target": target}})
    (figure,) = report(document).synthesis.figures
    assert (figure.label, figure.now, figure.target, figure.note) == told


@pytest.mark.parametrize("document", [demo("sorelle"), filled("Des mots ", rows=60)])
def test_what_gave_way_is_given_back_while_there_is_room(document):
    a_line_of_the_risks = 25  # the highest of what can be given back, with its « et 3 autres »
    assert PAGE - a_line_of_the_risks < height(report(document).synthesis) <= PAGE


def test_the_synthesis_of_the_demo():
    synthesis = report(demo("sorelle")).synthesis

    assert synthesis.sentence == (
        "Passer de 150 à 280\u00a0K€ et de 2,5 à 4\u00a0ETP pour avoir initié 100 partenariats nouveaux "
        "d’ici 2029."
    )
    assert synthesis.territory.endswith(" · 96\u202f000\u00a0habitants · Bassin de vie")
    assert [(f.label, f.now, f.target, f.note) for f in synthesis.figures] == [
        ("Équipe salariée", "2,5", "4\u00a0ETP", "+\u00a01,5\u00a0ETP d’ici 2029"),
        ("Budget annuel", "150", "265\u00a0–\u00a0295\u00a0K€", "+\u00a087\u00a0% d’ici 2029"),
        ("À trouver", "129\u00a0K€", "", "46\u00a0% du budget de 2029"),
    ]
    assert synthesis.roles.items[0] == "Être un acteur de réseaux"
    assert [(o.now, o.target, o.unit, o.year) for o in synthesis.objectives][2] == (
        *("0", "100", "partenariats"),
        "2029",
    )
    assert len(synthesis.objectives) + synthesis.objectives_left_out == 7
    assert [(mission.label, mission.text) for mission in synthesis.actions] == [
        ("Mettre en relation", "3\u00a0activités, dont 3\u00a0prioritaires"),
        ("Sensibiliser", "2\u00a0activités"),
        ("Accompagner", "4\u00a0activités, dont 1\u00a0prioritaire"),
        ("Analyser, diffuser", "3\u00a0activités, dont 1\u00a0prioritaire"),
    ]
    assert [scale.label for scale in synthesis.scales] == [m.label for m in synthesis.actions]
    assert synthesis.risks[0] == (
        "46\u00a0% du budget de 2029 sont des ressources que vous n’avez pas encore."
    )
    assert len(synthesis.risks) == 3
    decisions = demo("sorelle").answers.board_decisions.decisions
    assert synthesis.requests == [typeset(decision.text) for decision in decisions]


def test_a_team_is_an_answer_even_where_no_territory_is_told():
    model = {"economic_model": {"now": {"fte": 2}}}
    document = filled("", rows=0, answers=model)
    document.structure.territory = ""
    synthesis = report(document).synthesis
    assert [(figure.label, figure.note) for figure in synthesis.figures] == [
        ("Équipe salariée", "en 2026")
    ]
    assert not synthesis.is_empty


def test_the_synthesis_gives_way_to_the_decisions():
    """With a decision more, it is another block that is drawn in."""

    def shown(decisions: int):
        document = demo("sorelle")
        rows = [{"id": f"d{i}", "text": f"Décision {i} " * 12} for i in range(decisions)]
        document.answers.board_decisions = BoardDecisions.model_validate({"decisions": rows})
        return report(document).synthesis

    few, many, most = (shown(n) for n in (2, 12, 60))
    assert [len(found.requests) for found in (few, many, most)] == [2, 12, 60]
    assert few.has_axes
    assert not most.has_axes
    assert len(few.objectives) > len(many.objectives) > len(most.objectives) == 0
    assert (few.letters, many.letters, most.letters) == ("", "", "r-dense")
    starts = [f"Décision {i} " * 12 for i in range(60)]
    assert [text[:60] for text in most.requests] == [text[:60] for text in starts]
    assert all(height(found) <= PAGE for found in (few, many, most))


def test_small_budgets_keep_their_decimal_and_halves_go_up():
    model = {"now": {"budget_min_keur": 8.45}, "target": {"budget_min_keur": 12.5}}
    levers = [{"id": "x1", "text": "Ville", "state": "secured", "amount_target_keur": 3.25}]
    document = filled("", rows=0, answers={"economic_model": {**model, "levers": levers}})
    figures = {f.label: (f.now, f.target, f.note) for f in report(document).synthesis.figures}
    assert figures == {
        "Budget annuel": ("8,5", "13\u00a0K€", "+\u00a048\u00a0% d’ici 2029"),
        "À trouver": (
            *("9,3\u00a0K€", ""),
            "74\u00a0% du budget de 2029, dont 9,3\u00a0K€ sans piste",
        ),
    }


def test_a_lone_year_carries_its_unit():
    figures = report(demo("brumelle")).synthesis.figures

    assert [(f.now, f.target) for f in figures] == [("0,4\u00a0ETP", ""), ("18\u00a0K€", "")]


# --- The contents, the points to discuss --------------------------------------------------------


def test_the_contents_name_what_the_report_has():
    entries = report(demo("sorelle")).contents

    assert [(entry.anchor, entry.number, len(entry.children)) for entry in entries] == [
        ("synthese", "", 0),
        ("chapitre-ambition", "", 4),
        ("chapitre-actions", "", 2),
        ("chapitre-cost", "", 1),
        ("chapitre-allies", "", 2),
        ("fil-rouge", "", 0),
        ("vigilance", "", 0),
        ("reste-a-completer", "", 0),
        ("annee-par-annee", "", 0),
        ("fiche-de-suivi", "", 0),
        ("decisions", "", 0),
        ("annexe", "", 7),
        ("methode", "", 0),
    ]
    html = render_report_html(report(demo("sorelle")))
    anchors = [*entries, *(child for entry in entries for child in entry.children)]
    assert [a for a in anchors if f'id="{a.anchor}"' not in html] == []


def test_findings_on_pages_to_discuss_are_printed_when_there_are_some():
    content = report(demo("sorelle"))
    without = dataclasses.replace(content, vigilance=None)
    assert "Risques et points de vigilance" not in render_report_html(without)
    points = Vigilance(
        to_say=["<b>Rythme</b>"],
        assumed=[("Partenaire absent", "À signer")],
        open_count=1,
        attention_count=1,
    )

    html = render_report_html(dataclasses.replace(content, vigilance=points))

    assert html.index('id="vigilance"') < html.index('id="reste-a-completer"')
    assert "&lt;b&gt;Rythme&lt;/b&gt;" in html
    assert "Choix assumé\u00a0: À signer" in html.replace("&nbsp;", "\u00a0")
    links = re.findall(r'<a\b[^>]*href="#vigilance"', html)
    assert len(links) == 2  # in the contents and under the requests
    assert "1\u00a0point d’attention" in html


def test_the_slips_are_told_before_what_asks_for_attention():
    document = demo("brumelle")
    assert report(document).vigilance.slips == []
    document.answers.economic_model.now.fte = 35

    points = report(document).vigilance
    html = render_report_html(report(document))

    (slip,) = points.slips
    assert slip not in points.to_say
    assert (points.open_count, points.attention_count) == (10, 5)
    headings = re.findall(r"<h3>([^<]+)</h3>", html[html.index('id="vigilance"') :])
    assert headings[:2] == ["Saisies à corriger", "Points à discuter"]


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
