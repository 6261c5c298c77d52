"""What the tables that answers are told with say, row by row: ``{% load blocks %}``.

A page has hundreds of cells: as templates they take ten times as long.
"""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from diagnostics.markup import markup, markup_of
from diagnostics.report.blocks.types import Cell, Column, ColumnKind, Piece, PieceKind, Row, Table

register = template.Library()

NOTHING = markup("{}", "")


@register.simple_tag
def table_groups(table: Table, edit: str, step: str) -> SafeString:
    """Write the rows of a table, in their groups; ``edit``, ``step``: see ``blocks/answer.html``."""
    return markup_of(
        markup(
            "<tbody>{}</tbody>",
            markup_of(_row(row, cells, edit=edit, step=step) for row, cells in group),
        )
        for group in table.placed_groups
    )


@register.simple_tag
def edit_link(edit: str, step: str, place: str, name: str) -> SafeString:
    """Lead to where what a block says is filled in; ``name`` says it to a screen reader."""
    return markup(
        '<a class="r-edit-link" href="{}?retour={}-{}#id_{}-{}">Modifier'
        '<span class="visually-hidden">&nbsp;: {}</span></a>',
        *(edit, step, place, step, place, name),
    )


def _row(row: Row, cells: list[tuple[Cell, Column | None]], *, edit: str, step: str) -> SafeString:
    kind = markup(' class="r-{}-row"', row.kind) if row.kind else NOTHING
    said = [_cell(cell, column, row) for cell, column in cells]
    if not edit:
        return markup("<tr{}>{}</tr>", kind, markup_of(said))
    own = markup(' id="{}-{}"', step, row.place) if row.place else NOTHING
    link = edit_link(edit, step, row.place, row.name) if row.place else NOTHING
    shape = '<tr{}{}>{}<td class="r-edit">{}</td></tr>'
    return markup(shape, kind, own, markup_of(said), link)


def _cell(cell: Cell, column: Column | None, row: Row) -> SafeString:
    """Write a cell; ``column`` is None for one that takes the whole width.

    No space around what it says: at the end of a cell WeasyPrint breaks a line for it.
    """
    span = markup(' colspan="{}"', cell.span) if cell.span != 1 else NOTHING
    said = _said(cell, column)
    if cell.heads:
        scope = "rowgroup" if row.opens_group else "row"
        return markup('<th scope="{}"{}>{}</th>', scope, span, said)
    if column is None:
        return markup("<td{}>{}</td>", span, said)
    label = cell.label or column.label or column.heading
    if column.kind in {ColumnKind.CODE, ColumnKind.FIGURE}:
        shape = '<td class="r-{}" data-label="{}"{}>{}</td>'
        return markup(shape, column.kind, label, span, said)
    return markup('<td data-label="{}"{}>{}</td>', label, span, said)


def _said(cell: Cell, column: Column | None) -> SafeString:
    typed = column is not None and column.kind == ColumnKind.TYPED
    pieces = [_piece(piece, is_typed=typed) for piece in cell.pieces]
    details = [
        markup(
            '<span class="r-detail r-text">{}</span>'
            if detail.is_typed
            else '<span class="r-detail">{}</span>',
            detail.text,
        )
        for detail in cell.details
    ]
    if len(pieces) == 1 and not details:
        return pieces[0]
    shape = " ".join(["{}"] * len(pieces) + ["{}" * len(details)] * bool(details))
    return markup(shape, *pieces, *details) if shape else NOTHING


def _piece(piece: Piece, *, is_typed: bool) -> SafeString:
    match piece.kind:
        case PieceKind.TEXT if is_typed:
            return markup('<span class="r-text">{}</span>', piece.text)
        case PieceKind.TEXT:
            return markup("{}", piece.text)
        case PieceKind.STRONG:
            return markup("<strong>{}</strong>", piece.text)
        case PieceKind.PRIORITY:
            shape = '<span class="r-priority r-priority-{}"><b>{}</b> {}</span>'
            return markup(shape, piece.value, piece.value, piece.text)
    if piece.value:
        shape = '<span class="r-{} r-{}-{}">{}</span>'
        return markup(shape, piece.kind, piece.kind, piece.value, piece.text)
    return markup('<span class="r-{}">{}</span>', piece.kind, piece.text)
