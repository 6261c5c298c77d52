"""Models of the application; what they mean is told in each module."""

from diagnostics.models.coherence import Acknowledgement
from diagnostics.models.diagnostics import (
    Answer,
    AnswerRevision,
    Diagnostic,
    RecentAnswer,
    Version,
    VersionRecord,
    role_in_structure,
)
from diagnostics.models.journal import Event
from diagnostics.models.kept_texts import KeptText
from diagnostics.models.kit import Example, Kit, Part, Question, Step
from diagnostics.models.people import User
from diagnostics.models.presence import Presence
from diagnostics.models.renderings import Rendering
from diagnostics.models.reviews import ChangeRequest
from diagnostics.models.sent_forms import SentForm
from diagnostics.models.structures import Invitation, Membership, Structure

__all__ = [
    "Acknowledgement",
    "Answer",
    "AnswerRevision",
    "ChangeRequest",
    "Diagnostic",
    "KeptText",
    "SentForm",
    "Presence",
    "Event",
    "Example",
    "Invitation",
    "Kit",
    "Membership",
    "Part",
    "Question",
    "RecentAnswer",
    "Rendering",
    "Step",
    "Structure",
    "User",
    "Version",
    "VersionRecord",
    "role_in_structure",
]
