"""A pasted list or table → rows: one line is one row, its cells go to columns.

Pure, and never raises on what people paste but :class:`~diagnostics.domain.cells.UnreadableTable` for
what is too large. No text is lost: each is in a row, in what was recognised (headings, bullets, choices
of a list), or in what is left over, told with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from diagnostics.domain.cells import Record, clean, read_cell, split_records
from diagnostics.domain.columns import (
    DAY,
    Column,
    Kind,
    choose,
    choose_links,
    fold,
    guess_columns,
    is_yes,
    read_headings,
)
from diagnostics.domain.reading import read_month
from diagnostics.typography import enumeration, quoted, shortened

_NOUNS = "objectifs?|activités?|actions?|leviers?|décisions?|énoncés?|jalons?|alliés?|acteurs?"
# What a line of a list begins with, never the beginning of its text: « 200 associations », « 3.2 »,
# « -5 % », « 2026 ».
_GAP = "[ \t\u00a0\u202f\u2003]"
_BULLET = re.compile(
    rf"{_GAP}*(?:"
    rf"[•●○◦▪■□▫‣⁃➢➤►▶✓✔☐☑☒❖·∙→⇒§]{_GAP}*"
    rf"|[-–—*](?:{_GAP}+|(?=[^\W\d_]))"
    rf"|o(?:\t|{_GAP}{{2,}})"
    rf"|\[[ xX]?\]{_GAP}+"
    rf"|(?:\d{{1,2}}\.){{2,4}}{_GAP}+"
    rf"|\d{{1,2}}(?:[.)]|°\)?|\.\)|/)(?:{_GAP}+|(?=[^\W\d_]))"
    rf"|\d{{1,2}}{_GAP}?[-–—:]{_GAP}+(?=\D)"
    rf"|\(\d{{1,2}}\){_GAP}*"
    rf"|(?:[a-z]|[ivx]{{2,4}})[.)]{_GAP}+|[A-Z]\){_GAP}+|[IVX]{{2,4}}[.)]{_GAP}+"
    rf"|(?:[OALRD]|(?i:{_NOUNS}|obj\.?|act\.?){_GAP}?(?:n°{_GAP}?)?)\d{{1,2}}{_GAP}?[.):–—-](?:{_GAP}+|(?=[^\W\d_]))"
    r")"
)
_QUOTING = re.compile(r"^(?:>\s?)+", re.MULTILINE)
_MONTH_FIRST = re.compile(r"(?P<month>[^:–—]{3,24}?)\s*[:–—-]\s+(?P<text>\S.*)", re.DOTALL)


@dataclass(frozen=True)
class PastedRow:
    """A row to be: the line it comes from, the texts of its fields as a form posts them, and its cells
    as they were pasted. ``row_id``: the row that a file says it is."""

    number: int
    texts: dict[str, list[str]]
    cells: tuple[str, ...]
    row_id: str = ""


@dataclass(frozen=True)
class Leftover:
    """A text that goes nowhere, and why."""

    number: int
    column: str
    text: str
    reason: str

    def __str__(self) -> str:
        where = f"ligne\u00a0{self.number}" + (f", {self.column}" if self.column else "")
        return f"{where}\u00a0: {quoted(shortened(self.text))} {self.reason}"


@dataclass
class Pasted:
    """What was pasted: its rows, what is left over, the columns in their order (None: not known), the
    headings when it has some, and what was recognised and stands in no row as it was written."""

    rows: list[PastedRow] = field(default_factory=list)
    leftovers: list[Leftover] = field(default_factory=list)
    columns: list[Column | None] = field(default_factory=list)
    headings: tuple[str, ...] = ()
    recognised: list[str] = field(default_factory=list)


def read_pasted(text: str, columns: Sequence[Column]) -> Pasted:
    """Read a pasted list or table; the first of ``columns`` names a row.

    Raises UnreadableTable when it is too long.
    """
    # A word processor puts a tabulation behind a bullet: it separates no cells.
    text = re.sub(rf"(?m)^{_BULLET.pattern}", lambda b: b[0].replace("\t", "  "), clean(text))
    said = re.match(r"sep=(.)\n", text)
    separator = said[1] if said and said[1] in ";,\t" else _separator(text, columns)
    pasted = Pasted(recognised=[said[0]] if said else [])
    text = text[said.end() :] if said else text
    if not separator:
        return _read_list(text, columns, pasted)
    records = split_records(text, separator)
    headings = read_headings(records[0], columns) if records else None
    numbering: set[int] = set()
    if headings is None:
        pasted.columns, numbering = guess_columns(records, columns)
    else:
        pasted.columns, pasted.headings = headings, records.pop(0).cells
        numbering = {
            at
            for at, heading in enumerate(pasted.headings)
            if headings[at] is None and fold(heading) in {"n", "num", "numero", "no", ""}
        }
        pasted.recognised += pasted.headings
    for record in records:
        _read_record(record, pasted, numbering, columns[0])
    return pasted


def _separator(text: str, columns: Sequence[Column]) -> str:
    """Return what separates the cells; nothing in a list of lines."""
    if "\t" in text.strip("\t\n"):
        return "\t"
    for separator in (";", ","):
        if separator not in text:
            continue
        records = split_records(text, separator)
        found = read_headings(records[0], columns) if records else None
        if found and len(records[0].cells) > 1:
            return separator
        if separator == ";" and len(records) > 1:
            widths = {len(record.cells) for record in records}
            written = re.findall(r".?;", text)
            spaced = sum(not mark.strip(" \u00a0\u202f").startswith(mark[0]) for mark in written)
            ends = sum(not record.cells[-1].strip() for record in records)
            is_prose = spaced * 2 > len(written) or (widths == {2} and ends * 2 >= len(records))
            if len(widths) == 1 and widths != {1} and not is_prose:
                return separator
    return ""


# --- A list: one line is one row -------------------------------------------------------------------------


def _read_list(text: str, columns: Sequence[Column], pasted: Pasted) -> Pasted:
    quoted_lines = [line for line in text.split("\n") if line.strip()]
    if quoted_lines and all(line.startswith(">") for line in quoted_lines):
        pasted.recognised += _QUOTING.findall(text)
        text = _QUOTING.sub("", text)
    main = columns[0]
    lines = list(_lines(text, pasted))
    pasted.columns = [main]
    if len(lines) > 1 and read_headings(lines[0][0], columns):
        pasted.headings = lines.pop(0)[0].cells
        pasted.recognised += pasted.headings
    groups = [c for c in columns if c.kind is Kind.CODE and c is not main]
    of_group: dict[str, list[str]] = {}
    month = next((c for c in columns if c.kind is Kind.MONTH), None)
    for at, (record, is_listed) in enumerate(lines):
        words = record.cells[0]
        is_title = not is_listed and at + 1 < len(lines) and lines[at + 1][1]
        if is_title or (words.endswith(":") and not is_listed):
            group = next(((c, v) for c in groups if (v := choose(c, words)) is not None), None)
            if group is not None:
                of_group = {group[0].field: [group[1]]}
                pasted.recognised.append(words)
                continue
            if words.endswith(":") and is_title:
                pasted.leftovers.append(
                    Leftover(record.number, "", words, "est un titre\u00a0: laissé de côté.")
                )
                continue
        texts = dict(of_group)
        dated = _MONTH_FIRST.fullmatch(words) if month else None
        if month and dated and read_month(dated["month"]):
            texts[month.field] = [dated["month"]]
            pasted.recognised.append(words)
            if month not in pasted.columns:
                pasted.columns.insert(0, month)
            words = dated["text"]
        texts |= _read_main(main, words, pasted)
        pasted.rows.append(PastedRow(record.number, texts, record.cells))
    return pasted


def _lines(text: str, pasted: Pasted) -> Iterator[tuple[Record, bool]]:
    """Yield the lines of a list less their bullets, and whether each had one; in a list with bullets, a
    line that begins like the middle of a sentence goes on with the one before (a PDF, an e-mail)."""
    found: list[tuple[int, str, bool]] = []
    records = split_records(text, "")
    listed = sum(bool(_BULLET.match(record.cells[0])) for record in records)
    for record in records:
        cell = record.cells[0]
        bullet = _BULLET.match(cell + " ") if "\n" not in cell.strip() else None
        words = cell[bullet.end() :] if bullet else cell
        if bullet:
            pasted.recognised.append(bullet[0])
        words = words.strip()
        if words.endswith(";") and listed:
            words = words[:-1].rstrip()
        alone = found and found[-1][1] == ""
        goes_on = found and not bullet and found[-1][2] and listed > 1
        if words and (alone or (goes_on and re.match(r"[^\W\d_]", words) and words[0].islower())):
            number, before, _ = found.pop()
            found.append((number, f"{before} {words}".strip(), True))
        elif words or bullet:
            found.append((record.number, words, bool(bullet)))
    for number, words, is_listed in found:
        if words:
            yield Record(number, (read_cell(words),)), is_listed


# --- A table ---------------------------------------------------------------------------------------------


def _read_record(record: Record, pasted: Pasted, numbering: set[int], main: Column) -> None:
    texts: dict[str, list[str]] = {}
    row_id = ""
    for at, written in enumerate(record.cells):
        column = pasted.columns[at] if at < len(pasted.columns) else None
        cell = read_cell(written)
        if at in numbering:
            pasted.recognised.append(cell)
        elif column is None:
            if cell:
                heading = pasted.headings[at].strip() if at < len(pasted.headings) else ""
                where = f"colonne {quoted(heading)}" if heading else f"colonne\u00a0{at + 1}"
                pasted.leftovers.append(
                    Leftover(record.number, where, cell, "n’est d’aucune colonne de l’étape.")
                )
        elif column.kind is Kind.ID:
            row_id = cell
            pasted.recognised.append(cell)
        elif column is main:
            # A file of ours holds what was typed here: it has no bullets to drop.
            is_ours = any(column and column.kind is Kind.ID for column in pasted.columns)
            bullet = None if is_ours or "\n" in cell else _BULLET.match(cell)
            if bullet and bullet.end() < len(cell):
                pasted.recognised.append(bullet[0])
                cell = cell[bullet.end() :].strip()
            texts |= _read_main(main, cell, pasted)
        else:
            given = _read_cell(column, cell, record.number, pasted)
            for name, values in given.items():
                both = [*filter(None, texts.get(name, ())), *filter(None, values)]
                texts[name] = [" — ".join(both)] if column.kind is Kind.TEXT else values
    if any(any(values) for values in texts.values()) or row_id:
        pasted.rows.append(PastedRow(record.number, texts, record.cells, row_id))


def _read_main(column: Column, cell: str, pasted: Pasted) -> dict[str, list[str]]:
    """Return the texts of the cell that names a row: a choice of its list, or words of its own."""
    if column.kind is not Kind.CODE:
        return {column.field: [cell]}
    value = choose(column, cell)
    if value is not None:
        pasted.recognised.append(cell)
        return {column.field: [value]}
    field_name, value = column.otherwise
    return {column.field: [value if cell else ""], field_name: [cell]}


def _read_cell(column: Column, cell: str, number: int, pasted: Pasted) -> dict[str, list[str]]:
    """Return the texts of a cell; what names no choice of its list is left over."""
    if column.kind is Kind.CODE:
        value = choose(column, cell)
        if value is None and cell:
            names = enumeration([quoted(names[0]) for _, names in column.choices], "ou")
            reason = (
                f"n’est pas dans la liste\u00a0: {names}."
                if len(names) < 300
                else "n’est pas dans la liste."
            )
            _leave(column, cell, number, reason, pasted)
            return {}
        pasted.recognised.append(cell)
        return {column.field: [value or ""]}
    if column.kind is Kind.LINKS:
        values, left = choose_links(column, cell)
        pasted.recognised.append(cell)
        for part in left:
            _leave(column, part, number, "n’est aucune des lignes à relier.", pasted)
        return {column.field: values} if values or not left else {}
    if column.kind is Kind.FLAG:
        is_set = is_yes(cell)
        if is_set is None:
            _leave(column, cell, number, "n’est ni «\u00a0oui\u00a0» ni «\u00a0non\u00a0».", pasted)
            return {}
        pasted.recognised.append(cell)
        return {column.field: ["on"] if is_set else []}
    if column.kind is Kind.MONTH and (day := DAY.fullmatch(cell)):
        pasted.recognised.append(cell)
        cell = f"{day[1]}/{day[2]}"  # the day is not asked
    return {column.field: [cell]}


def _leave(column: Column, text: str, number: int, reason: str, pasted: Pasted) -> None:
    where = f"colonne {quoted(column.label)}"
    pasted.leftovers.append(Leftover(number, where, text, reason))
