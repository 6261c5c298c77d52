"""Deleting a diagnostic that was never submitted, and a structure that has none."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.answers import Vision
from diagnostics.domain.vocabulary import EventKind, MembershipRole, State, StepKey
from diagnostics.models import Answer, AnswerRevision, Diagnostic, Event, Invitation, Structure
from diagnostics.services.diagnostics import delete_diagnostic, open_diagnostic
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.structures import delete_structure
from diagnostics.services.team import invitation_token
from tests.factories import MembershipFactory, UserFactory
from tests.inviting import invite_member
from tests.pages import page_of
from tests.routes import ROUTES
from tests.scene import BASE_URL, TITLE, Scene, make_scene
from tests.threads import at_once


def delete_page(scene: Scene) -> str:
    return reverse("diagnostic_delete", args=[scene.diagnostic.pk])


def press(client, address):
    """Send the form of a page that asks for confirmation."""
    page = page_of(client.get(address))
    return client.post(address, page.form_to("").data)


# --- A diagnostic ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_draft_is_deleted_by_its_lead_from_its_frame():
    scene = make_scene()
    answers = Answer.objects.filter(diagnostic=scene.diagnostic).count()
    assert answers > 0
    edit = scene.browser.get(reverse("diagnostic_edit", args=[scene.diagnostic.pk]))
    assert delete_page(scene) in edit.content.decode()

    response = press(scene.browser, delete_page(scene))

    structure = reverse("structure_detail", args=[scene.structure.pk])
    assert response["Location"] == structure
    shown = scene.browser.get(structure).content.decode()
    assert f"{TITLE}\u00a0» est supprimé." in shown
    assert reverse("diagnostic_home", args=[scene.diagnostic.pk]) not in shown
    # Its rows stay, and the journal says who did it.
    kept = Diagnostic.with_deleted.get(pk=scene.diagnostic.pk)
    assert kept.deleted_by == scene.lead
    assert kept.deleted_at <= timezone.now()
    assert Answer.objects.filter(diagnostic=kept).count() == answers
    event = Event.objects.get(kind=EventKind.DIAGNOSTIC_DELETED.value)
    assert (event.actor, event.diagnostic_id) == (scene.lead, kept.pk)
    assert event.detail == {"title": TITLE}


@pytest.mark.django_db
def test_every_address_of_it_is_unknown_to_everybody_and_no_list_has_it():
    scene = make_scene()
    clients = [scene.client(role) for role in ("lead", "contributor", "reader", "facilitator")]
    routes = [route for route in ROUTES if route.name.startswith("diagnostic")]
    addresses = [route.address(scene) for route in routes if route.name != "diagnostic_create"]
    home = reverse("diagnostic_home", args=[scene.diagnostic.pk])
    assert home in addresses
    assert home in clients[0].get(reverse("start")).content.decode()

    delete_diagnostic(scene.diagnostic, user=scene.lead)

    for client in clients:
        for address in addresses:
            assert client.get(address).status_code in {404, 405}, address
            assert client.post(address).status_code in {404, 405}, address
        for lists in (reverse("start"), reverse("structure_detail", args=[scene.structure.pk])):
            assert home not in client.get(lists, follow=True).content.decode()
    portfolio = clients[3].get(reverse("portfolio"), {"etat": "draft"})
    assert home not in portfolio.content.decode()


@pytest.mark.django_db
def test_what_is_typed_in_it_meanwhile_is_given_back():
    scene = make_scene()
    contributor = scene.client("contributor")
    page = page_of(contributor.get(scene.url(StepKey.VISION)))
    data = page.form_to(scene.url(StepKey.VISION)).data
    name = next(name for name in data if name.endswith("-text"))
    delete_diagnostic(scene.diagnostic, user=scene.lead)

    response = contributor.post(
        scene.url(StepKey.VISION), data | {name: ["Ce que nul n’a encore lu"]}
    )

    assert response.status_code == 404
    assert "Ce que nul n’a encore lu" in response.content.decode()


@pytest.mark.django_db
def test_what_was_submitted_once_is_not_deleted(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    page = scene.browser.get(delete_page(scene)).content.decode()
    assert "Ce diagnostic ne se supprime plus" in page
    assert '<button class="btn btn-danger"' not in page
    assert scene.browser.post(delete_page(scene)).status_code == 409
    assert Diagnostic.objects.filter(pk=scene.diagnostic.pk).exists()
    with pytest.raises(WrongState, match="soumis"):
        delete_diagnostic(scene.diagnostic, user=scene.lead)


@pytest.mark.django_db
def test_what_followed_it_follows_nothing_and_its_years_are_free():
    scene = make_scene()
    following = open_diagnostic(
        scene.structure, title="Suite", base_year=2029, horizon_years=3, user=scene.lead
    )
    Diagnostic.objects.filter(pk=following.pk).update(previous=scene.diagnostic)

    delete_diagnostic(scene.diagnostic, user=scene.lead)

    following.refresh_from_db()
    assert following.previous is None
    again = {"title": "Encore", "base_year": 2026, "horizon_years": 3}
    open_diagnostic(scene.structure, **again, user=scene.lead, beside_another=False)


@pytest.mark.django_db
def test_its_history_stays_append_only():
    scene = make_scene()
    row = Answer.objects.get(diagnostic=scene.diagnostic, step=StepKey.VISION)
    revision = AnswerRevision.objects.create(**row.replaced())
    delete_diagnostic(scene.diagnostic, user=scene.lead)
    assert AnswerRevision.objects.filter(pk=revision.pk).exists()
    with pytest.raises(NotAllowed, match="supprimé"):
        scene.store(Vision())


# --- Twice ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", [Diagnostic, Structure])
def test_a_second_press_leads_where_the_first_did(kind):
    scene = make_scene()
    if kind is Diagnostic:
        address = delete_page(scene)
    else:
        delete_diagnostic(scene.diagnostic, user=scene.lead)
        address = reverse("structure_delete", args=[scene.structure.pk])
    data = page_of(scene.browser.get(address)).form_to("").data
    clients = [scene.client("lead") for _ in range(2)]

    answers = at_once(*[lambda c=c: c.post(address, data) for c in clients])
    answers.append(clients[0].post(address, data))

    assert [answer.status_code for answer in answers] == [302] * 3
    assert len({answer["Location"] for answer in answers}) == 1
    event = EventKind.DIAGNOSTIC_DELETED if kind is Diagnostic else EventKind.STRUCTURE_DELETED
    assert Event.objects.filter(kind=event.value).count() == 1
    # Somebody else who copies the form learns nothing.
    assert scene.client("stranger").post(address, data).status_code == 404


# --- A structure ----------------------------------------------------------------------------------


@pytest.fixture
def empty(db) -> Scene:
    """A structure whose only diagnostic was deleted, and an invitation to it."""
    scene = make_scene()
    delete_diagnostic(scene.diagnostic, user=scene.lead)
    invite_member(
        scene.structure,
        email="zoe@exemple.example",
        role=MembershipRole.READER,
        user=scene.lead,
        base_url=BASE_URL,
    )
    return scene


def test_a_structure_without_diagnostics_is_deleted_from_its_card(empty):
    scene, address = empty, reverse("structure_delete", args=[empty.structure.pk])
    edit = scene.browser.get(reverse("structure_edit", args=[scene.structure.pk]))
    assert address in edit.content.decode()
    invitation = Invitation.objects.get()
    link = reverse("invitation_accept", args=[invitation_token(invitation)])

    assert press(scene.browser, address)["Location"] == reverse("start")

    kept = Structure.with_deleted.get(pk=scene.structure.pk)
    assert kept.deleted_by == scene.lead
    assert Event.objects.get(kind=EventKind.STRUCTURE_DELETED.value).actor == scene.lead
    detail = reverse("structure_detail", args=[kept.pk])
    for role in ("lead", "contributor", "reader", "facilitator"):
        client = scene.client(role)
        assert client.get(detail).status_code == 404
        assert client.get(reverse("structure_team", args=[kept.pk])).status_code == 404
        assert detail not in client.get(reverse("start"), follow=True).content.decode()
    zoe = Scene.client_of(UserFactory(email="zoe@exemple.example", verified=True))
    assert link not in zoe.get(reverse("start")).content.decode()
    zoe.post(link)
    assert kept.memberships.filter(user__email="zoe@exemple.example").count() == 0


@pytest.mark.django_db
def test_a_structure_with_a_diagnostic_is_not():
    scene = make_scene()
    address = reverse("structure_delete", args=[scene.structure.pk])
    page = scene.browser.get(address).content.decode()
    assert TITLE in page
    assert "btn-danger" not in page
    assert scene.browser.post(address).status_code == 409
    edit = scene.browser.get(reverse("structure_edit", args=[scene.structure.pk]))
    assert address not in edit.content.decode()
    assert Structure.objects.filter(pk=scene.structure.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_no_diagnostic_is_opened_in_a_structure_that_is_being_deleted():
    scene = make_scene()
    delete_diagnostic(scene.diagnostic, user=scene.lead)
    new = UserFactory(name="Nadia")
    MembershipFactory(structure=scene.structure, user=new, role=MembershipRole.READER.value)

    def delete() -> str:
        try:
            delete_structure(scene.structure, user=scene.lead)
        except WrongState:
            return "kept"
        return "deleted"

    def start() -> str:
        years = {"base_year": 2030, "horizon_years": 3}
        try:
            open_diagnostic(scene.structure, title="À l’instant", **years, user=scene.lead)
        except NotAllowed:
            return "refused"
        return "opened"

    assert set(at_once(delete, start)) in ({"deleted", "refused"}, {"kept", "opened"})
