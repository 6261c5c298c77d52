"""« Mon compte »: the displayed name, and where people are led once their address is confirmed."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import User
from diagnostics.services.team import remove_member
from tests.factories import PASSWORD, StructureFactory, UserFactory
from tests.inviting import invite_member
from tests.mails import left
from tests.pages import html_of
from tests.scene import Scene

pytestmark = pytest.mark.django_db

ACCOUNT = "/compte/"


def test_a_new_name_stands_wherever_the_person_is_named():
    scene = Scene()
    pk = scene.diagnostic.pk
    before = scene.lead.display_name
    scene.browser.post(
        reverse("diagnostic_step", args=[pk, "vision"]),
        {"vision-statements-TOTAL_FORMS": "0", "vision-statements-INITIAL_FORMS": "0"},
    )
    pages = [
        reverse("structure_team", args=[scene.structure.pk]),
        reverse("journal", args=[pk]),
        ACCOUNT,
    ]
    invite_member(
        scene.structure,
        email="nina@x.example",
        role=MembershipRole.READER,
        user=scene.lead,
        base_url="https://d.example",
    )
    assert all(before in html_of(scene.browser.get(page)) for page in pages)

    response = scene.browser.post(ACCOUNT, {"name": "  Claire d’Arvelle\u200b "})

    assert response.url == ACCOUNT
    assert User.objects.get(pk=scene.lead.pk).name == "Claire d’Arvelle"
    for page in pages:
        html = html_of(scene.browser.get(page))
        assert "Claire d’Arvelle" in html
        assert before not in html


@pytest.mark.parametrize("name", ["", "   ", "x" * 121, "a\x00b"])
def test_a_refused_name_is_told_at_the_field_and_kept_there(client, name):
    user = UserFactory(name="Claire")
    client.force_login(user)
    response = client.post(ACCOUNT, {"name": name})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["name"]
    assert 'class="error-summary"' in html_of(response)
    user.refresh_from_db()
    assert user.name == "Claire"


def test_one_changes_only_ones_own_name(client):
    other = UserFactory(name="Paul")
    client.force_login(UserFactory(name="Claire"))
    client.post(ACCOUNT, {"name": "Autre", "user": str(other.pk), "email": other.email})
    assert set(User.objects.values_list("name", flat=True)) == {"Autre", "Paul"}


def test_a_name_that_was_never_given_starts_from_the_one_that_is_shown(client):
    client.force_login(UserFactory(name="", email="claire@exemple.example"))
    assert 'value="claire"' in html_of(client.get(ACCOUNT))


def test_the_page_leads_to_the_pages_that_exist(client):
    client.force_login(UserFactory())
    links = re.findall(r'<a class="btn[^"]*" href="([^"]+)"', html_of(client.get(ACCOUNT)))
    pages = ("account_email", "account_change_password", "mfa_index", "my_data")
    assert links == [reverse(name) for name in pages]
    for link in links:
        assert client.get(link).status_code in (200, 302)


# --- After the confirmation of the address ----------------------------------------------------------


def confirmed(client):
    """Sign up and confirm, with a page of the confirmation read in between."""
    data = {"name": "Inès", "email": "ines@x.example", "password1": PASSWORD}
    client.post(reverse("account_signup"), data)
    link = re.search(r"http://testserver(/\S+)", left()[0].body)[1]
    return client.post(link).url


def test_who_comes_alone_is_led_to_their_structure(client):
    assert confirmed(client) == reverse("structure_create")


def test_who_is_invited_chooses_on_the_start_page(client):
    lead = UserFactory()
    invite_member(
        StructureFactory(lead=lead, name="Lien Brumelle"),
        email="ines@x.example",
        role=MembershipRole.READER,
        user=lead,
        base_url="https://d.example",
    )
    assert confirmed(client) == reverse("start")
    assert "Lien Brumelle" in html_of(client.get(reverse("start")))


def test_who_is_invited_at_a_second_address_finds_it_on_the_start_page(client):
    user = UserFactory(email="ines@x.example")
    EmailAddress.objects.create(user=user, email="i.d@x.example", verified=True)
    EmailAddress.objects.create(user=user, email="pas.prouvee@x.example", verified=False)
    lead = UserFactory()
    for email, name in [("i.d@x.example", "Lien Brumelle"), ("pas.prouvee@x.example", "Arvelle")]:
        invite_member(StructureFactory(lead=lead, name=name), email=email, user=lead)
    client.force_login(user)
    page = html_of(client.get(reverse("start")))
    assert "Lien Brumelle" in page
    assert "Arvelle" not in page


@pytest.mark.parametrize("has_left", [False, True])
def test_who_confirms_a_second_address_goes_where_their_work_is(client, has_left):
    scene = Scene()
    user = scene.membership("contributor").user
    user.set_password(PASSWORD)
    user.save()
    client.force_login(user)
    if has_left:
        remove_member(scene.membership("contributor"), user=scene.lead)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(reverse("account_email"), {"action_add": "", "email": "seconde@x.example"})
    link = re.search(r"http://testserver(/\S+)", left()[-1].body)[1]
    expected = "structure_create" if has_left else "start"
    assert client.post(link).url == reverse(expected)
