"""3.2 « Focus sur l’accompagnement »: who does each step of the chain."""

from __future__ import annotations

from django.utils.safestring import SafeString

from diagnostics.domain.answers import AccompanimentScope, Labels, ScopeStep
from diagnostics.domain.answers.alliances import ALLIES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import Handling
from diagnostics.report.blocks.types import (
    DASH,
    Block,
    Column,
    Drawing,
    Piece,
    PieceKind,
    Row,
    Table,
    cell,
    heading,
    missing,
    plain,
    text,
    typed_details,
)
from diagnostics.report.diagrams.chain import ChainStep, chain_svg


def blocks(answer: AccompanimentScope, document: DiagnosticDocument) -> list[Block]:
    """Return the chain, then who does each of its steps."""
    allies = ALLIES.labels(document.answers)
    rows = tuple(_row(rank, row, allies) for rank, row in enumerate(answer.rows, 1))

    def draw() -> list[SafeString]:
        return [
            chain_svg([ChainStep(x.step, x.handling, _partner(x, allies)) for x in answer.rows])
        ]

    return [
        Drawing("La chaîne de l’accompagnement d’un partenariat", draw),
        Table(
            "chain",
            "Qui prend en charge chacune des six étapes de l’accompagnement d’un partenariat",
            (
                Column("Étape", "step", 5.8),
                Column("Qui la prend en charge", "handling", 4.9, label="Prise en charge"),
                Column("Partenaire et précision", "", 6.3),
            ),
            (rows,),
            in_annex=True,
        ),
    ]


def _partner(row: ScopeStep, allies: Labels) -> str:
    """Return the ally behind the link and the name typed: a row may have both."""
    names = (allies.get(row.alliance or "", ""), row.partner)
    return ", ".join(dict.fromkeys(name for name in names if name))


def _row(rank: int, row: ScopeStep, allies: Labels) -> Row:
    who: tuple[Piece, ...] = ()
    if partner := _partner(row, allies):
        who = (text(partner),)
    elif row.handling is Handling.WITH_PARTNER:
        who = (missing("partenaire à préciser"),)
    elif not row.note:
        who = (missing(DASH),)
    return Row(
        (
            heading(Piece(PieceKind.RANK, str(rank)), plain(row.step.label)),
            cell(Piece(PieceKind.HANDLING, row.handling.label, row.handling.value)),
            cell(*who, details=typed_details(row.note)),
        ),
        place=f"rows-{rank - 1}-handling",
    )
