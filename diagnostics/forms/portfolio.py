"""What a facilitator sends about several structures at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

from diagnostics.forms.fields import TextField
from diagnostics.models import Cohort, User
from diagnostics.queries import facilitators
from diagnostics.services.portfolio import COHORT_NAME, MOST_AT_ONCE

NOBODY = "none"
SUBJECT_LENGTH = 150
LETTER_LENGTH = 5_000


def chosen_structures(posted: QueryDict) -> list[UUID]:
    """Return the structures whose boxes are ticked, each once; what is no number of a structure is
    left out."""
    found: dict[UUID, None] = {}
    for text in posted.getlist("structure")[: 2 * MOST_AT_ONCE]:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)


class AssignmentForm(forms.Form):
    """Who follows the structures from now on."""

    facilitator = forms.ChoiceField(
        error_messages={
            "required": "Choisissez à qui confier ces structures.",
            "invalid_choice": "Cette personne n’est plus dans l’équipe de facilitation.",
        }
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in facilitators()}
        self.fields["facilitator"].choices = [  # type: ignore[attr-defined]  # of a ChoiceField
            (NOBODY, ""),
            *((number, "") for number in self.people),
        ]

    @property
    def person(self) -> User | None:
        """The facilitator chosen; None: nobody."""
        return self.people.get(self.cleaned_data["facilitator"])


class CohortForm(forms.Form):
    """The cohort to which structures are added or from which they are taken: a known one, or a new
    one by its name."""

    cohort = forms.ModelChoiceField(
        Cohort.objects.all(),
        required=False,
        error_messages={"invalid_choice": "Cette cohorte n’existe plus."},
    )
    name = TextField(max_length=COHORT_NAME)


class LetterForm(forms.Form):
    """A letter to the leads of structures, one mail for each."""

    subject = TextField(
        label="Objet",
        max_length=SUBJECT_LENGTH,
        required=True,
        error_messages={"required": "Donnez un objet à votre message."},
    )
    text = TextField(
        label="Message",
        help_text=(
            "Chaque référent·e reçoit son propre message, qui commence par «\u00a0Bonjour\u00a0» et son "
            "nom\u00a0; sa réponse vous arrive directement."
        ),
        max_length=LETTER_LENGTH,
        rows=9,
        required=True,
        error_messages={"required": "Écrivez votre message."},
    )
