"""A diagnostic, its answers with their history, what people typed, and what was submitted."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from diagnostics.domain.completeness import StepStatus
from diagnostics.domain.indicators import axis_status
from diagnostics.domain.vocabulary import (
    EDITABLE_STATES,
    KIT_AXES,
    Axis,
    Mark,
    State,
    StepKey,
)
from diagnostics.models.kit import Kit
from diagnostics.models.structures import Membership, Structure

if TYPE_CHECKING:
    from diagnostics.models.people import User


def role_in_structure(user: int) -> Subquery:
    """Return what a person is in the structure of a diagnostic, or None, to annotate it with; ``user``:
    the person's key."""
    own = Membership.objects.filter(structure=OuterRef("structure"), user=user)
    return Subquery(own.order_by().values("role"))  # there is one at most


ONE_OF_THE_STEPS = Q(step__in=[step.value for step in StepKey])


class DiagnosticQuerySet(models.QuerySet["Diagnostic"]):
    """Sets of diagnostics."""

    def visible_to(self, user: User) -> DiagnosticQuerySet:
        """Diagnostics a person may see: those of their structures, or all for a facilitator."""
        if user.is_facilitator:
            return self
        return self.filter(structure__memberships__user=user)

    def with_surroundings(self) -> DiagnosticQuerySet:
        """Diagnostics with their structure and their kit.

        The kit comes without its long texts, which the page « À propos » alone shows.
        """
        texts = ("introduction", "plan", "corrections", "reconstructions")
        return self.select_related("structure", "kit").defer(*(f"kit__{name}" for name in texts))


DiagnosticManager = models.Manager.from_queryset(DiagnosticQuerySet)


class StandingDiagnostics(DiagnosticManager):
    """Diagnostics that nobody deleted."""

    def get_queryset(self) -> DiagnosticQuerySet:  # type: ignore[override]  # the plugin knows no model here
        """Leave out what was deleted."""
        return super().get_queryset().filter(deleted_at=None)  # type: ignore[return-value]  # as above


