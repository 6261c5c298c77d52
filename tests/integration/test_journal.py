"""The journal of a diagnostic, in words."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.journal import tell_event
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.domain.workflow import TRANSITIONS
from diagnostics.models import Event
from diagnostics.queries.journal import PER_PAGE
from tests.pages import html_of
from tests.scene import bring_to, make_scene

NB = "\u00a0"


def journal(scene, **query: object) -> str:
    address = reverse("journal", args=[scene.diagnostic.pk])
    page = unescape(html_of(scene.browser.get(address, query)))
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.django_db
def test_a_life_from_its_opening_to_its_validation(quick_pdf):
    scene = make_scene()
    bring_to(scene, State.VALIDATED)

    page = journal(scene)

    said = [
        "Fanny Facilitator a validé le diagnostic",
        f"Lise Lead a soumis le diagnostic (version{NB}1)",
        "Lise Lead a ouvert le diagnostic",
    ]
    places = [page.index(words) for words in said]
    assert places == sorted(places)


@pytest.mark.django_db
def test_another_diagnostics_events_are_not_in_it():
    scene = make_scene()
    Event.objects.create(
        structure=scene.structure, actor=scene.facilitator, kind=EventKind.VALIDATED.value
    )
    assert "Fanny Facilitator" not in journal(scene)


@pytest.mark.django_db
def test_a_long_journal_has_pages():
    scene = make_scene()
    what = {"structure": scene.structure, "diagnostic": scene.diagnostic, "actor": scene.lead}
    Event.objects.bulk_create(
        Event(kind=EventKind.SUBMITTED.value, detail={"version": n}, **what)
        for n in range(PER_PAGE)
    )
    first, second = journal(scene), journal(scene, page="2")
    assert first.count("a soumis le diagnostic") == PER_PAGE
    assert "a ouvert le diagnostic" not in first
    assert second.count("a ouvert le diagnostic") == 1
    assert journal(scene, page="x") == first


@pytest.mark.parametrize(
    ("kind", "detail", "said"),
    [
        (
            EventKind.ANSWERS_IMPORTED,
            {"steps": ["vision"]},
            f"a importé les réponses de 1{NB}étape",
        ),
        (EventKind.ANSWERS_IMPORTED, {}, "a importé les réponses"),
        (
            EventKind.FINDING_ACKNOWLEDGED,
            {"rule": "R14", "rows": []},
            f"a dit que c’est un choix assumé{NB}: «{NB}Un partenaire absent des alliances{NB}»",
        ),
        (EventKind.FINDING_ACKNOWLEDGED, {"rule": "R99"}, "a dit que c’est un choix assumé"),
        (
            EventKind.ACKNOWLEDGEMENT_WITHDRAWN,
            {"rule": "R14"},
            f"a remis un choix en discussion{NB}: «{NB}Un partenaire absent des alliances{NB}»",
        ),
        (EventKind.CHANGES_REQUESTED, {"request": 3}, "a demandé des modifications"),
    ],
)
def test_events_in_words(kind, detail, said):
    assert tell_event(kind, detail) == said


def test_every_transition_is_told_in_words():
    assert [t.name for t in TRANSITIONS if tell_event(t.event, {}).startswith(NB)] == []
