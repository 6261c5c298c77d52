"""Rows of one line: what they hold, where they stand, and their details one click away."""

import pytest
from playwright.sync_api import Page, expect

from diagnostics.domain.answers import ANSWER_SHAPES
from diagnostics.domain.vocabulary import Mission, StepKey
from diagnostics.models import Answer, Diagnostic
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, opened, row, step_path, wait_until

DESK = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
TWO_SCREENS = 1800
TEXT = "Organiser des rencontres territoriales entre associations et entreprises"


@pytest.fixture
def diagnostic(kit) -> Diagnostic:
    return a_diagnostic()[0]


@pytest.fixture
def page(open_browser, diagnostic) -> Page:
    return open_browser(diagnostic.created_by, viewport=DESK)


def store(diagnostic: Diagnostic, step: str, rows: list[dict], name: str = "rows") -> None:
    answer = ANSWER_SHAPES[StepKey(step)].model_validate({name: rows})
    save_answer(diagnostic, answer, internal_note="", base_revision=0, user=diagnostic.created_by)


def rows_of(step: str, name: str = "rows") -> list[dict]:
    answer = Answer.objects.filter(step=step).first()
    return answer.value[name] if answer else []


def an_activity(number: int, **values) -> dict:
    mission = list(Mission)[number % 4].value
    return {"id": f"a{number}", "text": f"{TEXT} {number}", "mission": mission} | values


def activity(page: Page, number: int):
    return row(page, "Activité", number)


@pytest.mark.parametrize("step", ["activities", "objectives"])
def test_ten_rows_take_two_screens_at_most(page, diagnostic, step):
    places = ["Arvelle", "Brume", "Cerne", "Doire", "Erve", "Fure", "Gave", "Huis", "Ille", "Jalle"]
    objectives = [
        {
            "id": f"o{n}",
            "statement": f"{TEXT} de la vallée de {place}",
            "kind": "quantitative",
            "target_value": 20,
            "unit": "entreprises",
            "deadline_year": 2029,
        }
        for n, place in enumerate(places)
    ]
    store(diagnostic, "objectives", objectives)
    if step == "activities":
        state = {"priority": 1, "state": "to_strengthen", "serves": ["o3"]}
        store(diagnostic, step, [an_activity(n, **state) for n in range(10)])
    page.goto(step_path(diagnostic, step))
    assert page.locator("[data-row]").count() == 10
    # What is said of the step comes below.
    form = page.locator("form[data-step-form]").bounding_box()
    assert form["y"] + form["height"] <= TWO_SCREENS


def test_an_activity_is_added_under_its_mission(page, diagnostic):
    page.goto(step_path(diagnostic, "activities"))
    group = page.get_by_role("region", name="Analyser, diffuser")
    expect(group.get_by_role("textbox", name="Activité")).to_have_count(1)  # the blank one
    group.get_by_role("button", name="Ajouter une activité").press("Enter")
    expect(activity(page, 5).get_by_role("textbox", name="Activité")).to_be_focused()
    page.keyboard.type("Publier un bilan annuel")
    activity(page, 5).get_by_role("radio", name="Importante").check()
    activity(page, 5).get_by_role("radio", name="À créer").check()
    wait_until(lambda: rows_of("activities") and rows_of("activities")[0]["state"], "not saved")
    (stored,) = rows_of("activities")
    assert (stored["text"], stored["mission"]) == ("Publier un bilan annuel", "analyse_share")
    assert (stored["priority"], stored["state"]) == (2, "to_create")

    # Another mission is chosen in the details, and the row goes there.
    opened(activity(page, 5)).get_by_label("Mission").select_option("raise_awareness")
    there = page.get_by_role("region", name="Sensibiliser")
    expect(there.locator("[data-row]")).to_have_count(2)
    wait_until(lambda: rows_of("activities")[0]["mission"] == "raise_awareness", "not moved")


@pytest.mark.thorough
def test_a_row_moves_within_its_group_with_what_was_chosen(page, diagnostic):
    store(
        diagnostic,
        "activities",
        [
            an_activity(0, priority=1, state="existing"),
            an_activity(1, priority=2),
            an_activity(4, priority=3, state="to_create"),
        ],
    )
    page.goto(step_path(diagnostic, "activities"))
    opened(activity(page, 3)).get_by_role("button", name="Monter").press("Enter")
    wait_until(lambda: [r["id"] for r in rows_of("activities")] == ["a4", "a1", "a0"], "not moved")
    assert [r["priority"] for r in rows_of("activities")] == [3, 2, 1]
    assert [r["state"] for r in rows_of("activities")] == ["to_create", None, "existing"]
    activity(page, 2).get_by_role("button", name="Retirer").press("Enter")
    wait_until(lambda: [r["priority"] for r in rows_of("activities")] == [3, 1], "not removed")
    page.get_by_role("button", name="Annuler").press("Enter")
    wait_until(lambda: [r["id"] for r in rows_of("activities")] == ["a4", "a1", "a0"], "not back")
    assert [r["priority"] for r in rows_of("activities")] == [3, 2, 1]


