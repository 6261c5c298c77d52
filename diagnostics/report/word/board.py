"""What the Word report asks of the board, and the deliberation that its secretary can reuse."""

from __future__ import annotations

from docx.oxml.ns import qn

from diagnostics.domain.adoption import DecisionResult
from diagnostics.report.board import BoardPage
from diagnostics.report.content import ReportContent
from diagnostics.report.decisions import Decision
from diagnostics.report.word.paper import TWIPS, Paper
from diagnostics.report.word.pieces import (
    Blank,
    Box,
    Cell,
    Column,
    Line,
    Piece,
    Row,
    Run,
    border,
    child,
    line,
)
from diagnostics.report.word.styles import FIELD_LINE, TEXT_WIDTH
from diagnostics.typography import capitalised, french_date, number, of_name, typeset

SIGNATURE_HEIGHT = 2.8  # centimetres


def write_board(paper: Paper, content: ReportContent) -> None:
    """Write the decisions to tick, or their results, the questions, the calendar, the signatures."""
    board = content.board
    paper.heading(board.title, 1)
    if board.held_on:
        paper.text(f"Adopté en séance le {french_date(board.held_on)}", style="Lead")
    elif board.told_of_session:
        paper.text(board.told_of_session, style="Lead")
    if board.decisions:
        write = _write_results if board.is_decided else _write_decisions
        write(paper, board.decisions)
    elif board.is_decided:
        paper.text(f"Aucune décision n’était proposée {board.body.short.au}.")
    else:
        paper.text(f"Aucune décision n’est encore proposée {board.body.short.au}.")
    if board.questions:
        _write_questions(paper, board)
    if board.session_questions:
        paper.heading(board.words.session_questions, 2)
        paper.bullets([[typeset(question)] for question in board.session_questions])
    if board.decisions:
        day: Piece = french_date(board.held_on) if board.held_on else Blank("date", 9)
        paper.heading("Signatures", 2)
        paper.text("Séance du ", day, " à ", Blank("lieu"))
        _write_signatures(paper)


def _write_decisions(paper: Paper, decisions: list[Decision]) -> None:
    columns = [Column("N°", 1.1), Column("Décision proposée", 9.0), Column("Vote", 6.9)]
    rows = [
        Row([[_number(paper, decision)], _told(decision), [_boxes()]]) for decision in decisions
    ]
    paper.table(columns, rows, caption="Décisions proposées, à cocher en séance")


def _write_results(paper: Paper, decisions: list[Decision]) -> None:
    columns = [Column("N°", 1.1), Column("Décision", 11.4), Column("Résultat", 4.5)]
    rows = []
    for decision in decisions:
        said = _told(decision)
        if decision.carried:
            said.append(line(decision.carried, style="CellDetail"))
        result: list[Line] = [
            line(Run(decision.result.label if decision.result else "—", bold=True))
        ]
        if decision.votes:
            result.append(line(decision.votes, style="CellDetail"))
        rows.append(Row([[_number(paper, decision)], said, result]))
    paper.table(columns, rows, caption="Résultat de chaque décision proposée")


def _told(decision: Decision) -> list[Line]:
    """Return a decision with what it is taken from."""
    said: list[Line] = [line(decision.text, style="CellTitle")]
    if decision.proposed:
        said.append(line(f"Proposé\u00a0: {decision.proposed}", style="CellDetail"))
    facts = [f"{fact.label}\u00a0: {fact.text}" for fact in decision.facts]
    return [*said, *(line(fact, style="CellDetail") for fact in facts)]


def _number(paper: Paper, decision: Decision) -> Line:
    return line(Run(str(decision.number), bold=True, colour=paper.colours[0]))


def _boxes() -> Line:
    pieces: list[Piece] = []
    for result in DecisionResult:
        pieces += [Box(result.label), "  "]
    return line(*pieces[:-1])


def _write_questions(paper: Paper, board: BoardPage) -> None:
    paper.heading(board.words.questions, 2)
    if board.held_on and board.decisions:
        paper.text(f"Ce que {board.body.short.le} a décidé est dit ci-dessus.")
    for question in board.questions:
        title = f"{question.number} {question.title}".strip()
        mark = f" — {question.mark.lower()}" if question.mark else ""
        paper.label(f"{title}{mark}")
        paper.boxed(typeset(question.text) or board.words.to_debate)


