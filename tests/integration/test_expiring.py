"""What nobody uses goes: its owner is warned, has a month, and whoever comes back keeps everything."""

from __future__ import annotations

import datetime as dt
import io
from collections import Counter

import pytest
from django.contrib.sessions.backends import db
from django.core.management import call_command
from django.utils import timezone

from diagnostics.domain.retention import (
    DELETED_DRAFT_DAYS,
    GRACE_DAYS,
    IDLE_ACCOUNT_DAYS,
    IDLE_DRAFT_DAYS,
)
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import (
    Answer,
    Diagnostic,
    Erasure,
    Event,
    OpenSession,
    QueuedMail,
    Thread,
    User,
)
from diagnostics.notifications import tell_erased, warn_of_expiry
from diagnostics.queries import expiring
from diagnostics.queries.expiring import Stage, find_expiring
from diagnostics.services.departures import erase_account
from diagnostics.services.erasure import erase_draft
from diagnostics.services.errors import WrongState
from diagnostics.services.expiring import carry_out
from diagnostics.sessions import SEEN
from tests.factories import DiagnosticFactory, StructureFactory, UserFactory
from tests.scene import Scene, make_scene
from tests.talking import say

pytestmark = pytest.mark.django_db

NOW = timezone.now()
WARNED, ERASED, NOTHING = Counter(warned=1), Counter(erased=1), Counter()


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def later(days: float) -> Counter[str]:
    """Do what is due some days from now."""
    now = NOW + dt.timedelta(days=days)
    return carry_out(now, warn=warn_of_expiry, tell_erased=tell_erased)


def mails_leave(days: float = 0) -> None:
    sent = NOW + dt.timedelta(days=days)
    QueuedMail.objects.filter(kind="expiring", sent_at=None).update(sent_at=sent)


def asleep(user: User, days: float) -> User:
    long_ago = {"last_login": ago(days), "last_seen_at": None, "date_joined": ago(days + 90)}
    User.objects.filter(pk=user.pk).update(**long_ago)
    return user


# --- Accounts --------------------------------------------------------------------------------------


def test_the_owner_of_an_unused_account_is_warned_then_it_is_erased():
    user = asleep(UserFactory(name="Zoé Longtemps"), IDLE_ACCOUNT_DAYS - 1)
    assert later(0) == NOTHING
    assert later(2) == WARNED
    mail = QueuedMail.objects.get(kind="expiring")
    assert mail.person == user
    assert mail.subject == f"Votre compte sera effacé dans {GRACE_DAYS} jours"
    assert later(3) == NOTHING
    # Only once the warning has left is there a month.
    assert later(2 + 2 * GRACE_DAYS) == NOTHING
    mails_leave(5)
    assert later(4 + GRACE_DAYS) == NOTHING
    assert later(5 + GRACE_DAYS) == ERASED
    user.refresh_from_db()
    assert user.erased_at
    event = Event.objects.get(kind=EventKind.ACCOUNT_ERASED.value)
    assert (event.actor, event.person) == (None, user)
    assert QueuedMail.objects.get(kind="account_erased").person is None
    assert later(6 + GRACE_DAYS) == NOTHING


def test_whoever_comes_back_keeps_their_account_and_is_warned_anew_much_later():
    user = asleep(UserFactory(), IDLE_ACCOUNT_DAYS + 1)
    assert later(0) == WARNED
    mails_leave()
    stale = User.objects.get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(last_login=NOW + dt.timedelta(days=10))
    assert later(GRACE_DAYS + 1) == NOTHING
    with pytest.raises(WrongState):  # back between the list and the erasure
        erase_account(stale, actor=None, tell=tell_erased)
    assert User.objects.get(pk=user.pk).erased_at is None
    assert later(IDLE_ACCOUNT_DAYS + 11) == WARNED


def test_whoever_uses_one_session_for_years_keeps_their_account():
    user = asleep(UserFactory(), IDLE_ACCOUNT_DAYS + 1)
    assert later(0) == WARNED
    mails_leave()
    stale = User.objects.get(pk=user.pk)
    browser = Scene.client_of(user)
    User.objects.filter(pk=user.pk).update(last_login=ago(IDLE_ACCOUNT_DAYS + 1), last_seen_at=None)
    session = browser.session
    session[SEEN] = int(ago(1).timestamp())
    db.SessionStore.save(session)
    assert browser.get("/compte/").status_code == 200
    assert later(GRACE_DAYS + 1) == NOTHING
    with pytest.raises(WrongState):  # seen between the list and the erasure
        erase_account(stale, actor=None, tell=tell_erased)
    OpenSession.objects.all().delete()  # its session has ended
    assert later(IDLE_ACCOUNT_DAYS - 1) == NOTHING
    assert later(IDLE_ACCOUNT_DAYS + 1) == WARNED


def test_those_who_facilitate_or_administer_are_managed_by_hand_and_leads_hand_over_first():
    scene = Scene()
    for user in (scene.facilitator, scene.staff, scene.lead, UserFactory(is_active=False)):
        asleep(user, IDLE_ACCOUNT_DAYS + 1)
    assert later(0) == WARNED
    assert [mail.person for mail in QueuedMail.objects.filter(kind="expiring")] == [scene.lead]
    mails_leave()
    assert later(GRACE_DAYS + 1) == NOTHING
    (held,) = find_expiring(NOW + dt.timedelta(days=GRACE_DAYS + 1))
    assert (held.stage, held.person) == (Stage.HELD, scene.lead)


