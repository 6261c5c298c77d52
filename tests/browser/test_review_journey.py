"""A review by three people, from what is asked to the next diagnostic: facilitator, lead, contributor."""

import re

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Diagnostic, User
from tests.browser.helpers import step_path

ASKED = {
    "vision": "Dites à qui profite cette vision.",
    "objectives": "Chiffrez le nombre d’entreprises engagées.",
}
AGAIN = "Et dans les deux autres intercommunalités ?"
OPINION = "Un projet clair, que le territoire peut porter."
IN_SPITE = "Le point sur l’échelon sera vu avec le bureau."
AMENDED = "Autoriser le recrutement à mi-temps au 1er janvier 2027."


@pytest.fixture
def sorelle(demo) -> Diagnostic:
    return Diagnostic.objects.get(structure=demo["Passerelles en Sorelle"])


def test_from_two_requests_to_the_next_diagnostic(open_browser, sorelle):
    who = {
        name: User.objects.get(email__startswith=name)
        for name in ("facilitation", "contributeur@sorelle", "referente@sorelle")
    }
    office, team, lead = (
        open_browser(who[name])
        for name in ("facilitation", "contributeur@sorelle", "referente@sorelle")
    )

    ask_on_two_steps(office, sorelle)
    address(lead, sorelle, "vision", "C’est précisé dans le premier énoncé.")
    address(team, sorelle, "objectives", "")
    submit_again(lead, sorelle)

    settle(office, sorelle, "vision", "Accepter")
    settle(office, sorelle, "objectives", "Redemander", AGAIN)
    validating_waits(office, sorelle)
    address(team, sorelle, "objectives", "Douze dans chacune.")
    settle(office, sorelle, "objectives", "Accepter")
    validate_with_an_opinion(office, sorelle)

    adopt_with_one_decision_amended(lead, sorelle)
    following = open_the_next_one(lead, sorelle)
    compare(lead, following, sorelle)


def check_page(diagnostic: Diagnostic) -> str:
    return f"/diagnostics/{diagnostic.pk}/relecture/"


def ask_on_two_steps(page: Page, diagnostic: Diagnostic) -> None:
    """Ask without leaving the page, then open the diagnostic to the structure."""
    page.goto(check_page(diagnostic))
    for step, text in ASKED.items():
        actions = page.locator(f"#relire-{step}")
        actions.get_by_text("Demander une modification").click()
        actions.get_by_label("Ce que vous demandez").fill(text)
        actions.get_by_role("button", name="Envoyer la demande").click()
        expect(page.locator(f"#{step}")).to_contain_text(text)
    page.goto(f"/diagnostics/{diagnostic.pk}/demander-des-modifications/")
    expect(page.get_by_role("main")).to_contain_text("2 demandes sont déjà en attente")
    page.get_by_role("button", name="Demander des modifications").click()
    expect(page.locator(".badge-state").first).to_have_text("Modifications demandées")


def address(page: Page, diagnostic: Diagnostic, step: str, words: str) -> None:
    """Come from the home page to the request, and address it, with words or without."""
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    first = page.locator(".next-action").first
    expect(first.get_by_role("link", name=re.compile("Répondre"))).to_be_visible()
    first.locator(f"a[href*='/etapes/{step}/#echange-']").click()
    thread = page.locator("article[data-state=pending]")
    thread.get_by_role("textbox").last.fill(words)
    thread.get_by_role("button", name="C’est traité").click()
    expect(page.locator("article[data-state=addressed]").first).to_contain_text(
        "a traité la demande"
    )


def submit_again(page: Page, diagnostic: Diagnostic) -> None:
    page.goto(f"/diagnostics/{diagnostic.pk}/soumettre/")
    page.get_by_label("Nous avons relu nos réponses").check()
    page.get_by_role("button", name="Soumettre le diagnostic").click()
    expect(page.get_by_text("Diagnostic soumis (version 2)")).to_be_visible()


def settle(page: Page, diagnostic: Diagnostic, step: str, button: str, words: str = "") -> None:
    page.goto(step_path(diagnostic, step))
    thread = page.locator("article[data-state=addressed]")
    if words:
        thread.get_by_role("textbox").last.fill(words)
    thread.get_by_role("button", name=re.compile(f"^{button}")).click()
    expect(page.locator("article[data-state=addressed]")).to_have_count(0)


def validating_waits(page: Page, diagnostic: Diagnostic) -> None:
    page.goto(f"/diagnostics/{diagnostic.pk}/valider/")
    expect(page.get_by_role("main")).to_contain_text("1 demande attend la réponse de la structure")
    expect(page.get_by_role("button", name=re.compile("^Valider"))).to_have_count(0)


def validate_with_an_opinion(page: Page, diagnostic: Diagnostic) -> None:
    page.goto(check_page(diagnostic) + "#avis")
    page.get_by_label("Avis", exact=False).last.fill(OPINION)
    page.get_by_role("button", name="Enregistrer l’avis").click()
    page.goto(f"/diagnostics/{diagnostic.pk}/valider/")
    expect(page.get_by_role("main")).to_contain_text(OPINION)
    page.get_by_role("button", name="Valider malgré ce qui manque").click()
    page.get_by_label("Pourquoi valider malgré cela").fill(IN_SPITE)
    page.get_by_role("button", name="Valider malgré ce qui manque").click()
    expect(page.get_by_text("Le diagnostic est validé")).to_be_visible()


def adopt_with_one_decision_amended(page: Page, diagnostic: Diagnostic) -> None:
    page.goto(f"/diagnostics/{diagnostic.pk}/adopter/")
    page.get_by_label("Date de la séance").fill("2026-06-18")
    for number in range(1, 6):
        decision = page.get_by_role("group", name=f"Décision {number}", exact=True)
        decision.get_by_text("Amendé" if number == 3 else "Adopté", exact=True).click()
    third = page.get_by_role("group", name="Décision 3", exact=True)
    third.get_by_label("Texte adopté").fill(AMENDED)
    third.get_by_label("Pour", exact=True).fill("9")
    page.get_by_role("button", name="Enregistrer la décision du conseil").click()
    expect(page.locator(".badge-state").first).to_have_text("Adopté")
    page.goto(f"/diagnostics/{diagnostic.pk}/rapport/")
    report = page.get_by_role("main")
    for text in ("Adopté le 18", AMENDED, OPINION, IN_SPITE):
        expect(report).to_contain_text(text)


def open_the_next_one(page: Page, diagnostic: Diagnostic) -> Diagnostic:
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    page.get_by_role("link", name="Repartir de ce diagnostic").click()
    page.get_by_label("Année N").fill("2029")
    page.get_by_role("button", name="Ouvrir le diagnostic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ambition 2029–2032")
    following = Diagnostic.objects.get(previous=diagnostic)
    assert {answer.mark for answer in following.answers.all()} == {"to_review"}
    return following


def compare(page: Page, diagnostic: Diagnostic, previous: Diagnostic) -> None:
    page.goto(f"/diagnostics/{diagnostic.pk}/comparer/?avec={previous.pk}")
    told = page.get_by_role("main")
    expect(told).to_contain_text("visé en 2029")
    expect(told).to_contain_text("120")
