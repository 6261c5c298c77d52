"""What is told of a transition, and to whom: everybody whom the diagnostic concerns, but for the one
who made it. Each reads what happened, and what they can do now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils import timezone

from diagnostics.domain.conversation import Audience, ThreadState
from diagnostics.domain.deciding_body import DecidingBody, deciding_body
from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import EventKind, MembershipRole, State
from diagnostics.domain.workflow import REQUEST_CHANGES
from diagnostics.models import Diagnostic, Event, Message, Thread, User
from diagnostics.notifications.frame import Frame, reply_to, send_letter
from diagnostics.notifications.letters import Button, Item, Items, Letter, Part, Quote, Words
from diagnostics.queries import access_by
from diagnostics.queries.concerned import facilitators_of, load_facilitation, team_of
from diagnostics.queries.conversation import asked_now
from diagnostics.queries.todo import next_step
from diagnostics.typography import capitalised, count, french_date, shortened

QUOTED = 300  # characters of what was asked, in a list


@dataclass(frozen=True)
class Told:
    """A transition as its letters tell it.

    ``event``: what the journal says of it; ``requests``: the requests of facilitators that are not
    closed; ``words``: what was written with it.
    """

    event: Event
    frame: Frame
    requests: tuple[Thread, ...]
    words: str = ""

    @property
    def diagnostic(self) -> Diagnostic:
        """The diagnostic, as it is now."""
        return self.frame.diagnostic

    @property
    def actor(self) -> str:
        """Who made the transition."""
        return _by(self.event).display_name

    def requests_in(self, state: ThreadState) -> list[Thread]:
        """Return the requests in a state."""
        return [thread for thread in self.requests if thread.state == state.value]


def _by(event: Event) -> User:
    """Return who made a transition: there is always somebody."""
    assert event.actor is not None  # a constraint holds it
    return event.actor


def tell_transition(event: Event, *, base_url: str, thread_id: int | None = None) -> None:
    """Write to everybody concerned by a transition; ``thread_id``: the thread of what was written with it.

    In the caller's transaction; called again, it tells nobody twice.
    """
    diagnostic = event.diagnostic
    if diagnostic is None:
        return
    told = Told(event, Frame(diagnostic, base_url), _requests(diagnostic), _first_words(thread_id))
    for person, access in _concerned(told):
        send_letter(
            _letter(told, person, access),
            key=f"{event.kind}:{event.pk}:{person.pk}",
            kind=event.kind,
            person=person,
            diagnostic=diagnostic,
            headers=reply_to(_by(event)),
        )


def tell_hand_over(event: Event, *, base_url: str, thread_id: int | None = None) -> None:
    """Write to whom a review was handed over, and to nobody else, in the caller's transaction."""
    diagnostic, to = event.diagnostic, event.detail.get("after")
    if diagnostic is None or to is None:
        return
    frame = Frame(diagnostic, base_url)
    words = _first_words(thread_id)
    apart = {"diagnostic": str(diagnostic.pk), "audience": Audience.FACILITATORS.value}
    actor = _by(event)
    for person in User.objects.filter(pk=to, is_active=True).exclude(pk=actor.pk):
        step = next_step(diagnostic, access_by(None, diagnostic.state, person))
        parts: list[Part] = [
            Words(f"{actor.display_name} vous confie une relecture\u00a0: {frame.the_diagnostic}.")
        ]
        parts += [Quote(words)] if words else []
        parts.append(Button(step.words, base_url + step.address))
        send_letter(
            Letter(
                f"Relecture confiée\u00a0: le diagnostic {frame.of_structure}",
                tuple(parts),
                greeting=person.display_name,
                site=base_url + "/",
            ),
            key=f"{event.kind}:{event.pk}:{person.pk}",
            kind=event.kind,
            person=person,
            diagnostic=diagnostic,
            headers=reply_to(actor),
            about=[apart],
        )


def _requests(diagnostic: Diagnostic) -> tuple[Thread, ...]:
    # Accepted and withdrawn ones are settled.
    return tuple(
        diagnostic.threads.filter(
            kind="request", state__in=[ThreadState.PENDING.value, ThreadState.ADDRESSED.value]
        ).annotate(**asked_now())
    )


def _first_words(thread_id: int | None) -> str:
    """Return what a thread began with, nothing without one."""
    first = Message.objects.filter(thread=thread_id).values_list("text", flat=True).first()
    return first or ""


def _concerned(told: Told) -> Iterator[tuple[User, Access]]:
    """Return each person to tell, with what they are to the diagnostic now."""
    diagnostic = told.diagnostic
    facilitation = load_facilitation(timezone.localdate())
    people: list[tuple[User, str | None]] = [
        *((person, role.value) for person, role in team_of(diagnostic)),
        *((person, None) for person in facilitators_of(diagnostic, facilitation)),
    ]
    pending = len(told.requests_in(ThreadState.PENDING))
    for person, role in people:
        if person.pk != told.event.actor_id:
            access = access_by(role, diagnostic.state, person)
            yield person, replace(access, pending_requests=pending)


# --- What it says -----------------------------------------------------------------------------------


def _letter(told: Told, person: User, access: Access) -> Letter:
    subject, sentence = _what_happened(told)
    if told.event.kind == EventKind.SUBMITTED and access.can(REQUEST_CHANGES):
        subject = f"À relire\u00a0: le diagnostic {told.frame.of_structure}"
    parts: list[Part] = [Words(sentence)]
    if told.words and told.event.kind == EventKind.REOPENED:
        parts.append(Quote(told.words))
    parts += _requests_told(told)
    parts.append(Words(_what_they_can_do(told, access)))
    parts += _where(told, access)
    return Letter(
        subject, tuple(parts), greeting=person.display_name, site=told.frame.base_url + "/"
    )


