"""The link of an invitation, for everyone who may follow it."""

import datetime as dt
import re

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event, Invitation, Membership, User
from diagnostics.services import team
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.structures import delete_structure
from tests.factories import PASSWORD, MembershipFactory, StructureFactory, UserFactory
from tests.inviting import invite_member
from tests.mails import left

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead():
    return UserFactory(name="Claire")


@pytest.fixture
def structure(lead):
    return StructureFactory(name="Lien Brumelle", lead=lead)


@pytest.fixture
def invitation(structure, lead):
    return invite_member(
        structure,
        email="ines@x.example",
        role=MembershipRole.READER,
        user=lead,
        base_url="https://d.example",
    )


@pytest.fixture
def address(invitation):
    return reverse("invitation_accept", args=[team.invitation_token(invitation)])


@pytest.fixture
def guest():
    return UserFactory(email="ines@x.example", name="Inès", verified=True)


def members(structure):
    return set(structure.memberships.values_list("user__name", "role"))


SIGN_UP = {
    "name": "Inès",
    "email": "ines@x.example",
    "password1": PASSWORD,
}


# --- Not signed in ----------------------------------------------------------------------------


def test_visitor_sees_who_invites_to_what(client, address, structure):
    page = client.get(address).content.decode()
    assert "Claire" in page
    assert "Lien Brumelle" in page
    assert "Lecteur·rice" in page
    assert f"{reverse('account_signup')}?email=ines%40x.example" in page
    assert client.post(address).status_code == 200
    assert members(structure) == {("Claire", "lead")}


def test_signing_up_from_the_link_joins_at_once(client, address, structure):
    client.get(address)
    page = client.get(reverse("account_signup"), {"email": "ines@x.example"}).content.decode()
    assert 'value="ines@x.example"' in page
    assert "vous avez été invité·e, ines@x.example" in page
    assert "répondre à votre invitation" in client.get(reverse("account_login")).content.decode()
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.url == reverse("structure_detail", args=[structure.pk])
    assert "Lien Brumelle" in client.get(response.url).content.decode()
    assert members(structure) == {("Claire", "lead"), ("Inès", "reader")}
    assert EmailAddress.objects.filter(email="ines@x.example", verified=True, primary=True).exists()
    assert left() == []
    assert "invitation_token" not in client.session


def test_signing_up_with_another_address_is_confirmed_as_usual(client, address, structure):
    client.get(address)
    response = client.post(reverse("account_signup"), SIGN_UP | {"email": "autre@x.example"})
    assert response.url == reverse("account_email_verification_sent")
    assert [mail.to for mail in left()] == [["autre@x.example"]]
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert User.objects.get(name="Inès").email == "autre@x.example"
    assert members(structure) == {("Claire", "lead")}


@pytest.mark.parametrize("closed", ["expired", "cancelled"])
def test_a_link_that_closed_meanwhile_proves_nothing(client, address, invitation, closed):
    client.get(address)
    now = timezone.now()
    Invitation.objects.update(
        **({"expires_at": now} if closed == "expired" else {"cancelled_at": now})
    )
    for page in (reverse("account_signup"), reverse("account_login")):
        text = client.get(page).content.decode()
        assert "invité·e" not in text
        assert "répondre à votre invitation" not in text
        assert "ines@x.example" not in text
    response = client.post(reverse("account_signup"), SIGN_UP)
    assert response.url == reverse("account_email_verification_sent")
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert not Membership.objects.filter(user__name="Inès").exists()


