"""Mails of the application: who is told what, in which words; queued in the caller's transaction.

A mail about a diagnostic is kept (:class:`diagnostics.models.QueuedMail`) under a key that says what
it is for, so that nobody is told twice, and sent by a job of its own. Invitations and the mails of
accounts carry keys that open something: what they are written from is kept, they are written when they
leave.
"""

from diagnostics.notifications.comments import send_digests, tell_message
from diagnostics.notifications.delivery import deliver
from diagnostics.notifications.expiring import warn as warn_of_expiry
from diagnostics.notifications.facilitation import tell_lead
from diagnostics.notifications.farewell import tell_erased
from diagnostics.notifications.invitations import invitation_mail, invitation_of
from diagnostics.notifications.lead_letters import write_to_lead
from diagnostics.notifications.leaving import Leaving, Optional, read_token
from diagnostics.notifications.membership import tell_member
from diagnostics.notifications.new_lead import tell_new_lead
from diagnostics.notifications.reminders import send_reminders
from diagnostics.notifications.sending import send_plain
from diagnostics.notifications.workflow import tell_hand_over, tell_transition

__all__ = [
    "Leaving",
    "Optional",
    "deliver",
    "invitation_mail",
    "invitation_of",
    "read_token",
    "send_digests",
    "send_plain",
    "send_reminders",
    "tell_erased",
    "tell_hand_over",
    "tell_lead",
    "tell_member",
    "tell_message",
    "tell_new_lead",
    "tell_transition",
    "warn_of_expiry",
    "write_to_lead",
]
