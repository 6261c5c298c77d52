"""Structures, their teams and the invitations that make them grow."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from diagnostics.domain.vocabulary import LegalForm, MembershipRole, TerritorialScale

if TYPE_CHECKING:
    from diagnostics.models.people import User


class StructureQuerySet(models.QuerySet["Structure"]):
    """Sets of structures."""

    def visible_to(self, user: User) -> StructureQuerySet:
        """Structures that a person may see: theirs, or all of them for a facilitator."""
        if user.is_facilitator:
            return self
        return self.filter(memberships__user=user)


StructureManager = models.Manager.from_queryset(StructureQuerySet)


class StandingStructures(StructureManager):
    """Structures that nobody deleted."""

    def get_queryset(self) -> StructureQuerySet:  # type: ignore[override]  # the plugin knows no model here
        """Leave out what was deleted."""
        return super().get_queryset().filter(deleted_at=None)  # type: ignore[return-value]  # as above


class Cohort(models.Model):
    """Structures that facilitators follow together: « promotion Grand Est 2026 »."""

    name = models.CharField("nom", max_length=120, unique=True)
    created_at = models.DateTimeField("créée le", default=timezone.now)

    class Meta:
        verbose_name = "cohorte"
        ordering = ["name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="cohort_has_a_name")]

    def __str__(self) -> str:
        return self.name


class Structure(models.Model):
    """A local support structure: the organisation that fills the diagnostic.

    One without diagnostics can be deleted by its lead: it is kept, with the journal that names it,
    and ``objects`` leaves it out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("nom de la structure", max_length=300)
    legal_form = models.CharField(
        "forme juridique",
        max_length=30,
        choices=LegalForm.choices(),
        default=LegalForm.ASSOCIATION.value,
    )
    founded_year = models.PositiveSmallIntegerField("année de création", null=True, blank=True)
    territory = models.CharField("territoire d’intervention", max_length=300)
    population = models.PositiveIntegerField("population du territoire", null=True, blank=True)
    region = models.CharField("région", max_length=300, blank=True)
    base_scale = models.CharField(
        "échelon de base", max_length=30, choices=TerritorialScale.choices()
    )
    facilitator = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="followed_structures",
        limit_choices_to={"is_facilitator": True},
        verbose_name="facilitateur·rice",
    )
    cohorts = models.ManyToManyField(
        Cohort, related_name="structures", blank=True, verbose_name="cohortes"
    )
    created_at = models.DateTimeField("créée le", default=timezone.now)
    deleted_at = models.DateTimeField("supprimée le", null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )

    objects = StandingStructures()
    with_deleted = StructureQuerySet.as_manager()

    class Meta:
        verbose_name = "structure"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(founded_year=None) | Q(founded_year__range=(1000, 2100)),
                name="structure_founded_year_is_a_year",
            ),
            models.CheckConstraint(
                condition=Q(deleted_at=None, deleted_by=None)
                | Q(deleted_at__isnull=False, deleted_by__isnull=False),
                name="structure_deleted_by_matches_deleted_at",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in the team of a structure.

    From the first lead on, a structure has exactly one: at most one by the index below, at least
    one by a constraint trigger checked when the transaction commits (migration 0002).
    """

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField("rôle", max_length=20, choices=MembershipRole.choices())
    joined_at = models.DateTimeField("arrivée", default=timezone.now)

    class Meta:
        verbose_name = "membre"
        ordering = ["joined_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "user"], name="membership_once_per_structure"
            ),
            models.UniqueConstraint(
                fields=["structure"], condition=Q(role="lead"), name="membership_one_lead"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} — {self.role_label} de {self.structure}"

    @property
    def role_label(self) -> str:
        """The role in French."""
        return MembershipRole(self.role).label


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Sets of invitations."""

    def pending(self) -> InvitationQuerySet:
        """Invitations that can still be accepted."""
        return self.filter(
            accepted_at=None,
            cancelled_at=None,
            expires_at__gt=timezone.now(),
            structure__deleted_at=None,
        )


class Invitation(models.Model):
    """An invitation by e-mail to join a structure with a role; the link carries the token.

    Only a digest of the token is kept, so that a copy of the database opens nothing.
    """

    structure = models.ForeignKey(Structure, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("adresse e-mail", max_length=254)
    role = models.CharField("rôle", max_length=20, choices=MembershipRole.choices())
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField("faite le", default=timezone.now)
    sent_at = models.DateTimeField("partie le", default=timezone.now)
    expires_at = models.DateTimeField("expire le")
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cancelled_at = models.DateTimeField("annulée le", null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_matches_accepted_at",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(cancelled_at=None),
                name="invitation_accepted_or_cancelled",
            ),
            models.UniqueConstraint(
                "structure",
                Lower("email"),
                condition=Q(accepted_at=None, cancelled_at=None),
                name="invitation_one_open_per_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} → {self.structure}"

    @property
    def is_expired(self) -> bool:
        """Tell whether the 14 days have passed."""
        return self.expires_at <= timezone.now()

    @property
    def role_label(self) -> str:
        """The role in French."""
        return MembershipRole(self.role).label
