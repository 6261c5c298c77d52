"""A facilitator creates a structure and invites its lead, without becoming it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event, Invitation, Membership, Structure
from diagnostics.services.errors import NotAllowed, ServiceError
from diagnostics.services.facilitation import change_facilitator
from diagnostics.services.team import accept_invitation, invitation_token, invite_members
from tests.factories import MembershipFactory, UserFactory
from tests.pages import page_of
from tests.scene import BASE_URL, Scene, identity, make_scene

pytestmark = pytest.mark.django_db
ADDRESS = "alix@exemple.example"


@pytest.fixture
def facilitator():
    return UserFactory(facilitator=True, name="Fanny Facilitator")


@pytest.fixture
def hers(facilitator):
    return Scene.client_of(facilitator)


@pytest.fixture
def structure(hers) -> Structure:
    response = hers.post(reverse("structure_create"), identity("Neuve") | {"lead_address": ADDRESS})
    assert response.status_code == 302
    return Structure.objects.get()


def to(name: str, structure: Structure, *more: int) -> str:
    return reverse(name, args=[structure.pk, *more])


def test_it_has_no_member_until_the_first_who_accepts_leads_it(structure, facilitator):
    assert not Membership.objects.exists()
    assert structure.facilitator == facilitator
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == (ADDRESS, "lead")
    lead = UserFactory(email=ADDRESS)
    accept_invitation(invitation_token(invitation), user=lead)
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (lead, "lead")


@pytest.mark.parametrize("typed", ["", "alix", "fanny@rameau.example"])
def test_the_address_is_asked_and_is_somebody_elses(typed: str):
    facilitator = UserFactory(facilitator=True, email="fanny@rameau.example")
    response = Scene.client_of(facilitator).post(
        reverse("structure_create"), identity("Neuve") | {"lead_address": typed}
    )
    assert (response.status_code, Structure.objects.exists()) == (422, False)
    page = page_of(response)
    assert next(form.data for form in page.forms if "name" in form.data)["name"] == ["Neuve"]


def test_while_it_has_no_lead_a_facilitator_prepares_it(structure, hers):
    team = page_of(hers.get(to("structure_team", structure)))
    assert ADDRESS in team.text
    assert to("lead_invite", structure) in team.links
    card = hers.post(to("structure_edit", structure), identity("Renommée"))
    assert card.status_code == 302
    structure.refresh_from_db()
    assert structure.name == "Renommée"
    assert hers.get(to("diagnostic_create", structure)).status_code == 403
    assert hers.post(to("invitation_create", structure), {}).status_code == 403

    first = Invitation.objects.get()
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(hours=1))
    assert hers.post(to("invitation_resend", structure, first.pk)).status_code == 302
    first.refresh_from_db()
    assert first.sent_at > timezone.now() - dt.timedelta(minutes=1)
    other = {"lead_address": "berenice@exemple.example"}
    assert hers.post(to("lead_invite", structure), other).status_code == 302
    first.refresh_from_db()
    assert first.cancelled_at is not None
    last = Invitation.objects.get(cancelled_at=None)
    assert (last.email, last.role) == (other["lead_address"], "lead")
    hers.post(to("invitation_cancel", structure, last.pk))
    assert not Invitation.objects.filter(cancelled_at=None).exists()


def test_once_it_has_a_lead_the_facilitator_is_told_to_ask_them(structure, hers):
    MembershipFactory(structure=structure, role="lead")
    assert hers.get(to("structure_edit", structure)).status_code == 403
    assert hers.post(to("lead_invite", structure), {"lead_address": ADDRESS}).status_code == 409
    invitation = Invitation.objects.get()
    assert hers.post(to("invitation_resend", structure, invitation.pk)).status_code == 403


def test_invitations_not_accepted_are_listed_hers_first(structure, hers):
    scene = make_scene()  # a structure that has a lead
    other = Structure.objects.create(**identity("D’une autre"), facilitator=scene.facilitator)
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(days=1))
    response = hers.get(reverse("lead_invitations"))
    assert list(response.context["page"].object_list) == [structure, other]
    text = page_of(response).text
    assert ADDRESS in text
    assert "expirée" in text
    assert "aucune en attente" in text
    assert scene.structure.name not in text


def test_a_facilitator_who_joins_a_structure_follows_it_no_more(structure, facilitator):
    Invitation.objects.update(cancelled_at=timezone.now())
    scene = make_scene()
    change_facilitator(scene.structure, to=facilitator, user=scene.facilitator)
    (invited,) = invite_members(
        scene.structure,
        [facilitator.email],
        role=MembershipRole.READER,
        user=scene.lead,
        base_url=BASE_URL,
    )
    accept_invitation(invitation_token(invited.invitation), user=facilitator)
    scene.structure.refresh_from_db()
    assert scene.structure.facilitator is None
    with pytest.raises(ServiceError, match="fait partie de l’équipe"):
        change_facilitator(scene.structure, to=facilitator, user=scene.facilitator)
    with pytest.raises(NotAllowed):
        change_facilitator(scene.structure, to=None, user=facilitator)
    assert Event.objects.filter(kind="facilitator_changed").count() == 2
