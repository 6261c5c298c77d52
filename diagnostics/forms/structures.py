"""The identity card of a structure."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from diagnostics.domain.answers import MIN_FOUNDED_YEAR
from diagnostics.domain.vocabulary import LegalForm, TerritorialScale
from diagnostics.forms.fields import CountField, TextField, YearField
from diagnostics.models import Structure
from diagnostics.services.structures import IDENTITY_FIELDS, IdentityCard


class StructureForm(forms.Form):
    """Asks for the identity card; ``identity_card`` holds what the service takes."""

    name = TextField(
        label="Nom de la structure",
        max_length=300,
        required=True,
        help_text="Celui que vos statuts emploient.",
    )
    legal_form = forms.ChoiceField(
        label="Forme juridique", choices=LegalForm.choices(), required=False
    )
    founded_year = YearField(label="Année de création", first=MIN_FOUNDED_YEAR)
    territory = TextField(
        label="Territoire d’intervention",
        max_length=300,
        required=True,
        help_text="En quelques mots : « bassin de vie de Sorelle, trois intercommunalités ».",
    )
    base_scale = forms.ChoiceField(
        label="Échelon de base",
        choices=[("", "Choisir un échelon…"), *TerritorialScale.choices()],
        help_text="L’échelle à laquelle vous agissez d’abord.",
    )
    population = CountField(
        label="Population du territoire",
        maximum=100_000_000,
        help_text="Nombre d’habitants, même approximatif.",
    )
    region = TextField(label="Région", max_length=300)

    @classmethod
    def of(cls, structure: Structure, *args: Any) -> StructureForm:
        """Return the form of a structure's card, filled with it."""
        initial = {name: getattr(structure, name) for name in IDENTITY_FIELDS}
        return cls(*args, initial=initial)  # type: ignore[misc]  # the data come first

    def clean_founded_year(self) -> int | None:
        """Refuse a year to come."""
        year: int | None = self.cleaned_data["founded_year"]
        if year is not None and year > timezone.localdate().year:
            raise ValidationError("Cette année n’est pas encore venue.")
        return year

    def clean_legal_form(self) -> str:
        """Take the first form of the list when none was sent."""
        return str(self.cleaned_data["legal_form"] or LegalForm.ASSOCIATION.value)

    @property
    def identity_card(self) -> IdentityCard:
        """What was typed, once valid."""
        card = {name: self.cleaned_data[name] for name in IDENTITY_FIELDS}
        return cast(IdentityCard, card)
