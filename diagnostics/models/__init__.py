"""Models of the application; what they mean is told in each module."""

from diagnostics.models.coherence import Acknowledgement
from diagnostics.models.conversation import Message, Thread
from diagnostics.models.diagnostics import (
    Answer,
    AnswerRevision,
    Diagnostic,
    RecentAnswer,
    Version,
    VersionRecord,
    role_in_structure,
)
from diagnostics.models.erasure import Erasure, ErasureKind
from diagnostics.models.journal import Event, FailedSignIns
from diagnostics.models.kept_texts import KeptText
from diagnostics.models.kit import Example, Kit, KitChange, Part, Question, Step
from diagnostics.models.mails import QueuedMail
from diagnostics.models.open_sessions import OpenSession
from diagnostics.models.people import CommentMails, User
from diagnostics.models.portfolio import PortfolioLine
from diagnostics.models.presence import Presence
from diagnostics.models.renderings import Paper, PaperKind, Rendering
from diagnostics.models.reviews import (
    BoardSession,
    LeftOutRow,
    ReadVersion,
    Remark,
    Review,
    ReviewOutcome,
    StepReviewed,
)
from diagnostics.models.sent_forms import SentForm
from diagnostics.models.shared_values import SharedValue
from diagnostics.models.structures import Cohort, Invitation, Membership, Structure

__all__ = [
    "Acknowledgement",
    "Answer",
    "AnswerRevision",
    "BoardSession",
    "Cohort",
    "CommentMails",
    "KitChange",
    "LeftOutRow",
    "PortfolioLine",
    "Message",
    "QueuedMail",
    "ReadVersion",
    "Remark",
    "Review",
    "ReviewOutcome",
    "StepReviewed",
    "Thread",
    "Diagnostic",
    "KeptText",
    "SentForm",
    "SharedValue",
    "OpenSession",
    "Presence",
    "Erasure",
    "ErasureKind",
    "Event",
    "Example",
    "FailedSignIns",
    "Invitation",
    "Kit",
    "Membership",
    "Paper",
    "PaperKind",
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
