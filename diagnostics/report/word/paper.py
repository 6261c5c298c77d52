"""The Word document while it is written, from its first page to its last."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Iterable, Sequence
from typing import Any

from docx.document import Document as WordDocument
from docx.enum.section import WD_SECTION
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.section import Section

from diagnostics.domain.reading.texts import xml_text
from diagnostics.domain.vocabulary import Axis
from diagnostics.report.pictures import proportions
from diagnostics.report.word.pieces import (
    Column,
    Drawing,
    Line,
    Piece,
    Row,
    Run,
    child,
    new_paragraph,
    write_field,
    write_pieces,
    write_run,
)
from diagnostics.report.word.styles import (
    AXIS_COLOURS,
    NUMBERS,
    PICTURE_ROOM,
    PLAIN_COLOURS,
    WIDE_PICTURE_ROOM,
    blank_document,
    set_page,
    table_style_id,
)

TWIPS = 567  # in a centimetre
SHORT_TABLE = 6  # rows


class Paper:
    """The document being written, from its first page to its last."""

    def __init__(self) -> None:
        self.document: WordDocument = blank_document()
        self.axis: Axis | None = None
        self.headings: list[tuple[int, str, str]] = []  # level, text, bookmark
        self._body: Any = self.document.element.body
        self._counts = {"Figure": 0, "Tableau": 0}
        self._contents: Any = None
        self._room = PICTURE_ROOM

    @property
    def colours(self) -> tuple[str, str]:
        """The colour of the present axis, strong and pale."""
        return AXIS_COLOURS[self.axis] if self.axis else PLAIN_COLOURS

    def _append(self, element: Any) -> Any:
        """Add an element at the end of the text, before the properties of the last section."""
        self._body[-1].addprevious(element)
        return element

    # --- Sections and headings -----------------------------------------------------------

    def new_section(self, axis: Axis | None, *, landscape: bool = False) -> Section:
        """Start a page, and from there the colours of an axis."""
        section: Section = self.document.add_section(WD_SECTION.NEW_PAGE)
        set_page(section, landscape=landscape)
        self._room = WIDE_PICTURE_ROOM if landscape else PICTURE_ROOM
        # The break stands in a paragraph of its own, that must not call for one more page.
        last = self._body[-2]
        last.get_or_add_pPr().insert(0, OxmlElement("w:pStyle"))
        last.pPr[0].set(qn("w:val"), "SectionEnd")
        section.different_first_page_header_footer = False
        self.axis = axis
        return section

    def heading(self, text: str, level: int) -> None:
        """Write a heading; the first two levels are in the table of contents."""
        paragraph = new_paragraph(f"Heading{level}")
        bookmark = f"_Toc{len(self.headings) + 1:06}"
        number = str(len(self.headings) + 1)
        child(paragraph, "w:bookmarkStart", id=number, name=bookmark)
        write_run(paragraph, Run(text, colour=self.colours[0] if level < 3 else ""))
        child(paragraph, "w:bookmarkEnd", id=number)
        self.headings.append((level, text, bookmark))
        self._append(paragraph)

    def contents_here(self) -> None:
        """Keep the place of the table of contents, written when all the headings are known."""
        self._contents = self._append(OxmlElement("w:p"))

    def write_contents(self, title: str, hint: str) -> None:
        """Write the table of contents: a field that Word updates, and until then its entries.

        ``hint`` says how to have the page numbers; the first update takes it away. The file could
        ask for that update itself, but Word then warns whoever opens it of « other files ».
        """
        control: Any = parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtPr><w:docPartObj><w:docPartGallery"
            ' w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr>'
            "<w:sdtContent/></w:sdt>"
        )
        content = control.find(qn("w:sdtContent"))
        heading = new_paragraph("TOCHeading")
        write_run(heading, Run(title))
        content.append(heading)
        entries = [entry for entry in self.headings if entry[0] < 3]
        for position, (level, text, bookmark) in enumerate(entries):
            paragraph = new_paragraph(f"TOC{level}")
            if position == 0:
                child(child(paragraph, "w:r"), "w:fldChar", fldCharType="begin")
                code = child(child(paragraph, "w:r"), "w:instrText")
                code.text = r' TOC \o "1-2" \h \z \u '
                child(child(paragraph, "w:r"), "w:fldChar", fldCharType="separate")
            link = child(paragraph, "w:hyperlink", anchor=bookmark, history="1")
            write_run(link, Run(text))
            child(child(link, "w:r"), "w:tab")
            write_field(link, rf"PAGEREF {bookmark} \h", "")
            content.append(paragraph)
        last = new_paragraph("Hint")
        write_run(last, Run(hint))
        child(child(last, "w:r"), "w:fldChar", fldCharType="end")
        content.append(last)
        self._contents.getparent().replace(self._contents, control)

    # --- Texts ---------------------------------------------------------------------------

    def text(
        self, *pieces: Piece, style: str = "Normal", numbers: str = "", with_next: bool = False
    ) -> Any:
        """Write a paragraph; ``with_next`` keeps it on the page of what follows."""
        paragraph = new_paragraph(style, numbers=numbers, with_next=with_next)
        write_pieces(paragraph, pieces, self.document.part)
        return self._append(paragraph)

    def label(self, text: str) -> None:
        """Write a small title above a text, in the colour of the axis."""
        self.text(Run(text, colour=self.colours[0]), style="Label")

    def boxed(self, *pieces: Piece) -> None:
        """Write a paragraph on the pale colour of the axis."""
        colour, pale = self.colours
        properties = self.text(*pieces, style="Box").pPr
        border = child(properties, "w:pBdr")
        child(border, "w:top", val="single", sz="4", space="4", color=pale)
        child(border, "w:left", val="single", sz="24", space="8", color=colour)
        child(border, "w:bottom", val="single", sz="4", space="4", color=pale)
        child(properties, "w:shd", val="clear", color="auto", fill=pale)

    def rule(self, colour: str) -> None:
        """Draw a line across the page, that stays with what follows."""
        properties = self.text(style="Rule").pPr
        border = child(properties, "w:pBdr")
        child(border, "w:top", val="single", sz="16", space="1", color=colour)

    def bullets(self, items: Iterable[Sequence[Piece]]) -> None:
        """Write a list."""
        for pieces in items:
            self.text(*pieces, style="ListBullet")

    def numbered(self, items: Iterable[Sequence[Piece]], *, style: str = "ListNumber") -> None:
        """Write a numbered list that starts at 1."""
        numbers = self.new_numbers()
        for pieces in items:
            self.text(*pieces, style=style, numbers=numbers)

    def new_numbers(self) -> str:
        """Return the id of a list that starts at 1."""
        numbering: Any = self.document.part.numbering_part.element
        number = str(len(numbering.findall(qn("w:num"))) + 1)
        element = child(numbering, "w:num", numId=number)
        child(element, "w:abstractNumId", val=str(NUMBERS))
        child(child(element, "w:lvlOverride", ilvl="0"), "w:startOverride", val="1")
        return number

    # --- Tables --------------------------------------------------------------------------

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Row],
        *,
        caption: str,
        shows_caption: bool = True,
        has_header: bool = True,
    ) -> Any:
        """Write a table: its header is repeated on each page, a row is never cut by one, and a
        short table stays whole.

        ``caption`` numbers and names the table above it, and describes it to screen readers.
        """
        if shows_caption:
            self._caption("Tableau", caption, "TableCaption")
        table = self._new_table([column.width for column in columns], caption, has_header)
        if has_header:
            titles = [[Line([column.title], column.style)] for column in columns]
            self._write_row(table, columns, Row(titles, with_next=True), is_header=True)
        rows = list(rows)
        for position, row in enumerate(rows):
            # Two rows at least stand together at the top and at the bottom of a table.
            together = len(rows) <= SHORT_TABLE or position in (0, len(rows) - 2)
            if together and position < len(rows) - 1:
                row = dataclasses.replace(row, with_next=True)
            self._write_row(table, columns, row)
        return self._append(table)

    def _new_table(self, widths: Sequence[float], caption: str, has_header: bool) -> Any:
        table: Any = OxmlElement("w:tbl")
        properties = child(table, "w:tblPr")
        child(properties, "w:tblStyle", val=table_style_id(self.axis))
        child(properties, "w:tblW", w=f"{sum(widths) * TWIPS:.0f}", type="dxa")
        child(properties, "w:tblLayout", type="fixed")
        look = {"firstRow": str(int(has_header)), "lastRow": "0", "firstColumn": "0"}
        look |= {"lastColumn": "0", "noHBand": "1", "noVBand": "1"}
        child(properties, "w:tblLook", val="0620" if has_header else "0600", **look)
        child(properties, "w:tblCaption", val=xml_text(caption))
        grid = child(table, "w:tblGrid")
        for width in widths:
            child(grid, "w:gridCol", w=f"{width * TWIPS:.0f}")
        return table

    def _write_row(
        self, table: Any, columns: Sequence[Column], row: Row, *, is_header: bool = False
    ) -> None:
        element = child(table, "w:tr")
        properties = child(element, "w:trPr")
        child(properties, "w:cantSplit")
        if is_header:
            child(properties, "w:tblHeader")
        start = 0
        for cell, span in zip(row.cells, row.spans or [1] * len(row.cells), strict=True):
            width = sum(column.width for column in columns[start : start + span])
            start += span
            box = child(element, "w:tc")
            look = child(box, "w:tcPr")
            child(look, "w:tcW", w=f"{width * TWIPS:.0f}", type="dxa")
            if span > 1:
                child(look, "w:gridSpan", val=str(span))
            if row.rule_above:
                rule = child(look, "w:tcBorders")
                child(rule, "w:top", val="single", sz="12", space="0", color=row.rule_above)
            if row.fill:
                child(look, "w:shd", val="clear", color="auto", fill=row.fill)
            if is_header:
                child(look, "w:vAlign", val="bottom")
            for part in cell or [Line([])]:
                paragraph = new_paragraph(part.style, numbers=part.numbers, with_next=row.with_next)
                write_pieces(paragraph, part.pieces, self.document.part)
                box.append(paragraph)

    # --- Pictures ------------------------------------------------------------------------

    def picture(self, svg: str, caption: str) -> None:
        """Write a drawing as a picture as large as the page allows, with its caption below."""
        width, height = self._room
        self.text(Drawing(svg, min(width, height / proportions(svg))), style="Figure")
        self._caption("Figure", caption, "Caption")

    def _caption(self, kind: str, text: str, style: str) -> None:
        self._counts[kind] += 1
        paragraph = new_paragraph(style)
        write_run(paragraph, Run(f"{kind}\u00a0", bold=True))
        write_field(paragraph, rf"SEQ {kind} \* ARABIC", str(self._counts[kind]))
        write_run(paragraph, Run(f"\u00a0— {text}"))
        self._append(paragraph)

    def save(self) -> bytes:
        """Return the bytes of the document."""
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()
