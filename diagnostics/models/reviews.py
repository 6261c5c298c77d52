"""What facilitators ask of a structure."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.models.diagnostics import Diagnostic


class ChangeRequest(models.Model):
    """Changes requested on a submitted diagnostic, with the reason that the structure reads.

    It is pending until the diagnostic is submitted again (``addressed_at``).
    """

    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.PROTECT, related_name="change_requests"
    )
    reason = models.TextField("ce qui est demandé")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    requested_at = models.DateTimeField("demandé le", default=timezone.now)
    addressed_at = models.DateTimeField("traité le", null=True, blank=True)

    class Meta:
        verbose_name = "demande de modifications"
        verbose_name_plural = "demandes de modifications"
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="change_request_has_a_reason"),
            models.UniqueConstraint(
                fields=["diagnostic"],
                condition=Q(addressed_at=None),
                name="change_request_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"Demande du {self.requested_at:%d/%m/%Y}"
