"""The messages of threads, told to those who take part in them: at once, once a day, or never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from diagnostics.domain.conversation import Act, Audience, can_read
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import CommentMails, Diagnostic, Message, QueuedMail, Thread, User
from diagnostics.notifications.frame import Frame, reply_to, send_letter
from diagnostics.notifications.known import TRANSITIONS_TOLD, Known
from diagnostics.notifications.leaving import Optional, leave_address
from diagnostics.notifications.letters import Button, Item, Items, Letter, Part, Quote, Words
from diagnostics.notifications.sending import message_id
from diagnostics.queries import access_by
from diagnostics.queries.concerned import load_facilitation
from diagnostics.typography import capitalised, count, shortened

# The hour, on the wall, from which the mail of the day may leave; it tells what came before it.
MORNING = 7
# A digest never goes further back: somebody who chooses it is not told of a whole year.
LOOKING_BACK = dt.timedelta(days=7)
DIGEST_ITEMS = 30
DIGEST_QUOTE = 300  # characters


# --- At once ----------------------------------------------------------------------------------------


def tell_message(message: Message, *, base_url: str) -> None:
    """Write to those who want to be told at once, in the caller's transaction; nobody is told twice."""
    thread, author = message.thread, message.author
    frame = Frame(thread.diagnostic, base_url)
    known = Known(load_facilitation(timezone.localdate()))
    if is_told_otherwise(message, known):
        return
    for person in participants(message, known):
        is_owed = is_owed_to(person, message, known)
        if not is_owed and person.comment_mails != CommentMails.AT_ONCE:
            continue
        send_letter(
            _at_once(message, person, frame, known, is_owed=is_owed),
            key=told_key(message, person),
            kind="message",
            person=person,
            diagnostic=thread.diagnostic,
            headers=reply_to(author) | _conversation(thread),
            about=[quoted_from(thread)],
        )


def told_key(message: Message, person: User) -> str:
    """Return what the mail of a message to a person is known by."""
    return f"message:{message.pk}:{person.pk}"


def quoted_from(thread: Thread) -> dict[str, str]:
    """Return what a mail that quotes a thread keeps, for its reading to be asked again when it leaves."""
    return {"diagnostic": str(thread.diagnostic_id), "audience": thread.audience}


def _conversation(thread: Thread) -> dict[str, str]:
    """Return the headers by which mail programs put the mails of a thread together."""
    first = message_id(f"thread:{thread.pk}")
    return {"References": first, "In-Reply-To": first}


def _at_once(
    message: Message, person: User, frame: Frame, known: Known, *, is_owed: bool
) -> Letter:
    thread = message.thread
    done = what_was_done(message, known)
    parts: list[Part] = [Words(f"{done}, sur {frame.the_diagnostic}\u00a0:")]
    parts.append(Words(f"{frame.place(thread)} · {Audience(thread.audience).label}"))
    if message.text:
        parts.append(Quote(message.text))
    parts.append(Button("Lire et répondre", frame.thread_address(thread)))
    subject = f"{done}\u00a0: le diagnostic {frame.of_structure}"
    return Letter(
        subject,
        tuple(parts),
        greeting=person.display_name,
        site=frame.base_url + "/",
        why="Vous recevez ce message parce que vous prenez part à cet échange.",
        leave="" if is_owed else leave_address(person, Optional.COMMENTS, base_url=frame.base_url),
    )


def what_was_done(message: Message, known: Known) -> str:
    """Say who wrote, asked, answered or closed."""
    return f"{message.author.display_name} {_done(message, known)}"


def _done(message: Message, known: Known) -> str:
    if message.act:
        return Act(message.act).label
    if not known.is_first(message):
        return "a répondu"
    return "demande une modification" if message.thread.is_request else "a écrit"


# --- To whom ----------------------------------------------------------------------------------------


