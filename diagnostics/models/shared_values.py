"""What the processes of the site know together for some minutes: how often somebody tried."""

from __future__ import annotations

from django.db import models


class SharedValue(models.Model):
    """A value of ``diagnostics.shared_cache``, until it expires; the worker removes what has expired.

    The key is a digest: it says neither whose address nor which network it counts.
    """

    key = models.CharField(max_length=64, primary_key=True)
    value = models.JSONField()
    until = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = "valeur partagée"
        verbose_name_plural = "valeurs partagées"

    def __str__(self) -> str:
        return self.key
