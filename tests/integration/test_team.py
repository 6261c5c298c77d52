"""The team: roles, handing over, departures, and inviting."""

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics import tasks
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event, Invitation, Membership, QueuedMail
from diagnostics.services import team
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.typography import quoted
from tests.factories import MembershipFactory, StructureFactory, UserFactory
from tests.inviting import invite_member
from tests.threads import at_once

pytestmark = pytest.mark.django_db

URL = "https://diagnostic.example"
CONTRIBUTOR, READER, LEAD = (
    MembershipRole.CONTRIBUTOR,
    MembershipRole.READER,
    MembershipRole.LEAD,
)


@pytest.fixture
def lead():
    return UserFactory(name="Claire", email="claire@brumelle.example")


@pytest.fixture
def structure(lead):
    return StructureFactory(name="Lien Brumelle", lead=lead)


@pytest.fixture
def member(structure):
    return MembershipFactory(structure=structure, user__name="Paul", user__email="paul@x.example")


def roles(structure):
    return dict(structure.memberships.values_list("user__name", "role"))


def invite(structure, lead, email="ines@x.example", role=READER):
    return invite_member(structure, email=email, role=role, user=lead, base_url=URL)


# --- Inviting -------------------------------------------------------------------------------------


def test_invitation_keeps_a_digest_and_queues_its_mail(structure, lead):
    invitation = invite(structure, lead, "  Ines@X.example ")
    token = team.invitation_token(invitation)
    assert invitation.email == "ines@x.example"
    assert invitation.token_digest == team.token_digest(token) != token
    job = ProcrastinateJob.objects.get()
    assert (job.task_name, job.args) == (
        "send_invitation",
        {"invitation_id": invitation.pk, "base_url": URL},
    )
    # Neither the database nor the queue holds what opens the link.
    assert token not in str(Invitation.objects.values().get()) + str(job.args)
    assert list(Event.objects.values_list("kind", "detail")) == [
        ("member_invited", {"role": "reader"})
    ]


def test_mail_of_the_invitation(structure, lead, mailoutbox):
    structure.name = "L’Élan & Cie <b>"
    structure.save()
    invitation = invite(structure, lead)
    tasks.send_invitation(**ProcrastinateJob.objects.get().args)
    (mail,) = mailoutbox
    link = f"{URL}/invitations/{team.invitation_token(invitation)}/"
    html = mail.alternatives[0][0]
    assert (mail.to, mail.subject) == (
        ["ines@x.example"],
        "Claire vous invite à rejoindre L’Élan & Cie <b>",
    )
    assert link in mail.body
    assert "«\u00a0L’Élan & Cie <b>\u00a0»" in mail.body
    assert f'href="{link}"' in html
    assert "L’Élan &amp; Cie &lt;b&gt;" in html


def test_mail_of_a_cancelled_invitation_is_not_sent(structure, lead, mailoutbox):
    team.cancel_invitation(invite(structure, lead), user=lead)
    tasks.send_invitation(**ProcrastinateJob.objects.get().args)
    assert mailoutbox == []


def test_lead_role_is_not_given_by_invitation(structure, lead):
    with pytest.raises(ServiceError):
        invite(structure, lead, role=LEAD)
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("who", ["contributor", "facilitator", "stranger"])
def test_only_the_lead_manages(structure, lead, member, who):
    user = {
        "contributor": member.user,
        "facilitator": UserFactory(facilitator=True),
        "stranger": StructureFactory(lead=True).memberships.get().user,
    }[who]
    invitation = invite(structure, lead)
    other = MembershipFactory(structure=structure, user__name="Autre")
    for act in [
        lambda: invite(structure, user, "z@x.example"),
        lambda: team.cancel_invitation(invitation, user=user),
        lambda: team.change_role(other, role=READER, user=user),
        lambda: team.hand_over_lead(other, user=user),
        lambda: team.remove_member(other, user=user),
    ]:
        with pytest.raises(NotAllowed):
            act()
    assert roles(structure) == {"Claire": "lead", "Paul": "contributor", "Autre": "contributor"}
    assert Invitation.objects.pending().get() == invitation


# --- Roles ------------------------------------------------------------------------------------------


def test_change_role_is_journalled_once(structure, lead, member):
    team.change_role(member, role=READER, user=lead)
    team.change_role(member, role=READER, user=lead)
    assert roles(structure) == {"Claire": "lead", "Paul": "reader"}
    assert list(Event.objects.values_list("kind", "detail")) == [
        (
            "member_role_changed",
            {"member": member.user_id, "before": "contributor", "after": "reader"},
        )
    ]


