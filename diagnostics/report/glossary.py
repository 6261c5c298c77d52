"""The words of the field that a reader of the report may not know; only those used are printed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Labelled

# Term, what to look for in the document, definition.
TERMS: tuple[tuple[str, str, str], ...] = (
    ("Bassin de vie", r"bassins? de vie", "Le plus petit territoire sur lequel les habitants ont accès aux équipements et aux services les plus courants (Insee)."),
    ("CRESS", r"\bCRESS\b", "Chambre régionale de l’économie sociale et solidaire."),
    ("Cub3", r"\bcub3\b", "Terme propre au kit de 2013, non défini dans le document. On peut le lire comme un cercle local d’échanges entre associations, entreprises et pouvoirs publics."),
    ("DREETS, DDETS", r"\bD(?:REETS|DETS|RIEETS)\b", "Services de l’État chargés de l’économie, de l’emploi, du travail et des solidarités, en région et dans le département."),
    ("EPCI", r"\bEPCI\b|\bintercommunalités?\b", "Établissement public de coopération intercommunale\u00a0: communauté de communes, d’agglomération, communauté urbaine ou métropole."),
    ("ESS", r"\bESS\b", "Économie sociale et solidaire."),
    ("ETP", r"\bETP\b", "Équivalent temps plein\u00a0: deux mi-temps font un ETP."),
    ("Fondation abritée", r"fondations? abrit", "Fondation sans personnalité juridique propre, créée par décision d’une fondation abritante qui la porte."),
    ("Fonds de dotation", r"fonds de dotation", "Organisme de mécénat déclaré en préfecture\u00a0; sauf dérogation exceptionnelle, il ne reçoit pas de fonds publics."),
    ("GIE", r"\bGIE\b", "Groupement d’intérêt économique\u00a0: développe l’activité économique de ses membres."),
    ("Groupement d’employeurs", r"groupements? d’employeurs", "Structure qui embauche des salariés et les met à la disposition de ses membres."),
    ("Joint-venture sociale", r"joint-ventures?", "Entité créée en commun par une entreprise et un acteur de l’économie sociale et solidaire, avec une finalité sociale."),
    ("Mécénat de compétences", r"mécénat de compétences", "Mise à disposition gracieuse, par une entreprise, du temps de ses salariés."),
    ("PETR", r"\bPETR\b", "Pôle d’équilibre territorial et rural."),
    ("PTCE", r"\bPTCE\b", "Pôle territorial de coopération économique\u00a0: s’organise autour d’un projet, et non autour d’un statut juridique."),
    ("SCIC", r"\bSCIC\b", "Société coopérative d’intérêt collectif\u00a0: réunit au moins trois catégories d’associés."),
    ("Zone d’activité", r"zones? d’activité", "Espace aménagé pour accueillir des entreprises\u00a0; à ne pas confondre avec la zone d’emploi."),
    ("Zone d’emploi", r"zones? d’emploi", "Espace à l’intérieur duquel la plupart des actifs résident et travaillent (Insee)."),
)  # fmt: skip


def _words(value: object) -> Iterator[str]:
    """Yield every text that a reader of the document sees."""
    if isinstance(value, Labelled):
        yield value.label
    elif isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _words(getattr(value, name))
    elif isinstance(value, list):
        for item in value:
            yield from _words(item)


def used_terms(document: DiagnosticDocument) -> list[tuple[str, str]]:
    """Return (term, definition) of the words that the document uses, in alphabetical order."""
    text = "\n".join(_words(document)).replace("'", "’")
    model = document.answers.economic_model
    if model and (model.now.fte is not None or model.target.fte is not None):
        text += "\nETP"
    if model and (model.now.skills_sponsorship_days or model.target.skills_sponsorship_days):
        text += "\nmécénat de compétences"
    return [
        (term, definition)
        for term, pattern, definition in TERMS
        if re.search(pattern, text, re.IGNORECASE)
    ]
