"""The journal: who did what, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.domain.vocabulary import SITE_EVENTS, UNATTENDED_EVENTS, EventKind
from diagnostics.models.diagnostics import Diagnostic
from diagnostics.models.structures import Structure


class Event(models.Model):
    """Something that happened to a structure, to one of its diagnostics, or to an account; never altered.

    ``detail`` holds plain JSON for people to read later (a role, a version's number…), never the
    text of an answer, nor a mail address. ``structure`` is absent from what happens to an account or to
    the site, ``actor`` from what nobody did (a command, an expiry); ``person``: to whose account.
    """

    structure = models.ForeignKey(
        Structure, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="personne concernée",
    )
    kind = models.CharField("fait", max_length=30, choices=EventKind.choices())
    detail = models.JSONField("détail", default=dict, blank=True)
    created_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "événement"
        verbose_name_plural = "journal"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(structure__isnull=False)
                | Q(kind__in=[kind.value for kind in SITE_EVENTS], diagnostic=None),
                name="event_of_a_structure_unless_of_the_site",
                violation_error_message="Cet événement est celui d’une structure.",
            ),
            models.CheckConstraint(
                condition=Q(actor__isnull=False)
                | Q(kind__in=[kind.value for kind in UNATTENDED_EVENTS]),
                name="event_by_somebody_unless_unattended",
                violation_error_message="Cet événement dit qui l’a causé.",
            ),
        ]

    def __str__(self) -> str:
        return f"{EventKind(self.kind).label} ({self.created_at:%d/%m/%Y %H:%M})"


class FailedSignIns(models.Model):
    """How many sign-ins failed in a day: a number, never the address that was tried."""

    day = models.DateField("jour", unique=True)
    count = models.PositiveIntegerField("connexions refusées", default=0)

    class Meta:
        verbose_name = "connexions refusées"
        verbose_name_plural = "connexions refusées"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%d/%m/%Y}\u00a0: {self.count}"
