"""The main job, as people do it: from signing up to the validated report."""

import re

from playwright.sync_api import Page, expect

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, Diagnostic, Membership
from tests.browser.helpers import (
    download_pdf,
    opened,
    row,
    save,
    sign_in,
    step_path,
    take_example,
    wait_until,
)
from tests.factories import PASSWORD, MembershipFactory, UserFactory
from tests.mails import left

LEAD = "claire@maison.example"
VISION = "Chaque association du bassin connaît trois entreprises de sa commune"
ROLES = ("contributor", "reader")
REASON = "Précisez qui anime le réseau et avec quels moyens."


def test_from_signing_up_to_the_validated_report(open_browser, kit):
    page = open_browser()
    sign_up(page)
    create_structure(page)
    open_diagnostic(page)
    diagnostic = Diagnostic.objects.get()

    fill_first_axes(page)
    page, answers = leave_and_resume_elsewhere(page, open_browser, diagnostic)
    fill_last_axes(page)

    read_over_and_complete(page, diagnostic, answers)
    submit(page, 1)

    facilitator = UserFactory(name="Farid Facilitateur", facilitator=True, verified=True)
    office = open_browser()
    request_changes(office, facilitator.email)

    answer_the_request(page, diagnostic)
    submit(page, 2)

    validate(office, diagnostic)
    everybody_downloads(open_browser, diagnostic, facilitator)