def test_signing_in_from_the_link_comes_back_to_it(client, address, guest, structure):
    page = client.get(address).content.decode()
    sign_in = f"{reverse('account_login')}?next={address}"
    assert sign_in in page
    response = client.post(sign_in, {"login": guest.email, "password": PASSWORD}, follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "Rejoindre l’équipe" in response.content.decode()
    response = client.post(address)
    assert response.url == reverse("structure_detail", args=[structure.pk])
    assert members(structure) == {("Claire", "lead"), ("Inès", "reader")}


@pytest.mark.parametrize("stored", ["ref@xn--exmple-cua.example", "ref@exämple.example"])
@pytest.mark.parametrize("typed", ["ref@exämple.example", "Ref@xn--exmple-cua.example"])
def test_signing_up_joins_however_the_domain_is_written(client, structure, lead, typed, stored):
    """Invitations sent before addresses had one spelling keep theirs: their links are made of it."""
    invitation = invite_member(
        structure,
        email="ref@exämple.example",
        role=MembershipRole.READER,
        user=lead,
        base_url="https://d.example",
    )
    assert invitation.email == "ref@xn--exmple-cua.example"
    invitation.email = stored
    invitation.token_digest = team.token_digest(team.invitation_token(invitation))
    invitation.save()
    address = reverse("invitation_accept", args=[team.invitation_token(invitation)])
    client.get(address)
    response = client.post(reverse("account_signup"), SIGN_UP | {"email": typed})
    assert response.url == reverse("structure_detail", args=[structure.pk])
    assert members(structure) == {("Claire", "lead"), ("Inès", "reader")}
    assert left() == []


# --- Signed in ----------------------------------------------------------------------------------


def test_accepting_is_journalled_and_done_once(invitation, guest, structure):
    token = team.invitation_token(invitation)
    first = team.accept_invitation(token, user=guest)
    assert team.accept_invitation(token, user=guest) == first
    invitation.refresh_from_db()
    assert invitation.accepted_by == guest
    assert list(Event.objects.filter(kind="member_joined").values_list("actor", "detail")) == [
        (guest.pk, {"role": "reader"})
    ]


def test_another_address_is_told_plainly(client, address, structure):
    other = UserFactory(email="autre@x.example")
    client.force_login(other)
    page = client.get(address).content.decode()
    assert "connecté·e avec une autre adresse" in page
    assert "ines@x.example" in page
    assert "autre@x.example" in page
    client.post(address)
    assert members(structure) == {("Claire", "lead")}


def test_another_address_is_refused_by_the_service(invitation):
    with pytest.raises(NotAllowed):
        team.accept_invitation(team.invitation_token(invitation), user=UserFactory())


@pytest.mark.parametrize("verified", [True, False])
def test_a_second_address_counts_once_confirmed(client, address, structure, verified):
    user = UserFactory(name="Inès")
    EmailAddress.objects.create(user=user, email="ines@x.example", verified=verified)
    client.force_login(user)
    client.post(address)
    assert (("Inès", "reader") in members(structure)) is verified


def test_a_member_keeps_their_role(invitation, guest, structure):
    MembershipFactory(structure=structure, user=guest, role="contributor")
    team.accept_invitation(team.invitation_token(invitation), user=guest)
    assert members(structure) == {("Claire", "lead"), ("Inès", "contributor")}


def test_logging_out_comes_back_to_the_invitation(client, address):
    client.force_login(UserFactory())
    response = client.post(reverse("account_logout"), {"next": address})
    assert response.url == address


# --- Links that open nothing ------------------------------------------------------------------------


def test_expired(client, address, guest, structure):
    Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    client.force_login(guest)
    response = client.post(address)
    assert response.status_code == 410
    assert "a expiré" in response.content.decode()
    assert members(structure) == {("Claire", "lead")}


def test_cancelled(client, address, guest, invitation, lead, structure):
    team.cancel_invitation(invitation, user=lead)
    client.force_login(guest)
    response = client.post(address)
    assert response.status_code == 410
    assert "a été annulée" in response.content.decode()
    with pytest.raises(WrongState, match="annulée"):
        team.accept_invitation(team.invitation_token(invitation), user=guest)
    assert members(structure) == {("Claire", "lead")}


def test_accepted_by_oneself_leads_to_the_structure(client, address, invitation, guest, structure):
    team.accept_invitation(team.invitation_token(invitation), user=guest)
    client.force_login(guest)
    response = client.get(address, follow=True)
    assert response.redirect_chain == [(reverse("structure_detail", args=[structure.pk]), 302)]
    assert response.status_code == 200


def test_any_link_to_their_team_leads_a_member_there(client, address, structure, lead, invitation):
    """Cancelled, or for another address: a member has nothing to be told."""
    client.force_login(lead)
    assert client.get(address).url == reverse("structure_detail", args=[structure.pk])
    team.cancel_invitation(invitation, user=lead)
    assert client.get(address).url == reverse("structure_detail", args=[structure.pk])


@pytest.mark.parametrize("signed_in", [True, False])
def test_accepted_by_somebody_else_tells_nothing_more(
    client, address, invitation, guest, signed_in
):
    team.accept_invitation(team.invitation_token(invitation), user=guest)
    if signed_in:
        client.force_login(UserFactory(email="autre@x.example"))
    page = client.get(address).content.decode()
    assert "a déjà servi" in page
    assert "Lien Brumelle" not in page
    assert "ines@x.example" not in page
    assert "Claire" not in page
    if not signed_in:
        # Whoever accepted it signs in, comes back to the link, and is led to the structure.
        assert f"{reverse('account_login')}?next={address}" in page
        data = {"login": guest.email, "password": PASSWORD}
        response = client.post(f"{reverse('account_login')}?next={address}", data, follow=True)
        assert response.redirect_chain[-1][0] == reverse(
            "structure_detail", args=[invitation.structure_id]
        )


def links_of(page):
    return set(re.findall(r'href="(/[^"#?]*)', page[page.index("<main") : page.index("</main")]))


def test_removed_since_says_so_and_leads_nowhere_closed(
    client, address, invitation, guest, structure, lead
):
    membership = team.accept_invitation(team.invitation_token(invitation), user=guest)
    team.remove_member(membership, user=lead)
    client.force_login(guest)
    for response in (client.get(address), client.post(address)):
        page = response.content.decode()
        assert response.status_code == 410
        assert "Vous ne faites plus partie de cette équipe" in page
        assert links_of(page) == {"/"}
    assert members(structure) == {("Claire", "lead")}
    client.logout()
    # To anybody else who holds the link, it has served.
    assert "Lien Brumelle" not in client.get(address).content.decode()
    # Invited anew, the person comes back by the new link; the old one leads there as well.
    again = invite_member(structure, email="ines@x.example", user=lead)
    client.force_login(guest)
    client.post(reverse("invitation_accept", args=[team.invitation_token(again)]))
    assert client.get(address).url == reverse("structure_detail", args=[structure.pk])


@pytest.mark.parametrize("accepted", [True, False])
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_structure_that_was_deleted_says_so(
    client, address, invitation, guest, structure, lead, accepted, signed_in
):
    if accepted:
        team.accept_invitation(team.invitation_token(invitation), user=guest)
    delete_structure(structure, user=lead)
    if signed_in:
        client.force_login(guest)
    for response in (client.get(address), client.post(address)):
        page = response.content.decode()
        assert response.status_code == 410
        assert "Cette structure n’est plus ici" in page
        assert "Lien Brumelle" not in page
        assert "ines@x.example" not in page[page.index("<main") :]
        assert links_of(page) == {"/"}


def test_replaced_says_that_another_message_is_there(client, address, invitation, structure, lead):
    team.cancel_invitation(invitation, user=lead)
    again = invite_member(structure, email="ines@x.example", user=lead)
    response = client.get(address)
    assert response.status_code == 410
    assert "Une invitation plus récente vous attend" in response.content.decode()
    # The new link itself is in the new message only.
    assert team.invitation_token(again) not in response.content.decode()
    team.cancel_invitation(again, user=lead)
    assert "a été annulée" in client.get(address).content.decode()


def test_accepted_invitation_cannot_be_cancelled(invitation, guest, lead):
    team.accept_invitation(team.invitation_token(invitation), user=guest)
    with pytest.raises(WrongState, match="acceptée"):
        team.cancel_invitation(invitation, user=lead)


@pytest.mark.parametrize("token", ["x", "é%00", "%ff%fe", "a" * 3000])
def test_unknown_link(client, invitation, token):
    response = client.get(f"/invitations/{token}/")
    assert response.status_code == 404
    assert "n’existe pas" in response.content.decode()


def test_looking_at_a_link_writes_nothing(client, address, guest, django_assert_max_num_queries):
    for user in [None, guest]:
        if user:
            client.force_login(user)
        with django_assert_max_num_queries(9) as queries:
            client.get(address)
        written = [
            query["sql"]
            for query in queries.captured_queries
            if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))
            and "django_session" not in query["sql"]
        ]
        assert written == []


# --- What the database keeps true ------------------------------------------------------------------


def test_acceptance_names_who_accepted(invitation):
    with (
        pytest.raises(IntegrityError, match="invitation_accepted_by_matches_accepted_at"),
        transaction.atomic(),
    ):
        Invitation.objects.update(accepted_at=timezone.now())


def test_acceptance_needs_its_date(invitation, guest):
    with (
        pytest.raises(IntegrityError, match="invitation_accepted_by_matches_accepted_at"),
        transaction.atomic(),
    ):
        Invitation.objects.update(accepted_by=guest)


def test_accepted_or_cancelled(invitation, guest):
    now = timezone.now()
    with (
        pytest.raises(IntegrityError, match="invitation_accepted_or_cancelled"),
        transaction.atomic(),
    ):
        Invitation.objects.update(accepted_at=now, accepted_by=guest, cancelled_at=now)


def test_one_open_invitation_per_address(invitation, structure, lead):
    with (
        pytest.raises(IntegrityError, match="invitation_one_open_per_address"),
        transaction.atomic(),
    ):
        Invitation.objects.create(
            structure=structure,
            email="INES@x.example",
            role="reader",
            token_digest="0" * 64,
            invited_by=lead,
            expires_at=timezone.now(),
        )