def _write_signatures(paper: Paper) -> None:
    cells: list[Cell] = [
        [
            line(Run(title, bold=True)),
            line("Nom\u00a0: ", Blank("nom et prénom", 16)),
            line("Signature\u00a0:"),
        ]
        for title in ("Présidence de séance", "Secrétariat de séance")
    ]
    table = paper.table(
        [Column("", TEXT_WIDTH / 2)] * 2,
        [Row(cells)],
        caption="Signatures",
        shows_caption=False,
        has_header=False,
    )
    (row,) = table.findall(qn("w:tr"))
    child(row.trPr, "w:trHeight", val=f"{SIGNATURE_HEIGHT * TWIPS:.0f}", hRule="atLeast")
    for cell in row.findall(qn("w:tc")):
        border(cell, **dict.fromkeys(("top", "left", "bottom", "right"), (4, FIELD_LINE)))


# --- Deliberation ------------------------------------------------------------------------


def write_deliberation(paper: Paper, content: ReportContent) -> None:
    """Write the project of deliberation: one article per decision, votes to fill in."""
    card = content.document.diagnostic
    held_on = content.board.held_on or card.board_date
    day: Piece = french_date(held_on) if held_on else Blank("date", 9)
    name, body = typeset(content.document.structure.name), content.board.body.beside_its_structure
    paper.heading("Projet de délibération", 1)
    paper.text(
        "Modèle à reprendre par le secrétariat de séance\u00a0: cliquer sur les pointillés pour les "
        "remplir, adapter le texte aux statuts, supprimer cette phrase.",
        style="Hint",
    )
    paper.text(
        Run("Délibération n°\u00a0", bold=True),
        Blank("numéro", 5),
        Run(
            " — Ambition de la structure en matière de partenariats associations-entreprises",
            bold=True,
        ),
        style="Deliberation",
    )
    paper.text(
        f"{capitalised(body.le)} {of_name(name)}, {body.met} le ",
        day,
        " à ",
        Blank("lieu"),
        ", sous la présidence de ",
        Blank("nom et prénom", 16),
        ",",
        style="Deliberation",
    )
    _write_attendance(paper)
    paper.text("Vu les statuts de la structure\u202f;", style="Deliberation")
    paper.text(f"Vu {_reference(content)}\u202f;", style="Deliberation")
    paper.text(
        Run("après en avoir délibéré, décide\u00a0:", bold=True),
        style="Deliberation",
    )
    for decision in content.board.decisions:
        paper.text(f"Article {decision.number}", style="Article")
        paper.text(decision.text, style="ArticleText")
        _write_votes(paper, decision)
    paper.text(style="Gap")
    paper.text("Fait à ", Blank("lieu"), ", le ", Blank("date", 9), ".", style="Deliberation")
    _write_signatures(paper)


def _reference(content: ReportContent) -> str:
    """Name the report that the board has read, with its version and fingerprint."""
    title = typeset(content.document.diagnostic.title)
    text = f"le rapport de diagnostic «\u00a0{title}\u00a0»"
    if content.version is None:
        return f"{text}, document de travail non soumis"
    stamp = content.cover.stamp.replace(" · ", ", ")
    return f"{text} ({stamp[:1].lower()}{stamp[1:]})"


def _write_attendance(paper: Paper) -> None:
    labels = ("Membres en exercice", "Présents", "Représentés")
    cells: list[Cell] = [[line(f"{label}\u00a0: ", Blank("nombre", 4))] for label in labels]
    cells.append([line("Quorum\u00a0: ", Box("atteint"))])
    paper.table(
        [Column("", 5.2), Column("", 3.6), Column("", 4.2), Column("", 4.0)],
        [Row(cells)],
        caption="Présence et quorum",
        shows_caption=False,
        has_header=False,
    )
    paper.text(style="Gap")


def _write_votes(paper: Paper, decision: Decision) -> None:
    labels = ("Pour", "Contre", "Abstentions")
    votes: list[Cell] = [
        [line(f"{label}\u00a0: ", Blank("nombre", 4) if counted is None else number(counted))]
        for label, counted in zip(labels, decision.counted, strict=True)
    ]
    result = line(Run(decision.result.label, bold=True)) if decision.result else _boxes()
    paper.table(
        [Column("", 2.9), Column("", 3.1), Column("", 4.1), Column("", 6.9)],
        [Row([*votes, [result]])],
        caption=f"Vote de l’article {decision.number}",
        shows_caption=False,
        has_header=False,
    )
