"""The report's addresses: the page, the PDF, the document; versions; whatever was typed is text."""

from __future__ import annotations

import io
import json
import re
from itertools import product
from types import SimpleNamespace

import pytest
from django.urls import reverse
from pypdf import PdfReader

from diagnostics.domain.answers import ANSWER_SHAPES, Answer
from diagnostics.domain.coherence import findings_json
from diagnostics.domain.document import Answers, load_document
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Answer as AnswerRow
from diagnostics.models import Diagnostic, Structure
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.answers import save_answer
from diagnostics.services.workflow import submit_diagnostic
from diagnostics.views.reports import name_of
from tests.pages import page_of
from tests.scene import (
    BASE_URL,
    NAME,
    SECRETS,
    STATEMENT,
    TITLE,
    Scene,
    demo_document,
    make_scene,
)
from tests.shapes import empty_document

pytestmark = pytest.mark.django_db

PDFS = ("report_pdf", "report_synthesis_pdf")
ADDRESSES = ("report", "document_json", *PDFS)
GARBAGE = ("0", "-1", "1.0", "+1", " 1", "1 ", "١", "x", "", "1'", "\x00", "9" * 40, "1e1", "2")


def address(name: str, scene: Scene) -> str:
    return reverse(name, args=[scene.diagnostic.pk])


def text_of(pdf: bytes) -> str:
    reader = PdfReader(io.BytesIO(pdf))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


# --- The PDF ---------------------------------------------------------------------------------------


def test_the_pdf_is_a_file_with_a_name(client):
    scene = make_scene()
    response = scene.client("reader").get(address("report_pdf", scene))
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        'attachment; filename="confidence-de-la-structure-ambition-tres-reservee.pdf"'
    )
    assert response["Cache-Control"] == "private, no-store"
    text = text_of(response.content)
    assert STATEMENT in text
    assert "Document de travail, non soumis" in text


def test_the_pdf_of_a_version_says_which(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    version = scene.diagnostic.versions.get()
    response = scene.client("facilitator").get(address("report_pdf", scene), {"version": "1"})
    assert response["Content-Disposition"].endswith('-v1.pdf"')
    (text,) = quick_pdf
    assert "Version 1" in text.replace("\u00a0", " ").replace("&nbsp;", " ")
    assert version.sha256[:12] in text


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("日本語", "日本語"),
        ('"; filename="x.exe', "a\r\nSet-Cookie: x=1"),
        ("../../etc/passwd", "\u202egnp.exe"),
    ],
)
def test_the_file_s_name_is_plain_whatever_the_names(monkeypatch, quick_pdf, name: str, title: str):
    monkeypatch.setattr("diagnostics.editions.Edition.digest", "0" * 64)
    monkeypatch.setattr("diagnostics.editions.Edition.content", None)
    monkeypatch.setattr("diagnostics.editions.Edition.document", load_document(empty_document()))
    monkeypatch.setattr("diagnostics.printing.render_report_html", lambda content: "")
    scene = make_scene()
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(title=title)
    Structure.objects.filter(pk=scene.structure.pk).update(name=name)
    response = scene.client("lead").get(address("report_pdf", scene))
    assert response.status_code == 200
    start, _, file_name = response["Content-Disposition"].partition("filename=")
    assert start == "attachment; "
    assert re.fullmatch(r'"[a-z0-9-]+\.pdf"', file_name)
    assert "Set-Cookie" not in response


def test_the_file_s_name_keeps_words_and_years_apart():
    diagnostic = Diagnostic(
        structure=Structure(name="L’élan – Pays d'Orbe"), title="Ambition 2026–2029"
    )
    edition = SimpleNamespace(diagnostic=diagnostic, version=SimpleNamespace(number=3))
    assert (
        name_of(edition, ".pdf", "synthese")
        == "l-elan-pays-d-orbe-ambition-2026-2029-synthese-v3.pdf"
    )


# --- Versions ----------------------------------------------------------------------------------------


def test_a_version_shows_what_was_submitted_not_what_is_written_now(quick_pdf):
    scene = make_scene(State.CHANGES_REQUESTED)
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    vision.statements[0].text = "Énoncé réécrit depuis"
    save_answer(scene.diagnostic, vision, internal_note="", base_revision=1, user=scene.lead)
    client = scene.client("reader")
    for name in ADDRESSES:
        asked = [client.get(address(name, scene), query) for query in ({"version": "1"}, {})]
        assert [response.status_code for response in asked] == [200, 200]
        # Of a PDF, what would be printed.
        version, current = quick_pdf[-2:] if name in PDFS else [r.content.decode() for r in asked]
        assert (STATEMENT in version, "Énoncé réécrit depuis" in version) == (True, False), name
        assert (STATEMENT in current, "Énoncé réécrit depuis" in current) == (False, True), name


