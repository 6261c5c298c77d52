"""The Word report with nothing, with everything, and with what people should not type."""

from __future__ import annotations

import re

import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.content import build_report
from tests.report_samples import demo, empty, filled, report, without_dangling_links
from tests.shapes import documents
from tests.word_files import word


def test_an_empty_diagnostic():
    file = word(report(empty(), number=None))
    assert [text for _level, text in file.headings()] == [
        "Synthèse en une page",
        "Reste à compléter",
        "Annexe\u00a0: méthode et repères",
        "La structure",
        "Source",
    ]
    assert "Le diagnostic n’a pas encore de réponse." in file.text
    assert "Document de travail, non soumis" in file.text


@pytest.mark.thorough
def test_a_diagnostic_filled_to_its_caps_is_written_whole():
    filled_up = filled("Structure d’accompagnement ", rows=60, to_caps=True)
    document = filled_up.model_copy(update={"adoption": None})  # with boxes to tick
    file = word(report(document))
    tables = file.tables()
    for caption, count in (
        ("Objectifs, avec leur valeur actuelle, leur cible et leur échéance", 61),
        ("Décisions proposées, à cocher en séance", 61),
        ("Leviers pour mobiliser les ressources, en K€", 1 + 60 + 3 + 1),
    ):
        assert len(tables[caption].findall(qn("w:tr"))) == count
    assert len(file.paragraphs("Article")) == 60
    note = document.answers.positioning.rows[0].note
    assert len(note) > 900
    assert file.text.count(note) >= 60


HOSTILE = (
    '{ INCLUDEPICTURE "http://127.0.0.1:9/a.png" } =cmd|"/c calc"!A1 '
    '</w:t></w:r><w:fldSimple w:instr="DDEAUTO x"/> &lt;![CDATA[ <img src="file:///etc/passwd">'
)


def test_what_is_typed_is_text_and_reaches_nothing():
    file = word(report(filled(HOSTILE, rows=2)))

    assert file.text.count("{ INCLUDEPICTURE “http://127.0.0.1:9/a.png” }") >= 20
    assert file.text.count('</w:t></w:r><w:fldSimple w:instr="DDEAUTO x"/>') >= 20
    codes = {
        code.text.strip() for tree in file.trees.values() for code in tree.iter(qn("w:instrText"))
    }
    known = r'TOC \\o "1-2" \\h \\z \\u|PAGEREF _Toc\d{6} \\h|SEQ (Figure|Tableau) \\\* ARABIC|PAGE|NUMPAGES'
    assert [code for code in codes if not re.fullmatch(known, code)] == []
    assert not [tree for tree in file.trees.values() for _ in tree.iter(qn("w:fldSimple"))]
    for name, tree in file.trees.items():
        if name.endswith(".rels"):
            assert [r for r in tree if r.get("TargetMode") not in (None, "Internal")] == [], name
            assert [r for r in tree if ":" in r.get("Target")] == [], name
    assert b'TargetMode="External"' not in b"".join(file.parts.values())
    links = list(file.body.iter(qn("w:hyperlink")))
    assert {key for link in links for key in link.attrib} <= {qn("w:anchor"), qn("w:history")}


def test_characters_that_xml_cannot_hold_are_left_out():
    document = demo("sorelle")
    document.structure.name = "Passe\ufffer\x0belles"
    document.answers.vision.statements[0].text = "Avant\ufffe\x00après\tfin\nligne"
    file = word(build_report(document, version=None))
    assert "Avantaprès fin\nligne" in file.text
    assert file.document.core_properties.author == "Passerelles"


@hypothesis_settings(deadline=None, max_examples=6)
@given(documents())
def test_any_document_makes_a_sound_file(document: DiagnosticDocument):
    content = report(without_dangling_links(document), number=None)
    file = word(content)
    assert len(file.paragraphs("Article")) == len(content.board.decisions)
    assert all(file.words_of_pictures())
