"""What a step weighs, and that its columns are where they are meant to be."""

import gzip

from django.contrib.staticfiles import finders
from playwright.sync_api import expect

from diagnostics.domain.answers import Objective, Objectives
from diagnostics.services.answers import save_answer
from tests.browser.helpers import a_diagnostic, row, step_path

HTML_LIMIT = 100_000
STATIC_LIMIT = 120_000


def test_a_step_of_six_rows_is_light(open_browser, kit):
    diagnostic, lead = a_diagnostic()
    rows = [Objective(id=f"o{n}", statement=f"Objectif numéro {n}" * 10) for n in range(6)]
    save_answer(diagnostic, Objectives(rows=rows), internal_note="", base_revision=0, user=lead)
    page = open_browser(lead)
    files = []
    page.on("response", lambda response: files.append(response.url))
    answer = page.goto(step_path(diagnostic, "objectives"))
    expect(row(page, "Objectif", 6)).to_be_visible()
    assert len(answer.body()) < HTML_LIMIT
    static = {url.split("/static/")[1] for url in files if url.endswith((".css", ".js"))}
    assert {"css/wizard.css", "js/rows.js"} <= static
    weights = {}
    for name in static:
        with open(finders.find(name), "rb") as file:
            weights[name] = len(gzip.compress(file.read()))
    assert sum(weights.values()) < STATIC_LIMIT, weights


def test_three_columns_on_a_wide_screen_and_one_on_a_phone(open_browser, kit):
    diagnostic, lead = a_diagnostic()
    page = open_browser(lead)
    page.set_viewport_size({"width": 1400, "height": 900})
    page.goto(step_path(diagnostic, "vision"))
    rail, sheet = page.locator(".rail").bounding_box(), page.locator(".sheet").bounding_box()
    side = page.locator(".side").bounding_box()
    assert rail["x"] + rail["width"] <= sheet["x"]
    assert sheet["x"] + sheet["width"] <= side["x"]
    field = page.locator("[data-row] textarea").bounding_box()
    up = page.locator("[data-row] > .row-tools > [title=Monter]").bounding_box()
    assert up["x"] - field["x"] - field["width"] >= 8, "the arrow of a row is against its field"
    # The tabs of an account stand on one line.
    page.goto("/compte/")
    tabs = page.locator(".tab-line a")
    assert len(set(tabs.evaluate_all("all => all.map((one) => one.offsetTop)"))) == 1
    page.goto(step_path(diagnostic, "vision"))
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    rail, sheet = page.locator(".rail").bounding_box(), page.locator(".sheet").bounding_box()
    assert rail["y"] + rail["height"] <= sheet["y"]
    assert rail["height"] < 120, "the steps start folded on a phone"
