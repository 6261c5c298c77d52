"""Whose report it is, and which version: the cover, the structure's card, the foot of the pages."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.timezone import is_aware, localdate

from diagnostics.domain.deciding_body import deciding_body
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import State
from diagnostics.report.lettering import HEADING, clip, text_width, wrap
from diagnostics.typography import count, french_date, typeset

# Class of the letters of the cover's name, their size, and the lines that they may take.
_LETTERS = (("", 40, 3), ("r-cover-long", 24, 5))
_SMALLEST = "r-cover-longest"
# Room of the running footer, of the cover and of a fact about the structure, in points.
FOOTER_WIDTH, COVER_WIDTH, FACT_WIDTH = 255.0, 430.0, 205.0


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
    def submitted_on(self) -> dt.date:
        """The day of submission, in France."""
        moment = self.submitted_at
        return localdate(moment) if is_aware(moment) else moment.date()

    @property
    def day(self) -> str:
        """The same in words."""
        return french_date(self.submitted_on)


@dataclass(frozen=True)
class Cover:
    """What the cover says."""

    name: str
    title: str
    occasion: str
    status: str
    stamp: str
    letters: str  # class of those of the name, empty for the largest


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
        deciding_body(structure).heading: french_date(board_date) if board_date else "",
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
    title = f" — {clip(typeset(document.diagnostic.title), FOOTER_WIDTH * 0.4, 8, lines=1)}"
    left = FOOTER_WIDTH - text_width(title, 8)
    return clip(typeset(document.structure.name), left, 8, lines=1) + title


def footer_stamp(version: VersionStamp | None) -> str:
    """Return the version as the foot of each page has it: number, date, fingerprint."""
    if version is None:
        return "Document de travail"
    return f"Version\u00a0{version.number} · {version.day} · {version.fingerprint}"


def _occasion(document: DiagnosticDocument, *, is_submitted: bool) -> str:
    """Say what the paper is for: it is submitted once there is a version of it, or its state says so."""
    card, body = document.diagnostic, deciding_body(document.structure)
    day = f" du {french_date(card.board_date)}" if card.board_date else ""
    if document.adoption:
        return f"Adopté le {french_date(document.adoption.date)} par {body.le}"
    if document.is_decided:
        return f"Document adopté par {body.le}{day}"
    if is_submitted or card.state not in {State.DRAFT, State.CHANGES_REQUESTED}:
        return f"Document soumis {body.au}{day}"
    return f"Document de travail pour {body.le}{day}" if day else "Document de travail"


def cover(document: DiagnosticDocument, version: VersionStamp | None) -> Cover:
    """Return the cover: the whole name of the structure, in letters that are smaller as it is longer; a
    title that does not fit in its lines is cut."""
    card = document.diagnostic
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
    return Cover(
        name=name,
        letters=next(
            (
                css
                for css, size, lines in _LETTERS
                if len(wrap(name, width, size, bold=True)) <= lines
            ),
            _SMALLEST,
        ),
        title=clip(typeset(card.title), COVER_WIDTH, 17, lines=3, bold=True),
        occasion=_occasion(document, is_submitted=version is not None),
        status=card.state.label,
        stamp=stamp,
    )