def test_lead_keeps_their_role_until_they_hand_it_over(structure, lead):
    own = structure.memberships.get(user=lead)
    with pytest.raises(WrongState, match="Transmettez"):
        team.change_role(own, role=READER, user=lead)
    with pytest.raises(WrongState, match="Transmettez"):
        team.remove_member(own, user=lead)
    assert roles(structure) == {"Claire": "lead"}


def test_hand_over(structure, lead, member):
    team.hand_over_lead(member, user=lead)
    assert roles(structure) == {"Claire": "contributor", "Paul": "lead"}
    with pytest.raises(NotAllowed):
        team.change_role(member, role=READER, user=lead)


def write_of_the_team() -> list[str]:
    """Do what was queued; return the subjects of the mails, and to whom."""
    jobs = {"mail_new_lead": tasks.mail_new_lead, "mail_member": tasks.mail_member}
    for job in ProcrastinateJob.objects.filter(task_name__in=jobs).order_by("pk"):
        jobs[job.task_name](**job.args)
    return [f"{mail.subject} → {mail.address}" for mail in QueuedMail.objects.order_by("pk")]


def test_who_leads_from_now_on_is_told_once(structure, lead, member):
    team.hand_over_lead(member, user=lead)
    name = quoted(structure.name)
    told = f"Vous êtes référent·e de la structure {name} → {member.user.email}"
    assert write_of_the_team() == [told]
    assert write_of_the_team() == [told]
    mail = QueuedMail.objects.get()
    assert "Claire vous a transmis le rôle" in mail.text
    assert reverse("structure_team", args=[structure.pk]) in mail.text
    assert lead.email in mail.headers["Reply-To"]


def test_who_handed_it_back_meanwhile_is_not_told(structure, lead, member):
    team.hand_over_lead(member, user=lead)
    team.hand_over_lead(structure.memberships.get(user=lead), user=member.user)
    assert [line.rpartition(" ")[2] for line in write_of_the_team()] == [lead.email]


def test_whose_role_changes_is_told_once(structure, lead, member):
    team.change_role(member, role=READER, user=lead)
    team.change_role(member, role=READER, user=lead)
    name = quoted(structure.name)
    told = f"Votre rôle a changé dans l’équipe de la structure {name} → {member.user.email}"
    assert write_of_the_team() == [told]
    assert write_of_the_team() == [told]
    mail = QueuedMail.objects.get()
    assert f"Claire vous a donné le rôle {quoted(READER.label)}" in mail.text
    assert "vous ne modifiez plus les réponses" in mail.text
    assert reverse("structure_detail", args=[structure.pk]) in mail.text
    assert lead.email in mail.headers["Reply-To"]


def test_a_role_that_changed_again_meanwhile_is_told_as_it_is(structure, lead, member):
    team.change_role(member, role=READER, user=lead)
    team.change_role(member, role=CONTRIBUTOR, user=lead)
    assert len(write_of_the_team()) == 1
    assert quoted(CONTRIBUTOR.label) in QueuedMail.objects.get().text


def test_who_is_taken_out_is_told(structure, lead, member):
    team.remove_member(member, user=lead)
    name = quoted(structure.name)
    told = f"Vous ne faites plus partie de l’équipe de la structure {name} → {member.user.email}"
    assert write_of_the_team() == [told]
    mail = QueuedMail.objects.get()
    assert "vous n’avez plus accès à ses diagnostics" in mail.text
    assert lead.email in mail.headers["Reply-To"]


def test_who_leaves_by_themselves_or_is_back_has_no_mail_of_it(structure, lead, member):
    team.remove_member(member, user=member.user)
    assert write_of_the_team() == []
    back = MembershipFactory(structure=structure, user=member.user)
    team.remove_member(back, user=lead)
    MembershipFactory(structure=structure, user=member.user)
    assert write_of_the_team() == []


def test_removed_member_is_gone(structure, lead, member):
    team.remove_member(member, user=lead)
    assert roles(structure) == {"Claire": "lead"}
    with pytest.raises(WrongState, match="ne fait plus partie"):
        team.hand_over_lead(member, user=lead)
    assert list(Event.objects.values_list("kind", "actor")) == [("member_removed", lead.pk)]


def test_member_leaves_by_themselves(client, structure, member):
    client.force_login(member.user)
    address = reverse("member_remove", args=[structure.pk, member.pk])
    assert (
        "Quitter l’équipe"
        in client.get(reverse("structure_team", args=[structure.pk])).content.decode()
    )
    assert client.post(address).url == reverse("start")
    assert roles(structure) == {"Claire": "lead"}
    assert client.get(reverse("structure_team", args=[structure.pk])).status_code == 404


