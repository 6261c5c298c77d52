"""The sample report: public, of a fictitious structure, and of nothing that the database holds."""

import re

import pytest
from django.urls import reverse

from diagnostics.models import Structure
from diagnostics.report.sample import sample_content, sample_pages
from tests.pages import html_of
from tests.scene import Scene

pytestmark = pytest.mark.django_db

SAMPLE = "/exemple/"


def test_a_visitor_leafs_through_it_without_the_database(client, django_assert_num_queries):
    sample_content.cache_clear()
    sample_pages.cache_clear()
    assert not Structure.objects.exists()
    with django_assert_num_queries(0):
        page = html_of(client.get(SAMPLE))
    assert "cette structure, son territoire et ses chiffres sont inventés" in page
    assert '<section class="r-synthesis' in page
    anchors = re.findall(r'href="#([^"]+)"', page)
    assert len(anchors) > 15
    assert set(anchors) <= set(re.findall(r'id="([^"]+)"', page))


def test_it_leads_into_no_diagnostic(client):
    page = html_of(client.get(SAMPLE))
    main = page[page.index("<main") : page.index("</main")]
    links = set(re.findall(r'(?:href|action)="(/[^"]*)"', main))
    assert {link for link in links if not link.startswith("/static/")} == {
        reverse("account_signup"),
        reverse("start"),
    }


def test_nothing_of_what_is_stored_is_in_it():
    """The structure of the demonstration may be there, under other figures."""
    scene = Scene()
    before = html_of(scene.client("lead").get(SAMPLE))
    Structure.objects.update(name="Passerelles en Sorelle", territory="Ailleurs et partout")
    for role in ("lead", "facilitator"):
        page = html_of(scene.client(role).get(SAMPLE))
        assert "Ailleurs et partout" not in page
        assert "Énoncé que nul autre ne lit" not in page
        assert "Créer un compte" not in page
    assert "Passerelles en Sorelle" in before


def test_the_welcome_page_leads_to_it_and_says_how_long_it_takes(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = html_of(client.get(reverse("start")))
    assert f'href="{SAMPLE}"' in page
    assert re.findall(r"2\u00a0h(?:\u00a030)?", page) == [
        "2\u00a0h\u00a030",
        "2\u00a0h\u00a030",
        "2\u00a0h",
    ]
    assert 'class="r-circles"' in page
