"""What the tables that answers are told with say, row by row: ``{% load blocks %}``.

A page has hundreds of cells: as templates they take ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from diagnostics.report.blocks.types import Cell, Column, ColumnKind, Piece, PieceKind, Row, Table

register = template.Library()

NOTHING = format_html("{}", "")


@register.simple_tag
def table_groups(table: Table, edit: str, step: str) -> SafeString:
    """Write the rows of a table, in their groups; ``edit``, ``step``: see ``blocks/answer.html``."""
    return _all(
        format_html(
            "<tbody>{}</tbody>",
            _all(_row(row, cells, edit=edit, step=step) for row, cells in group),
        )
        for group in table.placed_groups
    )


@register.simple_tag
def edit_link(edit: str, step: str, place: str, name: str) -> SafeString:
    """Lead to where what a block says is filled in; ``name`` says it to a screen reader."""
    return format_html(
        '<a class="r-edit-link" href="{}?retour={}-{}#id_{}-{}">Modifier'
        '<span class="visually-hidden">&nbsp;: {}</span></a>',
        *(edit, step, place, step, place, name),
    )


def _row(row: Row, cells: list[tuple[Cell, Column | None]], *, edit: str, step: str) -> SafeString:
    kind = format_html(' class="r-{}-row"', row.kind) if row.kind else NOTHING
    said = [_cell(cell, column, row) for cell, column in cells]
    if not edit:
        return format_html("<tr{}>{}</tr>", kind, _all(said))
    own = format_html(' id="{}-{}"', step, row.place) if row.place else NOTHING
    link = edit_link(edit, step, row.place, row.name) if row.place else NOTHING
    shape = '<tr{}{}>{}<td class="r-edit">{}</td></tr>'
    return format_html(shape, kind, own, _all(said), link)


def _cell(cell: Cell, column: Column | None, row: Row) -> SafeString:
    """Write a cell; ``column`` is None for one that takes the whole width.

    No space around what it says: at the end of a cell WeasyPrint breaks a line for it.
    """
    span = format_html(' colspan="{}"', cell.span) if cell.span != 1 else NOTHING
    said = _said(cell, column)
    if cell.heads:
        scope = "rowgroup" if row.opens_group else "row"
        return format_html('<th scope="{}"{}>{}</th>', scope, span, said)
    if column is None:
        return format_html("<td{}>{}</td>", span, said)
    label = cell.label or column.label or column.heading
    if column.kind in {ColumnKind.CODE, ColumnKind.FIGURE}:
        shape = '<td class="r-{}" data-label="{}"{}>{}</td>'
        return format_html(shape, column.kind, label, span, said)
    return format_html('<td data-label="{}"{}>{}</td>', label, span, said)


def _said(cell: Cell, column: Column | None) -> SafeString:
    typed = column is not None and column.kind == ColumnKind.TYPED
    pieces = [_piece(piece, is_typed=typed) for piece in cell.pieces]
    details = [
        format_html(
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
    return format_html(shape, *pieces, *details) if shape else NOTHING


def _piece(piece: Piece, *, is_typed: bool) -> SafeString:
    match piece.kind:
        case PieceKind.TEXT if is_typed:
            return format_html('<span class="r-text">{}</span>', piece.text)
        case PieceKind.TEXT:
            return format_html("{}", piece.text)
        case PieceKind.STRONG:
            return format_html("<strong>{}</strong>", piece.text)
        case PieceKind.PRIORITY:
            shape = '<span class="r-priority r-priority-{}"><b>{}</b> {}</span>'
            return format_html(shape, piece.value, piece.value, piece.text)
    if piece.value:
        shape = '<span class="r-{} r-{}-{}">{}</span>'
        return format_html(shape, piece.kind, piece.kind, piece.value, piece.text)
    return format_html('<span class="r-{}">{}</span>', piece.kind, piece.text)


def _all(parts: Iterable[SafeString]) -> SafeString:
    return format_html_join("", "{}", ((part,) for part in parts))
