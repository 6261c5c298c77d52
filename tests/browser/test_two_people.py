"""Two people on the same step, and a session that expires while somebody types."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from diagnostics.domain.answers import Vision
from diagnostics.models import Answer, Diagnostic, KeptText
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, row, save, sign_in, step_path

MINE = "Le texte de Claire"
THEIRS = "Le texte de Karim"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


def statement(page: Page):
    return row(page, "Énoncé", 1).get_by_label("Énoncé")


def stored_texts() -> list[str]:
    return [line["text"] for line in Answer.objects.get(step="vision").value["statements"]]


def both_type(open_browser, diagnostic, colleague) -> Page:
    """Return the page of the person whose save arrives second: their line was away meanwhile."""
    mine, theirs = open_browser(diagnostic.created_by), open_browser(colleague)
    for page in (mine, theirs):
        page.goto(step_path(diagnostic, "vision"))
    mine.context.set_offline(True)
    statement(mine).fill(MINE)
    statement(theirs).fill(THEIRS)
    save(theirs)
    mine.context.set_offline(False)
    open_browser.problems.clear()  # what the console says of the network
    return mine


@pytest.fixture
def conflict(open_browser, diagnostic, colleague) -> Page:
    """The page of the person who saved second, in a row that was there."""
    first = {"statements": [{"id": "v1", "text": "Le texte du départ"}]}
    save_answer(
        diagnostic,
        Vision.model_validate(first),
        internal_note="",
        base_revision=0,
        user=diagnostic.created_by,
    )
    mine = both_type(open_browser, diagnostic, colleague)
    choice = row(mine, "Énoncé", 1).get_by_role("group", name="À choisir")
    expect(choice).to_contain_text(THEIRS)
    expect(choice).to_contain_text("Karim Contributeur")
    expect(mine.get_by_role("region", name="À choisir")).to_contain_text("Énoncé 1")
    expect(statement(mine)).to_have_value(MINE)
    assert stored_texts() == [THEIRS]
    return mine


@pytest.mark.parametrize(
    ("button", "texts"),
    [
        # The same buttons, with nothing to write: what is stored stays.
        pytest.param("Garder le texte enregistré", THEIRS, marks=pytest.mark.thorough),
        ("Garder le mien", MINE),
        # tests/browser/test_autosave.py keeps both as well.
        pytest.param("Garder les deux", f"{THEIRS}\n{MINE}", marks=pytest.mark.thorough),
    ],
)
def test_one_chooses(conflict, button, texts):
    conflict.goto("/")
    conflict.go_back()  # it waits for the person
    conflict.get_by_role("button", name=button).click()
    expect(statement(conflict)).to_have_value(texts)
    expect(statement(conflict)).to_be_focused()
    expect(conflict.get_by_role("region", name="À choisir")).to_have_count(0)
    expect(conflict.get_by_role("group", name="À choisir")).to_have_count(0)
    assert stored_texts() == [texts]
    assert not KeptText.objects.exists()


def test_rows_of_both_are_kept_and_told(open_browser, diagnostic, colleague):
    mine = both_type(open_browser, diagnostic, colleague)
    expect(row(mine, "Énoncé", 2)).to_be_visible()
    expect(mine.locator("[data-save-state]")).to_contain_text(
        "Pendant votre saisie, Karim Contributeur a ajouté"
    )
    assert sorted(stored_texts()) == sorted([MINE, THEIRS])


def test_each_sees_the_other_and_what_the_other_stores(open_browser, diagnostic, colleague):
    mine, theirs = open_browser(diagnostic.created_by), open_browser(colleague)
    mine.clock.install()
    for page in (mine, theirs):
        page.goto(step_path(diagnostic, "vision"))
    expect(theirs.locator("[data-others]")).to_have_text(
        f"Aussi sur cette étape : {diagnostic.created_by.display_name}"
    )
    statement(theirs).fill(THEIRS)
    expect(theirs.locator("[data-save-state]")).to_contain_text("Enregistré à")
    # A page in use hears of it within ten seconds, whatever is focused in it.
    mine.locator("[name=vision-starting_point]").click()
    mine.clock.fast_forward(10_000)
    expect(row(mine, "Énoncé", 1).get_by_label("Énoncé")).to_have_value(THEIRS)
    expect(mine.locator("[data-others]")).to_have_text("Aussi sur cette étape : Karim Contributeur")
    assert stored_texts() == [THEIRS]


# Without its cookie: tests/browser/test_session_ended.py as well.
@pytest.mark.parametrize("how", [pytest.param("cookie", marks=pytest.mark.thorough), "rows"])
def test_the_session_expires_while_typing(open_browser, diagnostic, how):
    """Saving without a session leads to the sign-in, then back to the step with the text."""
    page = open_browser(diagnostic.created_by)
    page.goto(step_path(diagnostic, "vision"))
    statement(page).fill(MINE)
    page.get_by_role("button", name="Ajouter un énoncé").click()
    row(page, "Énoncé", 2).get_by_label("Énoncé").fill("Un second énoncé")
    if how == "cookie":
        page.context.clear_cookies(name="sessionid")
    else:
        Session.objects.all().delete()
    page.get_by_role("button", name="Enregistrer et continuer").click()
    sign_in(page, diagnostic.created_by.email)
    page.wait_for_url(f"**{step_path(diagnostic, 'vision')}")
    expect(statement(page)).to_have_value(MINE)
    expect(row(page, "Énoncé", 2).get_by_label("Énoncé")).to_have_value("Un second énoncé")
    save(page)
    assert stored_texts() == [MINE, "Un second énoncé"]
