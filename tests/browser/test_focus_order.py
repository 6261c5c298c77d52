"""Tab through each of the eleven steps: everything is reached, in the order one reads, nothing is hidden
behind the bar at the foot."""

from itertools import pairwise, takewhile

import pytest
from playwright.sync_api import Page

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Membership
from tests.browser.helpers import step_path

# Where the focus is after each Tab, until it is past the main part: a name of its own, whether something
# covers it, and in what part of the page. The page notes it: to ask after each key takes twice the time.
_NOTE = """() => {
  window.stops = [];
  document.addEventListener("keyup", () => window.stops.push(focused()));
  const focused = () => {
    const e = document.activeElement;
    const box = e.getBoundingClientRect();
    const at = document.elementFromPoint(
      Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), box.top + Math.min(box.height / 2, 12));
    const label = e.closest("label, summary, a, button");
    const free = at === e || e.contains(at) || at?.contains(e) || label?.contains(at);
    const sheet = document.querySelector(".sheet");
    const all = [...document.querySelectorAll("main *")];
    return {
      index: all.indexOf(e),
      name: `${e.tagName} ${e.name || e.textContent.trim().slice(0, 40)}`,
      covered: all.includes(e) && !free,
      part: e.closest("[data-examples]") ? "examples" : e.closest(".step-bar") ? "bar"
        : e.closest("[data-step-form]") ? "form" : e.closest(".rail") ? "rail" : "other",
    };
  };
}"""
KEYS = 25  # pressed before the page is asked what it noted
# What a person without a mouse has to be able to use: one of each set of radio buttons.
_USABLE = """() => {
  const sets = new Set();
  return [...document.querySelectorAll("[data-step-form] :is(input:not([type=hidden]), select, textarea, button, summary), button[name=example]")]
    .filter((e) => e.checkVisibility({visibilityProperty: true}) && !e.disabled && e.tabIndex >= 0
      && (e.type !== "radio" || (!sets.has(e.name) && sets.add(e.name))))
    .map((e) => `${e.tagName} ${e.name || e.textContent.trim().slice(0, 40)}`);
}"""


@pytest.fixture
def page(open_browser, demo) -> Page:
    return open_browser(lead_of(brumelle(demo)), viewport={"width": 1400, "height": 900})


def brumelle(demo) -> Diagnostic:
    return Diagnostic.objects.get(structure=demo["Lien Brumelle"])


def lead_of(diagnostic: Diagnostic):
    return Membership.objects.get(structure=diagnostic.structure, role="lead").user


@pytest.mark.thorough
def test_tab_reaches_everything_in_the_order_one_reads(page, demo):
    diagnostic = brumelle(demo)
    assert {
        step: problems for step in StepKey if (problems := problems_at(page, diagnostic, step))
    } == {}


def problems_at(page: Page, diagnostic: Diagnostic, step: StepKey) -> list[str]:
    """What is wrong with the way of the focus through a step."""
    page.goto(step_path(diagnostic, step))
    usable = page.evaluate(_USABLE)
    page.evaluate(_NOTE)
    page.locator("main").focus()
    stops: list[dict] = []
    for _ in range(400 // KEYS):
        for _ in range(KEYS):
            page.keyboard.press("Tab")
        stops = page.evaluate("window.stops")
        if any(stop["index"] < 0 for stop in stops):
            break
    stops = list(takewhile(lambda stop: stop["index"] >= 0, stops))
    reached = [stop["name"] for stop in stops]
    problems = [f"{stop['name']} is covered" for stop in stops if stop["covered"]]
    problems += [f"{name} is not reached" for name in usable if name not in reached]
    problems += ["nothing to use"] if not usable else []
    for before, stop in pairwise(stops):
        if stop["index"] < before["index"]:
            problems.append(f"{stop['name']} comes after {before['name']}")
    # The rail, the form, the way out, then the examples beside it.
    order = {"rail": 0, "form": 1, "bar": 2, "examples": 3}
    parts = [stop["part"] for stop in stops if stop["part"] in order]
    for before, part in pairwise(parts):
        if order[part] < order[before]:
            problems.append(f"{part} comes after {before}")
    return problems


def test_the_examples_are_one_key_away_from_the_fields(page, demo):
    page.goto(step_path(brumelle(demo), "activities"))
    link = page.get_by_role("link", name="Exemples du kit")
    link.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-examples]') !== null")
    back = page.get_by_role("link", name="Revenir à la saisie")
    back.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**#step-form")
    page.wait_for_function(
        "document.activeElement === document.body || document.activeElement.id === 'step-form'"
    )
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
