"""Forms of the team of a structure."""

from __future__ import annotations

from django import forms

from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.services.team import ROLES_TO_GIVE

ROLE_CHOICES = [(role.value, role.label) for role in ROLES_TO_GIVE]


class RoleForm(forms.Form):
    """The role given to a member."""

    role = forms.ChoiceField(
        label="Rôle",
        choices=ROLE_CHOICES,
        widget=forms.RadioSelect,
        initial=MembershipRole.CONTRIBUTOR.value,
    )

    def clean_role(self) -> MembershipRole:
        """Return the role itself rather than its code."""
        return MembershipRole(self.cleaned_data["role"])


class InvitationForm(RoleForm):
    """The address to invite and its role."""

    email = forms.EmailField(
        label="Adresse e-mail",
        max_length=254,
        help_text="La personne reçoit un lien valable quatorze jours.",
        error_messages={
            "invalid": "Indiquez une adresse e-mail complète, par exemple prenom@exemple.fr."
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    field_order = ["email", "role"]
