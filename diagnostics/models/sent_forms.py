"""Forms that create something, by the token that their page gave them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class SentForm(models.Model):
    """A form that was sent and what it led to: sent again, it creates nothing more.

    The worker empties the table after a day.
    """

    token = models.CharField(max_length=32)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    leads_to = models.CharField("adresse", max_length=300, blank=True, default="")
    sent_at = models.DateTimeField("envoyé le", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = "formulaire envoyé"
        verbose_name_plural = "formulaires envoyés"
        constraints = [
            models.UniqueConstraint(fields=["user", "token"], name="sent_form_once_per_token")
        ]

    def __str__(self) -> str:
        return self.token
