"""Tables as text: what is pasted or read from a file → records of cells, and back.

Pure, and knows no step. A record is a line of a list or of a table; a cell may hold line breaks, as
those that Excel puts between quotation marks.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from diagnostics.domain.reading import read_text

# What a list of sixty rows with all that its cells can hold needs, several times over.
MAX_CHARACTERS = 200_000
MAX_BYTES = 1_000_000
MAX_RECORDS = 1_000
MAX_CELLS = 60  # in a record

_QUOTED = r'"((?:[^"]|"")*+)"(?=%s|\n|\Z)'
# A spreadsheet computes what begins so; behind an apostrophe it is a text.
_COMPUTED = ("=", "+", "-", "@", "\t")
_SIGNATURES = {
    b"PK\x03\x04": "une archive",
    b"\xd0\xcf\x11\xe0": "un ancien classeur Excel (.xls)",
    b"%PDF": "un PDF",
    b"{\\rtf": "un document RTF",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"GIF8": "une image",
}


class UnreadableTable(ValueError):
    """A file or a text that is no table; ``str(error)`` says why and what to do, in French."""


@dataclass(frozen=True)
class Record:
    """A line of a table: its number from 1, blank lines counted, and its cells."""

    number: int
    cells: tuple[str, ...]

    @property
    def is_blank(self) -> bool:
        """Tell whether nothing stands in it."""
        return not any(cell.strip() for cell in self.cells)


def clean(text: str) -> str:
    """Return a pasted text as it is read: line feeds alone, nothing invisible; raises UnreadableTable
    when it is too long."""
    if len(text) > MAX_CHARACTERS:
        raise UnreadableTable(
            "Ce texte est trop long\u00a0: 200\u202f000\u00a0caractères au plus. Collez-le en deux fois."
        )
    return read_text(text.replace("\x00", ""))


def split_records(text: str, separator: str) -> list[Record]:
    """Cut a text into records, the blank ones left out; no ``separator``: a record is one cell.

    Quotation marks around a cell are its own where a spreadsheet had to put them (a line break, a
    separator or a quotation mark stands inside), and in a file with « ; » or « , » everywhere.
    Raises UnreadableTable beyond the limits.
    """
    quoted = re.compile(_QUOTED % (re.escape(separator) if separator else r"(?!)"))
    plain = re.compile(rf"[^{re.escape(separator)}\n]*")
    records, cells, at, number = list[Record](), list[str](), 0, 1
    while at <= len(text):
        found = quoted.match(text, at)
        if found and (separator in (";", ",") or re.search(r'""|[\n\t]', found[1])):
            cells.append(found[1].replace('""', '"'))
            at = found.end()
        else:
            found = plain.match(text, at)
            cells.append(found[0] if found else "")
            at += len(cells[-1])
        if separator and text.startswith(separator, at):
            at += 1
            continue
        record = Record(number, tuple(cells))
        if len(cells) > MAX_CELLS or len(records) >= MAX_RECORDS:
            raise UnreadableTable(
                f"Ce tableau est trop grand\u00a0: {MAX_RECORDS}\u00a0lignes de {MAX_CELLS}\u00a0cellules au plus."
            )
        if not record.is_blank:
            records.append(record)
        cells, at, number = [], at + 1, number + 1
    return records


def join_records(records: Iterable[Sequence[str]], separator: str = "\t") -> str:
    """Write records as a text that :func:`split_records` reads back."""
    marks = re.compile(rf'["\n\r{re.escape(separator)}]')
    return "".join(
        separator.join(
            '"' + cell.replace('"', '""') + '"' if marks.search(cell) else cell for cell in cells
        )
        + "\n"
        for cells in records
    )


# --- Files ------------------------------------------------------------------------------------------


def decode_file(content: bytes) -> str:
    """Return the text of a CSV file, whatever spreadsheet wrote it: UTF-8 with or without its mark,
    UTF-16, or a Windows code page.

    Raises UnreadableTable for what is no text or is too large.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableTable("Ce fichier est trop lourd\u00a0: 1\u00a0Mo au plus.")
    for signature, what in _SIGNATURES.items():
        if content.startswith(signature):
            raise UnreadableTable(
                f"Ce fichier est {what}. Dans votre tableur, choisissez «\u00a0Enregistrer sous\u00a0» puis "
                "«\u00a0Classeur Excel (.xlsx)\u00a0» ou «\u00a0CSV\u00a0», ou copiez les cellules et "
                "collez-les ici."
            )
    text = content.decode(_encoding_of(content), errors="replace")
    if "\x00" in text or text.count("\ufffd") > len(text) // 50:
        raise UnreadableTable(
            "Ce fichier n’est pas un tableau en texte\u00a0: enregistrez-le au format CSV."
        )
    return text


def _encoding_of(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    start = content[:200]
    if start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def write_file(records: Iterable[Sequence[str]]) -> bytes:
    """Return a CSV file as a French spreadsheet opens it by a double click; nothing in it is computed."""
    inert = ([_inert(cell) for cell in cells] for cells in records)
    return codecs.BOM_UTF8 + join_records(inert, ";").replace("\n", "\r\n").encode()


def read_cell(cell: str) -> str:
    """Return what a cell says: its blanks and the apostrophe of :func:`write_file` left out."""
    text = cell.strip()
    is_inert = text.startswith("'") and text[1:].startswith((*_COMPUTED, "'"))
    return text[1:].strip() if is_inert else text


def _inert(cell: str) -> str:
    is_number = re.fullmatch(r"-?\d+(?:,\d+)?", cell)
    return "'" + cell if not is_number and cell.startswith((*_COMPUTED, "'")) else cell
