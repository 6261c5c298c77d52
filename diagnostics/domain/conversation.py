"""What people say to one another about a diagnostic: audiences, comments and requests, and who may
do what with them.

A thread stands on the whole diagnostic, on a step or on a row of it. Audiences are kept apart: what
a structure says between its own people is never read by facilitators, and the other way round.
"""

from __future__ import annotations

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
