"""Forms of the team of a structure."""

from __future__ import annotations

from django import forms

from diagnostics.domain.addresses import PastedAddress, read_addresses
from diagnostics.domain.vocabulary import MembershipRole
from diagnostics.services.team import ROLES_TO_GIVE

MOST_ADDRESSES = 50
MOST_CHARACTERS = 20_000
TOO_MANY_AT_ONCE = f"{MOST_ADDRESSES} adresses à la fois au plus\u00a0: envoyez celle-ci ensuite."
INVALID = "Ce n’est pas une adresse complète\u00a0: écrivez par exemple prenom@exemple.fr."
# What accounts accept, with the length that is kept.
ADDRESS = forms.EmailField(max_length=254)
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


class InvitationsForm(RoleForm):
    """The addresses to invite, as they are pasted, and the role of all of them."""

    addresses = forms.CharField(
        label="Adresses e-mail",
        help_text=(
            "Une ou plusieurs, comme vous les avez\u00a0: collées d’un message, d’un tableau, avec ou sans "
            "les noms. Chacune reçoit un lien valable quatorze jours."
        ),
        error_messages={
            "required": "Écrivez au moins une adresse, par exemple prenom@exemple.fr.",
        },
        widget=forms.Textarea(
            attrs={
                "rows": 4,
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    field_order = ["addresses", "role"]

    def clean_addresses(self) -> list[PastedAddress]:
        """Return each address, or what stands for one with what is wrong with it.

        At least one is to be invited; the others are for the page to tell.
        """
        if len(self.cleaned_data["addresses"]) > MOST_CHARACTERS:
            raise forms.ValidationError(
                "Cette liste est trop longue\u00a0: envoyez-la en plusieurs fois."
            )
        pieces = [_checked(piece) for piece in read_addresses(self.cleaned_data["addresses"])]
        good = [piece for piece in pieces if not piece.problem]
        beyond = set(good[MOST_ADDRESSES:])
        return [
            PastedAddress(piece.typed, problem=TOO_MANY_AT_ONCE) if piece in beyond else piece
            for piece in pieces
        ]


def _checked(piece: PastedAddress) -> PastedAddress:
    """Refuse what only looks like an address."""
    if piece.problem:
        return piece
    try:
        ADDRESS.clean(piece.address)
    except forms.ValidationError:
        return PastedAddress(piece.typed, problem=INVALID)
    return piece
