"""What is written inside a paragraph of the Word document, and the rows of its tables.

Texts are only ever given as the text of a run: never parsed, never part of a field or an address.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.parts.story import StoryPart
from docx.shared import Cm

from diagnostics.domain.reading.texts import xml_text
from diagnostics.report.pictures import alternative, svg_to_png
from diagnostics.report.word.styles import TEXT_WIDTH

# What Word calls « décoratif »: screen readers pass over it.
ORNAMENT = f"""<a:extLst {nsdecls("a")}><a:ext uri="{{C183D7F6-B498-43B3-948B-1728B52AA6E4}}">
<adec:decorative xmlns:adec="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>
</a:ext></a:extLst>"""
PICTURE_PIXELS = 1_450  # across the page: about 220 dots per inch, enough to be printed


@dataclass(frozen=True)
class Run:
    """A piece of text; ``style`` is the id of a character style."""

    text: str
    bold: bool = False
    colour: str = ""
    style: str = ""


@dataclass(frozen=True)
class Box:
    """A box to tick."""

    label: str


@dataclass(frozen=True)
class Blank:
    """A place to fill in, on screen or by hand: dots, and what is expected for who clicks."""

    hint: str
    dots: int = 14


@dataclass(frozen=True)
class Drawing:
    """A drawing of ours, as a picture of some centimetres that says the same in words."""

    svg: str
    width: float = TEXT_WIDTH


Piece = str | Run | Box | Blank | Drawing


@dataclass(frozen=True)
class Line:
    """A paragraph of a cell; ``style`` is the id of a paragraph style, ``numbers`` of a list."""

    pieces: Sequence[Piece]
    style: str = "Cell"
    numbers: str = ""


Cell = Sequence[Line]


@dataclass(frozen=True)
class Column:
    """A column of a table: its title, its width in centimetres, the style of its title."""

    title: str
    width: float
    style: str = "Cell"


@dataclass(frozen=True)
class Row:
    """A row; ``spans`` says how many columns each cell takes, ``fill`` colours its ground."""

    cells: Sequence[Cell]
    spans: Sequence[int] = ()
    fill: str = ""
    with_next: bool = False  # stays on the page of the next row
    rule_above: str = ""


def line(*pieces: Piece, style: str = "Cell") -> Line:
    """Return a paragraph of a cell."""
    return Line(pieces, style)


def missing(text: str) -> Run:
    """Return words that say that something is missing."""
    return Run(text, style="Missing")


def child(parent: Any, tag: str, **attributes: str) -> Any:
    """Add an element with attributes of the « w: » namespace."""
    element: Any = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    parent.append(element)
    return element


def border(cell: Any, **sides: tuple[int, str]) -> None:
    """Draw lines around a cell: side → width in eighths of a point (0: none), colour."""
    look = cell.tcPr
    borders = child(look, "w:tcBorders")
    (look.find(qn("w:gridSpan")) if look.find(qn("w:gridSpan")) is not None else look[0]).addnext(
        borders
    )
    for side in ("top", "left", "bottom", "right"):
        if side in sides:
            width, colour = sides[side]
            kind = "single" if width else "nil"
            child(borders, f"w:{side}", val=kind, sz=str(width), space="0", color=colour)


def write_run(parent: Any, run: Run) -> Any:
    """Write a piece of text."""
    element = child(parent, "w:r")
    if run.style or run.bold or run.colour:
        properties = child(element, "w:rPr")
        if run.style:
            child(properties, "w:rStyle", val=run.style)
        if run.bold:
            child(properties, "w:b")
        if run.colour:
            child(properties, "w:color", val=run.colour)
    # The library turns line feeds into breaks; a tab typed is a space.
    element.text = xml_text(run.text).replace("\t", " ")
    return element


def write_field(parent: Any, instruction: str, shown: str) -> None:
    """Write a field of ours with the result to show until it is updated."""
    for kind in ("begin", "separate", "end"):
        if kind == "separate":
            code = child(child(parent, "w:r"), "w:instrText")
            code.set(qn("xml:space"), "preserve")
            code.text = f" {instruction} "
        if kind == "end" and shown:
            write_run(parent, Run(shown))
        child(child(parent, "w:r"), "w:fldChar", fldCharType=kind)


def write_box(parent: Any, box: Box) -> None:
    """Write a box that can be ticked on screen (a content control) and on paper."""
    control: Any = parse_xml(
        f"<w:sdt {nsdecls('w', 'w14')}><w:sdtPr><w14:checkbox>"
        '<w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="Segoe UI Symbol"/>'
        '<w14:uncheckedState w14:val="2610" w14:font="Segoe UI Symbol"/></w14:checkbox></w:sdtPr>'
        '<w:sdtContent><w:r><w:rPr><w:rFonts w:ascii="Segoe UI Symbol" w:hAnsi="Segoe UI Symbol"'
        ' w:eastAsia="Segoe UI Symbol" w:cs="Segoe UI Symbol"/></w:rPr><w:t>☐</w:t></w:r>'
        "</w:sdtContent></w:sdt>"
    )
    parent.append(control)
    write_run(parent, Run(f"\u00a0{box.label}"))


def write_blank(parent: Any, blank: Blank) -> None:
    """Write a place to fill in (a content control): one click selects all of its dots."""
    control = child(parent, "w:sdt")
    properties = child(control, "w:sdtPr")
    child(properties, "w:alias", val=blank.hint)
    child(properties, "w:showingPlcHdr")
    child(properties, "w:text")
    write_run(child(control, "w:sdtContent"), Run("…" * blank.dots, style="FillIn"))


def write_drawing(parent: Any, drawing: Drawing, part: StoryPart) -> None:
    """Write a drawing as a picture in the line."""
    pixels = round(PICTURE_PIXELS * drawing.width / TEXT_WIDTH)
    picture = io.BytesIO(svg_to_png(drawing.svg, width=pixels))
    inline = part.new_pic_inline(picture, width=Cm(drawing.width))
    words = alternative(drawing.svg)
    inline.docPr.set("descr", words)
    if not words:
        inline.docPr.append(parse_xml(ORNAMENT))
    child(child(parent, "w:r"), "w:drawing").append(inline)


def write_pieces(paragraph: Any, pieces: Iterable[Piece], part: StoryPart) -> None:
    """Write the pieces of a paragraph; ``part`` is the part of the package that holds pictures."""
    for piece in pieces:
        if isinstance(piece, Box):
            write_box(paragraph, piece)
        elif isinstance(piece, Blank):
            write_blank(paragraph, piece)
        elif isinstance(piece, Drawing):
            write_drawing(paragraph, piece, part)
        else:
            write_run(paragraph, piece if isinstance(piece, Run) else Run(piece))


def new_paragraph(style: str, *, numbers: str = "", with_next: bool = False) -> Any:
    """Return an empty paragraph of a style; ``numbers`` is the id of the list it is an item of."""
    paragraph: Any = OxmlElement("w:p")
    properties = child(paragraph, "w:pPr")
    child(properties, "w:pStyle", val=style)
    if with_next:
        child(properties, "w:keepNext")
    if numbers:
        item = child(properties, "w:numPr")
        child(item, "w:ilvl", val="0")
        child(item, "w:numId", val=numbers)
    return paragraph
