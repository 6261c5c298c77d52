"""Mails that were queued: what each said, and whether it left."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from diagnostics.models.diagnostics import Diagnostic


class QueuedMail(models.Model):
    """A mail to one address, sent once; written when it was queued, or when it leaves if it holds a key.

    The latter are those of accounts and invitations: what they are written from is
    ``written_from``, what opens something is stored nowhere.

    ``key`` says what it is for, so that the same thing is never told twice to somebody:
    « submitted:<event>:<person> ». ``kind`` is what it is known by. ``about`` is a list of
    {diagnostic, since}, of a reminder, and of {diagnostic, audience}, of what quotes threads: the mail
    of the day may name several.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField("nature", max_length=40)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    diagnostic = models.ForeignKey(
        Diagnostic, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    address = models.EmailField("adresse e-mail", max_length=254)
    subject = models.CharField("objet", max_length=400)
    text = models.TextField("texte")
    html = models.TextField("texte mis en forme")
    headers = models.JSONField("en-têtes", default=dict, blank=True)
    about = models.JSONField("au sujet de", default=list, blank=True)
    # Given by the database too: a process of the release before may still write rows.
    written_from = models.JSONField(
        "à écrire avec",
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
    )
    queued_at = models.DateTimeField("écrit le", default=timezone.now)
    sent_at = models.DateTimeField("parti le", null=True, blank=True)

    class Meta:
        verbose_name = "message envoyé"
        verbose_name_plural = "messages envoyés"
        ordering = ["-queued_at", "-pk"]
        indexes = [
            models.Index(fields=["person", "-queued_at"], name="mail_by_person"),
            models.Index(fields=["diagnostic", "-queued_at"], name="mail_by_diagnostic"),
        ]

    def __str__(self) -> str:
        return self.subject or self.kind
