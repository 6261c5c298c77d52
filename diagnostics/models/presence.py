"""Who has a step open."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnostics.models.diagnostics import ONE_OF_THE_STEPS, Diagnostic


class Presence(models.Model):
    """When a person was last seen on a step that they fill in."""

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="+")
    step = models.CharField("étape", max_length=30)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField("vu·e le", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "présence"
        constraints = [
            models.UniqueConstraint(
                fields=["diagnostic", "step", "user"], name="presence_once_per_person_and_step"
            ),
            models.CheckConstraint(condition=ONE_OF_THE_STEPS, name="presence_step_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.step}"
