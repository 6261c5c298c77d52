"""The journal: who did what, append-only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models.diagnostics import Diagnostic
from diagnostics.models.structures import Structure


class Event(models.Model):
    """Something that happened to a structure or to one of its diagnostics; never altered.

    ``detail`` holds plain JSON for people to read later (a role, a version's number…), never the
    text of an answer.
    """

    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="events")
    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.PROTECT, null=True, blank=True, related_name="events"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("fait", max_length=30, choices=EventKind.choices())
    detail = models.JSONField("détail", default=dict, blank=True)
    created_at = models.DateTimeField("le", default=timezone.now)

    class Meta:
        verbose_name = "événement"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{EventKind(self.kind).label} ({self.created_at:%d/%m/%Y %H:%M})"
