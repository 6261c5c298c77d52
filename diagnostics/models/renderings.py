"""PDFs that were printed once and are kept, so that they are served at once afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.models.diagnostics import Diagnostic


class Rendering(models.Model):
    """What printing something gave: the PDF, or why it was stopped.

    ``subject`` names what is shown (``report/<uuid>/2``), ``key`` is the digest of all that
    determines the PDF: a row whose key is no longer the right one is replaced by the next
    rendering. Nothing is lost with a row: it can be printed again.
    """

    subject = models.CharField("objet", max_length=80, unique=True)
    key = models.CharField("empreinte", max_length=64)
    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.CASCADE, null=True, blank=True, related_name="renderings"
    )
    version = models.PositiveIntegerField("version", null=True, blank=True)
    pdf = models.BinaryField("fichier", default=b"")
    size = models.PositiveIntegerField("taille en octets", default=0)
    pages = models.PositiveIntegerField("pages", default=0)
    stopped = models.CharField("arrêté pour", max_length=20, blank=True)
    rendered_at = models.DateTimeField("imprimé le", default=timezone.now)

    class Meta:
        verbose_name = "rendu"
        verbose_name_plural = "rendus"
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped="", pages__gt=0, size__gt=0)
                | (~Q(stopped="") & Q(pages=0, size=0)),
                name="rendering_has_pages_unless_stopped",
            ),
        ]

    def __str__(self) -> str:
        return self.subject