def participants(message: Message, known: Known) -> list[User]:
    """Return those who read the thread of a message and take part in it, without its author.

    Who opened it, who wrote in it, and whom it is for: the structure's lead (its whole team, when
    something is asked of it, or when the team alone reads what begins), and who facilitates the
    diagnostic now. Where nobody in particular facilitates, all of them are told of the first message.
    """
    thread = message.thread
    diagnostic = thread.diagnostic
    audience, is_first = Audience(thread.audience), known.is_first(message)
    team = known.team(diagnostic)
    wrote = {thread.opened_by_id, *(author for _pk, author in known.messages(thread))}
    is_for_all = asks(message, known) or (is_first and audience is Audience.TEAM)
    found: dict[int, tuple[User, Access]] = {}
    for person, role in team.values():
        if is_for_all or person.pk in wrote or role is MembershipRole.LEAD:
            found[person.pk] = person, access_by(role.value, diagnostic.state, person)
    people = known.facilitation.people
    heard = wrote & people.keys()
    heard |= _facilitators_for(message, known, is_heard=bool(heard))
    for pk in heard - team.keys():
        found[pk] = people[pk], access_by(None, diagnostic.state, people[pk])
    return [
        person
        for pk, (person, access) in sorted(found.items())
        if pk != message.author_id and can_read(access, audience)
    ]


def _facilitators_for(message: Message, known: Known, *, is_heard: bool) -> set[int]:
    """Return the facilitators whom a message is for; ``is_heard``: some of them wrote in its thread."""
    diagnostic = message.thread.diagnostic
    in_charge = {person.pk for person in known.in_charge(diagnostic)}
    if message.thread.audience == Audience.FACILITATORS.value and known.is_first(message):
        # Who is in charge and writes to the others is not told: the others are.
        if in_charge - {message.author_id}:
            return in_charge
        return {person.pk for person in known.facilitation.in_charge(diagnostic.structure_id)}
    return in_charge if len(in_charge) == 1 or not is_heard else set()


def asks(message: Message, known: Known) -> bool:
    """Tell whether a message asks something of the structure, or asks it again."""
    if not message.thread.is_request:
        return False
    return message.act == Act.ASKED_AGAIN or (not message.act and known.is_first(message))


def is_owed_to(person: User, message: Message, known: Known) -> bool:
    """Tell whether a person is told at once whatever they chose: the team, of what is asked of it."""
    return asks(message, known) and person.pk in known.team(message.thread.diagnostic)


def is_told_otherwise(message: Message, known: Known) -> bool:
    """Tell whether another mail tells a message: what belongs to a review, and what was said when a
    diagnostic was reopened or its review handed over."""
    if message.thread.is_request:
        return _comes_with_the_review(message, known)
    said_with = {
        event.detail.get("thread")
        for event in known.events(message.thread.diagnostic)
        if event.kind in {EventKind.REOPENED, EventKind.REVIEW_HANDED_OVER}
    }
    return known.is_first(message) and message.thread_id in said_with


def _comes_with_the_review(message: Message, known: Known) -> bool:
    """Tell whether a message is one of a review: a request made, asked again, accepted or withdrawn
    without a word while the diagnostic was submitted, as the journal has it. How the review ends tells
    it, but for the words with which a request is settled."""
    is_settled = message.act in _SETTLING and not message.text
    if not is_settled and not asks(message, known):
        return False
    before = [
        event.kind
        for event in known.events(message.thread.diagnostic)
        if event.kind in TRANSITIONS_TOLD and event.created_at <= message.written_at
    ]
    return bool(before) and before[-1] == EventKind.SUBMITTED


_SETTLING = {Act.ACCEPTED.value, Act.WITHDRAWN.value}


# --- Once a day -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class News:
    """A message, and those to whom it is told."""

    message: Message
    people: set[int]


def send_digests(now: dt.datetime, *, base_url: str) -> int:
    """Queue the mail of the day of those who want one; return how many.

    Each tells all that came since the one before, until this morning. Asked again the same day, it
    tells nobody twice.
    """
    local = timezone.localtime(now)
    until = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    since = until - LOOKING_BACK
    if local < until:
        return 0
    today = local.date()
    told_until = _last_digests()
    people = [
        person
        for person in User.objects.filter(is_active=True, comment_mails=CommentMails.DAILY.value)
        if told_until.get(person.pk, since) < until
    ]
    if not people:
        return 0
    after = {person.pk: max(since, told_until.get(person.pk, since)) for person in people}
    known = Known(load_facilitation(today))
    came = list(_messages(min(after.values()), until))
    known.read(came)
    news = [
        News(message, _told_once_a_day(message, known))
        for message in came
        if not is_told_otherwise(message, known)
    ]
    keys = [told_key(one.message, person) for one in news for person in people]
    # At once, before they chose to be told once a day.
    told = set(QueuedMail.objects.filter(key__in=keys).values_list("key", flat=True))
    queued = 0
    for person in people:
        own = [
            one.message
            for one in news
            if person.pk in one.people
            and one.message.written_at >= after[person.pk]
            and told_key(one.message, person) not in told
        ]
        if own:
            queued += _send_digest(person, own, known, day=today, base_url=base_url)
    return queued


