"""The Word report: what it says, how it is built, and that what was typed stays text."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path

import pytest
from django.conf import settings
from docx.oxml.ns import qn

from diagnostics.domain.vocabulary import Axis, State
from diagnostics.report.blocks.types import Drawing
from diagnostics.report.content import Vigilance
from diagnostics.report.pdf import render_report_html
from diagnostics.report.pictures import alternative
from diagnostics.report.word import WidePicture, build_docx, build_report_docx, styles
from diagnostics.typography import of_name
from tests.report_samples import demo, drawings_of, filled, report
from tests.word_files import WordFile, cells_of, style_of, text_of, word

DEMOS = ("sorelle", "brumelle", "arvelle")


def plain(text: str) -> str:
    """A text less what typography changes: spaces, apostrophes, capitals."""
    return " ".join(re.sub("[\u00a0\u202f]", " ", text).replace("'", "’").split()).casefold()


@functools.cache
def file_of(name: str) -> WordFile:
    """The file of a demo structure, made once by each process: read it, change nothing."""
    return word(report(demo(name)))


@pytest.fixture(scope="module")
def sorelle() -> WordFile:
    return file_of("sorelle")


# --- What it says ------------------------------------------------------------------------------


def test_headings_follow_the_report_and_make_the_navigation(sorelle: WordFile):
    content = report(demo("sorelle"))
    expected = [(1, "Synthèse en une page")]
    for chapter in content.chapters:
        expected.append((1, chapter.title))
        expected += [(2, f"{section.number} {section.title}") for section in chapter.sections]
    expected += [
        (1, "Risques et points de vigilance"),
        (2, "Autres points à discuter"),
        (1, "Reste à compléter"),
        (1, "Année par année"),
        (1, "Fiche de suivi"),
        (1, "Décisions soumises au conseil d’administration"),
        (2, "Questions à trancher"),
        (2, "Signatures"),
        (1, "Projet de délibération"),
        (1, "Annexe\u00a0: les tableaux"),
        *((2, f"{section.number} {section.title}") for section in content.annexed),
        (1, "Annexe\u00a0: méthode et repères"),
        (2, "La structure"),
        (2, "Pour lire ce document"),
        (2, "Comment ce diagnostic a été conduit"),
        (2, "Glossaire"),
        (2, "Source"),
    ]

    assert [entry for entry in sorelle.headings() if entry[0] < 3] == expected
    assert (3, "Gouvernance adaptée") in sorelle.headings()


def test_the_table_of_contents_has_an_entry_for_every_heading_and_can_be_updated(sorelle):
    entries = [text.rstrip("\t") for text in sorelle.paragraphs("TOC1", "TOC2")]
    assert entries == [text for level, text in sorelle.headings() if level < 3]
    anchors = [link.get(qn("w:anchor")) for link in sorelle.body.iter(qn("w:hyperlink"))]
    bookmarks = {mark.get(qn("w:name")) for mark in sorelle.body.iter(qn("w:bookmarkStart"))}
    assert len(set(anchors)) == len(entries)
    assert set(anchors) <= bookmarks
    codes = [code.text.strip() for code in sorelle.body.iter(qn("w:instrText"))]
    assert r'TOC \o "1-2" \h \z \u' in codes
    gallery = sorelle.body.find(f".//{qn('w:docPartGallery')}")
    assert gallery.get(qn("w:val")) == "Table of Contents"


@pytest.mark.parametrize("name", DEMOS)
def test_the_drawings_are_pictures_with_their_words_and_a_caption(name: str):
    document = demo(name)
    content = report(document)
    file = file_of(name)
    told = [section.body for chapter in content.chapters for section in chapter.sections]
    told += [section.annex for section in content.annexed]
    drawings = [
        alternative(svg)
        for blocks in told
        for block in blocks
        if isinstance(block, Drawing)
        for svg in block.draw()
    ]
    assert drawings
    words = file.words_of_pictures()
    assert words[0] == "décoratif"
    synthesis = 1 if content.synthesis.has_funding else 0
    assert words[1 + synthesis :] == drawings
    assert all(len(text) > 20 for text in words[1:])
    captions = file.paragraphs("Caption")
    assert [caption.partition("\u00a0— ")[0] for caption in captions] == [
        f"Figure\u00a0{number}" for number in range(1, len(drawings) + 1)
    ]
    pictures = [data for name, data in file.parts.items() if name.startswith("word/media/")]
    assert pictures
    assert all(data.startswith(b"\x89PNG") for data in pictures)


def test_the_thread_says_where_its_links_are_written_as_the_page_does():
    content = report(demo("sorelle"))
    captions = WordFile(build_report_docx(content)).paragraphs("Caption")
    told = [text.partition("— ")[2] for text in captions if "mêmes liens" in text]
    assert told == ["Les mêmes liens sont écrits dans les tableaux de l’annexe."]
    assert told[0] in render_report_html(content)


def test_a_drawing_of_the_whole_has_a_lying_page_of_its_own():
    svg = drawings_of(demo("sorelle").answers.alliances, demo("sorelle"))[0]
    wide = WidePicture("Fil rouge", svg, "Ce qui sert la vision")
    file = WordFile(build_docx(report(demo("sorelle")), wide=[wide]))

    sections = list(file.document.sections)
    lying = [s for s in sections if s.page_width > s.page_height]
    assert [text_of(s.header._element).partition("\t")[2] for s in lying] == ["Fil rouge"]
    titles = [text for level, text in file.headings() if level == 1]
    assert titles[titles.index("Fil rouge") - 1] == "Dix alliés en place, six à approcher"
    assert titles[titles.index("Fil rouge") + 1] == "Risques et points de vigilance"
    assert "Figure\u00a07\u00a0— Ce qui sert la vision" in file.paragraphs("Caption")
    for extent in file.body.iter(qn("wp:extent")):
        assert int(extent.get("cx")) / 360_000 <= 25.5
        assert int(extent.get("cy")) / 360_000 <= 21.0
    # Before the matrix of the échelons, which is in the annex.
    last = list(file.body.iter(qn("wp:extent")))[-2]
    assert int(last.get("cy")) / 360_000 <= 13.4 + 0.01


def test_tables_repeat_their_header_and_never_cut_a_row(sorelle: WordFile):
    numbered = []
    for caption, table in sorelle.tables().items():
        rows = table.findall(qn("w:tr"))
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
        headers = [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows]
        look = table.find(f"{qn('w:tblPr')}/{qn('w:tblLook')}")
        has_header = look.get(qn("w:firstRow")) == "1"
        assert headers == [has_header, *[False] * (len(rows) - 1)]
        widths = [int(column.get(qn("w:w"))) for column in table.iter(qn("w:gridCol"))]
        assert sum(widths) <= 18.01 * 567
        for row in rows:
            spans = [
                int(span.get(qn("w:val")))
                if (span := cell.find(f".//{qn('w:gridSpan')}")) is not None
                else 1
                for cell in row.findall(qn("w:tc"))
            ]
            assert sum(spans) == len(widths), caption
        before = table.getprevious()
        if before is not None and style_of(before) == "TableCaption":
            numbered.append(text_of(before))
            assert text_of(before).endswith(f"— {caption}")
    assert [text.partition("\u00a0— ")[0] for text in numbered] == [
        f"Tableau\u00a0{number}" for number in range(1, len(numbered) + 1)
    ]
    assert len(numbered) == 16


def test_answers_are_in_their_tables(sorelle: WordFile):
    tables = sorelle.tables()
    objectives = cells_of(
        tables["Objectifs, avec leur valeur actuelle, leur cible et leur échéance"]
    )
    assert objectives[0] == ["N°", "Objectif", "Aujourd’hui", "Cible", "Échéance"]
    assert objectives[1][0] == "O1"
    assert objectives[1][2:] == ["65", "120\nassociations", "2029"]
    assert objectives[6][2:] == ["Qualitatif", "2027"]
    levers = cells_of(tables["Leviers pour mobiliser les ressources, en K€"])
    assert levers[1] == ["Ressources publiques", "120", "126"]
    assert levers[-1] == ["Total des leviers chiffrés", "150", "280"]
    economic = cells_of(tables["Équipe, budget et modes de financement en 2026 et en 2029"])
    assert economic[0] == ["", "N = 2026", "N+3 = 2029"]
    assert economic[3] == ["Budget", "150\u00a0K€", "265\u00a0–\u00a0295\u00a0K€"]
    activities = cells_of(tables["Activités de chaque mission, avec leur priorité et leur état"])
    assert activities[1] == ["Mettre en relation, animer des réseaux  3\u00a0activités"]
    assert activities[2][2:] == ["1\u00a0· Prioritaire", "◐\u00a0À renforcer"]


def test_the_synthesis_makes_the_same_choice_as_the_pdf(sorelle: WordFile):
    synthesis = report(demo("sorelle")).synthesis
    start = sorelle.text.index("Synthèse en une page")
    page = sorelle.text[start : sorelle.text.index("Sommaire", start)]
    said = [*synthesis.vision.items, *synthesis.roles.items, *synthesis.requests]
    said += [synthesis.sentence, synthesis.territory, *synthesis.risks]
    said += [objective.statement for objective in synthesis.objectives]
    said += [*synthesis.priorities.items, *synthesis.existing.items, *synthesis.to_approach.items]
    assert [text for text in said if text not in page] == []


# --- The deliberation --------------------------------------------------------------------------


def after(file: WordFile, heading: str) -> str:
    """The text from a heading on."""
    texts = [text_of(p) for p in file.body.iter(qn("w:p"))]
    start = len(texts) - texts[::-1].index(heading) - 1
    return "\n".join(texts[start:])


@pytest.mark.parametrize("name", ["sorelle", "arvelle"])
def test_the_deliberation_has_one_article_per_decision(name: str):
    content = report(demo(name))
    file = file_of(name)

    decisions = [plain(decision.text) for decision in content.board.decisions]
    assert file.paragraphs("Article") == [f"Article {n}" for n in range(1, len(decisions) + 1)]
    assert [plain(text) for text in file.paragraphs("ArticleText")] == decisions
    page = after(file, "Projet de délibération")
    assert (
        f"Le conseil d’administration {of_name(content.document.structure.name)}, réuni le" in page
    )
    assert "après en avoir délibéré, décide\u00a0:" in page
    assert page.count("Pour\u00a0: ") == page.count("Abstentions\u00a0: ") == len(decisions)
    assert page.count("Contre\u00a0: ") == len(decisions)
    assert (
        f"version\u00a02, soumise le 4\u00a0juin\u00a02026, empreinte {content.version.fingerprint}"
        in page
    )
    assert page.count("☐\u00a0Adopté") == len(decisions)


def test_the_deliberation_s_date_is_that_of_the_board_or_to_fill_in():
    document = demo("sorelle")
    assert "réuni le 18\u00a0juin\u00a02026 à …" in word(report(document)).text
    document.diagnostic.board_date = None
    assert "réuni le …" in word(report(document)).text


def test_boxes_can_be_ticked_and_blanks_filled(sorelle: WordFile):
    boxes = list(
        sorelle.body.iter("{http://schemas.microsoft.com/office/word/2010/wordml}checkbox")
    )
    assert len(boxes) == 5 * 4 * 2 + 1  # each decision twice, and the quorum
    hints = {alias.get(qn("w:val")) for alias in sorelle.body.iter(qn("w:alias"))}
    assert hints == {"date", "lieu", "à compléter", "nom et prénom", "nombre", "numéro"}


def test_without_a_decision_there_is_no_deliberation():
    file = file_of("brumelle")
    assert "Projet de délibération" not in file.text
    assert file.paragraphs("Article") == []


# --- Status and properties ---------------------------------------------------------------------


@pytest.mark.parametrize("state", list(State))
def test_it_is_a_project_until_it_is_validated(state: State):
    document = demo("sorelle")
    document.diagnostic.state = state
    content = report(document)
    file = word(content)
    headers = [tree for name, tree in file.trees.items() if "header" in name]
    marked = [tree for tree in headers if b'string="Projet"' in file_bytes(tree)]
    footers = [text_of(tree) for name, tree in file.trees.items() if "/footer" in name]
    if content.is_project:
        # All but the deliberation, that others will reuse.
        assert len(marked) == len(headers) - 1
        assert all(text.startswith("Projet — ") for text in footers)
    else:
        assert marked == []
        assert all(text.startswith(f"{state.label} · Version") for text in footers)
    assert content.version.fingerprint in footers[0]
    assert "Version\u00a02 · 4\u00a0juin\u00a02026" in footers[0]


def file_bytes(tree) -> bytes:
    from lxml import etree

    return etree.tostring(tree)


def test_headers_name_the_axis_in_its_colour_and_footers_count_pages(sorelle: WordFile):
    sections = sorelle.document.sections
    named = {
        text_of(section.header._element).partition("\t")[2]: section for section in sections[1:]
    }
    axis = named["Ce que nous ferons"]
    colours = [c.get(qn("w:val")) for c in axis.header._element.iter(qn("w:color"))]
    assert colours == [styles.AXIS_COLOURS[Axis.MISSIONS][0]]
    assert sections[0].different_first_page_header_footer
    codes = [c.text.strip() for c in sections[-1].footer._element.iter(qn("w:instrText"))]
    assert codes == ["PAGE", "NUMPAGES"]


def test_properties_say_what_it_is(sorelle: WordFile):
    properties = sorelle.document.core_properties
    assert properties.title == "Passerelles en Sorelle — Ambition 2026–2029"
    assert properties.author == properties.last_modified_by == "Passerelles en Sorelle"
    assert properties.language == "fr-FR"
    assert properties.subject.startswith("Diagnostic ambition")
    assert properties.content_status == "Projet — soumis"
    assert properties.version == "2"
    assert properties.created.isoformat() == "2026-06-04T09:00:00+00:00"
    everything = b"".join(sorelle.parts.values())
    assert b"python-docx" not in everything
    assert b"Macintosh" not in everything
    assert not [name for name in sorelle.parts if "thumbnail" in name or "customXml" in name]
    languages = {e.get(qn("w:val")) for e in sorelle.trees["word/styles.xml"].iter(qn("w:lang"))}
    assert languages == {"fr-FR"}


def test_what_is_no_risk_is_written_below_the_risks():
    page = Vigilance(
        to_say=["Une remarque"], assumed=[("Un choix", "Nos raisons")], slips=["35\u00a0ETP"]
    )
    content = dataclasses.replace(report(demo("sorelle")), vigilance=page)
    file = word(content)
    start = file.headings().index((1, "Risques et points de vigilance"))
    titles = [text for _level, text in file.headings()[start + 1 : start + 5]]
    assert titles == [
        "Saisies à corriger",
        "Points à discuter",
        "Choix assumés",
        "Reste à compléter",
    ]
    points = file.paragraphs("ListBullet")
    assert {"Une remarque", "35\u00a0ETP", "Un choix\nChoix assumé\u00a0: Nos raisons"} <= set(
        points
    )
    without = word(dataclasses.replace(content, vigilance=None)).headings()
    assert (1, "Risques et points de vigilance") not in without


def test_the_risks_the_years_and_the_sheet_are_tables(sorelle: WordFile):
    content, tables = report(demo("sorelle")), sorelle.tables()
    risks = tables["Ce qui peut faire échouer le plan, et ce qui est prévu"]
    assert len(risks.findall(qn("w:tr"))) == 1 + len(content.vigilance.risks)
    years = text_of(tables["Ce qui est prévu, année par année"])
    told = [item for year in content.years for entry in year.entries for item in entry.items]
    assert [item for item in told if item not in years] == []
    sheet = tables["Fiche de suivi des objectifs"].findall(qn("w:tr"))
    assert len(sheet) == 1 + 2 * len(content.document.answers.objectives.rows)
    assert [text_of(cell) for cell in sheet[2].findall(qn("w:tc"))] == ["Réalisé", *[""] * 5]


def test_long_names_fit_the_properties():
    properties = word(
        report(filled("Dénomination ", rows=0, to_caps=True))
    ).document.core_properties
    assert len(properties.title) == len(properties.author) == 255


# --- How it is built ---------------------------------------------------------------------------

# Word refuses a file whose properties are in another order than the standard's.
ORDER = {
    "w:pPr": "pStyle keepNext keepLines numPr pBdr shd tabs spacing ind jc outlineLvl rPr sectPr",
    "w:rPr": "rStyle rFonts b i noProof color sz szCs shd lang",
    "w:tblPr": "tblStyle tblW tblBorders tblLayout tblCellMar tblLook tblCaption",
    "w:tcPr": "tcW gridSpan tcBorders shd tcMar vAlign",
    "w:style": "name basedOn next qFormat pPr rPr tblPr tblStylePr",
}


@pytest.fixture(scope="module")
def full() -> WordFile:
    return word(report(filled("Texte", rows=3)))


@pytest.mark.parametrize("tag", ORDER)
def test_properties_stand_in_the_order_of_the_standard(tag: str, full: WordFile):
    order = [qn(f"w:{name}") for name in ORDER[tag].split()]
    found = 0
    for name, tree in full.trees.items():
        if not name.startswith("word/") or "theme" in name:
            continue
        for element in tree.iter(qn(tag)):
            if name == "word/styles.xml" and element.get(qn("w:styleId")) in styles.KEPT_STYLES:
                continue
            if element.getparent().get(qn("w:styleId")) in styles.KEPT_STYLES:
                continue
            ranks = [order.index(child.tag) for child in element]
            assert ranks == sorted(ranks), (name, tag)
            found += 1
    assert found


@pytest.mark.parametrize("name", DEMOS)
def test_every_style_used_is_defined(name: str):
    file = file_of(name)
    defined = {s.get(qn("w:styleId")) for s in file.trees["word/styles.xml"].iter(qn("w:style"))}
    used = {
        element.get(qn("w:val"))
        for part, tree in file.trees.items()
        if part.startswith("word/")
        for kind in ("w:pStyle", "w:rStyle", "w:tblStyle", "w:basedOn", "w:next")
        for element in tree.iter(qn(kind))
    }
    assert used - defined == set()
    numbers = {n.get(qn("w:numId")) for n in file.trees["word/numbering.xml"].iter(qn("w:num"))}
    assert {n.get(qn("w:val")) for n in file.body.iter(qn("w:numId"))} <= numbers


def test_each_numbered_list_starts_at_one(sorelle: WordFile):
    lists = [
        {
            n.get(qn("w:val"))
            for p in sorelle.body.iter(qn("w:p"))
            if style_of(p) == style
            for n in p.iter(qn("w:numId"))
        }
        for style in ("Statement", "ListNumber", "CellNumber")
    ]
    assert [len(numbers) for numbers in lists] == [1, 1, 2]
    starts = [
        number
        for number in sorelle.trees["word/numbering.xml"].iter(qn("w:num"))
        if number.find(f".//{qn('w:startOverride')}") is not None
    ]
    assert len(starts) == len(set.union(*lists)) == 4


def test_its_colours_are_those_of_the_site():
    tokens = (Path(settings.BASE_DIR) / "static" / "css" / "tokens.css").read_text()
    values = dict(re.findall(r"--([\w-]+): #([0-9a-f]{6});", tokens))
    assert {
        axis: (values[f"axis-{axis}"], values[f"axis-{axis}-pale"]) for axis in Axis
    } == styles.AXIS_COLOURS
    for name in ("ink", "leaf", "leaf-dark", "leaf-pale", "sun", "sun-pale", "line", "field-line"):
        assert getattr(styles, name.upper().replace("-", "_")) == values[name]
    assert values["ink-soft"] == styles.INK_SOFT


def test_one_document_leaves_nothing_in_the_next():
    content = report(demo("brumelle"))
    first = word(content)
    build_docx(report(demo("sorelle")))
    second = word(dataclasses.replace(content))
    assert first.parts.keys() == second.parts.keys()
    assert first.parts["word/document.xml"] == second.parts["word/document.xml"]
