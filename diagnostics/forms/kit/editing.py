"""A row of the kit that several people may edit: what changed meanwhile is told, nothing typed is lost."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils import timezone

from diagnostics.forms.kit.words import words_of_value
from diagnostics.models import KitChange
from diagnostics.queries.kit_changes import last_change
from diagnostics.typography import NBSP, french_moment, quoted

SEEN = "seen"
SHOWN_LENGTH = 600  # characters of the other's text that an error repeats


class SeenField(forms.CharField):
    """What each text said when the page was made, in short; nobody types in it."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.HiddenInput)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """It is no text of the row."""
        return False


def digest(value: Any) -> str:
    """Return a short mark of a text; an empty one has one mark, whatever is empty."""
    written = json.dumps(value or None, sort_keys=True, ensure_ascii=False)
    return sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:12]


class KitRowForm(forms.ModelForm):
    """The texts of a row of the kit.

    The row that it is given was read under the kit's lock. A text that somebody else changed since the
    page was made stays as it is where this person left it alone; where both wrote, theirs is refused
    once, in its field, with what the other says: sent again, it replaces it.
    """

    settles = True  # a preview shows what was typed, whoever wrote meanwhile

    seen = SeenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial[SEEN] = json.dumps(
                {name: self.mark(name, getattr(self.instance, name)) for name in self.names}
            )

    @property
    def names(self) -> list[str]:
        """The texts of the row that the form has."""
        return [name for name in self.instance.texts if name in self.fields]

    def mark(self, name: str, value: Any) -> str:
        """Return the mark of a text, see :func:`digest`."""
        return digest(value)

    def clean(self) -> dict[str, Any]:
        """Settle what changed meanwhile."""
        cleaned = super().clean() or self.cleaned_data
        if "id" in self.errors:  # a hidden field of the page: nobody would see it
            self.add_error(
                None,
                "Cette ligne a été supprimée entre-temps\u00a0: copiez ce que vous voulez en garder, puis "
                "rechargez la page.",
            )
        if not self.instance.pk or not self.settles:
            return cleaned
        seen = self._seen()
        for name in self.names:
            if name not in cleaned:
                continue
            stored = getattr(self.instance, name)
            if name not in self.changed_data:
                cleaned[name] = stored  # as it was written, less the spelling of the field
            elif seen.get(name, now := self.mark(name, stored)) != now:
                if self.mark(name, cleaned[name]) == seen[name]:
                    cleaned[name] = stored
                else:
                    self._tell_conflict(name, stored)
        return cleaned

    def _seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.cleaned_data.get(SEEN) or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}

    def _tell_conflict(self, name: str, stored: Any) -> None:
        """Refuse a text once: who sends it again has read the other."""
        change = last_change(self.instance, name)
        words = words_of_value(self.instance.path, name, stored)
        says = quoted(_shortened(words)) if words else "plus rien"
        self.add_error(
            name,
            f"Ce texte a changé pendant que vous l’écriviez{_by(change)}. Il dit maintenant{NBSP}: "
            f"{says}. Le vôtre est resté dans le champ{NBSP}: enregistrez de nouveau pour le mettre à "
            "la place.",
        )
        # What is shown next to it has been read now.
        seen = self._seen() | {name: self.mark(name, stored)}
        data = cast("QueryDict", self.data).copy()
        data[self.add_prefix(SEEN)] = json.dumps(seen)
        self.data = data


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH].rstrip()}…"


def _by(change: KitChange | None) -> str:
    if change is None:
        return ""
    who = change.changed_by.display_name if change.changed_by else "le fichier du kit"
    when = timezone.localtime(change.changed_at)
    return f" ({who}, le {french_moment(when)})"
