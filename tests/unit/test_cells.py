"""Tables as text and as files: what is written is read back, whatever spreadsheet wrote it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.cells import (
    MAX_BYTES,
    UnreadableTable,
    clean,
    decode_file,
    join_records,
    read_cell,
    split_records,
    write_file,
)
from tests.shapes import patient

TEXT = "Acteur;Échéance\r\nClub d’été;2029\r\n"
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_file_is_read_whatever_its_encoding(encoding: str):
    assert decode_file(TEXT.encode(encoding)) == TEXT


@pytest.mark.parametrize(
    ("start", "told"),
    [
        (b"PK\x03\x04\x14\x00", "une archive"),
        (b"\xd0\xcf\x11\xe0\xa1", "un ancien classeur Excel (.xls)"),
        (b"%PDF-1.7", "un PDF"),
        (b"\x89PNG\r\n", "une image"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04", "pas un tableau en texte"),
    ],
)
def test_another_kind_of_file_is_told(start: bytes, told: str):
    with pytest.raises(UnreadableTable) as refused:
        decode_file(start + b"\x00\x01" * 20)
    assert told in str(refused.value)
    assert "CSV" in str(refused.value)


def test_a_file_that_is_too_heavy_is_told():
    with pytest.raises(UnreadableTable, match="trop lourd"):
        decode_file(b"a" * (MAX_BYTES + 1))


def test_what_a_spreadsheet_would_compute_is_written_as_text():
    records = [("=1+1", "+33 6", "@x", "-5", "-5,2", "- tiret", "'dit", "\t=1")]
    written = write_file(records).decode("utf-8-sig")
    assert written == "'=1+1;'+33 6;'@x;-5;-5,2;'- tiret;''dit;'\t=1\r\n"
    read = split_records(clean(written), ";")[0].cells
    assert [read_cell(cell) for cell in read] == [cell.strip() for cell in records[0]]


CELL = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Co", "Zl", "Zp"]), max_size=12)
CELLS = CELL | st.sampled_from(['a"b', "a\nb", "a;b", "a\tb", '"', '""', '"a"', "é", "=1"])


@patient
@given(table=st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
@pytest.mark.parametrize("separator", ["\t", ";"])
def test_what_is_written_is_read_back(separator: str, table: list[list[str]]):
    table = [cells for cells in table if any(cell.strip() for cell in cells)]
    read = split_records(join_records(table, separator), separator)
    assert [list(record.cells) for record in read] == table


@patient
@given(table=st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5))
def test_a_file_of_another_writer_is_read(table: list[list[str]]):
    table = [cells for cells in table if any(cell.strip() for cell in cells)]
    written = io.StringIO()
    csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(table)
    assert [list(r.cells) for r in split_records(written.getvalue(), ";")] == table


@pytest.mark.parametrize("mark", ['"', '"a\n', '""\n', '"\n""', '"x""y\n'])
def test_marks_that_are_never_closed_take_no_time(mark: str):
    """A quadratic reading of 60,000 characters would take minutes."""
    text = mark * (60_000 // len(mark))
    lines = min(text.count("\n") + 1, 900)
    text = "\n".join(text.split("\n")[:lines])
    assert split_records(text, "")