def _what_happened(told: Told) -> tuple[str, str]:
    """Return the subject, and the sentence that tells the transition."""
    of, actor, it = told.frame.of_structure, told.actor, told.frame.the_diagnostic
    body = _body(told)
    match EventKind(told.event.kind):
        case EventKind.SUBMITTED:
            return f"Le diagnostic {of} est soumis", f"{actor} a soumis {it} à la facilitation."
        case EventKind.SUBMISSION_WITHDRAWN:
            return (
                f"Le diagnostic {of} n’est plus soumis",
                f"{actor} a retiré la soumission\u00a0: {it} est de nouveau ouvert à l’équipe.",
            )
        case EventKind.CHANGES_REQUESTED:
            return (
                f"Modifications demandées sur le diagnostic {of}",
                f"{actor} a relu {it} et demande des modifications.",
            )
        case EventKind.VALIDATED:
            return f"Le diagnostic {of} est validé", f"{actor} a validé {it}."
        case EventKind.REOPENED:
            return f"Le diagnostic {of} est rouvert", f"{actor} a rouvert {it}."
        case _:
            return (
                f"{capitalised(body.le)} a adopté le diagnostic {of}",
                f"{actor} a enregistré la séance {body.du}\u00a0: {it} est adopté.",
            )


def _requests_told(told: Told) -> list[Part]:
    """List the requests, each with its link: what waits for the structure, or what it answered."""
    pending = told.requests_in(ThreadState.PENDING)
    addressed = told.requests_in(ThreadState.ADDRESSED)
    parts: list[Part] = []
    if told.event.kind == EventKind.SUBMITTED and addressed:
        says = count(len(addressed), "demande est traitée", "demandes sont traitées")
        parts += [Words(f"{says}\u00a0:"), _listed(told, addressed)]
    # What was asked during a review is told by what ends it, a withdrawal too.
    asks = {
        EventKind.SUBMITTED,
        EventKind.SUBMISSION_WITHDRAWN,
        EventKind.CHANGES_REQUESTED,
        EventKind.REOPENED,
    }
    if told.event.kind in asks and pending:
        says = count(len(pending), "demande attend", "demandes attendent")
        parts += [Words(f"{says} une réponse\u00a0:"), _listed(told, pending)]
    return parts


def _listed(told: Told, threads: list[Thread]) -> Items:
    return Items(
        tuple(
            Item(
                told.frame.place(thread),
                told.frame.thread_address(thread),
                quote=shortened(thread.reason or "", QUOTED),
            )
            for thread in threads
        )
    )


def _what_they_can_do(told: Told, access: Access) -> str:
    """Say what somebody can do, by what they are to the diagnostic in its state."""
    if access.is_facilitator:
        return _facilitators_can(told, access)
    lead, contributor = MembershipRole.LEAD, MembershipRole.CONTRIBUTOR
    state = access.state
    if state is State.SUBMITTED:
        if access.role is lead:
            return "Il ne se modifie plus pendant la relecture\u00a0; vous serez prévenu·e de la suite."
        return (
            "Il ne se modifie plus pendant la relecture\u00a0; vous pouvez le lire et prendre part aux "
            "échanges."
        )
    if state in {State.VALIDATED, State.ADOPTED}:
        return _after_validation(told, access)
    if access.role is lead:
        if state is State.CHANGES_REQUESTED:
            return (
                "Le diagnostic est de nouveau ouvert\u00a0: complétez-le avec votre équipe, puis "
                "soumettez-le de nouveau."
            )
        return "Vous pouvez le compléter, puis le soumettre de nouveau."
    if access.role is contributor:
        return "Vous pouvez le compléter\u00a0; votre référent·e le soumettra de nouveau."
    return "Vous pouvez le lire et prendre part aux échanges pendant que l’équipe le complète."


def _body(told: Told) -> DecidingBody:
    """Return who decides, in one word."""
    return deciding_body(told.diagnostic.structure).short


def _after_validation(told: Told, access: Access) -> str:
    if access.state is State.ADOPTED:
        return f"Son rapport dit ce que {_body(told).le} a décidé. Il reste à le mettre en œuvre."
    day = told.diagnostic.board_date
    session = deciding_body(told.diagnostic.structure).au + (
        f" du {french_date(day)}" if day else ""
    )
    if access.role is MembershipRole.LEAD:
        return (
            f"Son rapport est prêt à être présenté {session}. Après la séance, enregistrez ce que "
            f"{_body(told).le} a décidé."
        )
    return f"Son rapport est prêt à être présenté {session}. Vous pouvez le lire et le télécharger."


def _facilitators_can(told: Told, access: Access) -> str:
    match access.state:
        case State.SUBMITTED:
            return (
                "Il attend votre relecture\u00a0: vous pouvez demander des modifications, étape par "
                "étape, ou le valider."
            )
        case State.VALIDATED:
            return f"Vous pouvez lire son rapport\u00a0; {_body(told).le} de la structure doit se prononcer."
        case State.ADOPTED:
            return f"Son rapport dit ce que {_body(told).le} a décidé."
        case _:
            return (
                "Il n’y a rien à relire pour le moment\u00a0: vous serez prévenu·e quand il sera soumis "
                "de nouveau. Vous pouvez le lire et prendre part aux échanges."
            )


def _where(told: Told, access: Access) -> list[Part]:
    """Return the button of what they do next, the one of their start page; and the report beside it."""
    step = next_step(told.diagnostic, access)
    parts: list[Part] = [Button(step.words, told.frame.base_url + step.address)]
    report = told.frame.address("report")
    if access.state in {State.VALIDATED, State.ADOPTED} and not report.endswith(step.address):
        parts.append(Items((Item("Lire et télécharger le rapport", report),)))
    return parts
