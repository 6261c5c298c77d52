"""A person's account goes: what is theirs is removed, what they wrote with others stays by « Ancien membre »."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import (
    CommentMails,
    Invitation,
    KeptText,
    Membership,
    OpenSession,
    Presence,
    QueuedMail,
    ReadVersion,
    Remark,
    SentForm,
    Structure,
    User,
)
from diagnostics.queries.personal_data import model_of, open_sessions, what_holds_back
from diagnostics.services.errors import WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.team import addresses_of

FORMER_MEMBER = "Ancien membre"
# What is somebody's alone, by its field.
THEIRS_ALONE = (
    (KeptText, "user"),
    (OpenSession, "user"),
    (Presence, "user"),
    (SentForm, "user"),
    (ReadVersion, "reader"),
    (QueuedMail, "person"),
    (EmailAddress, "user"),
)
THEIRS_ALONE_WHERE_INSTALLED = ("mfa.Authenticator", "usersessions.UserSession")


def erase_account(user: User, *, actor: User | None, tell: Callable[[str, str], None]) -> None:
    """Erase a person's account, in one transaction: name, addresses, sessions and what is theirs alone.

    Answers, messages and opinions stay, by « Ancien membre ». ``actor``: who asked, None when a rule did;
    ``tell`` queues the mail that says it is done, given the address and the name. Raises WrongState while
    something has to be handed over (:func:`diagnostics.queries.personal_data.what_holds_back`).
    """
    with transaction.atomic():
        teams = Structure.with_deleted.filter(memberships__user=user).order_by("pk")
        list(teams.select_for_update(of=("self",)))
        list(_administrators_locked() if user.is_superuser else ())
        before = user.last_login, user.last_seen_at
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.erased_at:
            raise WrongState("Ce compte est déjà effacé.")
        if actor is None and (user.last_login, user.last_seen_at) != before:
            raise WrongState("La personne est revenue.")
        if what_holds_back(user):
            raise WrongState(
                "Ce compte ne peut pas être effacé\u00a0: il reste quelque chose à transmettre."
            )
        address, name = user.email, user.display_name
        addresses = addresses_of(user) | set(
            EmailAddress.objects.filter(user=user).values_list("email", flat=True)
        )
        _leave_teams(user)
        _forget_invitations(user, addresses)
        _remove_what_is_theirs(user)
        _forget_in_what_others_received({user.name, *addresses})
        _make_anonymous(user)
        record_event(EventKind.ACCOUNT_ERASED, actor=actor, person=user)
        tell(address, name)


def is_last_administrator(user: User) -> bool:
    """Tell, in the caller's transaction, whether nobody else has all the rights: it stays true until its
    end, as whoever gives theirs up waits."""
    return [one.pk for one in _administrators_locked()] == [user.pk]


def _administrators_locked() -> QuerySet[User]:
    administrators = User.objects.filter(is_superuser=True, is_active=True)
    return administrators.order_by("pk").select_for_update()


def _leave_teams(user: User) -> None:
    for membership in Membership.objects.filter(user=user).select_related("structure"):
        structure = membership.structure
        if structure.deleted_at is None:
            record_event(
                EventKind.MEMBER_REMOVED,
                actor=user,
                structure=structure,
                role=membership.role,
                member=user.pk,
            )
        membership.delete()


def _forget_invitations(user: User, addresses: set[str]) -> None:
    """Cancel the invitations that wait at their addresses, and take these out of those of before."""
    theirs = Q(accepted_by=user)
    for address in addresses:
        theirs |= Q(email__iexact=address)
    found = Invitation.objects.filter(theirs)
    now = timezone.now()
    found.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=now)
    found.update(email=anonymous_address(user))


def _remove_what_is_theirs(user: User) -> None:
    for model, name in THEIRS_ALONE:
        model._base_manager.filter(**{name: user}).delete()
    for label in THEIRS_ALONE_WHERE_INSTALLED:
        installed = model_of(label)
        if installed is not None:
            installed._base_manager.filter(user=user).delete()
    Remark.objects.filter(author=user, is_shared=False).delete()
    Session.objects.filter(pk__in=[key for key, _end in open_sessions(user)]).delete()
    User.objects.filter(stand_in=user).update(stand_in=None)
    people = ContentType.objects.get_for_model(User)
    about = LogEntry.objects.filter(content_type=people, object_id=str(user.pk))
    about.update(object_repr=FORMER_MEMBER, change_message="")


def _forget_in_what_others_received(words: set[str]) -> None:
    """Empty the mails that left and the jobs that were done and name the person: nobody needs them."""
    named, done = Q(), Q()
    for word in filter(None, words):
        for name in ("subject", "text", "written_headers"):
            named |= Q(**{f"{name}__icontains": word})
        done |= Q(words__icontains=word)
    mails = QueuedMail.objects.annotate(written_headers=Cast("headers", TextField()))
    mails.filter(named, sent_at__isnull=False).update(subject="", text="", html="", headers={})
    jobs = ProcrastinateJob.objects.annotate(words=Cast("args", TextField()))
    jobs.filter(done).exclude(status__in=["todo", "doing"]).delete()


def _make_anonymous(user: User) -> None:
    user.email, user.name = anonymous_address(user), FORMER_MEMBER
    user.set_unusable_password()
    user.is_active = user.is_facilitator = user.is_staff = user.is_superuser = False
    user.comment_mails, user.reminder_mails = CommentMails.NEVER.value, False
    user.absent_from = user.absent_until = user.stand_in = None
    user.last_login = user.last_seen_at = None
    user.portfolio_view, user.erased_at = "", timezone.now()
    user.groups.clear()
    user.user_permissions.clear()
    user.save()


def anonymous_address(user: User) -> str:
    """Return the address of an account that was erased: nobody's, and no mail goes there (RFC 2606)."""
    return normalise_address(f"ancien-membre-{user.pk}@efface.invalid")