def test_a_member_taken_out_twice_is_out(client, structure, lead, member):
    client.force_login(lead)
    address = reverse("member_remove", args=[structure.pk, member.pk])
    team_page = reverse("structure_team", args=[structure.pk])
    for _press in (1, 2):
        assert client.post(address).url == team_page
    assert roles(structure) == {"Claire": "lead"}
    assert "ne fait plus partie de l’équipe" in client.get(team_page).content.decode()
    assert Event.objects.filter(kind="member_removed").count() == 1


# --- Pages --------------------------------------------------------------------------------------------


def test_lead_manages_from_the_team_page(client, structure, lead, member):
    client.force_login(lead)
    page = client.get(reverse("structure_team", args=[structure.pk])).content.decode()
    assert reverse("member_role", args=[structure.pk, member.pk]) in page
    assert reverse("invitation_create", args=[structure.pk]) in page
    response = client.post(
        reverse("member_role", args=[structure.pk, member.pk]), {"role": "reader"}, follow=True
    )
    assert "Paul a maintenant le rôle" in response.content.decode()
    response = client.post(
        reverse("member_role", args=[structure.pk, member.pk]), {"role": "lead"}, follow=True
    )
    assert "Paul est désormais référent·e" in response.content.decode()
    assert roles(structure) == {"Claire": "contributor", "Paul": "lead"}


def test_others_see_the_team_without_its_controls(client, structure, lead, member):
    invite(structure, lead, "secret@x.example")
    client.force_login(member.user)
    page = client.get(reverse("structure_team", args=[structure.pk])).content.decode()
    assert "Claire" in page
    assert "secret@x.example" not in page
    assert reverse("invitation_create", args=[structure.pk]) not in page
    own = structure.memberships.get(user=lead)
    for name, pk in [("member_role", own.pk), ("member_remove", own.pk)]:
        assert client.get(reverse(name, args=[structure.pk, pk])).status_code == 403
        assert client.post(reverse(name, args=[structure.pk, pk])).status_code == 403
    response = client.post(
        reverse("invitation_create", args=[structure.pk]),
        {"addresses": "x@x.example", "role": "reader"},
    )
    assert response.status_code == 403
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    "data",
    [
        {"addresses": "", "role": "reader"},
        {"addresses": "pas-une-adresse", "role": "reader"},
        {"addresses": "a@x.example\x00", "role": "reader"},
        {"addresses": "a@x.example " + "x" * 20_000, "role": "reader"},
        {"addresses": "a@x.example", "role": "lead"},
        {"addresses": "a@x.example", "role": "roi"},
    ],
)
def test_refused_invitation_shows_the_form_again(client, structure, lead, data):
    client.force_login(lead)
    response = client.post(reverse("invitation_create", args=[structure.pk]), data)
    assert response.status_code == 422
    assert "à corriger" in response.content.decode()
    assert not Invitation.objects.exists()


def test_invite_from_the_page(client, structure, lead):
    client.force_login(lead)
    response = client.post(
        reverse("invitation_create", args=[structure.pk]),
        {"addresses": "ines@x.example", "role": "reader"},
        follow=True,
    )
    page = response.content.decode()
    assert "1 invitation envoyée" in " ".join(page.split())
    assert ProcrastinateJob.objects.get().args["base_url"] == "http://testserver"
    invitation = Invitation.objects.get()
    client.post(reverse("invitation_cancel", args=[structure.pk, invitation.pk]))
    assert not Invitation.objects.pending().exists()


def test_invitation_of_another_structure_is_not_reached(client, structure, lead):
    other_lead = UserFactory()
    invitation = invite(StructureFactory(lead=other_lead), other_lead)
    client.force_login(lead)
    response = client.post(reverse("invitation_cancel", args=[structure.pk, invitation.pk]))
    assert response.status_code == 404
    assert Invitation.objects.pending().get() == invitation


@pytest.mark.parametrize("count", [1, 3])
def test_team_page_makes_the_same_queries(
    client, structure, lead, count, django_assert_num_queries
):
    for number in range(count):
        MembershipFactory(structure=structure)
        invite(structure, lead, f"{number}@x.example")
    client.force_login(lead)
    with django_assert_num_queries(6):
        client.get(reverse("structure_team", args=[structure.pk]))


# --- Two people at once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_hand_overs_at_once_leave_one_lead():
    lead = UserFactory(name="Claire")
    structure = StructureFactory(lead=lead)
    members = [MembershipFactory(structure=structure) for _ in range(2)]
    results = at_once(*[lambda m=m: team.hand_over_lead(m, user=lead) for m in members])
    assert [type(result) for result in results].count(NotAllowed) == 1
    assert Membership.objects.filter(structure=structure, role="lead").count() == 1
