"""What people say of a diagnostic: a message in a thread, and a thread that is opened."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from diagnostics.domain.conversation import (
    MESSAGE_TEXT,
    Audience,
    ThreadKind,
    can_open,
)
from diagnostics.domain.permissions import Access
from diagnostics.domain.row_names import NamedRow
from diagnostics.forms.fields import TextField

ROW_KEY = 40  # characters


@dataclass(frozen=True)
class Sort:
    """A sort of thread that somebody may open: the button that opens it says so."""

    code: str
    audience: Audience
    kind: ThreadKind
    button: str
    done: str


def sorts_of(access: Access) -> list[Sort]:
    """Return the sorts of threads that a person may open, in the order of their buttons."""
    to_whom = "Envoyer à la structure" if access.is_facilitator else "Envoyer à la facilitation"
    sorts = [
        Sort(
            "request",
            Audience.FACILITATION,
            ThreadKind.REQUEST,
            "Demander à la structure",
            "Votre demande est envoyée à la structure.",
        ),
        Sort(
            "facilitation",
            Audience.FACILITATION,
            ThreadKind.COMMENT,
            to_whom,
            "Votre message est envoyé.",
        ),
        Sort(
            "team",
            Audience.TEAM,
            ThreadKind.COMMENT,
            "Garder entre nous",
            "Votre message est envoyé à votre équipe seule.",
        ),
        Sort(
            "facilitators",
            Audience.FACILITATORS,
            ThreadKind.COMMENT,
            "Garder entre facilitateurs",
            "Votre message est envoyé aux facilitateurs seuls.",
        ),
    ]
    return [sort for sort in sorts if can_open(access, sort.audience, sort.kind)]


class MessageForm(forms.Form):
    """Words in a thread; ``needs_words``: it cannot be sent without."""

    text = TextField(
        max_length=MESSAGE_TEXT,
        rows=3,
        required=True,
        error_messages={"required": "Écrivez votre message."},
    )

    def __init__(self, *args: Any, needs_words: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].required = needs_words


class OpeningForm(MessageForm):
    """A thread to open: its words, the row that it is about, and the button that was pressed."""

    row = forms.CharField(required=False, max_length=ROW_KEY)
    sort = forms.CharField(required=False)

    def __init__(
        self, *args: Any, access: Access, rows: Iterable[NamedRow] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sorts = {sort.code: sort for sort in sorts_of(access)}
        self.rows = {row.key for row in rows}

    def clean_row(self) -> str:
        """Refuse a row that is not there any more."""
        row = str(self.cleaned_data["row"])
        if row and row not in self.rows:
            raise forms.ValidationError("Cette ligne a été retirée\u00a0: choisissez de nouveau.")
        return row

    def clean_sort(self) -> Sort:
        """Return the sort of thread that the button opens."""
        sort = self.sorts.get(str(self.cleaned_data["sort"]))
        if sort is None:
            raise forms.ValidationError("Choisissez à qui vous écrivez.")
        return sort
