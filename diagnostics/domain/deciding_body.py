"""Who decides in a structure: the board by its own name, with the little words that go before it.

The kit speaks of the board of an association. A chamber has an assembly, a local authority a council that
is called after it: each document names what will really meet.

Sources: code général des collectivités territoriales (L. 2121, L. 3121, L. 4131, L. 5211-6, L. 5711-1), code
de commerce (L. 711-1, CCI) and code de l’artisanat (CMA), loi 2011-525 art. 105 (GIP).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from diagnostics.domain.vocabulary import LegalForm, TerritorialScale
from diagnostics.typography import capitalised, folded


class Structure(Protocol):
    """What says who decides: a structure's card, or its row in the database (its codes as texts)."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def legal_form(self) -> str:
        """Code of its legal form."""

    @property
    def base_scale(self) -> str | None:
        """Code of the scale of its territory; none or empty: not told."""


@dataclass(frozen=True)
class DecidingBody:
    """A board as sentences name it: « le conseil municipal », « de l’assemblée générale ».

    ``noun`` is what it is (« assemblée »), ``kind`` what follows (« générale »), ``of`` what it is the
    body of, said where the structure is not named beside it (« de la chambre »).
    """

    noun: str
    kind: str = ""
    of: str = ""

    @property
    def name(self) -> str:
        """Its whole name: « assemblée générale de la chambre »."""
        return " ".join(part for part in (self.noun, self.kind, self.of) if part)

    @property
    def heading(self) -> str:
        """Its name as a label begins: « Conseil communautaire »."""
        return capitalised(self.name)

    @property
    def short(self) -> DecidingBody:
        """The same in one word, once it was named: « le conseil », « l’assemblée »."""
        return DecidingBody(self.noun)

    @property
    def beside_its_structure(self) -> DecidingBody:
        """The same before the name of its structure: « l’assemblée générale » (de CCI Nord)."""
        return DecidingBody(self.noun, self.kind)

    @property
    def is_feminine(self) -> bool:
        """Tell its gender, for what agrees with it."""
        return self.noun == "assemblée"

    @property
    def le(self) -> str:
        """« le conseil », « l’assemblée »."""
        return self._after("le ")

    @property
    def du(self) -> str:
        """« du conseil », « de l’assemblée »."""
        return self._after("du ", "de l’")

    @property
    def au(self) -> str:
        """« au conseil », « à l’assemblée »."""
        return self._after("au ", "à l’")

    @property
    def en(self) -> str:
        """« en conseil », « en assemblée »."""
        return f"en {self.name}"

    @property
    def pronoun(self) -> str:
        """« il », « elle »."""
        return "elle" if self.is_feminine else "il"

    @property
    def met(self) -> str:
        """« réuni », « réunie »."""
        return "réunie" if self.is_feminine else "réuni"

    def _after(self, plain: str, elided: str = "l’") -> str:
        return f"{elided if self.is_feminine else plain}{self.name}"


BOARD = DecidingBody("conseil", "d’administration")
ASSEMBLY = DecidingBody("assemblée", "générale")
CHAMBER = DecidingBody("assemblée", "générale", "de la chambre")
COMMUNITY, METROPOLIS = (
    DecidingBody("conseil", "communautaire"),
    DecidingBody("conseil", "métropolitain"),
)
MUNICIPAL, DEPARTMENT, REGION = (
    DecidingBody("conseil", "municipal"),
    DecidingBody("conseil", "départemental"),
    DecidingBody("conseil", "régional"),
)
# What the law calls the council of any local authority.
AUTHORITY = DecidingBody("assemblée", "délibérante")

_BY_FORM = {
    LegalForm.CHAMBER: CHAMBER,
    LegalForm.PUBLIC_INTEREST_GROUP: ASSEMBLY,
}
_BY_SCALE = {
    TerritorialScale.MUNICIPALITY: MUNICIPAL,
    TerritorialScale.EPCI: COMMUNITY,
    TerritorialScale.EPCI_URBAN: COMMUNITY,
    TerritorialScale.COUNTRY_PETR: DecidingBody("conseil", "syndical"),
    TerritorialScale.DEPARTMENT: DEPARTMENT,
    TerritorialScale.REGION: REGION,
}
# A local authority whose territory is of no scale of its own is often known by its name.
_BY_WORD = {
    "metropole": METROPOLIS,
    "agglomeration": COMMUNITY,
    "communaute": COMMUNITY,
    "intercommunalite": COMMUNITY,
    "commune": MUNICIPAL,
    "ville": MUNICIPAL,
    "mairie": MUNICIPAL,
    "departement": DEPARTMENT,
    "region": REGION,
}


def deciding_body(structure: Structure) -> DecidingBody:
    """Return who decides in a structure, by its legal form; in a local authority, by its base scale, or by
    its name where the scale does not tell."""
    if structure.legal_form != LegalForm.LOCAL_AUTHORITY:
        return _BY_FORM.get(LegalForm(structure.legal_form), BOARD)
    words = folded(structure.name).replace("’", " ").replace("'", " ").split()
    if structure.base_scale == TerritorialScale.EPCI_URBAN and "metropole" in words:
        return METROPOLIS
    if structure.base_scale and (body := _BY_SCALE.get(TerritorialScale(structure.base_scale))):
        return body
    return next((body for word, body in _BY_WORD.items() if word in words), AUTHORITY)
