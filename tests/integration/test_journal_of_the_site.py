"""The journal of the whole site: sign-ins, rights, what leaves; who reads it, and what it never holds."""

from __future__ import annotations

import json
import logging

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from diagnostics.domain.journal import tell_event
from diagnostics.domain.vocabulary import SITE_EVENTS, EventKind, State, StepKey
from diagnostics.models import Event, FailedSignIns, User
from tests.factories import PASSWORD, UserFactory
from tests.pages import page_of
from tests.scene import IN_SPITE, Scene, make_scene

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def kinds(**named: object) -> list[str]:
    return [event.kind for event in Event.objects.filter(**named).order_by("pk")]


def sign_in(user: User) -> None:
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    Client().post(LOGIN, {"login": user.email, "password": PASSWORD})


# --- What leaves the site -----------------------------------------------------------------------


def test_each_file_that_is_downloaded_is_an_event(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    pk, client = scene.diagnostic.pk, scene.client("reader")
    pages = f"/diagnostics/{pk}/"
    files = {
        "rapport.pdf": {"what": "report", "version": 1},
        "synthese.pdf?version=1": {"what": "synthesis", "version": 1},
        "rapport.docx": {"what": "word", "version": 1},
        "document.json": {"what": "document"},
        "document.json?version=1": {"what": "document", "version": 1},
        "etapes/activities/tableau.xlsx": {"what": "workbook", "step": "activities"},
        "etapes/activities/tableau.csv": {"what": "table", "step": "activities"},
    }
    for name, detail in files.items():
        assert client.get(pages + name).status_code == 200, name
        event = Event.objects.order_by("-pk").first()
        assert (event.kind, event.actor, event.diagnostic_id) == ("exported", scene.reader, pk)
        assert event.detail == detail
    assert kinds(kind="exported") == ["exported"] * len(files)

    # What takes nothing is no event: a page, a refusal, and whether there is a file.
    client.get(f"{pages}rapport/")
    client.get(f"{pages}document.json?version=9")
    client.head(f"{pages}rapport.pdf")
    scene.client("stranger").get(f"{pages}rapport.pdf")
    assert Event.objects.filter(kind="exported").count() == len(files)


# --- Accounts ---------------------------------------------------------------------------------------


def test_a_sign_in_is_an_event_and_a_refused_one_a_number():
    user = UserFactory(verified=True)
    Client().post(LOGIN, {"login": user.email, "password": "tout autre chose"})
    Client().post(LOGIN, {"login": "personne@exemple.example", "password": PASSWORD})
    assert kinds() == []
    assert list(FailedSignIns.objects.values_list("count", flat=True)) == [2]

    Client().post(LOGIN, {"login": user.email, "password": PASSWORD})
    event = Event.objects.get()
    assert (event.kind, event.actor, event.person) == ("signed_in", user, user)
    assert (event.structure, event.detail) == (None, {"ways": ["password"]})
    assert list(FailedSignIns.objects.values_list("count", flat=True)) == [2]


def test_a_password_that_changes_is_an_event():
    user = UserFactory(verified=True)
    client = Scene.client_of(user)
    new = {"oldpassword": PASSWORD, "password1": "une-autre-phrase-longue"}
    client.post(reverse("account_change_password"), new | {"password2": new["password1"]})
    assert kinds(person=user) == ["password_changed"]


def change_form(client: Client, person: User) -> tuple[str, dict]:
    address = reverse("admin:diagnostics_user_change", args=[person.pk])
    form = next(form for form in page_of(client.get(address)).forms if "name" in form.data)
    return address, {name: value for name, value in form.data.items() if name != "_save"}


def test_rights_given_and_withdrawn_in_the_administration_are_events():
    staff, person = UserFactory(staff=True), UserFactory()
    client = Scene.client_of(staff)
    address, unchanged = change_form(client, person)
    assert client.post(address, unchanged).status_code == 302
    assert kinds() == []

    client.post(address, unchanged | {"is_facilitator": "on", "is_staff": "on"})
    rest = {name: value for name, value in unchanged.items() if name != "is_active"}
    client.post(address, rest)
    told = Event.objects.order_by("pk").values_list("kind", "actor", "person", "structure")
    assert list(told) == [
        (kind, staff.pk, person.pk, None)
        for kind in (
            *("facilitator_given", "staff_given"),
            *("account_deactivated", "facilitator_withdrawn", "staff_withdrawn"),
        )
    ]


def test_what_staff_do_to_accounts_and_structures_is_told():
    scene = make_scene()
    client = scene.client("staff")
    new = {"email": "neuve@exemple.example", "name": "Neuve"}
    words = {"password1": "une-phrase-vraiment-longue", "password2": "une-phrase-vraiment-longue"}
    added = client.post(reverse("admin:diagnostics_user_add"), new | words)
    assert added.status_code == 302
    person = User.objects.get(email="neuve@exemple.example")
    other = {"password1": "une-tout-autre-phrase", "password2": "une-tout-autre-phrase"}
    client.post(f"/administration/diagnostics/user/{person.pk}/password/", other)
    assert kinds(person=person, actor=scene.staff) == ["account_created", "password_changed"]

    address = reverse("admin:diagnostics_structure_change", args=[scene.structure.pk])
    client.post(address, {"facilitator": str(scene.facilitator.pk)})
    event = Event.objects.get(kind="facilitator_changed")
    assert (event.actor, event.detail["after"]) == (scene.staff, scene.facilitator.pk)


def test_an_administrator_made_at_a_terminal_is_told():
    person = User.objects.create_superuser("racine@exemple.example", PASSWORD)
    event = Event.objects.get()
    assert (event.kind, event.actor, event.person) == ("superuser_given", None, person)


# --- Who reads it --------------------------------------------------------------------------------


def test_its_lead_reads_all_that_happened_to_a_structure_and_nothing_else(quick_pdf):
    scene = make_scene()
    membership = scene.membership("contributor")
    role = reverse("member_role", args=[scene.structure.pk, membership.pk])
    scene.client("lead").post(role, {"role": "reader"})
    scene.client("reader").get(reverse("report_pdf", args=[scene.diagnostic.pk]))
    sign_in(scene.lead)

    page = page_of(
        scene.client("lead").get(reverse("structure_journal", args=[scene.structure.pk]))
    )

    told = [
        "Rita Reader a téléchargé le rapport (PDF)",
        "Lise Lead a changé le rôle de Carl Contributor : lecteur·rice",
        "Lise Lead a ouvert le diagnostic",
        "Lise Lead a créé la structure",
    ]
    places = [page.text.index(words) for words in told]
    assert places == sorted(places)
    assert "connecté" not in page.text
    assert "Structure d’ailleurs" not in page.text
    of_diagnostic = scene.client("lead").get(reverse("journal", args=[scene.diagnostic.pk]))
    assert "a téléchargé" not in of_diagnostic.content.decode()


def test_staff_read_all_of_it_and_write_nothing():
    scene = make_scene()
    sign_in(scene.lead)
    staff = Scene.client_of(UserFactory(is_staff=True))
    address = reverse("admin:diagnostics_event_changelist")
    page = page_of(staff.get(address))
    assert "Lise Lead s’est connecté·e (mot de passe)" in page.text
    assert "Sam Stranger a créé la structure" in page.text
    event = Event.objects.first()
    for name in ("change", "delete"):
        asked = reverse(f"admin:diagnostics_event_{name}", args=[event.pk])
        assert staff.post(asked, {"kind": "validated"}).status_code == 403
    assert staff.get(reverse("admin:diagnostics_event_add")).status_code == 403
    assert scene.client("facilitator").get(address).status_code == 302


@pytest.mark.parametrize("kind", SITE_EVENTS)
def test_each_event_of_the_site_is_a_sentence(kind: EventKind):
    assert not tell_event(kind, {}).startswith("\u00a0")
    assert not tell_event(kind, {}, person="Alix Autre").startswith("\u00a0")


# --- What it never holds -----------------------------------------------------------------------------

TEXT, ADDRESS = "Canarijaune", "canari.bleu"


def test_neither_events_nor_logs_hold_a_text_or_an_address(quick_pdf, caplog):
    """One goes through the pages with a text and addresses that nothing else holds."""
    caplog.set_level(logging.INFO)
    scene = make_scene()
    person = UserFactory(
        email=f"{ADDRESS}@exemple.example", facilitator=True, name="Fanny", verified=True
    )
    scene.facilitator = person
    User.objects.filter(pk=scene.lead.pk).update(email=f"{ADDRESS}.lise@exemple.example")
    data = scene.page(StepKey.VISION)
    data.update({name: TEXT for name in data if name.endswith(("text", "board_question"))})
    assert scene.post(StepKey.VISION, data).status_code == 302
    assert TEXT in json.dumps(scene.row(StepKey.VISION).value, ensure_ascii=False)
    lead, facilitator, pk = scene.client("lead"), scene.client("facilitator"), scene.diagnostic.pk
    team = f"/structures/{scene.structure.pk}/equipe/"
    steps = [
        (lead, f"{team}inviter/", {"addresses": f"{ADDRESS}.x@exemple.example", "role": "reader"}),
        (lead, f"/diagnostics/{pk}/soumettre/", {"confirm": "on"}),
        (facilitator, f"/diagnostics/{pk}/relecture/vision/demander/", {"text": TEXT}),
        (
            facilitator,
            f"/diagnostics/{pk}/relecture/avis/",
            {"review-revision": "0", "review-opinion": TEXT},
        ),
        (facilitator, f"/diagnostics/{pk}/demander-des-modifications/", {"reason": TEXT}),
        (lead, f"/diagnostics/{pk}/soumettre/", {"confirm": "on"}),
        (facilitator, f"/diagnostics/{pk}/valider/", {"in_spite": IN_SPITE + TEXT}),
        (Client(), LOGIN, {"login": person.email, "password": TEXT}),
        (Client(), LOGIN, {"login": person.email, "password": PASSWORD}),
        (Client(), "/accounts/password/reset/", {"email": person.email}),
        (Client(), f"/diagnostics/{pk}/etapes/vision/", {"text": TEXT}),
        (lead, f"/diagnostics/{pk}/etapes/vision/", {"text": TEXT}),
        (lead, "/rien/", {"text": TEXT}),
    ]
    statuses = [client.post(address, posted).status_code for client, address, posted in steps]
    assert statuses.count(302) >= 9
    for address in ("document.json", "etapes/activities/tableau.csv", "rapport.pdf"):
        assert lead.get(f"/diagnostics/{pk}/{address}").status_code == 200

    found = {"submitted", "changes_requested", "request_made", "exported", "signed_in"}
    assert found <= set(kinds())
    told = json.dumps(list(Event.objects.values_list("detail", flat=True)), ensure_ascii=False)
    for words in (told, caplog.text):
        assert (TEXT in words, ADDRESS in words, "@" in words) == (False, False, False)
