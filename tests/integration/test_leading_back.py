"""The address of a form, opened in the address bar: the form's page; any other method: a page in French."""

from __future__ import annotations

import pytest

from diagnostics.domain.vocabulary import State
from diagnostics.views.leading_back import PAGES
from tests.routes import LED_BACK, NOT_ALLOWED, ROUTES, Route
from tests.scene import ROLES, Scene, make_scene

pytestmark = pytest.mark.django_db

FORMS = [route for route in ROUTES if route.get == LED_BACK and route.name != "review_next"]


def test_each_address_of_a_form_leads_to_a_page_that_opens():
    """As who sends the form, in the state in which it is sent."""
    scenes: dict[State, Scene] = {}
    refused = []
    for route in FORMS:
        if route.state not in scenes:
            scenes[route.state] = make_scene(route.state)
        scene = scenes[route.state]
        client = scene.client(_who_sends(route))
        response = client.get(route.address(scene))
        page = client.get(response.url, follow=True)
        if page.status_code != 200:
            refused.append((route.name, response.url, page.status_code))
    assert refused == []
    assert {route.name for route in FORMS} == PAGES.keys()


def _who_sends(route: Route) -> str:
    accepted = [role for role in ROLES if getattr(route.post, role) in {200, 302}]
    return accepted[-1] if accepted else "lead"


def test_it_leads_to_the_very_place():
    scene = make_scene(State.SUBMITTED)
    client = scene.client("facilitator")
    diagnostic = f"/diagnostics/{scene.diagnostic.pk}"
    for sent, page in {
        "/portefeuille/ecrire/": "/portefeuille/",
        f"{diagnostic}/relecture/vision/demander/": f"{diagnostic}/relecture/#relire-vision",
        f"{diagnostic}/etapes/positioning/apercu/": f"{diagnostic}/etapes/positioning/",
        f"{diagnostic}/echanges/12/resoudre/": f"{diagnostic}/echanges/12/",
    }.items():
        assert client.get(sent).url == page
        assert client.head(sent).url == page


def test_another_method_is_refused_in_french_and_gives_back_what_was_sent():
    scene = make_scene()
    response = scene.browser.post("/a-propos/", {"text": "Ce que j’ai écrit"})
    page = response.content.decode()
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert "Cette adresse ne s’ouvre pas ainsi" in page
    assert "Ce que j’ai écrit</textarea>" in page
    assert NOT_ALLOWED.lead == 405
