"""Threads on a diagnostic, on one of its steps or rows, and the messages that they are made of."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.domain.conversation import (
    COMMENT_STATES,
    OPEN_STATES,
    REQUEST_STATES,
    Act,
    Audience,
    ThreadKind,
    ThreadState,
)
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models.diagnostics import Diagnostic


def _codes(members: frozenset[ThreadState]) -> list[str]:
    return sorted(member.value for member in members)


class ThreadQuerySet(models.QuerySet["Thread"]):
    """Sets of threads."""

    def open(self) -> ThreadQuerySet:
        """Threads that still wait for somebody."""
        return self.filter(state__in=_codes(OPEN_STATES))

    def pending_requests(self) -> ThreadQuerySet:
        """What facilitators asked and the structure has not addressed."""
        return self.filter(kind=ThreadKind.REQUEST.value, state=ThreadState.PENDING.value)


class Thread(models.Model):
    """Something said of a diagnostic, and what is answered: a comment, or a request of facilitators.

    ``step`` empty: the whole diagnostic; ``row``: the id of one of the step's rows, ``row_name`` what
    that row was called then (it may be gone). ``ends_at_submission``: a request of the time when there
    was one text for the whole diagnostic; submitting it again addresses it.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.PROTECT, related_name="threads")
    step = models.CharField(
        "étape", max_length=30, blank=True, choices=[(step.value, step.value) for step in StepKey]
    )
    row = models.CharField("ligne", max_length=40, blank=True)
    row_name = models.CharField("nom de la ligne", max_length=300, blank=True)
    audience = models.CharField("lu par", max_length=20, choices=Audience.choices())
    kind = models.CharField("nature", max_length=10, choices=ThreadKind.choices())
    state = models.CharField("état", max_length=10, choices=ThreadState.choices())
    ends_at_submission = models.BooleanField(default=False, editable=False)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField("ouvert le", default=timezone.now)
    changed_at = models.DateTimeField("dernier message le", default=timezone.now)

    objects = ThreadQuerySet.as_manager()

    reason: str | None
    """What it asks now, where the query brings it (:func:`diagnostics.queries.conversation.asked_now`)."""

    class Meta:
        verbose_name = "échange"
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["diagnostic", "state"], name="thread_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="comment", state__in=_codes(COMMENT_STATES))
                | Q(kind="request", state__in=_codes(REQUEST_STATES)),
                name="thread_state_matches_kind",
            ),
            models.CheckConstraint(
                condition=Q(kind="comment") | Q(audience="facilitation"),
                name="thread_request_is_for_the_structure",
            ),
            models.CheckConstraint(
                condition=Q(row="") | ~Q(step=""), name="thread_row_is_of_a_step"
            ),
        ]

    def __str__(self) -> str:
        return f"{ThreadKind(self.kind).label} du {self.opened_at:%d/%m/%Y}"

    @property
    def is_request(self) -> bool:
        """Tell whether facilitators ask something."""
        return self.kind == ThreadKind.REQUEST.value

    @property
    def is_open(self) -> bool:
        """Tell whether it still waits for somebody."""
        return ThreadState(self.state) in OPEN_STATES

    @property
    def state_label(self) -> str:
        """The state in French."""
        return ThreadState(self.state).label


class Message(models.Model):
    """What somebody said in a thread, or did with it (``act``), with or without words."""

    thread = models.ForeignKey(Thread, on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField("fait", max_length=20, blank=True, choices=Act.choices())
    text = models.TextField("texte", blank=True)
    written_at = models.DateTimeField("écrit le", default=timezone.now)
    edited_at = models.DateTimeField("modifié le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(act=""), name="message_says_or_does_something"
            )
        ]

    def __str__(self) -> str:
        return f"Message du {self.written_at:%d/%m/%Y %H:%M}"