def sign_up(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Créer un compte").first.click()
    page.get_by_label("Nom affiché").fill("Claire Référente")
    page.get_by_label("Adresse e-mail").fill(LEAD)
    page.get_by_label("Mot de passe", exact=False).first.fill(PASSWORD)
    page.get_by_role("button", name="Créer mon compte").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirmez votre adresse")
    [message] = left()
    assert message.to == [LEAD]
    page.goto(re.search(r"http://\S+/confirm-email/\S+", message.body)[0])
    page.get_by_role("button", name="Oui, confirmer mon adresse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Créer une structure")


def create_structure(page: Page) -> None:
    page.get_by_label("Nom de la structure").fill("Maison des Alliances")
    page.get_by_label("Territoire d’intervention").fill("Bassin de vie de Sorelle")
    page.get_by_label("Échelon de base").select_option("Bassin de vie")
    page.get_by_role("button", name="Créer la structure").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ouvrir un diagnostic")
    expect(page.locator("main")).to_contain_text("« Maison des Alliances » est créée")


def open_diagnostic(page: Page) -> None:
    page.get_by_label("Année N").fill("2026")
    page.get_by_label("3 ans").check()
    page.get_by_role("button", name="Ouvrir le diagnostic").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Situation souhaitée")


def fill_first_axes(page: Page) -> None:
    """Steps 1 to 3.1, by typing and from the kit's examples."""
    row(page, "Énoncé", 1).get_by_label("Énoncé").fill(VISION)
    take_example(page, "Le territoire est porteur d’innovations")
    expect(row(page, "Énoncé", 2).get_by_label("Énoncé")).to_have_value(
        "Le territoire est porteur d’innovations"
    )
    page.get_by_label("Constat de départ").fill("Peu de partenariats, souvent ponctuels.")
    save(page)

    take_example(page, "Être un acteur de réseaux")
    page.get_by_role("button", name="Ajouter un rôle").click()
    row(page, "Rôle", 2).get_by_label("Rôle", exact=True).select_option("Autre rôle")
    row(page, "Rôle", 2).get_by_label("Nom du rôle").fill("Passeur entre générations")
    save(page)

    take_example(page, "Une extension du réseau")
    expect(row(page, "Objectif", 2)).to_be_visible()
    row(page, "Objectif", 1).get_by_label("Échéance").fill("2029")
    row(page, "Objectif", 2).get_by_label("Échéance").fill("2029")
    opened(row(page, "Objectif", 1)).get_by_label("Être un acteur de réseaux").check()
    page.get_by_role("button", name="Ajouter un objectif").click()
    third = row(page, "Objectif", 3)
    third.get_by_label("Énoncé de l’objectif").fill("Trente mécènes de compétences")
    third.get_by_label("Nature").select_option("Quantitatif")
    third.get_by_label("Valeur cible").fill("30")
    third.get_by_label("Échéance").fill("2028")  # no unit: the check page asks for it
    save(page)

    # The drawing follows the rows while they are typed.
    circles = page.locator("#circles svg")
    take_example(page, "Collectivités territoriales")
    expect(circles).to_contain_text("Collectivités")
    take_example(page, "Réseaux entreprises")
    take_example(page, "Citoyens")
    expect(circles).to_contain_text("Citoyens")
    fourth = row(page, "Acteur", 4)
    expect(fourth.get_by_label("Cercle")).to_have_value("2")
    fourth.get_by_label("Type d’acteur").select_option("Monde académique")
    expect(circles).to_contain_text("académique")
    save(page)

    take_example(page, "Organiser des rencontres territoriales")
    take_example(page, "Éclairer les élus")
    first = row(page, "Activité", 1)
    first.get_by_role("radio", name="Prioritaire").check()
    first.get_by_role("radio", name="Existante").check()
    save(page)


def leave_and_resume_elsewhere(page: Page, open_browser, diagnostic) -> tuple[Page, list[str]]:
    """Leave in the middle of step 3.2; go on from another browser."""
    step = page.locator("#accompaniment_scope-rows-0")
    step.get_by_role("radio", name="La structure le fait").check()
    step.get_by_text("Note", exact=False).first.click()
    step.get_by_label("Note").fill("Un entretien avec chaque association.")
    page.goto("/")
    saved = Answer.objects.filter(diagnostic=diagnostic, step="accompaniment_scope")
    wait_until(saved.exists, "not saved on leaving")
    page.context.close()

    elsewhere = open_browser()
    elsewhere.goto(f"/diagnostics/{diagnostic.pk}/")
    sign_in(elsewhere, LEAD)
    elsewhere.get_by_role("link", name="3.2 Focus sur l’accompagnement").first.click()
    step = elsewhere.locator("#accompaniment_scope-rows-0")
    expect(step.get_by_label("Note")).to_have_value("Un entretien avec chaque association.")
    for number in range(2, 7):
        choice = "La structure ne le fait pas" if number > 4 else "La structure le fait"
        elsewhere.locator(f"#accompaniment_scope-rows-{number - 1}").get_by_label(choice).check()
    save(elsewhere)
    return elsewhere, [VISION, "Passeur entre générations", "Un entretien avec chaque association."]


def fill_last_axes(page: Page) -> None:
    """Steps 3.3 to the board's decisions."""
    page.get_by_role("checkbox", name="Bassin de vie A1 · Organiser des rencontres").check()
    save(page)

    take_example(page, "Équipe : 2 ETP")
    take_example(page, "Budget : 120 K€")
    now, target = (page.locator(f"[data-column=economic_model-{c}]") for c in ("now", "target"))
    now.get_by_label("Public (%)").fill("90")
    now.get_by_label("Privé (%)").fill("0")
    now.get_by_label("Auto-financement (%)").fill("5")
    expect(now.locator("output")).to_have_text(
        "Total des parts : 95 % — le total attendu est 100 %"
    )
    now.get_by_label("Auto-financement (%)").fill("10")
    expect(now.locator("output")).to_have_text("Total des parts : 100 %")
    target.get_by_role("button", name="Trois tiers").click()
    expect(target.get_by_label("Auto-financement (%)")).to_have_value("34")
    expect(target.locator("output")).to_have_text("Total des parts : 100 %")
    for example in ("DREETS", "Adhésion à un club", "Prestation pour"):
        take_example(page, example)
    expect(row(page, "Levier", 3).get_by_label("Famille")).to_have_value("self")
    save(page)

    take_example(page, "Réseaux d’associations")
    first = row(page, "Acteur", 1)
    first.get_by_label("Relation").select_option("Existant")
    opened(row(page, "Acteur", 2)).get_by_label("Dans quel but").fill(
        "Ouvrir son réseau à nos membres"
    )
    save(page)

    page.get_by_label("Organisation envisagée").fill("Une salariée et un bureau élargi.")
    page.get_by_label("Gouvernance adaptée").fill("Un comité où siègent des entreprises.")
    save(page)

    take_example(page, "Adopter la vision")
    page.get_by_text("Repère, question pour le conseil, note de l’équipe").click()
    page.get_by_label("À trancher en conseil d’administration").fill("Qui porte le fonds ?")
    page.get_by_label("Note interne de l’équipe").fill("Entre nous seulement")
    save(page)


def read_over_and_complete(page: Page, diagnostic, answers: list[str]) -> None:
    """The check page shows every answer; what is missing leads to its field."""
    expect(page).to_have_url(re.compile("/relecture/$"))
    for text in [*answers, "DREETS", "Une salariée et un bureau élargi.", "Qui porte le fonds ?"]:
        expect(page.get_by_role("main")).to_contain_text(text)
    expect(page.get_by_role("main")).to_contain_text("Entre nous seulement")
    for step in StepKey:
        expect(page.locator(f"#{step} .checked-head").get_by_role("link")).to_have_text(
            re.compile("Modifier")
        )
    page.locator("#manque").get_by_role("link", name="L’unité de « Trente mécènes").click()
    unit = row(page, "Objectif", 3).get_by_label("Unité")
    expect(unit).to_be_focused()
    page.keyboard.type("mécènes")
    page.get_by_role("button", name="Enregistrer et revenir à la relecture").click()
    expect(page).to_have_url(re.compile("/relecture/#objectives$"))
    expect(page.locator("#objectives .task-state")).to_have_text("Complet")
    page.locator("#vision .checked-head").get_by_role("link").click()
    expect(row(page, "Énoncé", 1).get_by_label("Énoncé")).to_have_value(VISION)
    page.get_by_role("link", name="Relire et soumettre").click()


def submit(page: Page, number: int) -> None:
    """Submit, the first time without the confirmation box."""
    button = page.get_by_role("button", name="Soumettre le diagnostic")
    if number == 1:
        button.click()
        summary = page.locator(".error-summary")
        expect(summary).to_contain_text("Cochez la case pour confirmer")
        expect(summary).to_be_focused()
    page.get_by_label("Nous avons relu nos réponses").check()
    button.click()
    expect(page.get_by_text(f"Diagnostic soumis (version {number})")).to_be_visible()


def request_changes(page: Page, email: str) -> None:
    page.goto("/portefeuille/")
    sign_in(page, email)
    expect(page.get_by_role("heading", level=1)).to_have_text("Portefeuille")
    page.get_by_role("link", name="Maison des Alliances").click()
    expect(page.get_by_role("main")).to_contain_text(VISION)
    expect(page.get_by_role("main")).not_to_contain_text("Entre nous seulement")
    page.get_by_role("button", name="Demander des modifications").click()
    expect(page.locator(".error-summary")).to_contain_text("Dites à la structure")
    page.get_by_label("Ce que vous demandez à la structure").fill(REASON)
    page.get_by_role("button", name="Demander des modifications").click()
    expect(page.get_by_text("Votre demande est envoyée")).to_be_visible()


def answer_the_request(page: Page, diagnostic) -> None:
    """The structure reads what is asked, and changes its answer."""
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    expect(page.get_by_role("region", name="À faire maintenant")).to_contain_text(REASON)
    page.goto(step_path(diagnostic, "organisation"))
    page.get_by_label("Organisation envisagée").fill("Une animatrice à mi-temps dès 2027.")
    save(page)
    page.goto(f"/diagnostics/{diagnostic.pk}/")
    page.get_by_role("link", name="Répondre à la demande").click()
    asked = page.get_by_role("article", name="Demande")
    expect(asked).to_contain_text("Farid Facilitateur")
    asked.get_by_role("button", name="C’est traité").click()
    expect(asked).to_contain_text("traitée par la structure")
    page.goto(step_path(diagnostic, "organisation"))
    page.get_by_role("link", name="Relire et soumettre").click()


def validate(page: Page, diagnostic) -> None:
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    expect(page.get_by_role("main")).to_contain_text("Une animatrice à mi-temps dès 2027.")
    page.get_by_role("link", name="Valider…").click()
    page.get_by_label("Pourquoi valider malgré cela").fill("Le conseil se tient bientôt.")
    page.get_by_role("button", name="Valider malgré ce qui manque").click()
    expect(page.get_by_text("Le diagnostic est validé")).to_be_visible()
    expect(page.locator(".badge-state").first).to_have_text("Validé")


def everybody_downloads(open_browser, diagnostic, facilitator) -> None:
    """The lead, a contributor, a reader and the facilitator have the same report."""
    structure = diagnostic.structure
    lead = Membership.objects.get(structure=structure).user
    members = [MembershipFactory(structure=structure, role=r).user for r in ROLES]
    for person in (lead, *members, facilitator):
        page = open_browser(person)
        page.goto(f"/diagnostics/{diagnostic.pk}/")
        address = page.get_by_role("link", name="PDF").first.get_attribute("href")
        download_pdf(page, address)
