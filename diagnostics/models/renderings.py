"""What was printed and is kept: the papers of versions for ever, anything else until it changes."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models.diagnostics import Diagnostic, Version


class PaperKind(models.TextChoices):
    """What is made of a diagnostic, to be printed or edited."""

    REPORT = "report", "rapport (PDF)"
    SYNTHESIS = "synthesis", "synthèse (PDF)"
    WORD = "word", "rapport (Word)"


# What a version may be read as: as it was submitted, then with what happened to it since.
EDITIONS = (State.SUBMITTED.value, State.VALIDATED.value, State.ADOPTED.value)
SUBMITTED = State.SUBMITTED.value


class Paper(models.Model):
    """A paper of a submitted version: the bytes that everybody has, whenever they ask.

    ``edition``: « submitted » is the version as it was submitted, made once and for all: its row can be
    neither altered nor removed (row triggers), and no kit, name or release makes it anew. Another state
    is the version with what happened since; it gives way when what it says changes, which ``key`` tells.
    ``release`` is the digest of the code that made it.
    """

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField("document", max_length=10, choices=PaperKind.choices)
    edition = models.CharField("édition", max_length=20)
    key = models.CharField("empreinte", max_length=64)
    file = models.BinaryField("fichier")
    size = models.PositiveIntegerField("taille en octets")
    pages = models.PositiveIntegerField("pages", default=0)  # a Word document does not tell
    made_at = models.DateTimeField("imprimé le", default=timezone.now)
    release = models.CharField("empreinte du programme", max_length=64, blank=True)

    class Meta:
        verbose_name = "document d’une version"
        verbose_name_plural = "documents des versions"
        constraints = [
            models.UniqueConstraint(
                fields=["version", "kind", "edition"], name="paper_once_per_edition"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=PaperKind.values), name="paper_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(edition__in=EDITIONS), name="paper_edition_is_known"
            ),
            models.CheckConstraint(
                condition=Q(size__gt=0) & (Q(pages__gt=0) | Q(kind=PaperKind.WORD.value)),
                name="paper_is_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version}, {self.kind}, {self.edition}"


class Rendering(models.Model):
    """What printing something gave that may still change: the file, why it was stopped, or that the
    worker was asked for it.

    ``subject`` names what is shown (``report/<uuid>/now``), ``key`` is the digest of all that
    determines it: a row whose key is no longer the right one is replaced by the next rendering. Nothing
    is lost with a row: it can be printed again. Of the paper of a version there is only a row while it
    could not be made.

    ``current_at``: the last moment of which it is known to be what its diagnostic says; ``release``: the
    digest of the code that it was printed by.
    """

    subject = models.CharField("objet", max_length=80, unique=True)
    key = models.CharField("empreinte", max_length=64)
    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.CASCADE, null=True, blank=True, related_name="renderings"
    )
    file = models.BinaryField("fichier", default=b"")
    size = models.PositiveIntegerField("taille en octets", default=0)
    pages = models.PositiveIntegerField(
        "pages", default=0
    )  # laid out so far while it is being made
    stopped = models.CharField("arrêté pour", max_length=20, blank=True)
    made_at = models.DateTimeField("imprimé le", default=timezone.now)
    asked_at = models.DateTimeField("demandé le", null=True, blank=True)
    begun_at = models.DateTimeField("commencé le", null=True, blank=True)
    current_at = models.DateTimeField("à jour le", null=True, blank=True)
    release = models.CharField("empreinte du programme", max_length=64, blank=True)

    class Meta:
        verbose_name = "rendu"
        verbose_name_plural = "rendus"
        constraints = [
            models.CheckConstraint(
                condition=Q(stopped="", size__gt=0)
                | (~Q(stopped="") & Q(pages=0, size=0))
                | Q(stopped="", size=0, asked_at__isnull=False),
                name="rendering_is_made_stopped_or_asked",
            ),
            models.CheckConstraint(
                condition=Q(begun_at=None) | Q(asked_at__isnull=False),
                name="rendering_begun_was_asked",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    def answers(self, asked_at: dt.datetime | None) -> bool:
        """Tell whether it is, or will be, what somebody who waits since some moment asked for, even if others
        have written since: who asks while they do would wait for ever otherwise."""
        if asked_at is None or self.stopped:
            return False
        return not self.size or (self.current_at is not None and self.current_at >= asked_at)