def test_those_who_wait_or_hand_over_first_do_not_keep_the_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(expiring, "AT_ONCE", 1)
    scene = Scene()
    asleep(scene.lead, IDLE_ACCOUNT_DAYS + 20)
    other = asleep(UserFactory(), IDLE_ACCOUNT_DAYS + 10)
    assert [later(0), later(0), later(0)] == [WARNED, WARNED, NOTHING]
    warned = QueuedMail.objects.filter(kind=expiring.WARNING).order_by("pk")
    assert [mail.person for mail in warned] == [scene.lead, other]
    mails_leave()
    assert later(GRACE_DAYS + 1) == ERASED
    assert User.objects.get(pk=other.pk).erased_at
    (held,) = find_expiring(NOW + dt.timedelta(days=GRACE_DAYS + 1))
    assert (held.stage, held.person) == (Stage.HELD, scene.lead)


# --- Drafts ----------------------------------------------------------------------------------------


def untouched(scene: Scene, days: float) -> Diagnostic:
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(updated_at=ago(days))
    return Diagnostic.objects.get(pk=scene.diagnostic.pk)


def test_the_lead_of_an_abandoned_draft_is_warned_then_it_is_erased():
    scene = make_scene()
    draft = untouched(scene, IDLE_DRAFT_DAYS + 1)
    assert later(0) == WARNED
    mail = QueuedMail.objects.get(kind="expiring")
    assert (mail.person, mail.diagnostic) == (scene.lead, draft)
    assert "changez-y quelque chose" in mail.text
    mails_leave()
    assert later(GRACE_DAYS - 1) == NOTHING
    assert later(GRACE_DAYS) == ERASED
    assert not Diagnostic.with_deleted.filter(pk=draft.pk).exists()
    assert not Answer.objects.filter(diagnostic=draft.pk).exists()
    erasure = Erasure.objects.get()
    assert (erasure.kind, erasure.done_by) == ("draft", None)
    journal = Event.objects.filter(structure=scene.structure, actor=None)
    assert [event.kind for event in journal] == [EventKind.DIAGNOSTIC_DELETED.value]


def test_a_draft_that_somebody_changes_or_speaks_of_stays():
    scene = make_scene()
    stale = untouched(scene, IDLE_DRAFT_DAYS + 1)
    assert later(0) == WARNED
    mails_leave()
    say(scene)
    assert later(GRACE_DAYS) == NOTHING
    Thread.objects.update(changed_at=ago(IDLE_DRAFT_DAYS + 9))
    untouched(scene, 1)
    assert later(GRACE_DAYS) == NOTHING
    with pytest.raises(WrongState):  # changed between the list and the erasure
        erase_draft(stale)
    assert Diagnostic.objects.filter(pk=scene.diagnostic.pk).exists()


def test_what_was_submitted_once_does_not_expire():
    scene = make_scene(State.CHANGES_REQUESTED)
    untouched(scene, 3 * IDLE_DRAFT_DAYS)
    assert later(0) == NOTHING


def test_a_draft_that_was_deleted_goes_for_good_after_a_year():
    scene = make_scene()
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(
        deleted_at=ago(DELETED_DRAFT_DAYS - 1), deleted_by=scene.lead
    )
    assert later(0) == NOTHING
    assert later(2) == ERASED
    assert not Diagnostic.with_deleted.filter(pk=scene.diagnostic.pk).exists()


def test_a_draft_that_has_nobody_to_warn_does_not_keep_the_others_from_their_turn(monkeypatch):
    monkeypatch.setattr(expiring, "AT_ONCE", 1)
    led, prepared = Scene(), DiagnosticFactory(structure=StructureFactory())
    Diagnostic.objects.filter(pk=prepared.pk).update(updated_at=ago(IDLE_DRAFT_DAYS + 9))
    untouched(led, IDLE_DRAFT_DAYS + 1)
    assert later(0) == WARNED
    mails_leave()
    assert later(GRACE_DAYS) == ERASED
    assert list(Diagnostic.with_deleted.all()) == [prepared]


# --- The command -----------------------------------------------------------------------------------


def test_the_command_lists_and_does_nothing_unless_asked():
    scene = make_scene()
    untouched(scene, IDLE_DRAFT_DAYS + 1)
    user = asleep(UserFactory(), IDLE_ACCOUNT_DAYS + 1)
    told = io.StringIO()
    call_command("erase_unused", stdout=told)
    lines = told.getvalue().splitlines()
    assert lines[-1].startswith("Rien n’est fait")
    assert {line.split()[-1] for line in lines[:-1]} == {user.email, scene.lead.email}
    assert all("à prévenir" in line for line in lines[:-1])
    assert not QueuedMail.objects.filter(kind="expiring").exists()
    call_command("erase_unused", confirm=True, stdout=told)
    assert told.getvalue().splitlines()[-1] == "Prévenus : 2. Effacés : 0."
    assert QueuedMail.objects.filter(kind="expiring").count() == 2
