"""The pages around the steps in a browser: what they print, and the way to a field and back."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Answer, Diagnostic, Membership, User

HEADINGS = "h1, h2, h3, h4, caption:not(.visually-hidden), dt"
ON_SCREEN = ["Déconnexion", "Modifier", "Soumettre", "Ouvrir", "Rapport", "Faites défiler"]


@dataclass(frozen=True)
class Line:
    """A piece of text on a page: where it begins, in points from the lower left corner."""

    x: float
    y: float
    text: str


def lines_of(page: PageObject) -> list[Line]:
    """The texts of a page, the lowest first."""
    found: list[Line] = []

    def note(text: str, cm: list[float], tm: list[float], _font: object, _size: float) -> None:
        if text.strip():
            x, y = tm[4] * cm[0] + cm[4], tm[5] * cm[3] + cm[5]
            found.append(Line(x, y, " ".join(text.split())))

    page.extract_text(visitor_text=note)
    return sorted(found, key=lambda line: line.y)


def printed(page: Page, **options: object) -> PdfReader:
    return PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, **options)))


def headings_of(page: Page) -> set[str]:
    texts = page.locator(HEADINGS).all_inner_texts()
    return {" ".join(text.split()) for text in texts} - {""}


def member_of(diagnostic: Diagnostic, role: MembershipRole = MembershipRole.LEAD) -> User:
    return Membership.objects.get(structure=diagnostic.structure, role=role).user


@pytest.mark.parametrize(
    "name",
    [
        "Passerelles en Sorelle",
        *(
            pytest.param(name, marks=pytest.mark.thorough)
            for name in ("Lien Brumelle", "Alliances Arvelle Métropole")
        ),
    ],
)
def test_no_heading_of_the_check_page_is_alone_at_a_foot(open_browser, demo, name):
    diagnostic = Diagnostic.objects.get(structure=demo[name])
    Answer.objects.filter(diagnostic=diagnostic).update(internal_note="Note du bureau")
    page = open_browser(member_of(diagnostic))
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    assert page.get_by_text("Note du bureau").first.is_visible()
    headings = headings_of(page)
    assert len(headings) > 15

    paper = printed(page)
    assert len(paper.pages) > 3
    said = ""
    for number, sheet in enumerate(paper.pages, 1):
        lines = lines_of(sheet)
        foot = lines[0].y
        last = " ".join(line.text for line in lines if line.y < foot + 2)
        assert not any(last in heading for heading in headings), f"page {number}: {last}"
        said += " ".join(line.text for line in lines)
    for words in (*ON_SCREEN, "Note du bureau"):
        assert words not in said


def test_the_thread_is_printed_whole(open_browser, demo):
    diagnostic = Diagnostic.objects.get(structure=demo["Passerelles en Sorelle"])
    page = open_browser(member_of(diagnostic))
    page.goto(f"/diagnostics/{diagnostic.pk}/fil-rouge/")
    paper = printed(page)

    sheet = paper.pages[0]
    width, height = sheet.mediabox.width, sheet.mediabox.height
    assert width > height
    lines = lines_of(sheet)
    said = " ".join(line.text for line in lines)
    for words in ("Vision", "Échelons", "Alliances", "Université de Sorelle", "Sans lien saisi"):
        assert words in said
    # The furthest card of the drawing, less what its words take.
    assert max(line.x for line in lines) < width - 60
    whole = " ".join(line.text for sheet in paper.pages for line in lines_of(sheet))
    for words in ON_SCREEN:
        assert words not in whole
    assert "Pointez une case" not in whole


# --- From the check page to a field, and back -------------------------------------------------------


# Without JavaScript, where a save leads: tests/integration/test_check_page.py.
@pytest.mark.parametrize(
    "script",
    [True, pytest.param(False, marks=pytest.mark.thorough)],
    ids=["with JavaScript", "without"],
)
def test_two_presses_from_an_answer_to_its_field_and_back(open_browser, demo, script):
    diagnostic = Diagnostic.objects.get(structure=demo["Lien Brumelle"])
    page = open_browser(member_of(diagnostic), java_script_enabled=script)
    address = f"/diagnostics/{diagnostic.pk}/relecture/"
    page.goto(address)

    page.locator("#activities-rows-1-text").get_by_role("link", name="Modifier").click()
    field = page.locator("#id_activities-rows-1-text")
    expect(field).to_be_focused()
    field.fill("Café partenaires mensuel")
    page.locator("form[data-step-form]").get_by_role(
        "button", name="Enregistrer et revenir à la relecture"
    ).last.click()

    expect(page).to_have_url(f"{address}#activities-rows-1-text")
    row = page.locator("#activities-rows-1-text")
    expect(row).to_contain_text("Café partenaires mensuel")
    expect(row).to_be_in_viewport()
    bar = page.locator(".check-bar")
    expect(bar).to_be_in_viewport()
    assert row.bounding_box()["y"] >= bar.bounding_box()["y"] + bar.bounding_box()["height"]
    # The keyboard goes on from there.
    page.keyboard.press("Tab")
    expect(row.get_by_role("link", name="Modifier")).to_be_focused()
