"""The messages of threads, told to those who take part in them: at once, once a day, or never."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils import timezone

from diagnostics.domain.conversation import Act, Audience, can_read
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.domain.workflow import TRANSITIONS
from diagnostics.models import CommentMails, Message, QueuedMail, Thread, User
from diagnostics.notifications.frame import Frame, message_id, reply_to, send_letter
from diagnostics.notifications.leaving import Optional, leave_address
from diagnostics.notifications.letters import Button, Item, Items, Letter, Part, Quote, Words
from diagnostics.queries import access_by
from diagnostics.queries.concerned import (
    Facilitation,
    facilitators_of,
    load_facilitation,
    team_of,
)
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
    if is_told_otherwise(message):
        return
    for person in participants(message, load_facilitation(timezone.localdate())):
        if person.comment_mails != CommentMails.AT_ONCE:
            continue
        send_letter(
            _at_once(message, person, frame),
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


def _at_once(message: Message, person: User, frame: Frame) -> Letter:
    thread = message.thread
    parts: list[Part] = [Words(f"{what_was_done(message)}, sur {frame.the_diagnostic}\u00a0:")]
    parts.append(Words(f"{frame.place(thread)} · {Audience(thread.audience).label}"))
    if message.text:
        parts.append(Quote(message.text))
    parts.append(Button("Lire et répondre", frame.thread_address(thread)))
    subject = (
        f"{message.author.display_name} {_done(message)}\u00a0: le diagnostic {frame.of_structure}"
    )
    return Letter(
        subject,
        tuple(parts),
        greeting=person.display_name,
        site=frame.base_url + "/",
        why="Vous recevez ce message parce que vous prenez part à cet échange.",
        leave=leave_address(person, Optional.COMMENTS, base_url=frame.base_url),
    )


def what_was_done(message: Message) -> str:
    """Say who wrote, asked, answered or closed."""
    return f"{message.author.display_name} {_done(message)}"


def _done(message: Message) -> str:
    if message.act:
        return Act(message.act).label
    if _is_asking(message):
        return "demande une modification"
    return "a écrit" if _is_first(message) else "a répondu"


# --- To whom ----------------------------------------------------------------------------------------


def participants(message: Message, facilitation: Facilitation) -> list[User]:
    """Return those who read the thread of a message and take part in it, without its author.

    Who opened it, who wrote in it, and whom it is for: the structure's lead, and who facilitates the
    diagnostic now. Where nobody in particular facilitates, all of them are told of the first message.
    """
    thread = message.thread
    diagnostic = thread.diagnostic
    audience = Audience(thread.audience)
    roles = {person.pk: (person, role) for person, role in team_of(diagnostic)}
    wrote = {thread.opened_by_id, *thread.messages.values_list("author", flat=True)}
    found: dict[int, tuple[User, Access]] = {}
    for person, role in roles.values():
        if person.pk in wrote or role is MembershipRole.LEAD:
            found[person.pk] = person, access_by(role.value, diagnostic.state, person)
    in_charge = facilitators_of(diagnostic, facilitation)
    heard = wrote & facilitation.people.keys()
    if len(in_charge) == 1 or not heard:
        heard |= {person.pk for person in in_charge}
    for pk in heard - roles.keys():
        person = facilitation.people[pk]
        found[pk] = person, access_by(None, diagnostic.state, person)
    return [
        person
        for pk, (person, access) in sorted(found.items())
        if pk != message.author_id and can_read(access, audience)
    ]


def is_told_otherwise(message: Message) -> bool:
    """Tell whether another mail tells a message: what belongs to a review, and what was said when a
    diagnostic was reopened or its review handed over."""
    if message.thread.is_request:
        return _comes_with_the_review(message)
    said_with = message.thread.diagnostic.events.filter(
        kind__in=[EventKind.REOPENED.value, EventKind.REVIEW_HANDED_OVER.value],
        detail__thread=message.thread_id,
    )
    return _is_first(message) and said_with.exists()


def _comes_with_the_review(message: Message) -> bool:
    """Tell whether a message is one of a review: a request made, asked again, accepted or withdrawn
    while the diagnostic was submitted, as the journal has it. How the review ends tells it."""
    if message.act not in _OF_A_REVIEW and not _is_asking(message):
        return False
    before = message.thread.diagnostic.events.filter(
        kind__in=[transition.event.value for transition in TRANSITIONS],
        created_at__lte=message.written_at,
    )
    last = before.order_by("-created_at", "-pk").values_list("kind", flat=True).first()
    return last == EventKind.SUBMITTED.value


_OF_A_REVIEW = {Act.ASKED_AGAIN.value, Act.ACCEPTED.value, Act.WITHDRAWN.value}


def _is_asking(message: Message) -> bool:
    return message.thread.is_request and not message.act and _is_first(message)


def _is_first(message: Message) -> bool:
    return message.thread.messages.order_by("written_at", "pk").first() == message


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
    people = User.objects.filter(is_active=True, comment_mails=CommentMails.DAILY.value)
    if local < until or not people:
        return 0
    since = until - LOOKING_BACK
    facilitation = load_facilitation(local.date())
    news = [
        News(message, {person.pk for person in participants(message, facilitation)})
        for message in _messages(since, until)
        if not is_told_otherwise(message)
    ]
    keys = [told_key(one.message, person) for one in news for person in people]
    # At once, before they chose to be told once a day.
    told = set(QueuedMail.objects.filter(key__in=keys).values_list("key", flat=True))
    queued = 0
    for person in people:
        after = _last_digest(person) or since
        own = [
            one.message
            for one in news
            if person.pk in one.people
            and one.message.written_at >= after
            and told_key(one.message, person) not in told
        ]
        if own:
            queued += _send_digest(person, own, day=local.date(), base_url=base_url)
    return queued


def _messages(since: dt.datetime, until: dt.datetime) -> Iterator[Message]:
    yield from (
        Message.objects.filter(written_at__gte=since, written_at__lt=until)
        .filter(thread__diagnostic__deleted_at=None)
        .select_related("author", "thread__diagnostic__structure", "thread__diagnostic__kit")
        .order_by("thread__diagnostic", "thread", "written_at", "pk")
    )


def _last_digest(person: User) -> dt.datetime | None:
    """Return until when a person was told: the morning of their last digest."""
    last = QueuedMail.objects.filter(person=person, kind="digest").order_by("-queued_at").first()
    if last is None:
        return None
    day = dt.date.fromisoformat(last.key.rpartition(":")[2])
    morning = dt.datetime.combine(day, dt.time(MORNING))
    return timezone.make_aware(morning)


def _send_digest(person: User, messages: list[Message], *, day: dt.date, base_url: str) -> int:
    diagnostics = {message.thread.diagnostic_id: message.thread.diagnostic for message in messages}
    quoted = {(str(m.thread.diagnostic_id), m.thread.audience) for m in messages}
    is_new = send_letter(
        _digest(person, messages, base_url=base_url),
        key=f"digest:{person.pk}:{day.isoformat()}",
        kind="digest",
        person=person,
        diagnostic=next(iter(diagnostics.values())) if len(diagnostics) == 1 else None,
        about=[{"diagnostic": pk, "audience": audience} for pk, audience in sorted(quoted)],
    )
    return int(is_new)


def _digest(person: User, messages: list[Message], *, base_url: str) -> Letter:
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
            f"{what_was_done(message)} · {frame.diagnostic.structure.name}, {frame.place(message.thread)}",
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
