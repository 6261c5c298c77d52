"""What the letters about a diagnostic share: how it is named, where its places are, to whom one answers,
and how they are queued."""

from __future__ import annotations

from dataclasses import dataclass
from email.utils import formataddr
from typing import Any

from django.urls import reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Thread, User
from diagnostics.notifications.letters import Letter, named
from diagnostics.notifications.sending import message_id
from diagnostics.queries import texts_of
from diagnostics.services.mails import Written, queue_mail
from diagnostics.typography import of_name, one_line


@dataclass(frozen=True)
class Frame:
    """A diagnostic as letters name it; ``base_url`` starts their links."""

    diagnostic: Diagnostic
    base_url: str

    @property
    def of_structure(self) -> str:
        """« d’Alliances », « de la structure Hélianthe »."""
        return of_name(self.diagnostic.structure.name)

    @property
    def the_diagnostic(self) -> str:
        """« le diagnostic « Cap 2029 » d’Alliances »."""
        return f"le diagnostic {named(self.diagnostic.title)} {self.of_structure}"

    def address(self, url_name: str) -> str:
        """Return the address of a page of the diagnostic."""
        return self.base_url + reverse(url_name, args=[self.diagnostic.pk])

    def thread_address(self, thread: Thread) -> str:
        """Return the address of a thread: on its step, or among those on the whole diagnostic; one that
        is closed has a page of its own."""
        pk = self.diagnostic.pk
        if not thread.is_open:
            path = reverse("conversation_thread", args=[pk, thread.pk])
        elif thread.step:
            path = reverse("diagnostic_step", args=[pk, StepKey(thread.step)])
        else:
            path = reverse("conversation", args=[pk])
        return f"{self.base_url}{path}#echange-{thread.pk}"

    def place(self, thread: Thread) -> str:
        """Return where a thread stands: a step and its row by their names, or the whole diagnostic."""
        if not thread.step:
            return "L’ensemble du diagnostic"
        name = texts_of(self.diagnostic).step(StepKey(thread.step))
        step = f"{name.number} {name.short_title}".strip()
        return f"{step} — {thread.row_name}" if thread.row_name else step


def reply_to(person: User) -> dict[str, str]:
    """Return the header that leads an answer to the person who acted."""
    name = one_line(person.display_name)
    return {"Reply-To": formataddr((name, person.email))}


def send_letter(
    letter: Letter,
    *,
    key: str,
    kind: str,
    person: User,
    diagnostic: Diagnostic | None = None,
    headers: dict[str, str] | None = None,
    about: list[dict[str, Any]] | None = None,
) -> bool:
    """Queue a letter to a person, in the caller's transaction; tell whether it is new."""
    optional: dict[str, str] = {}
    if letter.leave:
        # RFC 8058: mail programs offer it as one button.
        optional = {
            "List-Unsubscribe": f"<{letter.leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    written = Written(
        key=key,
        kind=kind,
        person=person,
        subject=letter.title,
        text=letter.as_text(),
        html=letter.as_html(),
        headers={
            "Message-ID": message_id(key),
            # No absence message answers it (RFC 3834).
            "Auto-Submitted": "auto-generated",
            **(headers or {}),
            **optional,
        },
        diagnostic=diagnostic,
        about=about or [],
    )
    return queue_mail(written) is not None
