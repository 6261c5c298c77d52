"""Double clicks, the back button and odd texts do no harm."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.models import Answer, AnswerRevision, Version
from tests.browser.helpers import a_diagnostic, row, save, step_path, take_example

TEXTS = [
    "A" * 280,
    "🌱👩🏽‍🌾 les emojis",
    "مرحبا بالشراكات بين الجمعيات",
    "<b>gras</b> & « guillemets »",
]


@pytest.fixture
def diagnostic(kit):
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    return open_browser(diagnostic.created_by)


def statement(page: Page, number: int):
    return row(page, "Énoncé", number).get_by_label("Énoncé")


def test_a_double_click_acts_once(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    rows = page.locator("[data-row]")
    statement(page, 1).fill("un")
    page.get_by_role("button", name="Ajouter un énoncé").dblclick()
    expect(rows).to_have_count(2)
    page.locator("#exemples").get_by_role("button").first.dblclick()
    take_example(page, "Le territoire est porteur")
    expect(rows).to_have_count(3)
    page.get_by_role("button", name="Retirer : énoncé 1").dblclick()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="Enregistrer et continuer").dblclick()
    page.wait_for_url(f"**{step_path(diagnostic, 'roles')}")
    assert len(Answer.objects.get().value["statements"]) == 2
    assert not AnswerRevision.objects.exists()


def test_back_then_save_again(page, diagnostic):
    """The page that the back button shows is not stale: it saves without a conflict."""
    page.goto(step_path(diagnostic, "vision"))
    statement(page, 1).fill("Première version")
    save(page)
    page.go_back()
    expect(statement(page, 1)).to_have_value("Première version")
    statement(page, 1).fill("Seconde version")
    save(page)
    assert Answer.objects.get().value["statements"][0]["text"] == "Seconde version"


# What is stored (nothing): tests/integration/test_wizard.py.
@pytest.mark.thorough
def test_an_untouched_step_can_be_passed(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    save(page)
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    expect(page.locator("#vision")).to_contain_text("Pas encore de réponse.")
    expect(page.locator("#soumettre")).to_contain_text("il manque au moins une réponse")
    assert not Version.objects.exists()


def test_odd_texts_come_back_as_typed_and_stay_on_the_page(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    statement(page, 1).fill(TEXTS[0])
    for number, text in enumerate(TEXTS[1:], start=2):
        page.get_by_role("button", name="Ajouter un énoncé").click()
        statement(page, number).fill(text)
    save(page)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("", "relecture/", "rapport/"):
        page.goto(f"/diagnostics/{diagnostic.pk}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320, path
    page.goto(step_path(diagnostic, "vision"))
    for number, text in enumerate(TEXTS, start=1):
        expect(statement(page, number)).to_have_value(text)


def test_a_row_that_was_removed_comes_back_to_its_place(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    statement(page, 1).fill("un")
    for text, number in (("deux", 2), ("trois", 3)):
        page.get_by_role("button", name="Ajouter un énoncé").click()
        statement(page, number).fill(text)
    page.get_by_role("button", name="Retirer : énoncé 2").click()
    page.get_by_role("button", name="Retirer : énoncé 1").click()
    expect(page.locator("[data-row]")).to_have_count(1)

    # The rows that are left move past the places of those that were removed.
    page.get_by_text("Retrait : énoncé « deux ».").get_by_role("button", name="Annuler").click()
    expect(statement(page, 1)).to_be_focused()
    expect(statement(page, 1)).to_have_value("deux")
    page.get_by_role("button", name="Monter : énoncé 2").click()
    page.get_by_text("Retrait : énoncé « un ».").get_by_role("button", name="Annuler").click()
    save(page)

    texts = [entry["text"] for entry in Answer.objects.get().value["statements"]]
    assert sorted(texts) == ["deux", "trois", "un"]
    assert texts.index("trois") < texts.index("deux")


def test_a_row_that_was_removed_and_saved_comes_back(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    statement(page, 1).fill("un")
    page.get_by_role("button", name="Ajouter un énoncé").click()
    statement(page, 2).fill("deux")
    save(page)
    page.goto(step_path(diagnostic, "vision"))
    page.get_by_role("button", name="Retirer : énoncé 1").click()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("[data-save-state]")).to_contain_text("Enregistré à")
    page.get_by_role("button", name="Annuler").click()
    save(page)

    texts = [entry["text"] for entry in Answer.objects.get().value["statements"]]
    assert texts == ["un", "deux"]


# The server answers it: tests/integration/test_wizard_rows.py.
@pytest.mark.thorough
def test_a_blank_row_goes_without_a_word(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    page.get_by_role("button", name="Ajouter un énoncé").click()
    page.get_by_role("button", name="Retirer : énoncé 2").click()
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.get_by_role("button", name="Annuler")).to_have_count(0)


def test_back_to_the_check_page_shows_the_new_text(page, diagnostic):
    page.goto(step_path(diagnostic, "vision"))
    statement(page, 1).fill("Première version")
    save(page)
    page.goto(f"/diagnostics/{diagnostic.pk}/relecture/")
    expect(page.get_by_text("Première version", exact=True)).to_be_visible()
    page.locator("#vision .checked-head").get_by_role("link").click()
    statement(page, 1).fill("Seconde version")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("[data-save-state]")).to_contain_text("Enregistré à")

    page.go_back()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Relire")
    expect(page.get_by_text("Seconde version", exact=True)).to_be_visible()
    expect(page.get_by_text("Première version", exact=True)).to_have_count(0)
