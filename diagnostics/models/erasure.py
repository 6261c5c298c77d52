"""What remains of what was erased: that it was, never what it was."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnostics.domain.vocabulary import Labelled


class ErasureKind(Labelled):
    """What was erased for good."""

    STRUCTURE = "structure", "Structure"
    DRAFT = "draft", "Brouillon abandonné"


class Erasure(models.Model):
    """Something that was erased for good: the day, who did it, how many rows of each table went.

    No name, no identifier. ``done_by`` absent: a rule of the site did it. Never altered (row triggers).
    """

    kind = models.CharField("quoi", max_length=10, choices=ErasureKind.choices())
    done_on = models.DateField("le", default=timezone.localdate)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    counts = models.JSONField("lignes effacées", default=dict)

    class Meta:
        verbose_name = "effacement"
        ordering = ["-done_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in ErasureKind]),
                name="erasure_kind_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{ErasureKind(self.kind).label}, {self.done_on:%d/%m/%Y}"
