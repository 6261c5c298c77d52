"""Forms about accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.account.adapter import get_adapter
from django import forms

from diagnostics.accounts import invitation_followed
from diagnostics.domain.addresses import normalise_address
from diagnostics.domain.vocabulary import EventKind
from diagnostics.forms.fields import TextField
from diagnostics.models import CommentMails
from diagnostics.services import team
from diagnostics.services.errors import ServiceError
from diagnostics.services.journal import record_event

if TYPE_CHECKING:
    from django.http import HttpRequest

    from diagnostics.models import User


class NameForm(forms.Form):
    """The name under which a person is shown to the others."""

    name = TextField(
        label="Nom affiché",
        max_length=120,
        required=True,
        help_text="Votre équipe et la facilitation vous verront sous ce nom.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


class MailsForm(forms.Form):
    """Which mails a person receives besides those that tell what happens to a diagnostic."""

    comments = forms.ChoiceField(
        label="Les messages des échanges auxquels vous prenez part",
        choices=CommentMails.choices(),
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "Choisissez l’une des trois réponses."},
    )
    reminders = forms.BooleanField(
        label="Me rappeler ce qui attend depuis longtemps, une fois par jour au plus.",
        required=False,
    )


class SignupDetailsForm(NameForm):
    """What the sign-up asks besides the e-mail and the password."""

    field_order = ["name", "email", "password1"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name; somebody invited joins the team, their address needs no confirmation.

        allauth calls it once the account exists, before it looks at the addresses.
        """
        user.name = self.cleaned_data["name"]
        user.save(update_fields=["name"])
        record_event(EventKind.ACCOUNT_CREATED, actor=user, person=user)
        invitation = invitation_followed(request)
        if invitation is None or normalise_address(invitation.email) != user.email:
            return
        get_adapter(request).stash_verified_email(request, user.email)
        try:
            team.accept_invitation(team.invitation_token(invitation), user=user)
        except ServiceError:
            # Cancelled in between: the account stands, the invitation's page says what happened.
            return
