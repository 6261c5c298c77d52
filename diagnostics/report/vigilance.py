"""« Risques et points de vigilance »: what may fail and what is foreseen, then what is still to be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from diagnostics.domain.coherence import (
    CoherenceFinding,
    Severity,
    acknowledged_findings,
    open_findings,
)
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.report.blocks.types import (
    Cell,
    Column,
    ColumnKind,
    Piece,
    PieceKind,
    Row,
    Table,
    cell,
    heading,
    plain,
    strong,
    text,
)
from diagnostics.report.risks import Reply, Risk, is_risk, risks_of
from diagnostics.typography import NBSP, typeset

CAPTION = "Ce qui peut faire échouer le plan, et ce qui est prévu"
# What stands word for word under « Reste à compléter ».
TOLD_AS_LACKING = {"R17"}
COLUMNS = (
    Column("Point", "point", 5.3, ColumnKind.TYPED),
    Column("Conséquence", "consequence", 4.0),
    Column("Réponse", "", 5.3, ColumnKind.TYPED),
    Column("Qui", "who", 2.4),
)


@dataclass(frozen=True)
class Vigilance:
    """The risks, with what is told of the other points: nothing stands twice.

    ``slips``: what is most likely a slip of the pen; ``to_say``: open points that are the team's own
    work; ``assumed``: the choices from which no risk follows (point, reason). ``open_count``: how many
    points are still to be discussed, of which ``attention_count`` ask for attention.
    """

    risks: list[Risk] = field(default_factory=list)
    to_say: list[str] = field(default_factory=list)
    assumed: list[tuple[str, str]] = field(default_factory=list)
    slips: list[str] = field(default_factory=list)
    open_count: int = 0
    attention_count: int = 0

    @property
    def open_anchor(self) -> str:
        """Where the report tells the points to discuss: here, or under « Reste à compléter »."""
        is_told = self.to_say or self.slips or any(x.assumed is None for x in self.risks)
        return "vigilance" if is_told else "reste-a-completer"

    @property
    def table(self) -> Table:
        """The risks as a table: point, consequence, answer, who."""
        return Table("risks", CAPTION, COLUMNS, (tuple(map(_row, self.risks)),))


def vigilance_of(
    findings: Sequence[CoherenceFinding], document: DiagnosticDocument
) -> Vigilance | None:
    """Return what a document gives to discuss; None when nothing is to be printed."""
    risks = risks_of(findings, document)
    is_open = open_findings(findings)
    points = [point for point in is_open if not point.is_slip]
    points.sort(key=lambda point: point.severity is not Severity.ATTENTION)
    found = Vigilance(
        risks,
        [p.message for p in points if not is_risk(p) and p.rule not in TOLD_AS_LACKING],
        [
            (choice.message, choice.acknowledgement or "")
            for choice in acknowledged_findings(findings)
            if not is_risk(choice)
        ],
        [point.message for point in is_open if point.is_slip],
        len(is_open),
        sum(point.severity is Severity.ATTENTION for point in points),
    )
    is_empty = not (found.risks or found.to_say or found.assumed or found.slips)
    return None if is_empty else found


def _row(risk: Risk) -> Row:
    return Row(
        (
            heading(text(risk.point)),
            cell(plain(risk.consequence)),
            _answer(risk.replies),
            cell(text(risk.who) if risk.who else Piece(PieceKind.BLANK, "", "who")),
        )
    )


def _answer(replies: Sequence[Reply]) -> Cell:
    pieces: list[Piece] = []
    for position, reply in enumerate(replies):
        before = "\n" if position else ""
        if reply.is_open:
            pieces.append(plain(f"{before}{reply.label}. {typeset(reply.text)}".rstrip()))
            continue
        pieces.append(strong(f"{before}{reply.label}{f'{NBSP}: ' if reply.text else ''}"))
        pieces += [Piece(PieceKind.TEXT, typeset(reply.text))] if reply.text else []
    return cell(*pieces)
