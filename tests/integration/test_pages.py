"""The start page, « À propos », the health check, the error pages."""

from html import unescape

import pytest
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Invitation
from diagnostics.services import team
from tests.factories import (
    DiagnosticFactory,
    MembershipFactory,
    StructureFactory,
    UserFactory,
    the_kit,
)
from tests.inviting import invite_member
from tests.pages import html_of
from tests.scene import make_scene

pytestmark = pytest.mark.django_db


def start_page(client, user):
    client.force_login(user)
    return client.get(reverse("start")).content.decode()


# --- Start ----------------------------------------------------------------------------------------


def test_visitor_is_welcomed(client):
    page = client.get("/").content.decode()
    assert reverse("account_signup") in page
    assert "Quatre axes" in page


def test_first_step_of_a_newcomer(client):
    page = start_page(client, UserFactory())
    assert "Commencez par votre structure" in page
    assert reverse("structure_create") in page


def test_own_structures_and_diagnostics_only(client):
    user = UserFactory()
    mine = DiagnosticFactory(
        structure=StructureFactory(name="La mienne", lead=user),
        title="Mon ambition",
        indicators={"steps_complete": 5, "steps_total": 10},
    )
    other = DiagnosticFactory(
        structure=StructureFactory(name="La leur", lead=True), title="Leur cap"
    )
    page = start_page(client, user)
    assert "La mienne" in page
    assert "Mon ambition" in page
    assert "5\u00a0étapes sur\u00a010" in page
    assert reverse("diagnostic_home", args=[mine.pk]) in page
    for secret in ["La leur", "Leur cap", str(other.pk)]:
        assert secret not in page


NOW = timezone.now()


@pytest.mark.parametrize(
    ("role", "done", "fields", "expected"),
    [
        ("lead", 0, {}, "Continuer le questionnaire"),
        ("lead", 10, {}, "Relire et soumettre"),
        ("contributor", 10, {}, "Relire l’ensemble"),
        ("contributor", 9, {}, "Continuer le questionnaire"),
        ("reader", 3, {}, "Lire le diagnostic"),
        ("lead", 10, {"state": "submitted", "submitted_at": NOW}, "Suivre la relecture"),
        (
            "contributor",
            10,
            {"state": "changes_requested", "submitted_at": NOW},
            "Relire l’ensemble",  # nothing that was asked waits
        ),
        ("reader", 9, {"state": "changes_requested", "submitted_at": NOW}, "Lire le diagnostic"),
        (
            "reader",
            10,
            {"state": "validated", "submitted_at": NOW, "validated_at": NOW},
            "Lire le rapport",
        ),
    ],
)
def test_what_to_do_next(client, role, done, fields, expected):
    user = UserFactory()
    structure = StructureFactory(lead=user if role == "lead" else True)
    if role != "lead":
        MembershipFactory(structure=structure, user=user, role=role)
    DiagnosticFactory(
        structure=structure, indicators={"steps_complete": done, "steps_total": 10}, **fields
    )
    assert expected in start_page(client, user)


def test_the_home_of_an_adopted_diagnostic_leads_to_its_report():
    """It said that the team was filling it in."""
    scene = make_scene(State.ADOPTED)
    page = unescape(
        html_of(scene.client("lead").get(reverse("diagnostic_home", args=[scene.diagnostic.pk])))
    )
    assert "Le conseil d’administration a adopté ce diagnostic le " in " ".join(page.split())
    assert "L’équipe de la structure remplit" not in page


def test_invitations_to_one_s_address(client):
    lead = UserFactory(name="Claire")
    user = UserFactory(email="ines@x.example")
    for name in ["Ouverte", "Annulée", "Expirée"]:
        invitation = (
            invite_member(
                StructureFactory(name=name, lead=UserFactory() if name != "Ouverte" else lead),
                email=user.email,
                role=MembershipRole.READER,
                user=lead,
                base_url="x",
            )
            if name == "Ouverte"
            else None
        )
        if invitation is None:
            Invitation.objects.create(
                structure=StructureFactory(name=name),
                email=user.email,
                role="reader",
                token_digest=name,
                invited_by=lead,
                expires_at=NOW if name == "Expirée" else NOW.replace(year=2100),
                cancelled_at=NOW if name == "Annulée" else None,
            )
        else:
            token = team.invitation_token(invitation)
    page = start_page(client, user)
    assert "Ouverte" in page
    assert reverse("invitation_accept", args=[token]) in page
    assert "Annulée" not in page
    assert "Expirée" not in page
    assert "Ouverte" not in start_page(client, UserFactory())