def test_a_second_click_takes_a_choice_back(page, diagnostic):
    store(diagnostic, "activities", [an_activity(0, priority=1)])
    page.goto(step_path(diagnostic, "activities"))
    first = activity(page, 1).get_by_role("radio", name="Prioritaire")
    first.click()
    expect(first).not_to_be_checked()
    wait_until(lambda: rows_of("activities")[0]["priority"] is None, "not saved")


def test_closed_details_say_what_they_hold_and_open_for_what_is_refused(page, diagnostic):
    store(diagnostic, "activities", [an_activity(0, start_year=2027)])
    page.goto(step_path(diagnostic, "activities"))
    hint, year = activity(page, 1).locator("[data-hint]"), page.get_by_label("Année de démarrage")
    expect(hint).to_have_text("2027")
    expect(year.first).to_be_hidden()

    summary = activity(page, 1).get_by_text("Détails")
    summary.press("Enter")
    year.first.fill("bientôt")
    summary.press("Enter")
    expect(activity(page, 1).get_by_text("Indiquez une année à quatre chiffres")).to_be_visible()
    page.reload()
    expect(year.first).to_have_value("bientôt")
    expect(year.first).to_be_visible()


def test_a_new_row_opens_as_one_types_and_the_one_before_closes(page, diagnostic):
    store(diagnostic, "objectives", [{"id": f"o{n}", "statement": f"But {n}"} for n in range(9)])
    page.goto(step_path(diagnostic, "activities"))
    activity(page, 1).get_by_role("textbox", name="Activité").press_sequentially("Un")
    # More than eight: all of them show at once all the same.
    activity(page, 1).get_by_label("O9 · But 8").check()
    activity(page, 2).get_by_role("textbox", name="Activité").press_sequentially("Deux")
    expect(activity(page, 2).get_by_label("O9 · But 8")).to_be_visible()
    expect(activity(page, 1).get_by_label("O9 · But 8")).to_be_hidden()
    expect(activity(page, 1).locator("[data-hint]")).to_contain_text("O9")
    wait_until(lambda: [r["serves"] for r in rows_of("activities")] == [["o8"], []], "not saved")


def test_a_quality_needs_no_value_and_a_value_makes_a_figure(page, diagnostic):
    page.goto(step_path(diagnostic, "objectives"))
    first = row(page, "Objectif", 1)
    first.get_by_label("Énoncé").fill("Mieux choisir les projets")
    opened(first).get_by_label("Nature").select_option("Qualitatif")
    for label in ("Valeur actuelle", "Valeur cible", "Unité"):
        expect(first.get_by_label(label)).to_be_hidden()
    expect(first.get_by_label("Échéance")).to_be_visible()
    first.get_by_label("Nature").select_option("")
    first.get_by_label("Valeur cible").fill("20")
    expect(first.get_by_label("Nature")).to_have_value("quantitative")


def test_levers_are_added_up_while_one_types(page, diagnostic):
    page.goto(step_path(diagnostic, "economic_model"))
    for field, value in {"now-budget_min_keur": "120", "now-public_pct": "50"}.items():
        page.locator(f"#id_economic_model-{field}").fill(value)
    public = page.get_by_role("region", name="Ressources publiques")
    public.get_by_label("Montant N (K€)").fill("40")
    expect(public.locator("output")).to_have_text("2026 : 40 K€ sur 60 K€ · 2029 : 0 K€")
    total = page.locator("[data-lever-total='']")
    expect(total).to_have_text("2026 : 40 K€ sur 120 K€ · 2029 : 0 K€")
    page.get_by_role("region", name="Auto-financement").get_by_label("Montant cible").fill(
        "15 à 20"
    )
    expect(total).to_have_text("2026 : 40 K€ sur 120 K€ · 2029 : 15 – 20 K€")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("[data-save-state]")).to_contain_text("Enregistré à")
    page.reload()
    expect(total).to_have_text("2026 : 40 K€ sur 120 K€ · 2029 : 15 – 20 K€")


def test_on_a_phone_a_row_is_a_card_that_opens(open_browser, diagnostic):
    store(diagnostic, "activities", [an_activity(0, priority=1, state="existing")])
    page = open_browser(diagnostic.created_by, viewport=PHONE)
    page.goto(step_path(diagnostic, "activities"))
    card = activity(page, 1)
    expect(card.get_by_role("textbox", name="Activité")).to_be_visible()
    expect(card.locator("[data-hint]")).to_have_text("Prioritaire · Existante")
    expect(card.get_by_role("radio", name="Prioritaire")).to_be_hidden()
    card.get_by_text("Détails").press("Enter")
    expect(card.get_by_role("radio", name="Prioritaire")).to_be_checked()
    expect(card.get_by_label("Mission")).to_be_visible()


@pytest.mark.thorough
def test_without_javascript_an_activity_is_added_under_its_mission(no_script, diagnostic):
    page = no_script(diagnostic.created_by)
    page.goto(step_path(diagnostic, "activities"))
    activity(page, 2).get_by_role("textbox", name="Activité").fill("Un")
    page.get_by_role("button", name="Ajouter une activité : Analyser, diffuser").click()
    group = page.get_by_role("region", name="Analyser, diffuser")
    group.get_by_role("textbox", name="Activité").fill("Deux")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    stored = [(r["text"], r["mission"]) for r in rows_of("activities")]
    assert stored == [("Un", "raise_awareness"), ("Deux", "analyse_share")]
