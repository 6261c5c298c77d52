"""What a structure answers to the points to discuss: « choix assumé »."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import MD5, Cast
from django.utils import timezone

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.models.diagnostics import Diagnostic


class Acknowledgement(models.Model):
    """A finding that the structure answers for, with its reason; it may be changed or withdrawn.

    ``rows`` are sorted. ``fingerprint`` is that of the finding as it was answered: when it is
    another one now, the finding is open again and the reason is kept (empty: whatever the rule
    finds of these rows). There is one for a rule and its rows.
    """

    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.CASCADE, related_name="acknowledgements"
    )
    rule = models.CharField("règle", max_length=3)
    rows = models.JSONField("lignes", default=list, blank=True)
    fingerprint = models.CharField("empreinte", max_length=12, blank=True)
    reason = models.CharField("raison", max_length=LONG_TEXT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("assumé le", default=timezone.now)

    class Meta:
        verbose_name = "choix assumé"
        verbose_name_plural = "choix assumés"
        ordering = ["rule", "pk"]
        constraints = [
            # A digest of the rows: an index row has no room for long lists.
            models.UniqueConstraint(
                "diagnostic",
                "rule",
                MD5(Cast("rows", TextField())),
                name="acknowledgement_once_per_finding",
            ),
            models.CheckConstraint(
                condition=Q(rule__regex=r"^[A-Z][0-9]{1,2}$"), name="acknowledgement_rule_is_a_rule"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="acknowledgement_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.diagnostic_id})"