def test_an_unknown_version_is_404(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    client = scene.client("lead")
    statuses = {
        (name, asked): client.get(address(name, scene), {"version": asked}).status_code
        for name in ADDRESSES
        for asked in GARBAGE
    }
    assert {asked: status for asked, status in statuses.items() if status != 404} == {}


def test_strangers_get_404_with_or_without_a_version(quick_pdf):
    scene = make_scene(State.VALIDATED)
    for client in map(scene.client, ("stranger", "staff")):
        for name, query in product(ADDRESSES, ({}, {"version": "1"}, {"version": "7"})):
            response = client.get(address(name, scene), query)
            assert response.status_code == 404
            assert not [words for words in SECRETS if words in response.content.decode()]


@pytest.mark.parametrize("state", list(State))
def test_the_report_says_where_the_diagnostic_stands(state: State):
    scene = make_scene(state)
    response = scene.client("reader").get(address("report", scene))
    page = page_of(response)
    assert (NAME in page.text, TITLE in page.text, STATEMENT in page.text) == (True, True, True)
    stamp = response.context["content"].version
    assert (stamp is None) == (state in {State.DRAFT, State.CHANGES_REQUESTED})
    is_project = response.context["content"].is_project
    assert is_project == (state not in {State.VALIDATED, State.ADOPTED})


# --- The document ------------------------------------------------------------------------------------


def test_the_document_is_the_stored_one():
    scene = make_scene(State.SUBMITTED)
    version = scene.diagnostic.versions.get()
    client = scene.client("reader")
    response = client.get(address("document_json", scene), {"version": "1"})
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "private, no-store"
    document = load_diagnostic_document(scene.diagnostic)
    assert document.as_json() == version.content
    expected = version.content | {"findings": findings_json(document)}
    assert expected["findings"] != []
    assert response.json() == expected
    assert client.get(address("document_json", scene)).json() == expected


def test_the_team_s_own_notes_are_nowhere():
    scene = make_scene()
    AnswerRow.objects.filter(diagnostic=scene.diagnostic).update(internal_note="Entre nous ZZZ")
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    for role in ("lead", "facilitator"):
        client = scene.client(role)
        for name in ("report", "document_json"):
            assert "Entre nous ZZZ" not in client.get(address(name, scene)).content.decode()
    check = address("diagnostic_check", scene)
    assert "Entre nous ZZZ" in scene.client("lead").get(check).content.decode()
    assert "Entre nous ZZZ" not in scene.client("facilitator").get(check).content.decode()
    assert "Entre nous ZZZ" not in json.dumps(scene.diagnostic.versions.get().content)
    step = reverse("diagnostic_step", args=[scene.diagnostic.pk, "vision"])
    assert "Entre nous ZZZ" not in scene.client("facilitator").get(step).content.decode()


# --- Whatever was typed is text ----------------------------------------------------------------------

HOSTILE = '"><script src=//x.example></script><img src=x onerror=a()>{{ 7|add:7 }}{% now %}&lt;'
MARK = "x.example"


def hostile(answer: Answer, text: str = HOSTILE) -> Answer:
    """The same answer with every text that people type freely replaced."""

    def replace(value, name: str = ""):
        if isinstance(value, dict):
            return {key: replace(entry, key) for key, entry in value.items()}
        if isinstance(value, list):
            return [replace(entry, name) for entry in value]
        free = isinstance(value, str) and value and name in FREE_TEXTS
        return text[:60] if free and name == "unit" else text if free else value

    values = replace(answer.model_dump(mode="json")) | {"board_question": text}
    return ANSWER_SHAPES[answer.step].model_validate(values)


FREE_TEXTS = {
    *("text", "starting_point", "label", "detail", "statement", "indicator", "unit", "posture"),
    *("note", "partner", "territory", "team_detail", "needs_now", "needs_target", "actor"),
    *("purpose", "organisation", "governance", "rationale", "milestone"),
}


def test_every_free_text_of_every_answer_is_text():
    """In the pages of all the steps, the check page and the report; nothing of it is markup."""
    scene = Scene()
    document = demo_document("sorelle")
    given = {answer.step.value: hostile(answer) for _step, answer in document.answers.given()}
    scene.store_all(document.model_copy(update={"answers": Answers(**given)}))
    AnswerRow.objects.filter(diagnostic=scene.diagnostic).update(internal_note=HOSTILE)
    pages = [address(name, scene) for name in ("diagnostic_home", "diagnostic_check", "report")]
    pages += [reverse("diagnostic_step", args=[scene.diagnostic.pk, step]) for step in StepKey]
    for role in ("lead", "reader"):
        client = scene.client(role)
        for page in pages:
            response = client.get(page)
            assert response.status_code == 200, page
            body = response.content.decode()
            assert "<script src=//" not in body, page
            assert "<img src=x" not in body, page
            assert '"><script' not in body, page
    text = page_of(scene.client("reader").get(address("report", scene))).text
    # Quoted as typed: the template language was not run on it, what looked escaped stays so.
    assert text.count("{{ 7|add:7 }}{% now %}&lt;") > 20


def test_an_empty_diagnostic_has_a_report(quick_pdf):
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    for name in ADDRESSES:
        assert scene.client("reader").get(address(name, scene)).status_code == 200


def test_a_full_diagnostic_says_every_answer_in_the_report():
    scene = Scene()
    document = scene.store_demo("sorelle")
    text = page_of(scene.client("reader").get(address("report", scene))).text
    flat = text.replace("\u202f", " ").replace("\u00a0", " ")

    def said(words: str) -> bool:
        return " ".join(words.replace("\u202f", " ").replace("\u00a0", " ").split()) in flat

    answers = document.answers
    unsaid = [row.text for row in answers.vision.statements if not said(row.text)]
    unsaid += [row.statement for row in answers.objectives.rows if not said(row.statement)]
    unsaid += [row.text for row in answers.activities.rows if not said(row.text)]
    unsaid += [row.actor for row in answers.alliances.rows if not said(row.actor)]
    unsaid += [row.text for row in answers.economic_model.levers if not said(row.text)]
    assert unsaid == []