def test_facilitators_are_led_to_the_portfolio(client):
    assert reverse("portfolio") in start_page(client, UserFactory(facilitator=True))
    assert reverse("portfolio") not in start_page(client, UserFactory(staff=True))


@pytest.mark.parametrize("count", [1, 3])
def test_start_page_makes_the_same_queries(client, count, django_assert_num_queries):
    user, lead = UserFactory(email="ines@x.example"), UserFactory()
    for _ in range(count):
        structure = StructureFactory(lead=user)
        for _ in range(count):
            DiagnosticFactory(structure=structure)
        invite_member(
            StructureFactory(lead=lead),
            email=user.email,
            role=MembershipRole.READER,
            user=lead,
            base_url="x",
        )
    client.force_login(user)
    with django_assert_num_queries(8):
        client.get(reverse("start"))


# --- About, health ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_kit")
def test_about_shows_the_kit_of_the_database(client):
    assert "pas encore chargé" in client.get(reverse("about")).content.decode()
    kit = the_kit()
    kit.credit = "Mention revue & corrigée"
    kit.save()
    page = client.get(reverse("about")).content.decode()
    assert "Mention revue &amp; corrigée" in page
    for expected in [kit.corrections[0]["reason"], kit.reconstructions[0]["title"], "mars 2013"]:
        assert expected in page
    assert "cookies" in page


def test_health(client, django_assert_num_queries):
    with django_assert_num_queries(1):
        response = client.get(reverse("health"))
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "Set-Cookie" not in response


def test_health_without_database(client, monkeypatch):
    def fail(self):
        raise DatabaseError

    monkeypatch.setattr("django.db.models.query.QuerySet.exists", fail)
    response = client.get(reverse("health"))
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})


# --- Errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
def test_not_found(client, signed_in):
    if signed_in:
        client.force_login(UserFactory())
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page est introuvable" in response.content.decode()


@pytest.mark.parametrize(
    "address",
    ["/?q=%00", "/%00/", "/%ff%fe/", "/a-propos/?x=%ed%a0%80", "/accounts/login/?next=%00%0d%0aX"],
)
def test_odd_bytes_are_no_internal_error(client, address):
    assert client.get(address).status_code in {200, 404}


def test_odd_session_cookie_is_an_unknown_session(client):
    # The header itself: a recent Python refuses to make such a cookie, not to read one.
    header = {"cookie": 'sessionid="\\00012345678"'}
    response = client.get(reverse("structure_create"), headers=header)
    assert response.url.startswith(reverse("account_login"))


def test_too_many_fields(client, settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 5
    client.force_login(UserFactory())
    response = client.post(reverse("structure_create"), {f"f{n}": "x" for n in range(6)})
    assert response.status_code == 413
    assert "trop volumineux" in response.content.decode()


def test_too_large_a_body(client, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    client.force_login(UserFactory())
    response = client.post(
        reverse("structure_create"), "name=" + "x" * 200, "application/x-www-form-urlencoded"
    )
    assert response.status_code == 413


def test_expired_form_gives_the_text_back():
    client = Client(enforce_csrf_checks=True)
    client.force_login(UserFactory())
    response = client.post(
        reverse("structure_create"),
        {
            "name": "Passerelles <script>",
            "territory": "ligne 1\nligne 2",
            "founded_year": "2016",
            "password1": "mot-de-passe-secret",
            "csrfmiddlewaretoken": "jeton-perime",
        },
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "Ce formulaire avait expiré" in page
    assert "Passerelles &lt;script&gt;</textarea>" in page
    assert "ligne 1\nligne 2</textarea>" in page
    for absent in ["mot-de-passe-secret", "jeton-perime", ">2016<"]:
        assert absent not in page


def test_expired_form_gives_back_a_bounded_text():
    client = Client(enforce_csrf_checks=True)
    response = client.post(reverse("account_signup"), {f"t{n}": "é" * 1_000 for n in range(500)})
    page = response.content.decode()
    assert response.status_code == 403
    assert page.count("é" * 1_000) == 200


def test_error_pages_do_without_the_database(client, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError

    client.force_login(UserFactory())
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", fail)
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page est introuvable" in response.content.decode()


def test_internal_error_page(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError

    client.raise_request_exception = False
    monkeypatch.setattr("diagnostics.views.pages.render", fail)
    response = client.get("/")
    assert response.status_code == 500
    assert "Le site a rencontré une erreur" in response.content.decode()
    monkeypatch.setattr("diagnostics.views.errors.render_to_string", fail)
    response = client.get("/")
    assert (response.status_code, response["Content-Type"]) == (500, "text/plain; charset=utf-8")


def test_pages_forbid_inline_content(client):
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
