"""What facilitators do with a submitted version: who reviews it, what they think of it, and what the
board decided in the end."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.domain.vocabulary import Labelled, State, StepKey
from diagnostics.models.diagnostics import Diagnostic, Version


class ReviewOutcome(Labelled):
    """How a review ended."""

    WITHDRAWN = "withdrawn", "Soumission retirée"
    CHANGES_REQUESTED = "changes_requested", "Modifications demandées"
    VALIDATED = "validated", "Validé"


class Review(models.Model):
    """The review of one submitted version, open until it has an outcome.

    ``taken_by``: who reviews it (« pris en charge par »); ``submitted_from``: the state to which
    withdrawing leads back. ``appreciations`` is a list of
    :class:`diagnostics.domain.review.Appreciation`, ``questions`` of texts for the board's session,
    ``lacking`` of what was missing at the validation, in words; ``in_spite``: why it was validated
    all the same. The next review starts from what this one says.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.PROTECT, related_name="reviews")
    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="review")
    submitted_from = models.CharField(
        "soumis depuis l’état", max_length=20, choices=State.choices(), default=State.DRAFT.value
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pris en charge par",
    )
    taken_at = models.DateTimeField("pris en charge le", null=True, blank=True)
    opinion = models.TextField("avis", blank=True)
    appreciations = models.JSONField("appréciations", default=list, blank=True)
    questions = models.JSONField("questions pour la séance", default=list, blank=True)
    lacking = models.JSONField("ce qui manquait", default=list, blank=True)
    in_spite = models.TextField("pourquoi valider malgré tout", blank=True)
    revision = models.PositiveIntegerField("révision", default=0)
    outcome = models.CharField("issue", max_length=20, blank=True, choices=ReviewOutcome.choices())
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("terminée le", null=True, blank=True)

    class Meta:
        verbose_name = "relecture"
        ordering = ["-version__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["diagnostic"], condition=Q(closed_at=None), name="review_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="review_closed_at_matches_outcome",
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None, taken_by=None)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
                name="review_taken_at_matches_taken_by",
            ),
        ]

    def __str__(self) -> str:
        return f"Relecture de la version {self.version.number}"


class StepReviewed(models.Model):
    """A step of which the facilitator has nothing to say (« rien à signaler »), in one review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="steps_reviewed")
    step = models.CharField(
        "étape", max_length=30, choices=[(step.value, step.value) for step in StepKey]
    )
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "étape relue"
        constraints = [
            models.UniqueConstraint(fields=["review", "step"], name="step_reviewed_once")
        ]

    def __str__(self) -> str:
        return self.step


class ReadVersion(models.Model):
    """The last version of a diagnostic that a facilitator read: what changed is told since it."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.PROTECT, related_name="+")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField("lue le", default=timezone.now)

    class Meta:
        verbose_name = "version lue"
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "reader"], name="read_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.version} lue le {self.read_at:%d/%m/%Y}"


class Remark(models.Model):
    """A remark that facilitators use again: one's own, or the team's (``is_shared``)."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(
        "étape", max_length=30, blank=True, choices=[(step.value, step.value) for step in StepKey]
    )
    text = models.TextField("remarque")
    is_shared = models.BooleanField("partagée avec l’équipe", default=False)
    created_at = models.DateTimeField("écrite le", default=timezone.now)

    class Meta:
        verbose_name = "remarque"
        ordering = ["created_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="remark_has_a_text")]

    def __str__(self) -> str:
        return self.text[:60]


class BoardSession(models.Model):
    """What a board decided of a diagnostic, as its lead recorded it.

    ``content`` is a :class:`diagnostics.domain.adoption.Adoption`. Reopening revokes it and keeps it:
    the next one starts from what it says.
    """

    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.PROTECT, related_name="board_sessions"
    )
    held_on = models.DateField("jour du conseil")
    content = models.JSONField("décisions du conseil")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField("enregistrée le", default=timezone.now)
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "séance du conseil"
        verbose_name_plural = "séances du conseil"
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["diagnostic"],
                condition=Q(revoked_at=None),
                name="board_session_one_standing",
            )
        ]

    def __str__(self) -> str:
        return f"Conseil du {self.held_on:%d/%m/%Y}"


class LeftOutRow(models.Model):
    """Why a row of the previous diagnostic is not in this one: an objective dropped, a decision that
    was not carried out."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="left_out")
    step = models.CharField(
        "étape", max_length=30, choices=[(step.value, step.value) for step in StepKey]
    )
    row = models.CharField("ligne", max_length=40)
    reason = models.TextField("pourquoi")
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField("écrit le", default=timezone.now)

    class Meta:
        verbose_name = "ligne laissée"
        verbose_name_plural = "lignes laissées"
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "step", "row"], name="left_out_row_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="left_out_row_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.step} {self.row}"
