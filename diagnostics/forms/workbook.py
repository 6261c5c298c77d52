"""Workbooks (.xlsx) as text and back: the only file that knows openpyxl.

What people send is bounded before it is read, nothing in it is computed, no link is followed and no
entity expanded (defusedxml). The first sheet is read; what a formula last showed is its value.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from diagnostics.domain.cells import MAX_CELLS, MAX_RECORDS, UnreadableTable, join_records
from diagnostics.domain.columns import Column, Kind
from diagnostics.domain.reading.texts import xml_text
from diagnostics.forms.fields import french_number
from diagnostics.typography import MONTHS

SIGNATURE = b"PK\x03\x04"
# Of a workbook once it is unpacked: many times that of sixty filled rows.
MAX_UNPACKED = 10_000_000
MAX_PARTS = 200
_CHOICES = "Choix"
_TO_CSV = "Dans votre tableur, choisissez «\u00a0Enregistrer sous\u00a0» puis «\u00a0CSV\u00a0»."


def read_workbook(content: bytes) -> str:
    """Return the first sheet of a workbook as a text of cells, line for line.

    Raises UnreadableTable for what is no workbook or is too large.
    """
    try:
        _check(content)
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # a file may lie about them
        rows = sheet.iter_rows(max_row=MAX_RECORDS + 1, max_col=MAX_CELLS + 1)
        lines = [[_text(cell) for cell in row] for row in rows]
    except UnreadableTable:
        raise
    except (
        Exception
    ) as error:  # whatever a broken archive, or one made to break, makes the reader do
        raise UnreadableTable(f"Ce classeur ne peut pas être lu. {_TO_CSV}") from error
    while lines and not any(lines[-1]):
        lines.pop()
    filled = max((len(_trimmed(cells)) for cells in lines), default=0)
    if len(lines) > MAX_RECORDS or filled > MAX_CELLS:
        raise UnreadableTable(
            f"Ce tableau est trop grand\u00a0: {MAX_RECORDS}\u00a0lignes de {MAX_CELLS}\u00a0cellules au plus."
        )
    return join_records([cells[:filled] for cells in lines])


def _check(content: bytes) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableTable(f"Ce classeur est trop lourd une fois ouvert. {_TO_CSV}")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise UnreadableTable(f"Ce fichier n’est pas un classeur Excel (.xlsx). {_TO_CSV}")


def _trimmed(cells: Sequence[str]) -> Sequence[str]:
    length = len(cells)
    while length and not cells[length - 1]:
        length -= 1
    return cells[:length]


def _text(cell: Any) -> str:
    """Return what a cell shows, as people type it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        if "%" in (cell.number_format or ""):
            return f"{french_number(round(value * 100, 10))}\u00a0%"
        return french_number(round(value, 10))
    if isinstance(value, dt.date):
        if value.day == 1:
            return f"{MONTHS[value.month - 1]} {value.year}"
        return f"{value:%d/%m/%Y}"
    return str(value)


def write_workbook(columns: Sequence[Column], table: Sequence[Sequence[str]]) -> bytes:
    """Return a table as a workbook: its headings, its rows, lists to choose from; all of it is text or
    numbers, nothing is computed."""
    book = Workbook()
    sheet: Any = book.active
    choices: Any = book.create_sheet(_CHOICES)
    for line, cells in enumerate(table, 1):
        for at, text in enumerate(cells, 1):
            _write(sheet.cell(line, at), text)
            sheet.cell(line, at).font = Font(
                bold=line == 1, color="808080" if columns[at - 1].kind is Kind.ID else None
            )
    for at, column in enumerate(columns, 1):
        letter = get_column_letter(at)
        is_text = column.kind in (Kind.TEXT, Kind.LINKS) or column is columns[0]
        sheet.column_dimensions[letter].width = 40 if is_text else 18
        if column.kind is Kind.CODE and column.choices:
            names = [names[-1] for _value, names in column.choices]
            for line, name in enumerate(names, 1):
                _write(choices.cell(line, at), name)
            listed = DataValidation(
                type="list",
                formula1=f"{_CHOICES}!${letter}$1:${letter}${len(names)}",
                showErrorMessage=False,  # what is written otherwise is read too
            )
            listed.add(f"{letter}2:{letter}{MAX_RECORDS}")
            sheet.add_data_validation(listed)
    choices.sheet_state = "hidden"
    sheet.freeze_panes = "B2"
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _write(cell: Any, text: str) -> None:
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = None
    if number is not None and abs(number) < 10**15 and french_number(number) == text:
        cell.value = int(number) if number.is_integer() else number
        return
    cell.value = xml_text(text)
    cell.data_type = "s"  # « =1+1 » is a text
    cell.quotePrefix = text.startswith(("=", "+", "-", "@"))
