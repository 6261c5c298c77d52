"""Workbooks: what they hold is read as people type it, and a file made to break breaks nothing."""

from __future__ import annotations

import datetime as dt
import time
import zipfile
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from diagnostics.domain.cells import UnreadableTable, split_records
from diagnostics.domain.columns import Column, Kind
from diagnostics.forms.workbook import read_workbook, write_workbook

COLUMNS = [
    Column("text", "Activité", Kind.TEXT),
    Column(
        "state", "État", Kind.CODE, choices=(("a", ("À créer",)), ("b", ("Existante, un peu",)))
    ),
    Column("id", "Identifiant", Kind.ID),
]


def book(*rows: list[Any], formats: dict[str, str] | None = None) -> bytes:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    for place, number_format in (formats or {}).items():
        made.active[place].number_format = number_format
    written = BytesIO()
    made.save(written)
    return written.getvalue()


def with_part(content: bytes, name: str, change, *, more: dict[str, bytes] | None = None) -> bytes:
    """A workbook with one of its parts changed, and some more."""
    changed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        assert name in old.namelist()
        for part in old.infolist():
            text = old.read(part.filename)
            new.writestr(part.filename, change(text) if part.filename == name else text)
        for path, text in (more or {}).items():
            new.writestr(path, text)
    return changed.getvalue()


