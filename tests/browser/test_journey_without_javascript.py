"""The same work in a browser without JavaScript: every button answers from the server."""

import re

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, Diagnostic
from tests.browser.helpers import (
    a_diagnostic,
    download_pdf,
    row,
    save,
    sign_in,
    step_path,
    take_example,
)

DIFFERENT = "Les entreprises accueillent les associations"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


@pytest.fixture
def page(no_script, diagnostic) -> Page:
    page = no_script()
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    sign_in(page, diagnostic.created_by.email)
    return page


@pytest.mark.thorough
def test_the_core_of_the_work(page, diagnostic):
    page.get_by_role("link", name="Commencer").click()
    rows_by_server_buttons(page)
    previous_saves_the_text(page)
    error_then_correction(page)
    fill_the_rest(page, diagnostic)
    submit_and_download(page, diagnostic)


def rows_by_server_buttons(page: Page) -> None:
    """Add, fill, move and remove rows of the first step; take an example."""

    def statement(number: int):
        return row(page, "Énoncé", number).get_by_label("Énoncé")

    statement(1).fill("Premier énoncé")
    page.get_by_role("button", name="Ajouter un énoncé").click()
    expect(page).to_have_url(re.compile("#vision-statements-1$"))
    expect(page.locator("#saved-at")).to_contain_text("Enregistré à")
    statement(2).fill(DIFFERENT)
    page.get_by_role("button", name="Monter : énoncé 2").click()
    expect(statement(1)).to_have_value(DIFFERENT)
    expect(statement(2)).to_have_value("Premier énoncé")
    page.get_by_role("button", name="Descendre : énoncé 1").click()
    expect(statement(2)).to_have_value(DIFFERENT)
    page.get_by_role("button", name="Retirer : énoncé 1").click()
    expect(statement(1)).to_have_value(DIFFERENT)
    expect(row(page, "Énoncé", 2)).to_have_count(0)
    take_example(page, "Une dynamique territoriale collective")
    expect(statement(2)).to_have_value("Une dynamique territoriale collective est instaurée")
    save(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Rôles souhaités")


def previous_saves_the_text(page: Page) -> None:
    """« Précédent » saves what was typed before it leaves the step."""
    take_example(page, "Être un éclaireur sur le sujet")
    row(page, "Rôle", 1).get_by_label("Précision").fill("Éclairer les élus d’abord")
    page.get_by_role("button", name="Précédent").click()
    expect(row(page, "Énoncé", 1).get_by_label("Énoncé")).to_have_value(DIFFERENT)
    save(page)
    expect(row(page, "Rôle", 1).get_by_label("Précision")).to_have_value(
        "Éclairer les élus d’abord"
    )
    save(page)
    assert Answer.objects.get(step="roles").value["rows"][0]["role"] == "scout"


def error_then_correction(page: Page) -> None:
    """What is malformed is refused at its field; all the rest is stored."""
    first = row(page, "Objectif", 1)
    first.get_by_label("Énoncé de l’objectif").fill("Initier des partenariats")
    first.get_by_label("Valeur cible").fill("beaucoup")
    first.get_by_label("Échéance").fill("29")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    summary = page.locator(".error-summary")
    expect(summary.get_by_role("heading")).to_have_text("2 saisies à corriger")
    expect(summary).to_contain_text("Indiquez un nombre, par exemple 200.")
    expect(page).to_have_title(re.compile("^Erreur : "))
    (stored,) = Answer.objects.get(step="objectives").value["rows"]
    assert (stored["statement"], stored["target_value"]) == ("Initier des partenariats", None)
    summary.get_by_role("link", name="Objectif 1, Valeur cible").click()
    expect(page).to_have_url(re.compile("#id_objectives-rows-0-target_value$"))
    expect(first.get_by_label("Énoncé de l’objectif")).to_have_value("Initier des partenariats")
    first.get_by_label("Valeur cible").fill("1 250,5")
    first.get_by_label("Échéance").fill("2029")
    save(page)
    assert Answer.objects.get(step="objectives").value["rows"][0]["target_value"] == 1250.5


def fill_the_rest(page: Page, diagnostic: Diagnostic) -> None:
    """One answer in each of the two axes that are left, with the thirds by the server."""
    page.goto(step_path(diagnostic, "activities"))
    take_example(page, "Créer des cub3 locaux")
    save(page)
    page.goto(step_path(diagnostic, "economic_model"))
    take_example(page, "Budget : 120 K€")
    page.get_by_role("button", name=re.compile("^Trois tiers pour 2029")).click()
    target = page.locator("[data-column=economic_model-target]")
    expect(target.locator("output")).to_have_text(re.compile("Total des parts : 100"))
    expect(target.get_by_label("Budget, au plus (K€)")).to_have_value("300")
    save(page)


def submit_and_download(page: Page, diagnostic: Diagnostic) -> None:
    page.get_by_role("link", name="Relire et soumettre").click()
    expect(page.get_by_role("main")).to_contain_text(DIFFERENT)
    page.get_by_label("Nous avons relu nos réponses").check()
    page.get_by_role("button", name="Soumettre le diagnostic").click()
    expect(page.get_by_text("Diagnostic soumis (version 1)")).to_be_visible()
    page.goto(step_path(diagnostic, "vision"))
    expect(page.get_by_text("ses réponses ne se modifient plus")).to_be_visible()
    download_pdf(page, f"/diagnostics/{diagnostic.pk}/rapport.pdf")
