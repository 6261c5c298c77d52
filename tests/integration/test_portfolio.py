"""The facilitators' list: what comes first, its views, its filters, its orders, its pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.portfolio import Column, View
from diagnostics.domain.vocabulary import State
from diagnostics.models import Cohort, Diagnostic, PortfolioLine, Structure, Thread, User
from diagnostics.queries.portfolio import PAGE_SIZE
from diagnostics.queries.todo import load_to_do
from diagnostics.services.reviews import hand_over_review, release_review, take_review
from diagnostics.services.workflow import submit_diagnostic, validate_diagnostic
from tests.factories import DiagnosticFactory, MembershipFactory, StructureFactory, UserFactory
from tests.pages import page_of
from tests.scene import BASE_URL, IN_SPITE, SECRETS, make_scene

pytestmark = pytest.mark.django_db

PORTFOLIO = "/portefeuille/"
NOW = timezone.now()
MOMENTS: dict[State, dict[str, Any]] = {
    State.DRAFT: {},
    State.SUBMITTED: {"submitted_at": NOW},
    State.CHANGES_REQUESTED: {"submitted_at": NOW},
    State.VALIDATED: {"submitted_at": NOW, "validated_at": NOW},
    State.ADOPTED: {"submitted_at": NOW, "validated_at": NOW, "adopted_at": NOW},
}


@pytest.fixture
def facilitator(client: Client) -> User:
    user = UserFactory(facilitator=True)
    client.force_login(user)
    return user


def diagnostic_in(state: State, name: str, *, days: int = 0, **fields: Any) -> Diagnostic:
    since = NOW - dt.timedelta(days=days)
    moments = dict.fromkeys(MOMENTS[state], since)
    return DiagnosticFactory(
        structure__name=name, state=state.value, state_since=since, **moments | fields
    )


def names(response: HttpResponse) -> list[str]:
    """The structures of a page, in its order."""
    assert response.status_code == 200
    return [row.structure.name for row in response.context["portfolio"].rows]


# --- What comes first ---------------------------------------------------------------------------------


def test_those_to_review_come_first_the_longest_wait_first(client, facilitator):
    for state in reversed(State):
        diagnostic_in(state, state.value)
    StructureFactory(name="without")
    diagnostic_in(State.SUBMITTED, "waits", days=20)
    response = client.get(PORTFOLIO)
    assert names(response) == [
        "waits",
        "submitted",
        "changes_requested",
        "draft",
        "without",
        "validated",
        "adopted",
    ]
    text = page_of(response).text
    assert "2 diagnostics attendent votre relecture" in text
    assert "depuis 20 j" in text


def test_a_row_says_what_there_is_to_know(client, facilitator):
    lead = UserFactory(name="Léa Lead")
    diagnostic = diagnostic_in(
        State.VALIDATED,
        "Suivie",
        days=3,
        structure__facilitator=facilitator,
        structure__region="Grand Est",
        board_date=dt.date(2027, 3, 9),
        indicators={"steps_total": 11, "steps_complete": 8, "attention": 2, "info": 1, "axes": {}},
    )
    diagnostic.structure.cohorts.add(Cohort.objects.create(name="Promotion 2026"))
    diagnostic.answers.create(step="vision", value={}, updated_by=lead)
    response = client.get(PORTFOLIO)
    page = page_of(response)
    assert reverse("diagnostic_check", args=[diagnostic.pk]) in page.links
    row = response.context["portfolio"].rows[0]
    assert (row.days, row.changed_by, row.line.steps_complete, row.line.points) == (
        3,
        "Léa Lead",
        8,
        2,
    )
    for told in ("Grand Est", "8 étapes", "+ 1 info", "9 mars 2027", "Promotion 2026", "Léa Lead"):
        assert told in page.text
    assert facilitator.display_name in page.text


def test_a_structure_without_a_diagnostic_has_its_line_until_it_opens_one(client, facilitator):
    structure = StructureFactory(name="Nouvelle venue")
    address = reverse("structure_detail", args=[structure.pk])
    response = client.get(PORTFOLIO, {"etat": "aucun"})
    assert names(response) == ["Nouvelle venue"]
    assert address in page_of(response).links
    DiagnosticFactory(structure=structure)
    assert names(client.get(PORTFOLIO, {"etat": "aucun"})) == []
    assert names(client.get(PORTFOLIO, {"etat": "draft"})) == ["Nouvelle venue"]


def test_hostile_names_are_text(client, facilitator):
    hostile = '<script>alert(1)</script> & "Cie"'
    diagnostic_in(State.DRAFT, hostile, title=hostile)
    response = client.get(PORTFOLIO)
    assert "<script>alert" not in response.content.decode()
    assert page_of(response).text.count(hostile) == 3  # the box that chooses it names it too


# --- Who sees it --------------------------------------------------------------------------------------


def test_the_list_is_for_facilitators():
    scene = make_scene(State.SUBMITTED)
    for role in ("lead", "contributor", "reader", "stranger", "staff"):
        response = scene.client(role).get(PORTFOLIO)
        assert response.status_code == 403
        assert not [words for words in SECRETS if words in response.content.decode()]
    body = scene.client("facilitator").get(PORTFOLIO).content.decode()
    assert SECRETS[0] in body
    assert SECRETS[2] not in body


def test_a_facilitator_of_the_team_sees_her_structure_but_does_not_review_it(client, facilitator):
    own = diagnostic_in(State.SUBMITTED, "La mienne", days=9)
    MembershipFactory(structure=own.structure, user=facilitator)
    diagnostic_in(State.SUBMITTED, "Une autre", days=2)
    response = client.get(PORTFOLIO)
    assert names(response) == ["La mienne", "Une autre"]
    assert [row.is_to_review for row in response.context["portfolio"].rows] == [False, True]
    text = page_of(response).text
    assert "1 diagnostic attend votre relecture" in text
    assert text.count("Votre structure") == 1
    assert names(client.get(PORTFOLIO, {"vue": View.TO_REVIEW})) == ["Une autre"]
    # A colleague reviews both.
    client.force_login(UserFactory(facilitator=True))
    assert names(client.get(PORTFOLIO, {"vue": View.TO_REVIEW})) == ["La mienne", "Une autre"]


# --- Views and filters --------------------------------------------------------------------------------


def test_views(client, facilitator):
    today = timezone.localdate()
    diagnostic_in(State.SUBMITTED, "Attend", days=8, structure__facilitator=facilitator)
    diagnostic_in(State.SUBMITTED, "Arrive", days=7)
    other = UserFactory(facilitator=True)
    for name, days in (("Hier", -1), ("Ce jour", 0), ("Dans un mois", 30), ("Après", 31)):
        diagnostic_in(
            State.VALIDATED,
            name,
            days=40,
            structure__facilitator=other,
            board_date=today + dt.timedelta(days=days),
        )
    gone = UserFactory(facilitator=True)
    diagnostic_in(State.DRAFT, "Orpheline", structure__facilitator=gone)
    gone.is_facilitator = False
    gone.save(update_fields=["is_facilitator"])
    expected = {
        View.ALL: 7,
        View.TO_REVIEW: ["Attend", "Arrive"],
        View.MINE: ["Attend"],
        View.WITHOUT: ["Arrive", "Orpheline"],
        View.WAITING: ["Attend"],
        View.BOARD: ["Ce jour", "Dans un mois"],
    }
    for view, found in expected.items():
        response = client.get(PORTFOLIO, {"vue": view.value, "tri": "-attente"})
        shown = names(response)
        assert len(shown) == response.context["portfolio"].counts[view]
        assert (len(shown) if view is View.ALL else sorted(shown)) == (
            found if view is View.ALL else sorted(found)
        )


def test_what_she_took_is_among_hers_as_long_as_she_has_it(client, facilitator):
    """As on her start page and behind « Relecture suivante », whoever follows the structure."""
    scene = make_scene(State.SUBMITTED)
    colleague = scene.facilitator
    Structure.objects.update(facilitator=colleague)
    take_review(scene.diagnostic, user=colleague)

    def hers() -> tuple[list[str], list[str], str]:
        """In her list, on her start page, and next."""
        to_do = [one.diagnostic.structure.name for one in load_to_do(facilitator)]
        return (
            names(client.get(PORTFOLIO, {"vue": View.MINE.value})),
            to_do,
            client.get(reverse("review_next")).url,
        )

    check = reverse("diagnostic_check", args=[scene.diagnostic.pk])
    assert hers() == ([], [], PORTFOLIO)
    hand_over_review(scene.diagnostic, to=facilitator, words="", user=colleague)
    assert hers() == ([scene.structure.name], [scene.structure.name], check)
    release_review(scene.diagnostic, user=facilitator)
    assert hers() == ([], [], PORTFOLIO)
    take_review(scene.diagnostic, user=facilitator)
    validate_diagnostic(scene.diagnostic, user=facilitator, base_url=BASE_URL, in_spite=IN_SPITE)
    assert hers() == ([], [], PORTFOLIO)


def test_the_address_of_a_state_shows_exactly_that(client, facilitator):
    for other in State:
        diagnostic_in(other, f"Structure {other.value}", structure__facilitator=facilitator)
    for state in State:
        client.get(PORTFOLIO, {"vue": "sans-facilitateur", "region": "Nulle part"})
        response = client.get(PORTFOLIO, {"etat": state.value})
        assert names(response) == [f"Structure {state.value}"]
        body = response.content.decode()
        assert [other for other in State if f"Structure {other.value}<" in body] == [state]


def test_filters(client, facilitator):
    cohort = Cohort.objects.create(name="Promotion Grand Est 2026")
    here = diagnostic_in(
        State.DRAFT,
        "Ici",
        structure__region="Île-de-France",
        structure__facilitator=facilitator,
        base_year=2025,
        horizon_years=4,
    )
    here.structure.cohorts.add(cohort)
    diagnostic_in(State.DRAFT, "Là", structure__region="Grand Est", base_year=2027)
    for given, found in {
        "region=Île-de-France": ["Ici"],
        "region=ile de france": ["Ici"],
        "region=GRAND EST": ["Là"],
        f"facilitation={facilitator.pk}": ["Ici"],
        "facilitation=moi": ["Ici"],
        "facilitation=aucune": ["Là"],
        f"cohorte={cohort.pk}": ["Ici"],
        "horizon=2029": ["Ici"],
        "horizon=2030": ["Là"],
        f"horizon=2030&cohorte={cohort.pk}": [],
    }.items():
        assert names(client.get(f"{PORTFOLIO}?{given}")) == found, given


def test_what_no_list_has_is_left_out(client, facilitator):
    diagnostic_in(State.DRAFT, "Structure")
    for key in ("etat", "region", "facilitation", "cohorte", "horizon", "vue", "tri"):
        for asked in ("", "unknown", "draft'--", "-1", "9" * 30, "\x00", "é" * 500, "٣"):
            response = client.get(PORTFOLIO, {key: asked})
            assert names(response) == ["Structure"], (key, asked)


def test_an_empty_list_says_so(client, facilitator):
    text = page_of(client.get(PORTFOLIO)).text
    assert "Aucun diagnostic dans cette liste" in text
    assert "Aucun diagnostic n’attend votre relecture" in text


# --- Search -------------------------------------------------------------------------------------------


SEARCHES = [
    ("oeuvre", True),
    ("ŒUVRE", True),
    ("œuvre élan", True),
    ("elan oeuvre", True),
    ("e\u0301lan", True),  # decomposed
    ("saint étienne", True),
    ("Saint-Etienne", True),
    ("etienne saint", True),
    ("Noé", True),  # the lead
    ("noe.martin@exemple", True),
    ("facilité", True),  # who follows it
    ("Auvergne", True),  # the region
    ("ambition 2026", True),  # the title
    ("l'élan", True),
    ("l’élan", True),
    ("  élan   ", True),
    ("élan autre", False),
    ("elanoeuvre", False),
    ("étranger", False),  # of another team
    ("%", True),  # nothing but signs: nothing is searched
    ("_lan", True),  # no wildcard: « lan »
    ("é" * 500, False),
    ("\x00élan", True),
]


def test_a_search_finds_words_in_any_order_without_accents(client, facilitator):
    fanny = UserFactory(facilitator=True, name="Fanny Facilité")
    structure = StructureFactory(
        name="L’Élan à l’Œuvre",
        territory="Bassin de Saint-Étienne",
        region="Auvergne-Rhône-Alpes",
        facilitator=fanny,
        lead=UserFactory(name="Noé Martin", email="noe.martin@exemple.example"),
    )
    DiagnosticFactory(structure=structure)
    StructureFactory(name="Ailleurs", lead=UserFactory(name="Étranger"))
    told = {
        asked: structure.name in names(client.get(PORTFOLIO, {"q": asked}))
        for asked, _found in SEARCHES
    }
    assert told == dict(SEARCHES)


def test_a_search_follows_names_that_change(client, facilitator):
    lead = UserFactory(name="Ancien Nom")
    structure = StructureFactory(name="Structure", lead=lead)
    other = MembershipFactory(structure=structure, user=UserFactory(name="Partie Demain"))
    assert names(client.get(PORTFOLIO, {"q": "ancien nom"})) == ["Structure"]
    lead.name = "Nouveau Nom"
    lead.save(update_fields=["name"])
    other.delete()
    Structure.objects.filter(pk=structure.pk).update(territory="Vallée neuve")
    for asked, found in {
        "ancien": [],
        "nouveau nom": ["Structure"],
        "partie demain": [],
        "vallee": ["Structure"],
    }.items():
        assert names(client.get(PORTFOLIO, {"q": asked})) == found, asked


# --- Order --------------------------------------------------------------------------------------------

FRENCH_ORDER = [
    "à Bâbord",
    "Ébène",
    "ecoute",
    "Écoute et partage",
    "L’Étang",
    "L'Etape",
    "Odyssée",
    "Œil ouvert",
    "Œuvre",
    "Offrande",
    "Saint-Ange",
    "Saint Brieuc",
    "Zébulon",
    "école",
]


def test_names_are_in_french_order(client, facilitator):
    expected = [*FRENCH_ORDER[:2], "école", *FRENCH_ORDER[2:-1]]
    for name in sorted(FRENCH_ORDER):  # as bytes: another order
        StructureFactory(name=name)
    assert names(client.get(PORTFOLIO, {"tri": "structure"})) == expected
    assert names(client.get(PORTFOLIO, {"tri": "-structure"})) == expected[::-1]


def test_every_column_sorts_both_ways_and_what_is_empty_comes_last(client, facilitator):
    today = timezone.localdate()
    first, second = (
        UserFactory(facilitator=True, name="Alix"),
        UserFactory(facilitator=True, name="Éric"),
    )
    low = diagnostic_in(
        State.SUBMITTED,
        "Bas",
        days=1,
        board_date=today,
        structure__territory="Étang",
        structure__region="Bretagne",
        structure__facilitator=first,
        indicators={"steps_complete": 1, "attention": 1},
        updated_at=NOW - dt.timedelta(days=30),
    )
    high = diagnostic_in(
        State.VALIDATED,
        "Haut",
        days=9,
        board_date=today + dt.timedelta(days=5),
        structure__territory="Forêt",
        structure__region="Évreux",
        structure__facilitator=second,
        indicators={"steps_complete": 9, "attention": 5},
        updated_at=NOW,
    )
    for diagnostic, count in ((low, 1), (high, 2)):
        for _ in range(count):
            say(diagnostic, facilitator)
            say(diagnostic, facilitator, kind="request", state="addressed")
    for column in Column:
        assert names(client.get(PORTFOLIO, {"tri": column.value})) == ["Bas", "Haut"], column
        assert names(client.get(PORTFOLIO, {"tri": f"-{column.value}"})) == ["Haut", "Bas"], column
    diagnostic_in(State.ADOPTED, "Zone vide", structure__territory="Zone")
    for order in ("region", "conseil", "facilitation", "attente"):
        for sign in ("", "-"):
            assert names(client.get(PORTFOLIO, {"tri": sign + order}))[-1] == "Zone vide"


def say(diagnostic: Diagnostic, user: User, **fields: Any) -> Thread:
    given = {"audience": "facilitation", "kind": "comment", "state": "open"} | fields
    return Thread.objects.create(diagnostic=diagnostic, opened_by=user, **given)


# --- What is counted ----------------------------------------------------------------------------------


def test_what_a_structure_says_among_itself_is_not_counted(client, facilitator):
    diagnostic = diagnostic_in(State.SUBMITTED, "Structure")
    say(diagnostic, facilitator, audience="team")
    say(diagnostic, facilitator, audience="facilitators")
    shared = say(diagnostic, facilitator)
    say(diagnostic, facilitator, kind="request", state="pending")
    asked = say(diagnostic, facilitator, kind="request", state="addressed")

    def counted() -> tuple[int, int, int]:
        row = client.get(PORTFOLIO).context["portfolio"].rows[0]
        return row.threads, row.line.requests, row.line.requests_addressed

    assert counted() == (2, 2, 1)
    MembershipFactory(structure=diagnostic.structure, user=facilitator)
    assert counted() == (1, 2, 1)  # what facilitators say between them of her structure is not hers
    shared.state = "resolved"
    shared.save(update_fields=["state"])
    asked.delete()
    assert counted() == (0, 1, 0)


def test_the_lines_say_what_would_be_read_again():
    """After everything that a scene does, each line is what the triggers would write anew."""
    scene = make_scene(State.CHANGES_REQUESTED)
    say(scene.diagnostic, scene.facilitator)
    scene.diagnostic.structure.facilitator = scene.facilitator
    scene.diagnostic.structure.save(update_fields=["facilitator"])
    scene.stranger.name = "Autre nom"
    scene.stranger.save(update_fields=["name"])
    StructureFactory(lead=True)
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    take_review(scene.diagnostic, user=scene.facilitator)
    kept = {line["id"]: line for line in PortfolioLine.objects.values()}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM diagnostics_portfolioline")
        cursor.execute("SELECT portfolio_refresh(array_agg(id)) FROM diagnostics_structure")
    assert {line["id"]: line for line in PortfolioLine.objects.values()} == kept
    assert len(kept) == 3
    assert kept[scene.diagnostic.pk]["reviewer_id"] == scene.facilitator.pk


def test_a_line_goes_with_what_it_is_of():
    structure = StructureFactory()
    diagnostic = DiagnosticFactory(structure=structure)
    assert list(PortfolioLine.objects.values_list("pk", flat=True)) == [diagnostic.pk]
    diagnostic.delete()
    assert list(PortfolioLine.objects.values_list("pk", flat=True)) == [structure.pk]
    structure.delete()
    assert not PortfolioLine.objects.exists()


# --- Pages --------------------------------------------------------------------------------------------


def test_pages(client, facilitator):
    for index in range(2 * PAGE_SIZE + 1):
        diagnostic_in(State.DRAFT, f"Structure {index:03}")
    asked = {"etat": "draft", "tri": "structure"}
    seen = [names(client.get(PORTFOLIO, asked | {"page": str(page)})) for page in (1, 2, 3)]
    assert [len(page) for page in seen] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert sum(seen, []) == [f"Structure {index:03}" for index in range(2 * PAGE_SIZE + 1)]
    falling = [
        names(client.get(PORTFOLIO, {"tri": "-structure", "page": str(page)})) for page in (1, 2, 3)
    ]
    assert sum(falling, []) == sum(seen, [])[::-1]
    links = page_of(client.get(PORTFOLIO, asked | {"page": "2"})).links
    assert {"?etat=draft&tri=structure", "?etat=draft&tri=structure&page=3"} <= set(links)
    assert names(client.get(PORTFOLIO, asked | {"page": "99"})) == seen[2]
    for page in ("0", "-1", "99999999999999999999", "deux", ""):
        assert names(client.get(PORTFOLIO, asked | {"page": page})) in (seen[0], seen[2])


# --- The view that is kept ----------------------------------------------------------------------------


def test_the_bare_address_is_as_one_saw_the_list_last(client, facilitator):
    diagnostic_in(State.DRAFT, "Brouillon")
    diagnostic_in(State.SUBMITTED, "Soumis")
    both = ["Brouillon", "Soumis"]
    assert names(client.get(PORTFOLIO)) == both[::-1]
    assert names(client.get(PORTFOLIO, {"etat": "draft", "tri": "-structure"})) == ["Brouillon"]
    assert names(client.get(PORTFOLIO)) == ["Brouillon"]
    # Another address shows what it says, a search is not kept, and everything is a view as well.
    assert names(client.get(PORTFOLIO, {"q": "soumis"})) == ["Soumis"]
    assert names(client.get(PORTFOLIO, {"tri": "structure"})) == both
    assert names(client.get(PORTFOLIO)) == both
    client.get(PORTFOLIO, {"vue": "toutes"})
    assert names(client.get(PORTFOLIO)) == both[::-1]
    # It is each person's own.
    client.get(PORTFOLIO, {"etat": "draft"})
    client.force_login(UserFactory(facilitator=True))
    assert names(client.get(PORTFOLIO)) == both[::-1]