def of_excel(text: str, *, before: bytes = b"") -> bytes:
    """A workbook whose only cell is a shared text, as Excel writes texts."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    shared = f'<sst xmlns="{main}" count="1" uniqueCount="1"><si><t>{text}</t></si></sst>'.encode()
    content = with_part(
        book(["x"]),
        "xl/worksheets/sheet1.xml",
        lambda t: t.replace(b't="inlineStr"><is><t>x</t></is>', b't="s"><v>0</v>'),
        more={"xl/sharedStrings.xml": b"<?xml version='1.0'?>" + before + shared},
    )
    content = with_part(
        content,
        "xl/_rels/workbook.xml.rels",
        lambda t: t.replace(
            b"</Relationships>",
            f'<Relationship Id="rId99" Type="{kind}" Target="sharedStrings.xml"/></Relationships>'.encode(),
        ),
    )
    override = (
        b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
        b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
    )
    return with_part(content, "[Content_Types].xml", lambda t: t.replace(b"</Types>", override))


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [record.cells for record in split_records(read_workbook(content), "\t")]


def test_values_are_read_as_people_type_them():
    content = book(
        [
            "texte",
            2029,
            12.5,
            0.15,
            True,
            dt.date(2026, 9, 1),
            dt.datetime(2026, 9, 15, 10),
            None,
            "a\nb",
        ],
        formats={"D1": "0%"},
    )
    assert cells(content) == [
        ("texte", "2029", "12,5", "15\u00a0%", "oui", "septembre 2026", "15/09/2026", "", "a\nb")
    ]


def test_lines_keep_their_numbers():
    content = book(["a"], [None], ["b"])
    assert [record.number for record in split_records(read_workbook(content), "\t")] == [1, 3]


def test_a_formula_is_what_it_last_showed():
    """Never computed here: a file may hold a formula without a value."""
    content = book(["a", "=1+1", "=2+2"])
    shown = with_part(
        content,
        "xl/worksheets/sheet1.xml",
        lambda t: t.replace(b"<f>2+2</f><v/>", b"<f>2+2</f><v>5</v>").replace(
            b"<f>2+2</f><v></v>", b"<f>2+2</f><v>5</v>"
        ),
    )
    assert cells(shown) == [("a", "", "5")]


def test_what_would_be_computed_is_written_as_text():
    table = [["Activité", "État", "Identifiant"], ["=1+1", "@x", "a1"], ["-5", "12,50", "a2"]]
    written = write_workbook(COLUMNS, table)
    sheet = load_workbook(BytesIO(written)).worksheets[0]
    assert [(c.value, c.data_type) for c in sheet[2]] == [("=1+1", "s"), ("@x", "s"), ("a1", "s")]
    assert sheet["A3"].value == -5
    assert [list(line) for line in cells(written)] == table


def test_what_a_workbook_cannot_hold_is_left_out():
    """Of texts kept by an older release: a workbook with one of them could not be written."""
    written = write_workbook(COLUMNS, [["a\x00b\x0bc\uffffd", "=\ufffe1", "a1"]])
    assert cells(written) == [("abcd", "=1", "a1")]


def test_lists_can_be_chosen_from():
    written = load_workbook(BytesIO(write_workbook(COLUMNS, [["Activité", "État", "Identifiant"]])))
    (listed,) = written.worksheets[0].data_validations.dataValidation
    assert listed.formula1 == "Choix!$B$1:$B$2"
    assert [cell.value for cell in written["Choix"]["B"]] == ["À créer", "Existante, un peu"]
    assert written["Choix"].sheet_state == "hidden"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\x00" * 500,
        book(["a"])[:-30],
        book(["a"])[:800],
        with_part(book(["a"]), "xl/workbook.xml", lambda text: b"<not xml"),
        with_part(book(["a"]), "xl/worksheets/sheet1.xml", lambda text: text[: len(text) // 2]),
    ],
)
def test_a_broken_workbook_says_so(content: bytes):
    with pytest.raises(UnreadableTable, match="classeur"):
        read_workbook(content)


def test_another_archive_is_no_workbook():
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(UnreadableTable, match="pas un classeur Excel"):
        read_workbook(other.getvalue())


def test_a_bomb_is_refused_before_it_is_unpacked():
    bomb = with_part(book(["a"]), "xl/worksheets/sheet1.xml", lambda text: b" " * 50_000_000)
    assert len(bomb) < 100_000
    started = time.monotonic()
    with pytest.raises(UnreadableTable, match="trop lourd une fois ouvert"):
        read_workbook(bomb)
    assert time.monotonic() - started < 5


ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
)


def test_shared_texts_are_read():
    assert cells(of_excel("partagé")) == [("partagé",)]


@pytest.mark.parametrize("entity", ["&c;", "&f;"])
def test_entities_of_shared_texts_are_not_followed(entity: str):
    with pytest.raises(UnreadableTable):
        read_workbook(of_excel(entity, before=ENTITIES))


@pytest.mark.parametrize("entity", [b"&c;", b"&f;"])
def test_entities_are_not_followed(entity: bytes):
    content = with_part(
        book(["secret"]),
        "xl/worksheets/sheet1.xml",
        lambda t: ENTITIES + t.replace(b"secret", entity),
    )
    with pytest.raises(UnreadableTable):
        read_workbook(content)


def test_entities_that_grow_take_no_time():
    """In the name of a sheet, which is not read: its parser stops what grows."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaaaa">{levels}]>'.encode()
    content = with_part(
        book(["secret"]),
        "xl/workbook.xml",
        lambda t: bomb + t.replace(b'"Sheet"', b'"&e11;"'),
    )
    started = time.monotonic()
    with pytest.raises(UnreadableTable):
        read_workbook(content)
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("rows", [[["a"]] * 1_200, [["a"] * 80]])
def test_a_large_sheet_is_told(rows: list[list[str]]):
    with pytest.raises(UnreadableTable, match="trop grand"):
        read_workbook(book(*rows))


def test_a_sheet_that_claims_a_million_lines_takes_no_time():
    sheet = book(["a"], ["b"])
    lying = with_part(
        sheet,
        "xl/worksheets/sheet1.xml",
        lambda t: t.replace(b'r="2"', b'r="1048576"').replace(b'"A2"', b'"A1048576"'),
    )
    started = time.monotonic()
    assert cells(lying)[0] == ("a",)
    assert time.monotonic() - started < 5
