"""What a person typed at a step and that is in no answer yet."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone

from diagnostics.models.diagnostics import ONE_OF_THE_STEPS, Diagnostic


class KeptText(models.Model):
    """What a person typed at a step and that could not be stored: texts that the form refuses, or
    that somebody else's stand against. It is theirs alone: who types beside them learns that there is
    one, nobody what it says.

    ``texts``: url-encoded (a NUL may be in it, which JSON refuses), by place in the answer, see
    ``forms/places.py``. ``pages``: which page of theirs each comes from. Behind :attr:`ASIDE`,
    once or more: what else was typed at the place, on another page or in a row that went.
    """

    ASIDE: ClassVar = "~"

    diagnostic = models.ForeignKey(Diagnostic, on_delete=models.CASCADE, related_name="kept_texts")
    step = models.CharField("étape", max_length=30)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_texts"
    )
    texts = models.TextField()
    pages = models.JSONField(default=dict, blank=True)
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "texte gardé"
        verbose_name_plural = "textes gardés"
        constraints = [
            models.UniqueConstraint(
                fields=["diagnostic", "step", "user"], name="kept_text_once_per_person_and_step"
            ),
            models.CheckConstraint(condition=ONE_OF_THE_STEPS, name="kept_text_step_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.step}"

    @classmethod
    def of(cls, place: str) -> str:
        """Return the place at which a text that stands aside was typed."""
        return place.lstrip(cls.ASIDE)

    @property
    def by_place(self) -> dict[str, list[str]]:
        """The texts, by place."""
        return self.read(self.texts)

    @staticmethod
    def read(texts: str) -> dict[str, list[str]]:
        """Return texts by place, as they are stored."""
        return {place: list(values) for place, values in QueryDict(texts).lists()}
