"""What can be taken back, and what is never lost: a right that is gone, an older tab, a removed row,
a former answer."""

import pytest
from playwright.sync_api import Page, Route, expect

from diagnostics.domain.answers import Objectives
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Answer, Diagnostic, Membership
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, row, step_path, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "Ce que je tapais à ce moment-là"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    diagnostic, lead = a_diagnostic()
    store(diagnostic, lead, "Un", "Deux")
    return diagnostic


def store(diagnostic: Diagnostic, user, *statements: str, base: int = 0) -> None:
    rows = [{"id": f"o{n}", "statement": text} for n, text in enumerate(statements, 1)]
    answer = Objectives.model_validate({"rows": rows})
    save_answer(diagnostic, answer, internal_note="", base_revision=base, user=user)


def statements() -> list[str]:
    return [line["statement"] for line in Answer.objects.get(step="objectives").value["rows"]]


def field(page: Page, number: int):
    return row(page, "Objectif", number).get_by_label("Énoncé")


def state(page: Page):
    return page.locator("[data-save-state]")


# The next test removes somebody as well.
@pytest.mark.parametrize(
    "how", [pytest.param("removed", marks=pytest.mark.thorough), "made a reader"]
)
def test_who_loses_the_right_while_typing_keeps_the_text(open_browser, diagnostic, colleague, how):
    page = open_browser(colleague)
    page.goto(step_path(diagnostic, "objectives"))
    membership = Membership.objects.filter(user=colleague)
    if how == "removed":
        membership.delete()
    else:
        membership.update(role=MembershipRole.READER.value)

    field(page, 1).fill(TEXT)

    expect(state(page)).to_contain_text("Non enregistré : vous n’avez plus accès")
    expect(page.get_by_role("alert").filter(has_text="plus accès")).to_be_attached()
    expect(field(page, 1)).to_have_value(TEXT)
    page.get_by_role("button", name="Enregistrer et continuer").click()
    expect(page.locator("main")).to_contain_text(TEXT)
    assert statements() == ["Un", "Deux"]


def test_a_press_is_not_missed_though_a_save_leaves_meanwhile(open_browser, diagnostic, colleague):
    page = open_browser(colleague)
    page.goto(step_path(diagnostic, "objectives"))
    Membership.objects.filter(user=colleague).delete()
    field(page, 1).fill(TEXT)
    expect(state(page)).to_contain_text("Non enregistré : vous n’avez plus accès")
    saves: list[Route] = []

    def hold(route: Route) -> None:
        if "autosave=1" in route.request.post_data:
            saves.append(route)
        else:
            route.continue_()

    page.route("**/etapes/objectives/", hold)
    page.get_by_role("button", name="Enregistrer et continuer").hover()
    with page.expect_request(lambda request: request.method == "POST"):
        page.mouse.down()  # the field is left, which saves: the long line on its failure would go
    page.mouse.up()
    expect(state(page)).to_have_text("Enregistrement…")
    for save in saves:
        save.continue_()

    expect(page.locator("main")).to_contain_text(TEXT)
    assert len(saves) == 1


def test_an_older_tab_replaces_nothing_in_silence(open_browser, diagnostic):
    newer = open_browser(diagnostic.created_by)
    older = newer.context.new_page()
    for page in (older, newer):
        page.goto(step_path(diagnostic, "objectives"))
    field(newer, 1).fill("Le texte de l’onglet récent")
    expect(state(newer)).to_contain_text("Enregistré à")

    field(older, 1).fill("Le texte du vieil onglet")

    choice = row(older, "Objectif", 1).get_by_role("group", name="À choisir")
    expect(choice).to_contain_text("Enregistré par vous")
    expect(choice).to_contain_text("Le texte de l’onglet récent")
    expect(state(older)).to_contain_text("vous, dans un autre onglet")
    assert statements() == ["Le texte de l’onglet récent", "Deux"]
    expect(older.get_by_role("region", name="À choisir")).to_contain_text("Objectif 1, Énoncé")
    choice.get_by_role("button", name="Garder le mien").click()
    expect(choice).to_have_count(0)
    expect(field(older, 1)).to_be_focused()
    wait_until(lambda: statements()[0] == "Le texte du vieil onglet", "not chosen")


@pytest.mark.thorough
def test_a_removed_row_comes_back_without_javascript(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    field(page, 1).fill("Un, mieux dit")

    row(page, "Objectif", 1).get_by_role("button", name="Retirer").click()

    gone = page.locator("#retrait")
    expect(gone).to_contain_text("Retrait : objectif « Un, mieux dit »")
    assert statements() == ["Deux"]
    field(page, 1).fill("Deux, mieux dit")
    gone.get_by_role("button", name="Annuler").click()
    expect(field(page, 1)).to_have_value("Un, mieux dit")
    expect(gone).to_have_count(0)
    assert statements() == ["Un, mieux dit", "Deux, mieux dit"]


def test_control_z_works_in_a_field(open_browser, diagnostic):
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    field(page, 1).press_sequentially(" et plus")
    expect(state(page)).to_contain_text("Enregistré à")
    field(page, 1).press("Control+z")
    expect(field(page, 1)).to_have_value("Un")
    wait_until(lambda: statements()[0] == "Un", "not saved")


def test_a_former_answer_is_read_and_put_back(open_browser, diagnostic, colleague):
    store(diagnostic, colleague, "Un", base=1)
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "objectives"))
    expect(row(page, "Objectif", 2)).to_have_count(0)
    page.get_by_role("link", name="Historique").click()
    latest, former = page.locator(".history > li").all()
    expect(latest).to_contain_text("Karim Contributeur a retiré 1 objectif")
    expect(latest.get_by_role("cell", name="Deux")).to_be_visible()

    latest.get_by_role("button", name="Remettre cette ligne").click()
    expect(page.get_by_role("status").filter(has_text="La ligne est remise")).to_be_visible()
    assert statements() == ["Un", "Deux"]

    store(diagnostic, colleague, "Trois", base=3)
    page.reload()
    former = page.locator(".history > li").last
    former.get_by_role("button", name="Remettre cette réponse").click()
    expect(page.get_by_text("La réponse est celle de cette révision.")).to_be_visible()
    assert statements() == ["Un", "Deux"]
