"""The Word report's address: who gets it, which version, under which name."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.urls import reverse

from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic, Structure
from diagnostics.queries import load_diagnostic_document
from diagnostics.report.word import CONTENT_TYPE
from diagnostics.services.answers import save_answer
from tests.pages import page_of
from tests.scene import SECRETS, STATEMENT, Scene, make_scene
from tests.word_files import WordFile

pytestmark = pytest.mark.django_db


def address(scene: Scene) -> str:
    return reverse("report_docx", args=[scene.diagnostic.pk])


def test_the_document_is_a_file_with_a_name():
    scene = make_scene()
    response = scene.client("reader").get(address(scene))
    assert response.status_code == 200
    assert response["Content-Type"] == CONTENT_TYPE
    assert response["Content-Disposition"] == (
        'attachment; filename="confidence-de-la-structure-ambition-tres-reservee.docx"'
    )
    assert response["Cache-Control"] == "private, no-store"
    text = WordFile(response.content).text
    assert STATEMENT in text
    assert "Document de travail, non soumis" in text


def test_a_version_says_which_and_what_was_submitted():
    scene = make_scene(State.CHANGES_REQUESTED)
    version = scene.diagnostic.versions.get()
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    vision.statements[0].text = "Énoncé réécrit depuis"
    save_answer(scene.diagnostic, vision, internal_note="", base_revision=1, user=scene.lead)
    client = scene.client("facilitator")
    response = client.get(address(scene), {"version": "1"})
    assert response["Content-Disposition"].endswith('-v1.docx"')
    text = WordFile(response.content).text
    assert version.sha256[:12] in text
    assert (STATEMENT in text, "Énoncé réécrit depuis" in text) == (True, False)
    current = WordFile(client.get(address(scene)).content).text
    assert (STATEMENT in current, "Énoncé réécrit depuis" in current) == (False, True)


@pytest.mark.parametrize("asked", ["0", "-1", "1.0", "١", "x", "", "\x00", "9" * 40, "2"])
def test_an_unknown_version_is_404(asked: str):
    scene = make_scene(State.SUBMITTED)
    assert scene.client("lead").get(address(scene), {"version": asked}).status_code == 404


@pytest.mark.parametrize("role", ["stranger", "staff"])
def test_others_get_404_and_learn_nothing(role: str):
    scene = make_scene(State.VALIDATED)
    for query in ({}, {"version": "1"}, {"version": "7"}):
        response = scene.client(role).get(address(scene), query)
        assert response.status_code == 404
        assert not [words for words in SECRETS if words in response.content.decode()]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("日本語", "日本語"),
        ('"; filename="x.exe', "a; Set-Cookie: x=1"),
        ("../../etc/passwd", "\u202egnp.exe"),
    ],
)
def test_the_file_s_name_is_plain_whatever_the_names(monkeypatch, name: str, title: str):
    monkeypatch.setattr("diagnostics.printing.build_report_docx", lambda content: b"PK")
    scene = make_scene()
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(title=title)
    Structure.objects.filter(pk=scene.structure.pk).update(name=name)
    response = scene.client("lead").get(address(scene))
    start, _, file_name = response["Content-Disposition"].partition("filename=")
    assert start == "attachment; "
    assert re.fullmatch(r'"[a-z0-9-]+\.docx"', file_name)
    assert "Set-Cookie" not in response


def test_an_empty_diagnostic_has_its_document():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    response = scene.client("reader").get(address(scene))
    assert "Reste à compléter" in WordFile(response.content).text


def test_writing_it_holds_no_transaction(monkeypatch):
    scene = make_scene()
    client = scene.client("lead")
    depth, seen = len(connection.savepoint_ids), []

    def build(content) -> bytes:
        seen.append(len(connection.savepoint_ids) - depth)
        return b"PK"

    monkeypatch.setattr("diagnostics.printing.build_report_docx", build)
    client.get(address(scene))
    assert seen == [0]


@pytest.mark.parametrize("state", [State.DRAFT, State.VALIDATED])
def test_it_is_offered_beside_the_pdf(state: State):
    scene = make_scene(state)
    client = scene.client("reader")
    for page in ("report", "diagnostic_home", "diagnostic_check"):
        links = page_of(client.get(reverse(page, args=[scene.diagnostic.pk]))).links
        pdf = [link for link in links if "rapport.pdf" in link]
        assert [link for link in links if "rapport.docx" in link] == [
            link.replace(".pdf", ".docx") for link in pdf
        ], page
        assert pdf