class Diagnostic(models.Model):
    """A structure's diagnostic; it keeps its kit for life.

    One that was never submitted can be deleted by its lead: it is kept, with its history and its
    journal, and ``objects`` leaves it out.

    ``base_year`` is year N, ``horizon_years`` 3, 4 or 5; ``workshops`` is a list of
    {date, participants, composition}; ``chapter_titles`` holds the titles that the lead wrote for the
    report, by chapter; ``indicators`` are the figures that lists show.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="diagnostics")
    kit = models.ForeignKey(Kit, on_delete=models.PROTECT, related_name="+")
    title = models.CharField("titre", max_length=300)
    base_year = models.PositiveSmallIntegerField("année N")
    horizon_years = models.PositiveSmallIntegerField(
        "horizon", choices=[(3, "3 ans"), (4, "4 ans"), (5, "5 ans")], default=3
    )
    board_date = models.DateField("date du conseil d’administration", null=True, blank=True)
    workshops = models.JSONField("ateliers", default=list, blank=True)
    chapter_titles = models.JSONField("titres des chapitres", default=dict, blank=True)
    state = models.CharField(
        "état", max_length=20, choices=State.choices(), default=State.DRAFT.value
    )
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    indicators = models.JSONField(default=dict, blank=True)

    # What is asked of it for somebody: see queries/access.py.
    role_of_user: str | None
    is_review_taken: bool
    pending_request_count: int
    was_submitted: bool
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("ouvert le", default=timezone.now)
    updated_at = models.DateTimeField("modifié le", default=timezone.now)
    state_since = models.DateTimeField("dans cet état depuis", default=timezone.now)
    submitted_at = models.DateTimeField("soumis le", null=True, blank=True)
    validated_at = models.DateTimeField("validé le", null=True, blank=True)
    adopted_at = models.DateTimeField("adopté le", null=True, blank=True)
    deleted_at = models.DateTimeField("supprimé le", null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = StandingDiagnostics()
    with_deleted = DiagnosticQuerySet.as_manager()

    class Meta:
        verbose_name = "diagnostic"
        ordering = ["-base_year", "-created_at", "pk"]
        indexes = [models.Index(fields=["state", "-submitted_at"], name="diagnostic_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[state.value for state in State]),
                name="diagnostic_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at=None)
                | (~Q(state="draft") & Q(submitted_at__isnull=False)),
                name="diagnostic_submitted_at_matches_state",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["validated", "adopted"], validated_at__isnull=False)
                | (~Q(state__in=["validated", "adopted"]) & Q(validated_at=None)),
                name="diagnostic_validated_at_matches_state",
            ),
            models.CheckConstraint(
                condition=Q(state="adopted", adopted_at__isnull=False)
                | (~Q(state="adopted") & Q(adopted_at=None)),
                name="diagnostic_adopted_at_matches_state",
            ),
            models.CheckConstraint(
                condition=Q(horizon_years__in=[3, 4, 5]), name="diagnostic_horizon_is_3_to_5"
            ),
            models.CheckConstraint(
                condition=Q(base_year__range=(1900, 2100)), name="diagnostic_base_year_is_a_year"
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None, deleted_by=None)
                | Q(deleted_at__isnull=False, deleted_by__isnull=False),
                name="diagnostic_deleted_by_matches_deleted_at",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(state="draft"),
                name="diagnostic_deleted_was_a_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} — {self.structure}"

    @property
    def state_label(self) -> str:
        """The state in French."""
        return State(self.state).label

    @property
    def is_editable(self) -> bool:
        """Tell whether the answers can be changed now."""
        return State(self.state) in EDITABLE_STATES

    @property
    def years(self) -> tuple[int, int]:
        """Year N and the horizon, in years."""
        return self.base_year, self.horizon_years

    @property
    def target_year(self) -> int:
        """The last year of the horizon."""
        return self.base_year + self.horizon_years

    @property
    def axis_statuses(self) -> list[tuple[Axis, StepStatus]]:
        """The four axes of the kit, each with its status, from the indicators kept."""
        axes = self.indicators.get("axes", {})
        return [(axis, axis_status(axes.get(axis.value))) for axis in KIT_AXES]


class Answer(models.Model):
    """The current answer to one step: ``value`` is the answer shape's JSON less what follows it.

    ``board_question`` and ``mark`` stand beside the value; ``internal_note`` is the team's own and
    is in no document. ``revision`` counts the saves: a save carries the one it started from.
    """

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="answers")
    step = models.CharField("étape", max_length=30)
    value = models.JSONField("réponse", default=dict)
    revision = models.PositiveIntegerField("révision", default=1)
    board_question = models.TextField("à trancher en conseil", blank=True)
    mark = models.CharField("repère", max_length=20, choices=Mark.choices(), blank=True)
    internal_note = models.TextField("note interne de l’équipe", blank=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField("modifiée le", default=timezone.now)
    own_at: dt.datetime | None  # when somebody in particular wrote last here: see queries/start.py
    # The page that sent it and how manieth of its saves it is, « k3f9x2 12 »; empty: no page.
    sent_by = models.CharField("page", max_length=24, blank=True, default="")

    class Meta:
        verbose_name = "réponse"
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "step"], name="answer_once_per_step"),
            models.CheckConstraint(condition=ONE_OF_THE_STEPS, name="answer_step_is_known"),
            models.CheckConstraint(
                condition=Q(revision__gte=1), name="answer_revision_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step} (révision {self.revision})"

    def shape_value(self) -> dict[str, Any]:
        """Return the whole value as the answer shape reads it, mark and board question included."""
        return {
            **self.value,
            "board_question": self.board_question,
            "mark": self.mark or None,
        }

    def replaced(self) -> dict[str, Any]:
        """Return what a revision keeps of this answer: its whole value with the team's note, who
        wrote it and when."""
        return {
            "answer": self,
            "revision": self.revision,
            "value": {**self.shape_value(), "internal_note": self.internal_note},
            "author_id": self.updated_by_id,
            "written_at": self.updated_at,
            "sent_by": self.sent_by,
        }


class AnswerRevision(models.Model):
    """A value that was replaced, as it was: appended when the author changes or ten minutes have
    passed, never altered (row triggers, migration 0002)."""

    answer = models.ForeignKey(Answer, on_delete=models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField("révision")
    value = models.JSONField("réponse")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("écrite le")
    replaced_at = models.DateTimeField("remplacée le", default=timezone.now)
    sent_by = models.CharField("page", max_length=24, blank=True, default="")

    class Meta:
        verbose_name = "révision d’une réponse"
        verbose_name_plural = "révisions des réponses"
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "revision"], name="answer_revision_once")
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} r{self.revision}"


class RecentAnswer(models.Model):
    """A value that was replaced less than a day ago and is in no revision: whoever began from it is
    merged from it. The worker empties the table (``purge_recent_answers``)."""

    answer = models.ForeignKey(Answer, on_delete=models.CASCADE, related_name="recent")
    revision = models.PositiveIntegerField("révision")
    value = models.JSONField("réponse")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField("écrite le")
    replaced_at = models.DateTimeField("remplacée le", default=timezone.now, db_index=True)
    sent_by = models.CharField("page", max_length=24, blank=True, default="")

    class Meta:
        verbose_name = "réponse récente"
        verbose_name_plural = "réponses récentes"
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "revision"], name="recent_answer_once")
        ]

    def __str__(self) -> str:
        return f"{self.answer_id} r{self.revision}"


class Version(models.Model):
    """The document as it was submitted, with its SHA-256; immutable (row triggers)."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    content = models.JSONField("document")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField("soumise le", default=timezone.now)

    is_checkable: bool  # whether its record still gives its SHA-256: see queries/versions.py

    class Meta:
        verbose_name = "version"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["diagnostic", "number"], name="version_number_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="version_sha256_is_a_digest"
            ),
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"


class VersionRecord(models.Model):
    """What a version was made of, written when it was submitted; immutable (row triggers).

    ``document``: the bytes whose SHA-256 the version carries, UTF-8 JSON with its ``findings``.
    A version submitted before there were records has those of its JSON without findings, or none
    when no spelling of it gives its SHA-256 any more. ``findings`` are those found then (of such a
    version: when its record was written), ``thresholds`` the figures from which the rules spoke,
    ``texts`` the kit's (:class:`diagnostics.domain.kit_texts.KitTexts`).
    """

    version = models.OneToOneField(
        Version, on_delete=models.PROTECT, primary_key=True, related_name="record"
    )
    document = models.BinaryField("document", null=True)
    findings = models.JSONField("points à discuter", default=list, blank=True)
    thresholds = models.JSONField("seuils de cohérence", default=dict, blank=True)
    texts = models.JSONField("textes du kit")
    # The diagnostic before, as it stood then; what the paper compares with.
    previous = models.JSONField("diagnostic précédent", null=True, blank=True)

    class Meta:
        verbose_name = "contenu d’une version"
        verbose_name_plural = "contenus des versions"

    def __str__(self) -> str:
        return f"Contenu de la version {self.version.number}"
