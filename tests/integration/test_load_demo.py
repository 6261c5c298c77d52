"""The demo data: created once, through the services, and usable by the accounts printed."""

from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.completeness import remaining_items
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import Diagnostic, Event, Membership, Structure, User, Version
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.demo import as_of
from rameau_diag.standalone.demo_accounts import DEMO_ACCOUNTS
from tests.factories import the_kit
from tests.scene import demo_document

pytestmark = pytest.mark.django_db

STATES = {"brumelle": State.DRAFT, "sorelle": State.SUBMITTED, "arvelle": State.VALIDATED}
LEADS = {
    "brumelle": "referent@brumelle.example",
    "sorelle": "referente@sorelle.example",
    "arvelle": "referente@arvelle.example",
}


@pytest.fixture(scope="module")
def demo(rows_of_the_module) -> str:
    """What the command says the first time."""
    with rows_of_the_module.unblock():
        the_kit()
        return load()


def load() -> str:
    out = StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def counts() -> dict[str, int]:
    models = [*apps.get_app_config("diagnostics").get_models(), ProcrastinateJob]
    models.append(apps.get_model("account", "EmailAddress"))
    return {model._meta.label: model._default_manager.count() for model in models}


def diagnostic_of(name: str) -> Diagnostic:
    membership = Membership.objects.get(user__email=LEADS[name], role=MembershipRole.LEAD.value)
    return membership.structure.diagnostics.get()


def test_loading_twice_changes_nothing(demo):
    first = counts()
    rows = list(Diagnostic.objects.order_by("pk").values())
    assert [name for name in LEADS if name in demo.lower()] == list(LEADS)
    assert load() == ""
    assert counts() == first
    assert list(Diagnostic.objects.order_by("pk").values()) == rows
    assert Structure.objects.count() == 3


def test_loading_again_keeps_what_people_did(demo):
    User.objects.filter(email=LEADS["brumelle"]).update(name="Renommé")
    Diagnostic.objects.filter(pk=diagnostic_of("brumelle").pk).update(title="Retitré")
    load()
    assert User.objects.get(email=LEADS["brumelle"]).name == "Renommé"
    assert diagnostic_of("brumelle").title == "Retitré"


@pytest.mark.parametrize("account", DEMO_ACCOUNTS, ids=lambda account: account.email)
def test_each_account_can_sign_in(demo, client, account):
    credentials = {"login": account.email, "password": settings.DEMO_PASSWORD}
    response = client.post(reverse("account_login"), credentials)
    assert (response.status_code, response.url) == (302, "/")
    assert client.get("/").context["user"].email == account.email


def test_the_accounts_are_those_printed_and_no_other(demo):
    printed = {account.email for account in DEMO_ACCOUNTS}
    assert set(User.objects.values_list("email", flat=True)) == printed


@pytest.mark.parametrize("name", STATES)
def test_states_and_versions(demo, name: str):
    diagnostic = diagnostic_of(name)
    assert diagnostic.state == STATES[name]
    versions = list(diagnostic.versions.all())
    assert [version.number for version in versions] == ([] if name == "brumelle" else [1])
    for version in versions:
        assert version.content["diagnostic"]["state"] == State.SUBMITTED
        assert (
            version.content["answers"] == load_diagnostic_document(diagnostic).as_json()["answers"]
        )


@pytest.mark.parametrize("name", STATES)
def test_the_document_is_the_one_of_the_file_with_its_board_still_to_meet(demo, name: str):
    document = load_diagnostic_document(diagnostic_of(name))
    # What the facilitation says of it is in no file.
    assert (document.opinion is not None) == (name == "arvelle")
    document.opinion = None
    # Loaded today, unless midnight passed since.
    loaded = timezone.localdate(diagnostic_of(name).created_at)
    assert document == as_of(loaded, demo_document(name))
    board = document.diagnostic.board_date
    assert board == (None if name == "brumelle" else loaded + dt.timedelta(weeks=5))


def test_the_choice_of_sorelle_is_kept_and_printed_in_its_version(demo):
    diagnostic = diagnostic_of("sorelle")
    (choice,) = diagnostic.acknowledgements.all()
    assert (choice.rule, choice.rows, choice.made_by.email) == (
        "R14",
        ["formalise"],
        LEADS["sorelle"],
    )
    (version,) = diagnostic.versions.all()
    assert [entry["rule"] for entry in version.content["acknowledgements"]] == ["R14"]


@pytest.mark.parametrize(
    ("name", "counts"), [("brumelle", (5, 4, 0)), ("sorelle", (2, 2, 1)), ("arvelle", (0, 0, 0))]
)
def test_lists_know_the_points_to_discuss(demo, name: str, counts):
    kept = diagnostic_of(name).indicators
    assert (kept["attention"], kept["info"], kept["acknowledged"]) == counts


def test_roles_rights_and_journal(demo):
    roles = {
        membership.user.email: membership.role
        for membership in Membership.objects.select_related("user")
    }
    assert roles == {
        **dict.fromkeys(LEADS.values(), MembershipRole.LEAD),
        "contributeur@sorelle.example": MembershipRole.CONTRIBUTOR,
        "lecture@sorelle.example": MembershipRole.READER,
    }
    facilitator = User.objects.get(is_facilitator=True)
    assert facilitator.email == "facilitation@rameau.example"
    assert not facilitator.is_staff
    assert User.objects.get(is_staff=True).email == "admin@rameau.example"
    assert {structure.facilitator for structure in Structure.objects.all()} == {facilitator}
    submitted = Event.objects.filter(kind="submitted").count()
    assert submitted == Version.objects.count() == 2
    authors = diagnostic_of("sorelle").answers.values_list("updated_by__email", flat=True)
    assert set(authors) == {LEADS["sorelle"], "contributeur@sorelle.example"}


def test_brumelle_has_something_left_to_do(demo):
    """Its page shows what an unfinished diagnostic looks like."""
    remaining = remaining_items(load_diagnostic_document(diagnostic_of("brumelle")))
    assert remaining
    assert all(item.message for item in remaining)
