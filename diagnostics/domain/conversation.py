"""What people say to one another about a diagnostic: audiences, comments and requests, and who may
do what with them.

A thread stands on the whole diagnostic, on a step or on a row of it. Audiences are kept apart: what
a structure says between its own people is never read by facilitators, and the other way round.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from diagnostics.domain.permissions import Access
from diagnostics.domain.vocabulary import Labelled

MESSAGE_TEXT = 2_000  # characters
MINUTES_TO_EDIT = 15


class Audience(Labelled):
    """Who reads a thread."""

    FACILITATION = "facilitation", "Avec la facilitation"
    TEAM = "team", "Entre nous"
    FACILITATORS = "facilitators", "Entre facilitateurs"


class ThreadKind(Labelled):
    """What a thread is: something said, or something that facilitators ask of the structure."""

    COMMENT = "comment", "Commentaire"
    REQUEST = "request", "Demande"


class ThreadState(Labelled):
    """Where a thread stands: a comment is open or resolved, a request is one of the others."""

    OPEN = "open", "Ouvert"
    RESOLVED = "resolved", "Résolu"
    PENDING = "pending", "En attente"
    ADDRESSED = "addressed", "Traitée par la structure"
    ACCEPTED = "accepted", "Acceptée"
    WITHDRAWN = "withdrawn", "Retirée"


COMMENT_STATES = frozenset({ThreadState.OPEN, ThreadState.RESOLVED})
REQUEST_STATES = frozenset(set(ThreadState) - COMMENT_STATES)
# What still waits for somebody.
OPEN_STATES = frozenset({ThreadState.OPEN, ThreadState.PENDING, ThreadState.ADDRESSED})


class Act(Labelled):
    """What a message does besides saying something."""

    ADDRESSED = "addressed", "a traité la demande"
    ACCEPTED = "accepted", "a accepté la réponse"
    ASKED_AGAIN = "asked_again", "a redemandé"
    WITHDRAWN = "withdrawn", "a retiré la demande"
    RESOLVED = "resolved", "a résolu l’échange"
    REOPENED = "reopened", "a rouvert l’échange"


def can_read(access: Access, audience: Audience) -> bool:
    """Tell whether a person reads the threads of an audience."""
    if audience is Audience.TEAM:
        return access.role is not None
    if audience is Audience.FACILITATORS:
        return access.is_facilitator
    return access.can_view


def audiences_of(access: Access) -> list[Audience]:
    """Return the audiences of a person, the one shared with the others first."""
    return [audience for audience in Audience if can_read(access, audience)]


# --- Who may do what -----------------------------------------------------------------------------------


class Hand(StrEnum):
    """Whose deed it is, among those who read the thread."""

    READERS = "readers"  # whoever reads it
    KEEPERS = "keepers"  # who opened it, who fills in, who facilitates
    STRUCTURE = "structure"  # lead and contributors
    FACILITATION = "facilitation"


@dataclass(frozen=True)
class Deed:
    """Something that is done in a thread, under its word in the address (``name``).

    ``sources``: the states in which it can be; ``target``: the state that it leads to (None: the same);
    ``act``: what its message tells (None: only what is said). ``label`` is what the button says,
    ``done`` what is told afterwards, ``no_right`` why it is refused to others.
    """

    name: str
    label: str
    sources: frozenset[ThreadState]
    hand: Hand
    done: str
    target: ThreadState | None = None
    act: Act | None = None
    needs_words: bool = False
    no_right: str = "Votre rôle ne permet pas de faire cela dans cet échange."


_FACILITATION_ONLY = "Seule la facilitation accepte, redemande ou retire une demande."
_UNANSWERED = frozenset({ThreadState.PENDING, ThreadState.ADDRESSED})

REPLY = Deed(
    name="repondre",
    label="Répondre",
    sources=OPEN_STATES,
    hand=Hand.READERS,
    done="Votre réponse est envoyée.",
    needs_words=True,
)
ADDRESS = Deed(
    name="traiter",
    label="C’est traité",
    sources=frozenset({ThreadState.PENDING}),
    hand=Hand.STRUCTURE,
    done="La demande est traitée\u00a0: la facilitation dira si cela lui convient.",
    target=ThreadState.ADDRESSED,
    act=Act.ADDRESSED,
    no_right="La ou le référent·e et les contributeur·rices traitent une demande.",
)
ACCEPT = Deed(
    name="accepter",
    label="Accepter",
    sources=_UNANSWERED,
    hand=Hand.FACILITATION,
    done="La demande est acceptée.",
    target=ThreadState.ACCEPTED,
    act=Act.ACCEPTED,
    no_right=_FACILITATION_ONLY,
)
ASK_AGAIN = Deed(
    name="redemander",
    label="Redemander",
    sources=frozenset({ThreadState.ADDRESSED, ThreadState.ACCEPTED, ThreadState.WITHDRAWN}),
    hand=Hand.FACILITATION,
    done="La demande attend de nouveau la structure.",
    target=ThreadState.PENDING,
    act=Act.ASKED_AGAIN,
    needs_words=True,
    no_right=_FACILITATION_ONLY,
)
WITHDRAW = Deed(
    name="retirer",
    label="Retirer la demande",
    sources=_UNANSWERED,
    hand=Hand.FACILITATION,
    done="La demande est retirée.",
    target=ThreadState.WITHDRAWN,
    act=Act.WITHDRAWN,
    no_right=_FACILITATION_ONLY,
)
RESOLVE = Deed(
    name="resoudre",
    label="Résoudre",
    sources=frozenset({ThreadState.OPEN}),
    hand=Hand.KEEPERS,
    done="L’échange est résolu.",
    target=ThreadState.RESOLVED,
    act=Act.RESOLVED,
)
REOPEN = Deed(
    name="rouvrir",
    label="Rouvrir",
    sources=frozenset({ThreadState.RESOLVED}),
    hand=Hand.KEEPERS,
    done="L’échange est rouvert.",
    target=ThreadState.OPEN,
    act=Act.REOPENED,
)
DEEDS = {deed.name: deed for deed in (REPLY, ADDRESS, ACCEPT, ASK_AGAIN, WITHDRAW, RESOLVE, REOPEN)}


@dataclass(frozen=True)
class Standing:
    """What the rights in a thread depend on; ``is_own``: the person opened it."""

    audience: Audience
    kind: ThreadKind
    state: ThreadState
    is_own: bool = False


def can_open(access: Access, audience: Audience, kind: ThreadKind) -> bool:
    """Tell whether a person may open a thread: whoever reads an audience writes to it, in every state
    of the diagnostic; facilitators alone ask something, of the structure."""
    if kind is ThreadKind.REQUEST:
        return access.is_facilitator and audience is Audience.FACILITATION
    return can_read(access, audience)


def may(access: Access, deed: Deed, standing: Standing) -> bool:
    """Hold the right to a deed in a thread, whatever its state."""
    if not can_read(access, standing.audience):
        return False
    return {
        Hand.READERS: True,
        Hand.KEEPERS: access.is_facilitator or access.has_editing_role or standing.is_own,
        Hand.STRUCTURE: access.has_editing_role,
        Hand.FACILITATION: access.is_facilitator,
    }[deed.hand]


def obstacle(deed: Deed, standing: Standing) -> str:
    """Say why a deed cannot be done in a thread as it stands, whoever asks; empty when it can."""
    if standing.state in deed.sources:
        return ""
    state = standing.state.label.lower()
    if standing.kind is ThreadKind.REQUEST:
        return f"Cette demande est maintenant «\u00a0{state}\u00a0»\u00a0: relisez-la avant de continuer."
    return f"Cet échange est maintenant «\u00a0{state}\u00a0»\u00a0: relisez-le avant de continuer."


def deeds_of(access: Access, standing: Standing) -> tuple[Deed, ...]:
    """Return what a person can do in a thread now, in the order of its buttons."""
    return tuple(
        deed
        for deed in DEEDS.values()
        if may(access, deed, standing) and not obstacle(deed, standing)
    )


def can_edit(
    access: Access, audience: Audience, *, is_own: bool, written_at: dt.datetime, now: dt.datetime
) -> bool:
    """Tell whether a person may still correct a message: their own, for 15 minutes."""
    is_fresh = now - written_at < dt.timedelta(minutes=MINUTES_TO_EDIT)
    return is_own and is_fresh and can_read(access, audience)
