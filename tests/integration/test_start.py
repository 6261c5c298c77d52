"""The start page of a person: their diagnostics, where they left off, the search and the pages."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.answers import Objective, Objectives
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Answer, AnswerRevision, Diagnostic
from diagnostics.queries.start import PER_PAGE, load_start, matches
from tests.factories import DiagnosticFactory, MembershipFactory, StructureFactory, UserFactory
from tests.pages import html_of, page_of
from tests.scene import make_scene

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ago(**passed: float) -> dt.datetime:
    return NOW - dt.timedelta(**passed)


def answered(diagnostic: Diagnostic, step: StepKey, *, by, at: dt.datetime) -> Answer:
    return Answer.objects.create(
        diagnostic=diagnostic, step=step.value, value={}, updated_by=by, updated_at=at
    )


def start_of(client, user, **asked):
    client.force_login(user)
    return client.get(reverse("start"), asked)


def changed(diagnostic: Diagnostic, at: dt.datetime) -> Diagnostic:
    Diagnostic.objects.filter(pk=diagnostic.pk).update(updated_at=at)
    return diagnostic


def many(user, count: int) -> list[Diagnostic]:
    """Diagnostics of one structure, the last changed first."""
    structure = StructureFactory(name="Réseau Élan", lead=user)
    return [
        changed(DiagnosticFactory(structure=structure, title=f"Cap n° {n}"), ago(hours=n))
        for n in range(count)
    ]


# --- The list -----------------------------------------------------------------------------------


def test_the_last_changed_comes_first_whatever_its_structure():
    user = UserFactory()
    one, two = StructureFactory(name="A", lead=user), StructureFactory(name="B", lead=user)
    old = changed(DiagnosticFactory(structure=one), ago(days=9))
    new = changed(DiagnosticFactory(structure=two), ago(days=1))
    middle = changed(DiagnosticFactory(structure=one), ago(days=5))

    assert [own.diagnostic for own in load_start(user).diagnostics] == [new, middle, old]


def test_who_changed_it_last_is_told(client):
    user, other = UserFactory(name="Ana"), UserFactory(name="Basile")
    diagnostic = DiagnosticFactory(structure=StructureFactory(lead=user))
    answered(diagnostic, StepKey.VISION, by=user, at=ago(days=2))
    answered(diagnostic, StepKey.ROLES, by=other, at=dt.datetime(2026, 3, 4, 9, 5, tzinfo=dt.UTC))

    assert "par Ana" in html_of(start_of(client, user))
    Answer.objects.filter(step="vision").update(updated_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    page = html_of(start_of(client, user))
    assert "Modifié le 4 mars 2026 à 10\u00a0h\u00a005 par Basile" in page
    assert "par Ana" not in page


# --- Where one left off -----------------------------------------------------------------------------


def test_one_takes_it_up_where_one_left_it_not_where_others_did(client):
    user, other = UserFactory(), UserFactory()
    diagnostic = DiagnosticFactory(structure=StructureFactory(lead=user))
    answered(diagnostic, StepKey.VISION, by=user, at=ago(days=5))
    answered(diagnostic, StepKey.ROLES, by=other, at=ago(hours=1))
    # Somebody else wrote over it since: one was there three days ago.
    mine = answered(diagnostic, StepKey.OBJECTIVES, by=other, at=ago(hours=2))
    AnswerRevision.objects.create(
        answer=mine, revision=1, value={}, author=user, written_at=ago(days=3)
    )
    AnswerRevision.objects.create(
        answer=mine, revision=2, value={}, author=other, written_at=ago(hours=3)
    )

    (own,) = load_start(user).diagnostics
    assert own.own_step is StepKey.OBJECTIVES
    page = start_of(client, user)
    assert reverse("diagnostic_step", args=[diagnostic.pk, "objectives"]) in page_of(page).links
    # One thing to do, as the list above says it; where one wrote last comes second.
    words = page_of(page).text
    assert words.count("Continuer le questionnaire") == 2
    assert words.rindex("Continuer le questionnaire") < words.index("Votre dernière saisie")


@pytest.mark.parametrize(
    ("role", "state", "resumes"),
    [
        ("contributor", "draft", True),
        ("reader", "draft", False),
        ("contributor", "submitted", False),
    ],
)
def test_only_who_may_fill_it_in_now_takes_it_up(client, role, state, resumes):
    user = UserFactory()
    structure = StructureFactory(lead=True)
    MembershipFactory(structure=structure, user=user, role=role)
    fields = {"submitted_at": NOW} if state == "submitted" else {}
    diagnostic = DiagnosticFactory(structure=structure, state=state, **fields)
    answered(diagnostic, StepKey.ROLES, by=user, at=ago(days=1))

    assert ("Votre dernière saisie" in html_of(start_of(client, user))) is resumes


# --- Search and pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked", ["élan", "elan", "ÉLAN", unicodedata.normalize("NFD", "élan"), "cap elan", "  "]
)
def test_accents_capitals_and_order_do_not_matter(asked):
    assert matches(asked, "Réseau Élan", "Cap 2029")
    assert matches(asked, unicodedata.normalize("NFD", "Réseau Élan"), "Cap 2029")


def test_every_word_is_wanted():
    assert matches("oeuvrer", "Pôle Œuvrer")
    assert matches("Œuvrer", "Pole oeuvrer")
    assert not matches("elan 2030", "Réseau Élan", "Cap 2029")
    assert not matches("élans", "Réseau Élan")


def test_the_search_finds_structures_and_titles(client):
    user = UserFactory()
    many(user, 6)
    other = DiagnosticFactory(
        structure=StructureFactory(name="Maison des alliances", lead=user), title="Horizon"
    )
    stranger = DiagnosticFactory(structure=StructureFactory(name="Élan d’à côté", lead=True))

    page = html_of(start_of(client, user, q="elan"))
    assert "6 diagnostics pour «\u00a0elan\u00a0»" in page.replace("&nbsp;", "\u00a0")
    assert str(other.pk) not in page
    assert str(stranger.pk) not in page
    page = html_of(start_of(client, user, q="horizon"))
    assert str(other.pk) in page
    assert "Cap n°" not in page
    page = html_of(start_of(client, user, q="<b>rien"))
    assert "0 diagnostic pour" in page
    assert "&lt;b&gt;rien" in page


def test_twenty_a_page_and_nothing_twice(client):
    user = UserFactory()
    known = many(user, 2 * PER_PAGE + 3)

    shown = []
    for number in (1, 2, 3):
        page = html_of(start_of(client, user, page=number))
        found = re.findall(r'<h3><a href="/diagnostics/([0-9a-f-]+)/"', page)
        assert len(found) == (3 if number == 3 else PER_PAGE)
        assert f"Page {number} sur 3" in page
        shown += found
    assert shown == [str(diagnostic.pk) for diagnostic in known]
    first = page_of(start_of(client, user, q="cap", page="x"))
    assert "?q=cap&page=2" in first.links
    assert "Page 3 sur 3" in html_of(start_of(client, user, page="99"))


def test_many_cost_what_few_cost(client, django_assert_num_queries):
    user, other = UserFactory(), UserFactory()
    for diagnostic in many(user, 60):
        for step in (StepKey.VISION, StepKey.ROLES):
            answered(diagnostic, step, by=other, at=ago(hours=1))
    for number in range(30):
        StructureFactory(name=f"Autre {number}", lead=user)
    client.force_login(user)
    client.get("/")

    with django_assert_num_queries(8):
        response = client.get("/")
    assert len(response.content) < 60_000
    with django_assert_num_queries(7):
        client.get("/?q=elan&page=2")


# --- The home of a diagnostic ------------------------------------------------------------------------


def test_the_home_says_what_the_diagnostic_says():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    page = html_of(scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    assert "En bref" not in page
    assert "Repères de l’équipe" not in page
    assert "0\u00a0étape sur\u00a011" in page

    document = scene.store_demo()
    page = html_of(scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    brief = page.partition("En bref")[2].partition("</section>")[0]
    assert "un dirigeant sait à qui s’adresser" in brief
    assert "et 3 autres énoncés de vision" in brief
    assert f"<dd>{len(document.answers.objectives.rows)}" in brief
    assert "dont 5 chiffrés" in brief
    assert "150\u00a0K€" in brief
    assert "265\u00a0–\u00a0295\u00a0K€" in brief

    begun = Objective(id="o1", statement="Mieux accueillir")
    scene.store(Objectives(rows=[begun]))
    page = html_of(scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    assert "dont 0 chiffré<" in page.partition("En bref")[2]


def test_the_home_lists_the_marks_and_tells_them_at_each_step():
    scene = make_scene()
    scene.diagnostic.answers.all().delete()
    scene.store_demo()
    Answer.objects.filter(diagnostic=scene.diagnostic, step="roles").update(mark="disputed")
    Answer.objects.filter(diagnostic=scene.diagnostic, step="territorial_scales").update(
        mark="for_board"
    )
    page = html_of(scene.browser.get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))

    listed = page.partition('class="marked-steps"')[2].partition("</ul>")[0]
    assert re.findall(r'data-mark="(\w+)"', listed) == [
        "disputed",
        "for_board",
        "for_board",
        "for_board",
    ]
    tasks = page.partition('class="marked-steps"')[2].partition("</ul>")[2]
    statuses = re.findall(r'data-status="(\w+)"', tasks)
    assert statuses.count("disputed") == 1
    assert statuses.count("for_board") == 2
    # What lacks something still says so, with the mark beside it.
    assert statuses.count("started") == 1
    assert tasks.count("mark-pill") == 1
    assert "7\u00a0étapes sur\u00a011" in page


@pytest.mark.parametrize(("role", "invites"), [("lead", True), ("contributor", False)])
def test_who_may_invite_finds_it_beside_the_exports(role, invites):
    scene = make_scene()
    page = html_of(scene.client(role).get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    actions = page.partition('class="page-actions"')[2].partition("</div>")[0]

    assert "Word" in actions
    assert ("Inviter" in actions) is invites
    assert (reverse("structure_team", args=[scene.structure.pk]) in actions) is invites
    other = page.partition("Autres formats")[2].partition("</section>")[0]
    assert reverse("document_json", args=[scene.diagnostic.pk]) in other
