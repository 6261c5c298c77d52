"""4.2 « Stratégie d’alliances », by family, the existing allies first."""

from __future__ import annotations

from django.utils.safestring import SafeString

from diagnostics.domain.answers import Alliance, Alliances, Labels
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.answers.economic_model import LEVERS
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import names_behind
from diagnostics.domain.vocabulary import AllianceFamily, Relation
from diagnostics.report.blocks.types import (
    DASH,
    TO_SAY,
    Block,
    Column,
    ColumnKind,
    Drawing,
    Row,
    RowKind,
    Table,
    cell,
    details,
    heading,
    plain,
    said,
    state,
    text,
    typed_details,
    year,
)
from diagnostics.report.diagrams.alliances import FamilyOfAllies, alliances_svgs
from diagnostics.typography import enumeration

UNNAMED = "Acteur à préciser"
COLUMNS = (
    Column("Acteur", "ally", 4.9),
    Column("Niveau", "level", 2.6),
    Column("Relation", "state", 2.7),
    Column("But", "", 5.0),
    Column("Horizon", "year", 1.8, ColumnKind.FIGURE),
)
WISHED = (
    Column("Acteur", "wished", 7.0),
    Column("But", "", 8.2),
    Column("Horizon", "year", 1.8, ColumnKind.FIGURE),
)


def blocks(answer: Alliances, document: DiagnosticDocument) -> list[Block]:
    """Return the families of allies, drawn then in a table."""
    codes = ACTIVITIES.codes(document.answers) | LEVERS.codes(document.answers)
    families = _families(answer)
    places = {row.id: f"rows-{index}-actor" for index, row in enumerate(answer.rows)}
    groups = [
        (
            Row((heading(plain(title), span=len(COLUMNS)),), RowKind.GROUP),
            *(_row(row, codes, places[row.id]) for row in rows),
        )
        for title, rows in families
    ]
    caption = "Alliés existants et acteurs à approcher, par famille, avec le but et l’horizon"
    return [
        Drawing("Les alliances par famille, en place et à approcher", lambda: _draw(families)),
        Table("alliances", caption, COLUMNS, tuple(groups), in_annex=True),
    ]


def body(answer: Alliances, document: DiagnosticDocument) -> list[Block]:
    """Return the allies in place, drawn, then those to approach: what for, and when."""
    families = [
        (title, [row for row in rows if row.relation is Relation.EXISTING])
        for title, rows in _families(answer)
    ]
    found: list[Block] = [
        Drawing("Les alliés en place, par famille", lambda: _draw(families)),
    ]
    wished = [row for row in answer.rows if row.relation is Relation.TO_APPROACH]
    if wished:
        caption = "À approcher\u00a0: pour quoi, et pour quand"
        rows = tuple(map(_wished, wished))
        found.append(Table("wished", caption, WISHED, (rows,), shows_caption=True))
    return found


def _wished(row: Alliance) -> Row:
    name = heading(text(row.actor, UNNAMED))
    return Row((name, cell(said(row.purpose, TO_SAY)), cell(year(row.horizon_year))))


def _families(answer: Alliances) -> list[tuple[str, list[Alliance]]]:
    order = {Relation.EXISTING: 0, Relation.TO_APPROACH: 1, None: 2}
    found = []
    for family in (*AllianceFamily, None):
        own = [row for row in answer.rows if row.family is family]
        own.sort(key=lambda row: order[row.relation])
        if own:
            found.append((family.label if family else "Famille à préciser", own))
    return found


def _row(row: Alliance, codes: Labels, place: str) -> Row:
    default = TO_SAY if row.relation is Relation.TO_APPROACH else DASH
    served = names_behind(row.serves, codes)
    under = typed_details(row.note)
    under += details(f"Sert {enumeration(served)}") if served else ()
    return Row(
        (
            heading(text(row.actor, UNNAMED)),
            cell(plain(row.level.label if row.level else DASH)),
            cell(state(row.relation)),
            cell(said(row.purpose, default), details=under),
            cell(year(row.horizon_year)),
        ),
        place=place,
    )


def _draw(families: list[tuple[str, list[Alliance]]]) -> list[SafeString]:
    def names(rows: list[Alliance], relation: Relation) -> list[str]:
        return [row.actor or UNNAMED for row in rows if row.relation is relation]

    return alliances_svgs(
        [
            FamilyOfAllies(title, names(rows, Relation.EXISTING), names(rows, Relation.TO_APPROACH))
            for title, rows in families
        ]
    )
