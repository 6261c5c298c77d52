"""Beginning a thread in the transaction of what it comes with: asked, reopened, handed over."""

from __future__ import annotations

import datetime as dt

from diagnostics.domain.conversation import Audience, ThreadKind, ThreadState
from diagnostics.models import Diagnostic, Message, Thread, User

_FIRST_STATE = {ThreadKind.COMMENT: ThreadState.OPEN, ThreadKind.REQUEST: ThreadState.PENDING}


def begin_thread(
    diagnostic: Diagnostic,
    text: str,
    *,
    audience: Audience,
    kind: ThreadKind,
    user: User,
    at: dt.datetime,
) -> Thread:
    """Open a thread on the whole diagnostic, which is locked; rights and text were checked by then.

    Its mail is that of what it comes with.
    """
    thread = Thread.objects.create(
        diagnostic=diagnostic,
        audience=audience.value,
        kind=kind.value,
        state=_FIRST_STATE[kind].value,
        opened_by=user,
        opened_at=at,
        changed_at=at,
    )
    Message.objects.create(thread=thread, author=user, text=text, written_at=at)
    return thread
