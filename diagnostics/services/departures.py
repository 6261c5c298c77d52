"""A person's account goes: what is theirs is removed, what they wrote with others stays by « Ancien membre »."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.mentions import addressing, naming, rarest_word
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import (
    CommentMails,
    Diagnostic,
    Event,
    Invitation,
    KeptText,
    Membership,
    Message,
    Presence,
    QueuedMail,
    ReadVersion,
    Remark,
    SentForm,
    Structure,
    User,
)
from diagnostics.queries.personal_data import what_holds_back
from diagnostics.services.errors import WrongState
from diagnostics.services.journal import record_event
from diagnostics.services.mails import FAREWELL
from diagnostics.services.open_sessions import end_sessions

FORMER_MEMBER = "Ancien membre"
# What is somebody's alone, by its field.
THEIRS_ALONE = (
    (KeptText, "user"),
    (Presence, "user"),
    (SentForm, "user"),
    (ReadVersion, "reader"),
    (QueuedMail, "person"),
    (EmailAddress, "user"),
    (Authenticator, "user"),
)


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
        addresses, known = _proved(user), _diagnostics_known_to(user)
        _leave_teams(user)
        _forget_invitations(user, addresses)
        _remove_what_is_theirs(user)
        _forget_in_mails(name, addresses, known)
        _forget_in_jobs(user, addresses)
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


def _proved(user: User) -> set[str]:
    """Return the addresses that the person proved to hold: anybody may add those of somebody else."""
    proved = EmailAddress.objects.filter(user=user, verified=True)
    return {normalise_address(email) for email in proved.values_list("email", flat=True)}


def _diagnostics_known_to(user: User) -> set[str]:
    """Return the diagnostics whose mails may name the person: of their teams, and where they did something."""
    teams = Membership.objects.filter(user=user).values("structure")
    acts = Event.objects.filter(Q(actor=user) | Q(person=user), structure__isnull=False)
    threads = Message.objects.filter(author=user).values("thread__diagnostic")
    known = Diagnostic.with_deleted.filter(
        Q(structure__in=teams) | Q(structure__in=acts.values("structure")) | Q(pk__in=threads)
    )
    return {str(pk) for pk in known.values_list("pk", flat=True)}


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
    """Cancel the invitations that wait at their addresses, and take these out of those of before; and out
    of the mails to an address, which are nobody's: invitations, « there is no account »."""
    theirs, to_them = Q(accepted_by=user), Q()
    for address in addresses:
        theirs |= Q(email__iexact=address)
        to_them |= Q(address__iexact=address)
    found = Invitation.objects.filter(theirs)
    to_them |= Q(written_from__invitation__in=list(found.values_list("pk", flat=True)))
    QueuedMail.objects.filter(to_them, person=None).exclude(kind=FAREWELL).delete()
    now = timezone.now()
    found.filter(accepted_at=None, cancelled_at=None).update(cancelled_at=now)
    found.update(email=anonymous_address(user))


def _remove_what_is_theirs(user: User) -> None:
    end_sessions(user)
    for model, name in THEIRS_ALONE:
        model._base_manager.filter(**{name: user}).delete()
    Remark.objects.filter(author=user, is_shared=False).delete()
    User.objects.filter(stand_in=user).update(stand_in=None)
    people = ContentType.objects.get_for_model(User)
    about = LogEntry.objects.filter(content_type=people, object_id=str(user.pk))
    about.update(object_repr=FORMER_MEMBER, change_message="")


def _forget_in_mails(name: str, addresses: set[str], known: set[str]) -> None:
    """Empty the mails that left and name the person: nobody needs them.

    An address is theirs wherever it stands; a name is whatever somebody likes, and is looked for in mails
    of the diagnostics that they knew, as whole words.
    """
    holding = Q()
    for address in addresses:
        for column in ("subject", "text", "written_headers"):
            holding |= Q(**{f"{column}__icontains": address})
    if word := rarest_word(name):
        of_known = Q(diagnostic__in=known) | (Q(diagnostic=None) & ~Q(about=[]))
        holding |= of_known & (Q(subject__icontains=word) | Q(text__icontains=word))
    is_addressed, is_named = addressing(addresses), naming(name)
    mails = QueuedMail.objects.annotate(written_headers=Cast("headers", TextField()))
    found = mails.filter(holding, sent_at__isnull=False).values_list(
        "pk", "diagnostic", "about", "subject", "text", "written_headers"
    )
    emptied = []
    for pk, diagnostic, about, *said in found.iterator():
        words, told = "\n".join(said), {str(diagnostic), *(one["diagnostic"] for one in about)}
        if is_addressed.search(words) or (told & known and is_named.search(words)):
            emptied.append(pk)
    QueuedMail.objects.filter(pk__in=emptied).update(subject="", text="", html="", headers={})


def _forget_in_jobs(user: User, addresses: set[str]) -> None:
    """Remove the jobs that were done and were for the person, by them, or hold an address of theirs."""
    done = ProcrastinateJob.objects.exclude(status__in=["todo", "doing"])
    done = done.annotate(words=Cast("args", TextField()))
    holding = Q()
    for address in addresses:
        holding |= Q(words__icontains=address)
    is_addressed = addressing(addresses)
    found = done.filter(holding).values_list("pk", "words") if addresses else ()
    held = [pk for pk, words in found if is_addressed.search(words)]
    theirs = Q(args__person_id=user.pk) | Q(args__sender_id=user.pk)
    done.filter(Q(pk__in=held) | theirs).delete()


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
