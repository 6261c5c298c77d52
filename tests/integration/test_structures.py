"""Structures: the identity card, who sees and changes it, what the database keeps true."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.models import Event, Membership, Structure
from diagnostics.services import structures
from diagnostics.services.errors import NotAllowed
from tests.factories import DiagnosticFactory, MembershipFactory, StructureFactory, UserFactory

pytestmark = pytest.mark.django_db

CARD = {
    "name": "Passerelles en Sorelle",
    "legal_form": "association",
    "founded_year": "2016",
    "territory": "Bassin de vie de Sorelle",
    "base_scale": "living_area",
    "population": "96 000",
    "region": "",
}


@pytest.fixture
def lead():
    return UserFactory(name="Claire")


@pytest.fixture
def structure(lead):
    return StructureFactory(name="Lien Brumelle", lead=lead)


def as_(client, user):
    client.force_login(user)
    return client


# --- Creating and editing ---------------------------------------------------------------------


def test_creator_becomes_lead(client, lead):
    response = as_(client, lead).post(reverse("structure_create"), CARD)
    structure = Structure.objects.get()
    # What comes next, without a page in between.
    assert response.url == reverse("diagnostic_create", args=[structure.pk])
    assert (structure.name, structure.founded_year, structure.population, structure.region) == (
        "Passerelles en Sorelle",
        2016,
        96000,
        "",
    )
    membership = Membership.objects.get()
    assert (membership.user, membership.role) == (lead, "lead")
    assert list(Event.objects.values_list("kind", "actor", "structure")) == [
        ("structure_created", lead.pk, structure.pk)
    ]


@pytest.mark.parametrize("missing", ["name", "territory", "base_scale"])
def test_starred_fields_are_needed(client, lead, missing):
    response = as_(client, lead).post(reverse("structure_create"), CARD | {missing: ""})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [missing]
    assert not Structure.objects.exists()
    # The summary leads to the field, and what was typed is still there.
    assert f'href="#id_{missing}"' in response.content.decode()
    assert "96 000" in response.content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("founded_year", "999"),
        ("founded_year", str(timezone.localdate().year + 1)),
        ("founded_year", "deux mille"),
        ("population", "-1"),
        ("population", "1e9999999"),
        ("population", "100000001"),
        ("base_scale", "planet"),
        ("legal_form", "empire"),
        ("name", "x" * 301),
        ("name", "a\x00b"),
    ],
)
def test_malformed_values_are_refused_at_the_field(client, lead, field, value):
    response = as_(client, lead).post(reverse("structure_create"), CARD | {field: value})
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert not Structure.objects.exists()


def test_lead_edits_the_card(client, lead, structure):
    other = StructureFactory(name="Autre")
    response = as_(client, lead).post(reverse("structure_edit", args=[structure.pk]), CARD)
    assert response.url == reverse("structure_detail", args=[structure.pk])
    structure.refresh_from_db()
    other.refresh_from_db()
    assert (structure.name, other.name) == ("Passerelles en Sorelle", "Autre")


def test_update_writes_only_what_is_given(lead, structure):
    stale = Structure.objects.get(pk=structure.pk)
    structures.update_structure(structure, user=lead, region="Bretagne")
    structures.update_structure(stale, user=lead, population=12)
    structure.refresh_from_db()
    assert (structure.region, structure.population) == ("Bretagne", 12)


def test_update_refuses_who_is_no_longer_lead(lead, structure):
    reader = MembershipFactory(structure=structure, role="reader").user
    with pytest.raises(NotAllowed):
        structures.update_structure(structure, user=reader, name="Pris")
    structure.refresh_from_db()
    assert structure.name == "Lien Brumelle"


def test_update_knows_its_fields(lead, structure):
    with pytest.raises(TypeError, match="facilitator"):
        structures.update_structure(structure, user=lead, facilitator=lead)


# --- Who sees what ------------------------------------------------------------------------------


def test_strangers_see_nothing(client, structure):
    stranger = UserFactory(staff=True)
    mine = StructureFactory(name="La mienne", lead=stranger)
    as_(client, stranger)
    for name in ["structure_detail", "structure_edit", "structure_team", "invitation_create"]:
        response = client.get(reverse(name, args=[structure.pk]))
        assert response.status_code == 404
        assert "Lien Brumelle" not in response.content.decode()
    assert "La mienne" in client.get(reverse("structure_detail", args=[mine.pk])).content.decode()


def test_members_and_facilitators_read_without_managing(client, structure):
    contributor = MembershipFactory(structure=structure).user
    for user in [contributor, UserFactory(facilitator=True)]:
        as_(client, user)
        page = client.get(reverse("structure_detail", args=[structure.pk])).content.decode()
        assert "Lien Brumelle" in page
        assert reverse("structure_edit", args=[structure.pk]) not in page
        assert client.get(reverse("structure_edit", args=[structure.pk])).status_code == 403
        assert client.post(reverse("structure_edit", args=[structure.pk]), CARD).status_code == 403
    structure.refresh_from_db()
    assert structure.name == "Lien Brumelle"


def test_anonymous_is_sent_to_sign_in(client, structure):
    address = reverse("structure_detail", args=[structure.pk])
    response = client.get(address)
    assert response.url == f"{reverse('account_login')}?next={address}"


def test_page_says_who_follows_the_structure(client, lead, structure):
    structure.facilitator = UserFactory(facilitator=True, name="Facilitation Est")
    structure.save()
    page = as_(client, lead).get(reverse("structure_detail", args=[structure.pk])).content.decode()
    assert "Facilitation Est suit votre structure" in " ".join(page.split())


@pytest.mark.parametrize("count", [1, 3])
def test_structure_page_makes_the_same_queries(
    client, lead, structure, count, django_assert_num_queries
):
    for _ in range(count):
        MembershipFactory(structure=structure)
        DiagnosticFactory(structure=structure)
    as_(client, lead)
    with django_assert_num_queries(6):
        client.get(reverse("structure_detail", args=[structure.pk]))


# --- What the database keeps true ------------------------------------------------------------------


def test_one_lead_at_most(structure):
    with pytest.raises(IntegrityError, match="membership_one_lead"), transaction.atomic():
        MembershipFactory(structure=structure, role="lead")


def test_one_membership_per_person(lead, structure):
    with pytest.raises(IntegrityError, match="membership_once_per_structure"), transaction.atomic():
        MembershipFactory(structure=structure, user=lead)


def check_deferred():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("how", ["delete", "demote"])
def test_one_lead_at_least(structure, how):
    leads = Membership.objects.filter(structure=structure, role="lead")

    @transaction.atomic
    def leave_without_lead():
        leads.delete() if how == "delete" else leads.update(role="reader")
        check_deferred()

    with pytest.raises(IntegrityError, match="the structure would have no lead"):
        leave_without_lead()
    assert leads.count() == 1


def test_lead_goes_with_the_structure(structure):
    structure.delete()
    check_deferred()
    assert not Membership.objects.exists()


def test_structure_may_start_without_lead():
    structure = StructureFactory()
    MembershipFactory(structure=structure)
    check_deferred()
    assert [m.role for m in structure.memberships.all()] == [MembershipRole.CONTRIBUTOR]


@pytest.mark.parametrize("year", [1000, 1848, timezone.localdate().year])
def test_a_chamber_is_older_than_an_association(client, lead, year):
    response = as_(client, lead).post(
        reverse("structure_create"), CARD | {"founded_year": str(year)}
    )
    assert response.status_code == 302
    assert Structure.objects.get().founded_year == year


@pytest.mark.parametrize("year", [999, 2101])
def test_founded_year_is_a_year(year):
    with (
        pytest.raises(IntegrityError, match="structure_founded_year_is_a_year"),
        transaction.atomic(),
    ):
        StructureFactory(founded_year=year)
