"""What a structure answers to the points to discuss: « choix assumé », « utile », « pas pour nous »."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import MD5, Cast
from django.utils import timezone

from diagnostics.domain.answers import LONG_TEXT
from diagnostics.domain.vocabulary import Verdict
from diagnostics.models.diagnostics import Diagnostic


class Acknowledgement(models.Model):
    """What the structure answers to a finding, with its reason; it may be changed or withdrawn.

    « Choix assumé » has its reason; « utile » and « pas pour nous » say something of the question, and
    why if one likes. Of these, « pas pour nous » and « choix assumé » close the finding.

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
    verdict = models.CharField(
        "réponse", max_length=10, choices=Verdict.choices(), default=Verdict.ASSUMED.value
    )
    reason = models.CharField("raison", max_length=LONG_TEXT, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField("dit le", default=timezone.now)

    class Meta:
        verbose_name = "réponse à un point"
        verbose_name_plural = "réponses aux points"
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
            models.CheckConstraint(
                condition=~Q(verdict=Verdict.ASSUMED.value) | ~Q(reason=""),
                name="acknowledgement_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(verdict__in=[verdict.value for verdict in Verdict]),
                name="acknowledgement_verdict_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} ({self.diagnostic_id})"
