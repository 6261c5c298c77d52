"""What facilitators do with several structures at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Cohort, Event, QueuedMail, Structure, User
from diagnostics.tasks import mail_lead_letter
from tests.factories import MembershipFactory, StructureFactory, UserFactory
from tests.pages import page_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def facilitator(client: Client) -> User:
    user = UserFactory(facilitator=True, name="Fanny")
    client.force_login(user)
    return user


@pytest.fixture
def structures() -> list[Structure]:
    """Three structures, of which the third is chosen by no test."""
    return [StructureFactory(name=f"Structure {number}", lead=True) for number in (1, 2, 3)]


def send(client: Client, route: str, chosen: list[Structure], **data: Any) -> HttpResponse:
    """Send what the list does, and read the list that follows."""
    given = {"structure": [str(each.pk) for each in chosen], "back": "tri=-structure"} | data
    response = client.post(reverse(route), given, follow=True)
    assert response.redirect_chain == [("/portefeuille/?tri=-structure", 302)]
    return response


def test_structures_are_assigned_and_the_journal_says_so(client, facilitator, structures):
    other = UserFactory(facilitator=True, name="Olivier")
    response = send(client, "portfolio_assign", structures[:2], facilitator=str(other.pk))
    assert "2 structures confiées à Olivier." in page_of(response).text
    assert list(other.followed_structures.order_by("name")) == structures[:2]
    events = Event.objects.filter(kind=EventKind.FACILITATOR_CHANGED.value)
    assert [(event.structure, event.actor, event.detail) for event in events.order_by("pk")] == [
        (structure, facilitator, {"before": None, "after": other.pk})
        for structure in sorted(structures[:2], key=lambda each: each.pk)
    ]
    # Again: nothing changes, and nothing is journalled.
    send(client, "portfolio_assign", structures[:1], facilitator=str(other.pk))
    assert events.count() == 2
    response = send(client, "portfolio_assign", structures[:1], facilitator="none")
    assert "1 structure confiée à personne." in page_of(response).text
    assert list(other.followed_structures.all()) == structures[1:2]


def test_nobody_follows_a_structure_of_their_own(client, facilitator, structures):
    MembershipFactory(structure=structures[0], user=facilitator)
    response = send(client, "portfolio_assign", structures[:2], facilitator=str(facilitator.pk))
    assert list(facilitator.followed_structures.all()) == structures[1:2]
    assert (
        "une structure n’est pas suivie par son équipe : « Structure 1 »." in page_of(response).text
    )


@pytest.mark.parametrize("asked", ["", "0", "moi", "é", "\x00", "9" * 30])
def test_only_who_facilitates_is_assigned(client, facilitator, structures, asked: str):
    UserFactory(name="Sans droit")
    send(client, "portfolio_assign", structures[:1], facilitator=asked)
    simple = UserFactory()
    send(client, "portfolio_assign", structures[:1], facilitator=str(simple.pk))
    assert not Structure.objects.exclude(facilitator=None).exists()


def test_structures_join_a_new_cohort_then_others_join_it_too(client, facilitator, structures):
    response = send(client, "portfolio_cohort_add", structures[:1], name="  Promotion   Grand Est ")
    assert "1 structure ajoutée à « Promotion Grand Est »." in page_of(response).text
    cohort = Cohort.objects.get()
    send(client, "portfolio_cohort_add", structures[:2], name="promotion grand est")
    send(client, "portfolio_cohort_add", structures[:2], cohort=str(cohort.pk))
    assert Cohort.objects.get() == cohort
    assert list(cohort.structures.all()) == structures[:2]
    assert cohort.name in page_of(client.get("/portefeuille/")).text


def test_a_cohort_is_left_and_goes_with_its_last_structure(client, facilitator, structures):
    cohort = Cohort.objects.create(name="Promotion")
    cohort.structures.add(*structures[:2])
    response = send(client, "portfolio_cohort_remove", structures[:1], cohort=str(cohort.pk))
    assert "1 structure retirée de « Promotion »." in page_of(response).text
    assert list(cohort.structures.all()) == structures[1:2]
    send(client, "portfolio_cohort_remove", structures[1:], cohort=str(cohort.pk))
    assert not Cohort.objects.exists()


def test_a_name_that_is_too_long_is_given_back(client, facilitator, structures):
    typed = "é" * 121
    response = client.post(
        reverse("portfolio_cohort_add"), {"structure": str(structures[0].pk), "name": typed}
    )
    assert response.status_code == 409
    assert typed in page_of(response).text
    assert not Cohort.objects.exists()


@pytest.mark.parametrize("name", ["portfolio_assign", "portfolio_cohort_add"])
@pytest.mark.parametrize("chosen", [[], ["x"], ["é\x00"], ["00000000-0000-0000-0000-000000000000"]])
def test_nothing_is_done_without_a_structure(client, facilitator, structures, name, chosen):
    data = {"structure": chosen, "facilitator": str(facilitator.pk), "name": "", "back": "\x00"}
    response = client.post(reverse(name), data, follow=True)
    assert response.redirect_chain == [("/portefeuille/?vue=toutes", 302)]
    assert not facilitator.followed_structures.exists()
    assert not Cohort.objects.exists()


def test_others_do_none_of_it(client, structures):
    """A lead, even with the boxes of the list in hand."""
    lead = structures[0].memberships.get().user
    client.force_login(lead)
    cohort = Cohort.objects.create(name="Promotion")
    cohort.structures.add(structures[0])
    other = UserFactory(facilitator=True)
    data = {
        "structure": [str(each.pk) for each in structures],
        "facilitator": str(other.pk),
        "cohort": str(cohort.pk),
    }
    for name in ("portfolio_assign", "portfolio_cohort_add", "portfolio_cohort_remove"):
        assert client.post(reverse(name), data).status_code == 403
    assert list(cohort.structures.all()) == structures[:1]
    assert not other.followed_structures.exists()
    assert not Event.objects.exists()


def test_who_does_not_facilitate_any_more_is_refused_under_the_lock(facilitator, structures):
    from diagnostics.services.errors import NotAllowed
    from diagnostics.services.portfolio import add_to_cohort, assign_structures

    User.objects.filter(pk=facilitator.pk).update(is_facilitator=False)
    chosen = [structures[0].pk]
    with pytest.raises(NotAllowed):
        assign_structures(chosen, facilitator=None, user=facilitator)
    with pytest.raises(NotAllowed):
        add_to_cohort(chosen, name="Promotion", user=facilitator)
    assert not Cohort.objects.exists()


# --- A letter to leads --------------------------------------------------------------------------------


def letter_of(client: Client, chosen: list[Structure], **typed: str) -> dict[str, list[str]]:
    """Return what the page of a letter sends once it is written."""
    data = {"structure": [str(each.pk) for each in chosen], "back": "tri=-structure"}
    page = page_of(client.post(reverse("portfolio_letter"), data))
    form = page.form_to(reverse("portfolio_letter_send"))
    return form.data | {name: [text] for name, text in typed.items()}


def test_the_page_of_a_letter_shows_who_gets_it_and_sends_nothing(client, facilitator, structures):
    without = StructureFactory(name="Sans personne")
    lead = structures[0].memberships.get().user
    MembershipFactory(structure=structures[0], user=UserFactory(name="Simple membre"))
    data = {"structure": [str(each.pk) for each in (structures[0], without)]}
    text = page_of(client.post(reverse("portfolio_letter"), data)).text
    assert lead.email in text
    assert "Envoyer à 1 personne" in text
    assert "Sans référent·e à qui écrire : Sans personne." in text
    assert "Simple membre" not in text
    assert structures[1].memberships.get().user.email not in text
    assert not ProcrastinateJob.objects.exists()


def test_each_lead_gets_one_letter_and_answers_who_wrote(client, facilitator, structures):
    first, second = (each.memberships.get().user for each in structures[:2])
    other = StructureFactory(name="Deuxième du premier", lead=first)
    data = letter_of(client, [*structures[:2], other], subject="Réunion", text="Jeudi ?\nÀ 9 h.")
    address = reverse("portfolio_letter_send")
    answers = [client.post(address, data) for _ in range(2)]  # a double press
    assert {answer["Location"] for answer in answers} == {"/portefeuille/?tri=-structure"}
    jobs = ProcrastinateJob.objects.filter(task_name="mail_lead_letter")
    assert sorted(job.args["person_id"] for job in jobs) == sorted([first.pk, second.pk])
    for job in jobs:
        for _ in range(2):  # tried again
            mail_lead_letter(**job.args)
    sent = QueuedMail.objects.order_by("person")
    assert [mail.person for mail in sent] == sorted([first, second], key=lambda each: each.pk)
    for mail in sent:
        assert (mail.subject, mail.headers["Reply-To"]) == (
            "Réunion",
            f"Fanny <{facilitator.email}>",
        )
        assert "> Jeudi ?\n> À 9 h." in mail.text


def test_what_was_written_is_given_back(client, facilitator, structures):
    address = reverse("portfolio_letter_send")
    data = letter_of(client, structures[:1], subject="", text="Mon message")
    page = page_of(client.post(address, data))
    assert "Donnez un objet à votre message." in page.text
    assert page.form_to(address).data["text"] == ["Mon message"]
    # The lead changed since the page was shown.
    member = structures[0].memberships.get()
    member.user = UserFactory(name="Autre référente")
    member.save(update_fields=["user"])
    page = page_of(client.post(address, data | {"subject": ["Objet"]}))
    assert "Les destinataires ont changé" in page.text
    assert "Autre référente" in page.text
    assert page.form_to(address).data["text"] == ["Mon message"]
    assert not ProcrastinateJob.objects.exists()
