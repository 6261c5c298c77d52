"""Whose report it is, and which version: the cover, the structure's card, the foot of the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import is_aware, localdate

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import State
from diagnostics.report.lettering import HEADING, clip, wrap
from diagnostics.typography import count, french_date, typeset

# Room of the running footer, of the cover and of a fact about the structure, in points.
FOOTER_WIDTH, COVER_WIDTH, FACT_WIDTH = 215.0, 430.0, 205.0


@dataclass(frozen=True)
class VersionStamp:
    """The submitted version that a report shows: number, date and fingerprint.

    ``is_checkable``: whether what is kept of it still gives its fingerprint.
    """

    number: int
    submitted_at: dt.datetime
    sha256: str
    is_checkable: bool = True

    @property
    def fingerprint(self) -> str:
        """The first twelve characters of the SHA-256."""
        return self.sha256[:12]

    @property
    def day(self) -> str:
        """The day of submission, in France, in words."""
        moment = self.submitted_at
        return french_date(localdate(moment) if is_aware(moment) else moment.date())


@dataclass(frozen=True)
class Cover:
    """What the cover says."""

    name: str
    title: str
    occasion: str
    status: str
    stamp: str
    is_long: bool  # the name needs smaller letters


@dataclass(frozen=True)
class Fact:
    """A line of the structure's identity card."""

    label: str
    value: str


def facts(document: DiagnosticDocument) -> list[Fact]:
    """Return the identity card of the structure, less what is not known."""
    structure, card = document.structure, document.diagnostic
    board_date = document.adoption.date if document.adoption else card.board_date
    years = f"{card.base_year} à {card.target_year} ({card.horizon_years} ans)"
    values = {
        "Territoire d’intervention": structure.territory,  # in the whole width
        "Population": count(structure.population, "habitant", "habitants")
        if structure.population
        else "",
        "Échelon de base": structure.base_scale.label if structure.base_scale else "",
        "Région": structure.region,
        "Forme juridique": structure.legal_form.label,
        "Année de création": str(structure.founded_year or ""),
        "Période": years,
        "Conseil d’administration": french_date(board_date) if board_date else "",
    }
    return [
        Fact(
            label,
            clip(typeset(value), FACT_WIDTH * (2 if rank == 0 else 1), 10, lines=3, bold=True),
        )
        for rank, (label, value) in enumerate(values.items())
        if value
    ]


def footer(document: DiagnosticDocument) -> str:
    """Return the structure and its diagnostic as the foot of each page names them."""
    name = clip(typeset(document.structure.name), FOOTER_WIDTH * 0.6, 8, lines=1)
    title = clip(typeset(document.diagnostic.title), FOOTER_WIDTH * 0.4, 8, lines=1)
    return f"{name} — {title}"


def footer_stamp(version: VersionStamp | None) -> str:
    """Return the version as the foot of each page has it: number, date, fingerprint."""
    if version is None:
        return "Document de travail"
    return f"Version\u00a0{version.number} · {version.day} · {version.fingerprint}"


def cover(document: DiagnosticDocument, version: VersionStamp | None) -> Cover:
    """Return the cover: what does not fit in its lines is cut."""
    card = document.diagnostic
    verb = "adopté par le" if card.state is State.ADOPTED else "soumis au"
    occasion = f"Document {verb} conseil d’administration"
    if card.board_date:
        occasion += f" du {french_date(card.board_date)}"
    if document.adoption:
        occasion = (
            f"Adopté le {french_date(document.adoption.date)} par le conseil d’administration"
        )
    if version is None:
        stamp = "Document de travail, non soumis"
    else:
        stamp = (
            f"Version\u00a0{version.number} · soumise le {version.day}"
            f" · empreinte {version.fingerprint}"
        )
        if not version.is_checkable:
            stamp += ", qui ne peut plus être vérifiée"
    name, width = typeset(document.structure.name), COVER_WIDTH / HEADING
    is_long = len(wrap(name, width, 40, bold=True)) > 3
    return Cover(
        name=clip(name, width, 24, lines=5, bold=True) if is_long else name,
        is_long=is_long,
        title=clip(typeset(card.title), COVER_WIDTH, 17, lines=3, bold=True),
        occasion=occasion
        if version or card.board_date or document.adoption
        else "Document de travail",
        status=card.state.label,
        stamp=stamp,
    )
