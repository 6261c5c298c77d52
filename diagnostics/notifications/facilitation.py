"""What a structure's lead is told of who facilitates it: their name, and how to reach them."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from diagnostics.domain.vocabulary import EventKind, MembershipRole
from diagnostics.models import Event, User
from diagnostics.notifications.frame import Frame, reply_to, send_letter
from diagnostics.notifications.letters import Button, Letter, Words, named
from diagnostics.typography import capitalised


@dataclass(frozen=True)
class _What:
    """What was entrusted: in the subject, in a sentence, and where the lead reads it."""

    subject: str
    verb: str
    thing: str
    button: Button


def tell_lead(event: Event, *, base_url: str) -> None:
    """Write to the lead who follows their structure now, or reviews their diagnostic, in the caller's
    transaction; nobody is told twice, nor of somebody who was replaced meanwhile."""
    person = User.objects.filter(
        pk=event.detail.get("after"), is_active=True, is_facilitator=True
    ).first()
    if event.structure is None or person is None or not _is_still(event, person):
        return
    what = _what(event, base_url)
    leads = event.structure.memberships.filter(
        role=MembershipRole.LEAD.value, user__is_active=True
    ).select_related("user")
    for lead in leads:
        send_letter(
            _letter(person, what, to=lead.user, base_url=base_url),
            key=f"facilitator:{event.pk}:{lead.user_id}",
            kind="facilitator",
            person=lead.user,
            diagnostic=event.diagnostic,
            headers=reply_to(person),
        )


def _is_still(event: Event, person: User) -> bool:
    """Tell whether what was entrusted is still theirs."""
    assert event.structure is not None  # a constraint holds it
    if event.structure.deleted_at is not None:
        return False
    if event.kind == EventKind.FACILITATOR_CHANGED or event.diagnostic is None:
        return event.structure.facilitator_id == person.pk
    return event.diagnostic.reviews.filter(closed_at=None, taken_by=person).exists()


def _what(event: Event, base_url: str) -> _What:
    assert event.structure is not None  # a constraint holds it
    if event.kind == EventKind.FACILITATOR_CHANGED or event.diagnostic is None:
        address = base_url + reverse("structure_detail", args=[event.structure_id])
        name = named(event.structure.name)
        return _What(f"la structure {name}", "suit", name, Button("Ouvrir ma structure", address))
    frame = Frame(event.diagnostic, base_url)
    return _What(
        f"le diagnostic {frame.of_structure}",
        "relit",
        frame.the_diagnostic,
        Button("Ouvrir le diagnostic", frame.address("diagnostic_home")),
    )


def _letter(person: User, what: _What, *, to: User, base_url: str) -> Letter:
    name = person.display_name
    parts = [
        Words(f"{name}, de la facilitation, {what.verb} maintenant {what.thing}."),
        Words(
            f"Pour joindre {name}, répondez simplement à ce message, ou écrivez à {person.email}."
        ),
    ]
    if person.absence:
        parts.append(Words(f"{capitalised(person.absence)}."))
    return Letter(
        f"{name} {what.verb} maintenant {what.subject}",
        (*parts, what.button),
        greeting=to.display_name,
        site=base_url + "/",
    )