def _messages(since: dt.datetime, until: dt.datetime) -> Iterator[Message]:
    threads: dict[int, Thread] = {}
    diagnostics: dict[UUID, Diagnostic] = {}
    found = (
        Message.objects.filter(written_at__gte=since, written_at__lt=until)
        .filter(thread__diagnostic__deleted_at=None)
        .select_related("author", "thread__diagnostic__structure", "thread__diagnostic__kit")
        .order_by("thread__diagnostic", "thread", "written_at", "pk")
    )
    for message in found:
        # One object of each, whose kit is read once.
        message.thread = threads.setdefault(message.thread_id, message.thread)
        diagnostic = message.thread.diagnostic
        message.thread.diagnostic = diagnostics.setdefault(diagnostic.pk, diagnostic)
        yield message


def _told_once_a_day(message: Message, known: Known) -> set[int]:
    """Return those who take part, but for those who are told at once whatever they chose."""
    return {
        person.pk
        for person in participants(message, known)
        if not is_owed_to(person, message, known)
    }


def _last_digests() -> dict[int, dt.datetime]:
    """Return until when each person was told: the morning of their last digest (one query)."""
    keys = (
        QueuedMail.objects.filter(kind="digest", person__comment_mails=CommentMails.DAILY.value)
        .order_by()
        .values_list("person_id")
        .annotate(last=Max("key"))  # keys end with the day
    )
    days = {person: dt.date.fromisoformat(key.rpartition(":")[2]) for person, key in keys}
    return {
        person: timezone.make_aware(dt.datetime.combine(day, dt.time(MORNING)))
        for person, day in days.items()
    }


def _send_digest(
    person: User, messages: list[Message], known: Known, *, day: dt.date, base_url: str
) -> int:
    diagnostics = {message.thread.diagnostic_id: message.thread.diagnostic for message in messages}
    quoted = {(str(m.thread.diagnostic_id), m.thread.audience) for m in messages}
    is_new = send_letter(
        _digest(person, messages, known, base_url=base_url),
        key=f"digest:{person.pk}:{day.isoformat()}",
        kind="digest",
        person=person,
        diagnostic=next(iter(diagnostics.values())) if len(diagnostics) == 1 else None,
        about=[{"diagnostic": pk, "audience": audience} for pk, audience in sorted(quoted)],
    )
    return int(is_new)


def _digest(person: User, messages: list[Message], known: Known, *, base_url: str) -> Letter:
    frames = [Frame(message.thread.diagnostic, base_url) for message in messages]
    structures = {frame.diagnostic.structure_id: frame for frame in frames}
    said = count(len(messages), "nouveau message", "nouveaux messages")
    where = (
        f"le diagnostic {frames[0].of_structure}"
        if len(structures) == 1
        else f"les diagnostics de {count(len(structures), 'structure', 'structures')}"
    )
    items = [
        Item(
            f"{what_was_done(message, known)} · {frame.diagnostic.structure.name}, {frame.place(message.thread)}",
            frame.thread_address(message.thread),
            quote=shortened(message.text, DIGEST_QUOTE) if message.text else "",
        )
        for message, frame in zip(messages, frames, strict=True)
    ]
    parts: list[Part] = [
        Words("Voici ce qui s’est dit dans les échanges auxquels vous prenez part."),
        Items(tuple(items[:DIGEST_ITEMS])),
    ]
    if len(items) > DIGEST_ITEMS:
        left = count(len(items) - DIGEST_ITEMS, "autre message", "autres messages")
        parts.append(Words(f"Et {left}, à lire sur le site."))
    parts.append(Button("Ouvrir ma page d’accueil", base_url + "/"))
    return Letter(
        capitalised(f"{said} sur {where}"),
        tuple(parts),
        greeting=person.display_name,
        site=base_url + "/",
        why="Vous avez choisi de recevoir les messages des échanges une fois par jour.",
        leave=leave_address(person, Optional.COMMENTS, base_url=base_url),
    )
