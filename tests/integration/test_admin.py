"""The administration: what staff can change, what they cannot reach, and the one door."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.core.management import call_command
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from diagnostics.models import Diagnostic, User
from diagnostics.services.departures import erase_account
from diagnostics.services.errors import WrongState
from tests.factories import PASSWORD, DiagnosticFactory, StructureFactory, UserFactory, the_kit
from tests.pages import html_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = UserFactory(staff=True)
    client.force_login(user)
    return user


def test_only_people_structures_and_the_kit_are_registered():
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {
        f"diagnostics.{name}"
        for name in [
            *("User", "Structure", "Kit", "Part", "Step", "Example", "KitChange"),
            *("Event", "FailedSignIns"),
        ]
    }


def test_the_door_is_the_site_s_sign_in(client):
    response = client.get(reverse("admin:index"), follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_a_password_is_changed_at_the_site_s_own_page_alone(client, staff):
    staff.set_password(PASSWORD)
    staff.save()
    client.force_login(staff)
    typed = {"old_password": PASSWORD, "new_password1": "une phrase tout autre"}
    typed["new_password2"] = typed["new_password1"]
    address = reverse("admin:password_change")
    for answer in (client.get(address), client.post(address, typed)):
        assert answer.url == reverse("account_change_password")
    staff.refresh_from_db()
    assert staff.check_password(PASSWORD)


@pytest.mark.parametrize("kind", [{}, {"facilitator": True}])
def test_others_do_not_enter(client, kind):
    client.force_login(UserFactory(**kind))
    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_staff_is_a_stranger_to_diagnostics(client, staff):
    diagnostic = DiagnosticFactory(structure=StructureFactory(lead=True))
    assert client.get(reverse("diagnostic_home", args=[diagnostic.pk])).status_code == 404
    assert Diagnostic.objects.visible_to(staff).count() == 0


def test_every_page_answers(client, staff):
    kit = the_kit()
    structure = StructureFactory(lead=True)
    names = ["user", "structure", "kit", "part", "step", "example", "kitchange"]
    names += ["event", "failedsignins"]
    pages = [
        reverse("admin:index"),
        reverse("admin:diagnostics_user_add"),
        *[reverse(f"admin:diagnostics_{name}_changelist") for name in names],
        reverse("admin:diagnostics_user_change", args=[staff.pk]),
        reverse("admin:diagnostics_structure_change", args=[structure.pk]),
        reverse("admin:diagnostics_kit_change", args=[kit.pk]),
        reverse("admin:diagnostics_part_change", args=[kit.parts.first().pk]),
        reverse("admin:diagnostics_step_change", args=[kit.steps.first().pk]),
        *[
            reverse("admin:diagnostics_example_change", args=[step.examples.first().pk])
            for step in kit.steps.filter(examples__isnull=False).distinct()
        ],
    ]
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


def test_an_account_made_here_can_sign_in(client, staff):
    client.post(
        reverse("admin:diagnostics_user_add"),
        {
            "email": "Est@Rameau.example",
            "name": "Facilitation Est",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    user = User.objects.get(name="Facilitation Est")
    assert user.email == "est@rameau.example"
    assert EmailAddress.objects.get(user=user).verified
    client.logout()
    response = client.post(
        reverse("account_login"), {"login": "est@rameau.example", "password": PASSWORD}
    )
    assert response.url == reverse("start")


def test_an_account_made_at_a_terminal_can_sign_in(client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--email", "Racine@Rameau.example")
    user = User.objects.get()
    typed = {"login": "racine@rameau.example", "password": PASSWORD}
    assert client.post(reverse("account_login"), typed).url == reverse("start")
    assert client.get(reverse("admin:index")).status_code == 200
    address = EmailAddress.objects.get()
    assert (address.user, address.verified, address.primary) == (user, True, True)


def test_a_second_account_with_the_same_address_is_refused(client, staff):
    UserFactory(email="est@rameau.example")
    response = client.post(
        reverse("admin:diagnostics_user_add"),
        {
            "email": "EST@rameau.example",
            "name": "x",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    assert response.status_code == 200
    assert User.objects.filter(email="est@rameau.example").count() == 1


def test_naming_a_facilitator(client, staff):
    user = UserFactory()
    client.post(
        reverse("admin:diagnostics_user_change", args=[user.pk]),
        {
            "name": "Facilitation",
            "is_active": "on",
            "is_facilitator": "on",
            "email": "pris@x.example",
        },
    )
    before = user.email
    user.refresh_from_db()
    assert (user.is_facilitator, user.name, user.email) == (True, "Facilitation", before)


def test_nobody_is_deleted(client, staff):
    user = UserFactory()
    address = reverse("admin:diagnostics_user_delete", args=[user.pk])
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=user.pk).exists()


def test_structures_get_their_facilitator_and_nothing_else(client, staff):
    structure = StructureFactory(name="Lien Brumelle", lead=True)
    facilitator = UserFactory(facilitator=True)
    address = reverse("admin:diagnostics_structure_change", args=[structure.pk])
    client.post(address, {"facilitator": facilitator.pk, "name": "Pris"})
    structure.refresh_from_db()
    assert (structure.facilitator, structure.name) == (facilitator, "Lien Brumelle")
    client.post(address, {"facilitator": UserFactory().pk})
    structure.refresh_from_db()
    assert structure.facilitator == facilitator


def test_the_last_account_with_all_rights_keeps_them(client):
    boss = UserFactory(staff=True, is_superuser=True)
    client.force_login(boss)
    address = reverse("admin:diagnostics_user_change", args=[boss.pk])
    all_rights = {"is_active": "on", "is_staff": "on", "is_superuser": "on"}
    for left_out in ("is_superuser", "is_active"):
        posted = {"name": "Racine"} | {k: v for k, v in all_rights.items() if k != left_out}
        page = html_of(client.post(address, posted))
        assert "C’est le dernier compte qui a tous les droits" in page
    UserFactory(is_superuser=True)
    assert client.post(address, {"name": "Racine", "is_active": "on"}).status_code == 302
    boss.refresh_from_db()
    assert (boss.is_active, boss.is_superuser) == (True, False)


def test_an_erased_account_is_only_read(client):
    client.force_login(UserFactory(staff=True, is_superuser=True))
    erased = UserFactory(is_active=False, erased_at=timezone.now())
    address = reverse("admin:diagnostics_user_change", args=[erased.pk])
    assert client.get(address).status_code == 200
    assert client.post(address, {"is_active": "on"}).status_code == 403
    assert not User.objects.get(pk=erased.pk).is_active


@pytest.mark.django_db(transaction=True)
def test_of_two_administrators_who_go_at_once_one_stays():
    both = [UserFactory(staff=True, is_superuser=True) for _ in range(2)]
    barrier = Barrier(2)

    def go(user: User) -> bool:
        barrier.wait()
        try:
            erase_account(user, actor=user, tell=lambda address, name: None)
        except WrongState:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(go, both)) == [False, True]
    assert User.objects.filter(is_superuser=True).count() == 1
