"""Inviting a list of addresses, sending an invitation again, and what a departure closes."""

import datetime as dt
import re
from html import unescape

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import tasks
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event, Invitation
from diagnostics.services import team
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.team import Outcome, invite_members
from tests.factories import MembershipFactory, StructureFactory, UserFactory
from tests.inviting import invite_member
from tests.pages import html_of
from tests.scene import Scene
from tests.threads import at_once

URL = "https://diagnostic.example"
READER = MembershipRole.READER


@pytest.fixture
def lead(db):
    return UserFactory(name="Claire", email="claire@brumelle.example")


@pytest.fixture
def structure(lead):
    return StructureFactory(name="Lien Brumelle", lead=lead)


@pytest.fixture
def send(client, structure, lead):
    """Send a list from the team's page; return the page that tells of it."""
    client.force_login(lead)

    def _send(addresses: str, role: str = "reader"):
        address = reverse("invitation_create", args=[structure.pk])
        return client.post(address, {"addresses": addresses, "role": role}, follow=True)

    return _send


def lines(page) -> list[tuple[str, str]]:
    return [(line["typed"], line["outcome"]) for line in page.context["lines"]]


def text_of(page) -> str:
    """Return the text of a page, on one line, without its marks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html_of(page))).split())


def mails() -> int:
    return ProcrastinateJob.objects.filter(task_name="send_invitation").count()


# --- A list -----------------------------------------------------------------------------------------


def test_each_address_is_told_what_becomes_of_it(send, structure, lead):
    MembershipFactory(structure=structure, user__email="paul@x.example")
    invite_member(structure, email="ines@x.example", user=lead)

    page = send(
        "Jeanne Martin <Jeanne@X.example>; PAUL@x.example, mailto:ines@x.example.\n"
        "ref@exämple.example; jeanne @x.example; Léa",
        role="contributor",
    )

    assert lines(page) == [
        ("jeanne@x.example", "invited"),
        ("paul@x.example", "member"),
        ("ines@x.example", "waiting"),
        ("ref@exämple.example", "invited"),
        ("jeanne @x.example", "refused"),
        ("Léa", "refused"),
    ]
    invited = Invitation.objects.filter(role="contributor").order_by("pk")
    assert list(invited.values_list("email", flat=True)) == [
        "jeanne@x.example",
        "ref@xn--exmple-cua.example",
    ]
    assert mails() == 3
    assert Event.objects.filter(kind="member_invited").count() == 3
    text = text_of(page)
    assert "2 invitations envoyées" in text
    assert "Une espace coupe l’adresse en deux" in text
    assert "2 adresses sont à reprendre" in text
    # What could not be used is kept in the field, the role is kept too.
    assert page.context["form"]["addresses"].value() == "jeanne @x.example\nLéa"
    assert page.context["form"]["role"].value() == "contributor"


def test_it_is_told_once_and_to_the_lead_of_that_structure(send, client, structure, lead):
    other = StructureFactory(lead=lead)
    team_page = reverse("structure_team", args=[structure.pk])
    client.post(
        reverse("invitation_create", args=[structure.pk]),
        {"addresses": "secrete@x.example\nLéa", "role": "reader"},
    )
    elsewhere = html_of(client.get(reverse("structure_team", args=[other.pk])))
    assert "secrete@x.example" not in elsewhere
    assert "Léa" not in elsewhere
    assert "Léa" in html_of(client.get(team_page))
    assert "Léa" not in html_of(client.get(team_page))


def test_nothing_told_remains_for_whoever_leads_no_more(send, client, structure, lead):
    client.post(
        reverse("invitation_create", args=[structure.pk]),
        {"addresses": "secrete@x.example\nLéa", "role": "reader"},
    )
    membership = MembershipFactory(structure=structure)
    team.hand_over_lead(membership, user=lead)
    page = html_of(client.get(reverse("structure_team", args=[structure.pk])))
    assert "secrete@x.example" not in page
    assert "Léa" not in page


def test_a_list_without_an_address_is_given_back_with_the_reasons(send):
    page = send("jeanne@\nPaul Dupont\nhélène@x.example")
    assert page.status_code == 422
    assert not Invitation.objects.exists()
    assert lines(page) == [
        ("jeanne@", "refused"),
        ("Paul Dupont", "refused"),
        ("hélène@x.example", "refused"),
    ]
    text = text_of(page)
    assert "Aucune adresse n’a pu être lue" in text
    assert "Une adresse n’a pas d’accent avant l’@" in text
    assert page.context["form"]["addresses"].value() == "jeanne@\nPaul Dupont\nhélène@x.example"


@pytest.mark.parametrize(
    "bad", ["a..b@x.example", "a@x..example", "a@-x.example", "a" * 250 + "@x.fr"]
)
def test_what_accounts_would_refuse_is_refused(send, bad):
    assert lines(send(f"bonne@x.example {bad}")) == [
        ("bonne@x.example", "invited"),
        (bad, "refused"),
    ]


def test_fifty_addresses_at_once(send):
    page = send("\n".join(f"p{number}@x.example" for number in range(53)))
    assert Invitation.objects.count() == mails() == 50
    assert [typed for typed, outcome in lines(page) if outcome == "refused"] == [
        "p50@x.example",
        "p51@x.example",
        "p52@x.example",
    ]
    assert page.context["form"]["addresses"].value().split() == [
        "p50@x.example",
        "p51@x.example",
        "p52@x.example",
    ]


def test_a_day_has_its_limit_and_mails_sent_again_count(send, structure, lead, monkeypatch):
    monkeypatch.setattr(team, "INVITATIONS_PER_DAY", 3)
    first = invite_member(structure, email="a@x.example", user=lead)
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(hours=1))
    team.resend_invitation(first, user=lead, base_url=URL)

    page = send("b@x.example, c@x.example, d@x.example")

    assert lines(page) == [
        ("b@x.example", "invited"),
        ("c@x.example", "refused"),
        ("d@x.example", "refused"),
    ]
    assert "réessayez demain" in text_of(page)
    Invitation.objects.update(sent_at=timezone.now() - dt.timedelta(hours=1))
    with pytest.raises(WrongState, match="réessayez demain"):
        team.resend_invitation(first, user=lead, base_url=URL)
    # Another structure has its own day.
    other = StructureFactory(lead=lead)
    assert invite_member(other, email="c@x.example", user=lead)


def test_the_second_address_of_a_member_is_a_member(structure, lead):
    paul = MembershipFactory(structure=structure, user__email="paul@x.example").user
    EmailAddress.objects.create(user=paul, email="p.d@xn--exmple-cua.example", verified=True)
    EmailAddress.objects.create(user=paul, email="pas.prouvee@x.example", verified=False)
    told = invite_members(
        structure,
        ["P.D@exämple.example", "pas.prouvee@x.example"],
        role=READER,
        user=lead,
        base_url=URL,
    )
    assert [one.outcome for one in told] == [Outcome.MEMBER, Outcome.INVITED]


def test_an_expired_invitation_is_replaced_a_waiting_one_is_not(structure, lead):
    first = invite_member(structure, email="ines@x.example", user=lead)
    again = {"role": MembershipRole.CONTRIBUTOR, "user": lead, "base_url": URL}
    [told] = invite_members(structure, ["INES@x.example"], **again)
    assert (told.outcome, told.invitation) == (Outcome.WAITING, first)
    Invitation.objects.update(expires_at=timezone.now())
    [told] = invite_members(structure, ["INES@x.example"], **again)
    assert told.outcome is Outcome.INVITED
    first.refresh_from_db()
    assert first.cancelled_at is not None
    assert list(Invitation.objects.pending()) == [told.invitation]


def test_an_address_kept_as_it_was_typed_is_the_same(structure, lead):
    """Invitations sent before addresses had one spelling."""
    before = invite_member(structure, email="ref@exämple.example", user=lead)
    Invitation.objects.update(email="Ref@exämple.example")
    [told] = invite_members(
        structure, ["ref@xn--exmple-cua.example"], role=READER, user=lead, base_url=URL
    )
    assert (told.outcome, told.invitation) == (Outcome.WAITING, before)


@pytest.mark.parametrize("count", [1, 20])
def test_what_a_list_reads_does_not_grow_with_it(structure, lead, count, django_assert_num_queries):
    for number in range(count):
        invite_member(structure, email=f"w{number}@x.example", user=lead)
    waiting = [f"w{number}@x.example" for number in range(count)]
    with django_assert_num_queries(8):
        invite_members(structure, waiting, role=READER, user=lead, base_url=URL)


@pytest.mark.django_db(transaction=True)
def test_two_lists_at_once_invite_an_address_once():
    scene = Scene()
    results = at_once(
        *[
            lambda: invite_members(
                scene.structure, ["a@x.example"], role=READER, user=scene.lead, base_url=URL
            )
            for _ in range(2)
        ]
    )
    assert sorted(told.outcome.value for [told] in results) == ["invited", "waiting"]
    assert mails() == 1


# --- Sent again -------------------------------------------------------------------------------------


@pytest.fixture
def old(structure, lead):
    """An invitation of three weeks ago, which has expired."""
    invitation = invite_member(structure, email="ines@x.example", user=lead)
    ProcrastinateJob.objects.all().delete()
    then = timezone.now() - dt.timedelta(days=21)
    Invitation.objects.update(sent_at=then, expires_at=then + dt.timedelta(days=14))
    return invitation


def test_it_is_sent_again_with_the_same_link(client, structure, lead, old, mailoutbox):
    client.force_login(lead)
    address = reverse("invitation_resend", args=[structure.pk, old.pk])
    page = client.post(address, follow=True)
    assert "L’invitation repart à ines@x.example." in text_of(page)
    assert "renvoyée le" in text_of(page)
    tasks.send_invitation(**ProcrastinateJob.objects.get().args)
    assert team.invitation_token(old) in mailoutbox[0].body
    old.refresh_from_db()
    assert not old.is_expired
    assert Event.objects.filter(kind="invitation_resent").count() == 1
    # Pressed again: it has just left.
    assert "vient de partir" in text_of(client.post(address, follow=True))
    assert mails() == 1


@pytest.mark.parametrize("closed", ["accepted", "cancelled", "member"])
def test_what_is_answered_is_not_sent_again(structure, lead, old, closed):
    guest = UserFactory(email="ines@x.example")
    if closed == "cancelled":
        team.cancel_invitation(old, user=lead)
    elif closed == "accepted":
        Invitation.objects.update(accepted_at=timezone.now(), accepted_by=guest)
    else:
        MembershipFactory(structure=structure, user=guest)
    with pytest.raises(WrongState):
        team.resend_invitation(old, user=lead, base_url=URL)
    assert mails() == 0


def test_only_the_lead_sends_again(client, structure, old):
    member = MembershipFactory(structure=structure).user
    with pytest.raises(NotAllowed):
        team.resend_invitation(old, user=member, base_url=URL)
    stranger = UserFactory()
    other = StructureFactory(lead=stranger)
    client.force_login(stranger)
    for pk in (structure.pk, other.pk):
        assert client.post(reverse("invitation_resend", args=[pk, old.pk])).status_code == 404
    assert mails() == 0


# --- A departure ------------------------------------------------------------------------------------


def test_who_was_removed_does_not_come_back_by_another_link(structure, lead):
    """Invited at two addresses of theirs: the second link would still open."""
    paul = MembershipFactory(structure=structure, user__email="paul@x.example")
    EmailAddress.objects.create(user=paul.user, email="p.d@x.example", verified=True)
    invite_member(structure, email="autre@x.example", user=lead)
    invite_member(structure, email="tiers@x.example", user=lead)
    Invitation.objects.filter(email="autre@x.example").update(email="P.D@x.example")

    team.remove_member(paul, user=lead)

    pending = Invitation.objects.pending().values_list("email", flat=True)
    assert list(pending) == ["tiers@x.example"]
