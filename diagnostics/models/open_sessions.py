"""Where a person is signed in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class OpenSession(models.Model):
    """A session of somebody who is signed in, as its owner reads it; ``diagnostics.sessions`` keeps it true.

    Neither network address nor more of the browser than its name and system.
    """

    session_key = models.CharField(max_length=40, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField("navigateur", max_length=60, blank=True)
    started_at = models.DateTimeField("ouverte le", default=timezone.now)
    last_seen_at = models.DateTimeField("vue le", default=timezone.now)

    class Meta:
        verbose_name = "session ouverte"
        verbose_name_plural = "sessions ouvertes"

    def __str__(self) -> str:
        return f"{self.user_id} {self.browser}"
