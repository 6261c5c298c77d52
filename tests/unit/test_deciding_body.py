"""Each structure's board has its own name, and French says it rightly."""

from __future__ import annotations

import json
import re
from html import unescape
from types import SimpleNamespace

import pytest

from diagnostics.domain.deciding_body import DecidingBody, deciding_body
from diagnostics.domain.document import load_document
from diagnostics.domain.vocabulary import LegalForm, State, TerritorialScale
from diagnostics.report.pdf import render_report_html
from tests.report_samples import demo, report
from tests.word_files import word


def body(form: str, scale: str | None = None, name: str = "Passerelles") -> DecidingBody:
    return deciding_body(SimpleNamespace(name=name, legal_form=form, base_scale=scale))


NAMES = {
    LegalForm.ASSOCIATION: "conseil d’administration",
    LegalForm.FOUNDATION: "conseil d’administration",
    LegalForm.LOCAL_AUTHORITY: "assemblée délibérante",
    LegalForm.CHAMBER: "assemblée générale de la chambre",
    LegalForm.BUSINESS_NETWORK: "conseil d’administration",
    LegalForm.COOPERATIVE: "conseil d’administration",
    LegalForm.PUBLIC_INTEREST_GROUP: "assemblée générale",
    LegalForm.OTHER: "conseil d’administration",
}


def test_each_legal_form_has_its_body():
    assert {form: body(form).name for form in LegalForm} == NAMES
    # The scale says something of local authorities alone.
    assert {form: body(form, "region").name for form in LegalForm} == NAMES | {
        LegalForm.LOCAL_AUTHORITY: "conseil régional"
    }


def test_a_local_authority_is_known_by_its_scale():
    found = {scale: body("local_authority", scale).name for scale in TerritorialScale}
    told = {scale.value: name for scale, name in found.items() if name != "assemblée délibérante"}
    assert told == {
        "municipality": "conseil municipal",
        "epci": "conseil communautaire",
        "epci_urban": "conseil communautaire",
        "country_petr": "conseil syndical",
        "department": "conseil départemental",
        "region": "conseil régional",
    }


@pytest.mark.parametrize(
    ("name", "scale", "told"),
    [
        ("Arvelle Métropole", "epci_urban", "conseil métropolitain"),
        ("Métropole d’Arvelle", "living_area", "conseil métropolitain"),
        ("Communauté de communes du Val", "living_area", "conseil communautaire"),
        ("Ville de Brumelle", None, "conseil municipal"),
        ("VILLE DE BRUMELLE", "", "conseil municipal"),
        ("Région Centre", "employment_zone", "conseil régional"),
        ("Arvelle Métropole", "municipality", "conseil municipal"),
        ("Villeneuve en transition", "business_park", "assemblée délibérante"),
    ],
)
def test_or_by_its_name_where_the_scale_does_not_tell(name, scale, told):
    assert body("local_authority", scale, name).name == told


def test_articles_are_contracted_or_elided_and_participles_agree():
    told = [
        [b.le, b.du, b.au, b.en, b.met, b.pronoun, b.heading, b.short.le, b.short.du, b.short.au]
        for b in (body("local_authority", "epci"), body("chamber"))
    ]
    assert told == [
        [
            "le conseil communautaire",
            "du conseil communautaire",
            "au conseil communautaire",
            "en conseil communautaire",
            "réuni",
            "il",
            "Conseil communautaire",
            "le conseil",
            "du conseil",
            "au conseil",
        ],
        [
            "l’assemblée générale de la chambre",
            "de l’assemblée générale de la chambre",
            "à l’assemblée générale de la chambre",
            "en assemblée générale de la chambre",
            "réunie",
            "elle",
            "Assemblée générale de la chambre",
            "l’assemblée",
            "de l’assemblée",
            "à l’assemblée",
        ],
    ]
    assert body("chamber").beside_its_structure.le == "l’assemblée générale"


def test_the_whole_paper_names_the_body_of_the_structure():
    typed = json.dumps(demo("sorelle").as_json(), ensure_ascii=False)
    value = json.loads(typed.replace("onseil d’administration", "onseil"))
    value["structure"] |= {"legal_form": "chamber", "name": "CCI de Sorelle"}
    document = load_document(value)
    content = report(document)
    text = word(content).text
    assert content.cover.occasion == (
        "Document soumis à l’assemblée générale de la chambre du 18\u00a0juin\u00a02026"
    )
    assert content.board.title == "Décisions soumises à l’assemblée générale de la chambre"
    assert content.synthesis.requests_title == "Ce que nous demandons à l’assemblée"
    assert "L’assemblée générale de CCI de Sorelle, réunie le" in text
    page = render_report_html(content)
    assert "Vers l’assemblée générale de la chambre" in page
    for told in (text, page):
        # A form of governance of the kit has these words in its own name.
        own = told.replace("Conseil d’administration élargi", "")
        assert "onseil d’administration" not in own


BOARD_WORD = re.compile(r"\bconseil\b(?! juridique)(?! d’administration élargi)", re.IGNORECASE)


@pytest.mark.parametrize("is_decided", [False, True])
def test_no_paper_of_a_chamber_speaks_of_a_council(is_decided: bool):
    # What people typed speaks of none: what is left is ours.
    typed = json.dumps(demo("sorelle").as_json(), ensure_ascii=False)
    value = json.loads(typed.replace("onseil", "omité"))
    value["structure"] |= {"legal_form": "chamber", "name": "CCI de Sorelle"}
    if is_decided:
        value["diagnostic"]["state"] = State.ADOPTED.value
    content = report(load_document(value))
    for told in (word(content).text, unescape(render_report_html(content))):
        assert BOARD_WORD.findall(told) == []
        assert "proposées à l’assemblée et le calendrier" in told


@pytest.mark.parametrize(("is_decided", "count"), [(False, 1), (True, 0)])
def test_a_page_goes_towards_a_board_that_has_not_decided(is_decided: bool, count: int):
    document = demo("sorelle")
    if is_decided:
        document.diagnostic.state = State.ADOPTED
    page = render_report_html(report(document))
    assert page.count('<p class="r-eyebrow">Vers le conseil d’administration</p>') == count


DAY = "18\u00a0juin\u00a02026"


@pytest.mark.parametrize(
    ("state", "number", "board_date", "told"),
    [
        ("draft", None, True, f"Document de travail pour le conseil d’administration du {DAY}"),
        ("draft", None, False, "Document de travail"),
        ("changes_requested", None, True, f"Document de travail pour le conseil d’administration du {DAY}"),
        ("submitted", 1, True, f"Document soumis au conseil d’administration du {DAY}"),
        ("submitted", 1, False, "Document soumis au conseil d’administration"),
        ("validated", None, True, f"Document soumis au conseil d’administration du {DAY}"),
        ("adopted", 1, True, f"Document adopté par le conseil d’administration du {DAY}"),
    ],
)  # fmt: skip
def test_the_cover_never_says_that_a_draft_was_submitted(state, number, board_date, told):
    document = demo("sorelle")
    document.diagnostic.state = State(state)
    if not board_date:
        document.diagnostic.board_date = None
    assert report(document, number=number).cover.occasion == told


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Passerelles", ""), ("Réseau des structures " * 5, "r-cover-long"), ("W" * 300, "r-cover-longest")],
)  # fmt: skip
def test_the_cover_has_the_whole_name_in_letters_of_its_length(name, letters):
    document = demo("sorelle")
    document.structure.name = name.strip()
    content = report(document, number=None)
    assert (content.cover.name, content.cover.letters) == (name.strip(), letters)
    assert name.strip() in word(content).text
