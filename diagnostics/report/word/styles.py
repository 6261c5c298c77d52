"""The look of the Word report: colours, page, named styles, lists.

Everything that can be a style is one, so that whoever edits the document changes it in one place:
the headings make the navigation pane and the table of contents, each axis has its table style.

The font is Calibri, not our own Figtree: a font is not embedded in what others will edit, and one
that is missing is replaced by anything. Calibri comes with Word, and LibreOffice replaces it by
Carlito, of the same widths: the pages stay what they are here. Our fonts are in the pictures.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import parse_xml
from docx.section import Section
from docx.shared import Cm

from diagnostics.domain.vocabulary import Axis
from diagnostics.report.palette import colour

FONT = "Calibri"
LANGUAGE = "fr-FR"
# Centimetres between the margins of an A4 page, upright and lying.
TEXT_WIDTH, WIDE_TEXT_WIDTH = 17.0, 25.7
# The largest picture on a page that also has its heading and caption: width, height.
PICTURE_ROOM, WIDE_PICTURE_ROOM = (16.4, 21.0), (25.4, 13.4)


def _hex(token: str) -> str:
    return colour(token).removeprefix("#")


INK, INK_SOFT = _hex("ink"), _hex("ink-soft")
LEAF, LEAF_DARK, LEAF_PALE = _hex("leaf"), _hex("leaf-dark"), _hex("leaf-pale")
SUN, SUN_PALE, LINE, FIELD_LINE = _hex("sun"), _hex("sun-pale"), _hex("line"), _hex("field-line")
AXIS_COLOURS = {axis: (_hex(f"axis-{axis}"), _hex(f"axis-{axis}-pale")) for axis in Axis}
# What no axis colours takes the primary colour.
PLAIN_COLOURS = (LEAF, LEAF_PALE)
ON_COVER, TITLE_ON_COVER = "cfe2d8", "f7dfa2"

# Names that Word knows, and shows in the reader's language (as it does those in lower case).
BUILT_IN_NAMES = {"Normal", "Title", "Subtitle", "TOC Heading", "List Bullet", "List Number"}
BULLETS, NUMBERS = 1, 2  # ids of the two kinds of lists


def _paragraph_style(
    style_id: str, name: str, run: str = "", paragraph: str = "", *, based: str = "Normal"
) -> str:
    """Return a paragraph style; ``run`` and ``paragraph`` are its properties, in schema order."""
    kind = ' w:default="1"' if style_id == "Normal" else ""
    if name[:1].isupper() and name not in BUILT_IN_NAMES:
        kind = ' w:customStyle="1"'
    base = "" if style_id == "Normal" else f'<w:basedOn w:val="{based}"/>'
    follows = '<w:next w:val="Normal"/>' if style_id.startswith("Heading") else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"{kind}><w:name w:val="{name}"/>'
        f"{base}{follows}<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _run(size: float = 0, colour: str = "", *, bold: bool = False) -> str:
    """Return run properties; sizes are in points."""
    return (
        ("<w:b/>" if bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + (f'<w:sz w:val="{size * 2:.0f}"/><w:szCs w:val="{size * 2:.0f}"/>' if size else "")
    )


def _space(before: float = 0, after: float = 0, line: float = 1) -> str:
    """Return the spacing of a paragraph: points before and after, lines between."""
    return (
        f'<w:spacing w:before="{before * 20:.0f}" w:after="{after * 20:.0f}"'
        f' w:line="{line * 240:.0f}" w:lineRule="auto"/>'
    )


def _heading(level: int, size: float, before: float, after: float, *, new_page: str = "") -> str:
    return _paragraph_style(
        f"Heading{level}",
        f"heading {level}",
        _run(size, INK, bold=True),
        f"<w:keepNext/><w:keepLines/>{new_page}{_space(before, after)}"
        f'<w:outlineLvl w:val="{level - 1}"/>',
    )


def _list(style_id: str, name: str, number: int, *, run: str = "", after: float = 3) -> str:
    return _paragraph_style(
        style_id,
        name,
        run,
        f'<w:numPr><w:numId w:val="{number}"/></w:numPr>{_space(0, after, 1.1)}',
    )


def _toc(level: int) -> str:
    tab = f'<w:tabs><w:tab w:val="right" w:pos="{TEXT_WIDTH * 567:.0f}"/></w:tabs>'
    return _paragraph_style(
        f"TOC{level}",
        f"toc {level}",
        _run(11, INK, bold=True) if level == 1 else _run(10.5, INK),
        f"{tab}{_space(7 if level == 1 else 0, 2)}"
        f'<w:ind w:left="{(level - 1) * 340}" w:right="567"/>',
    )


def _boxed(style_id: str, name: str, colour: str, fill: str, run: str = "") -> str:
    """Return a style with a coloured bar on its left and a pale ground."""
    return _paragraph_style(
        style_id,
        name,
        run,
        f'<w:keepLines/><w:pBdr><w:top w:val="single" w:sz="4" w:space="3" w:color="{fill}"/>'
        f'<w:left w:val="single" w:sz="24" w:space="8" w:color="{colour}"/>'
        f'<w:bottom w:val="single" w:sz="4" w:space="3" w:color="{fill}"/></w:pBdr>'
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>{_space(4, 8, 1.1)}'
        '<w:ind w:left="227"/>',
    )


PARAGRAPH_STYLES = (
    _paragraph_style("Normal", "Normal", "", _space(0, 6, 1.12)),
    _heading(1, 21, 0, 9),
    _heading(2, 14.5, 16, 6),
    _heading(3, 11.5, 10, 4),
    _paragraph_style("Title", "Title", _run(31, "ffffff", bold=True), _space(0, 8, 0.95)),
    _paragraph_style("Subtitle", "Subtitle", _run(17, TITLE_ON_COVER, bold=True), _space(0, 14)),
    _paragraph_style("CoverText", "Couverture", _run(11, ON_COVER), _space(0, 6)),
    _paragraph_style(
        "TOCHeading", "TOC Heading", _run(21, INK, bold=True), f"<w:keepNext/>{_space(0, 10)}"
    ),
    _paragraph_style(
        "Lead", "Chapeau", f"<w:i/>{_run(11.5, INK_SOFT)}", f"<w:keepNext/>{_space(0, 8)}"
    ),
    _toc(1),
    _toc(2),
    _paragraph_style("Caption", "caption", _run(9.5, INK_SOFT), f"<w:keepLines/>{_space(3, 9)}"),
    _paragraph_style(
        "TableCaption",
        "Légende de tableau",
        "",
        f"<w:keepNext/><w:keepLines/>{_space(8, 4)}",
        based="Caption",
    ),
    _paragraph_style("Figure", "Figure", "", f'<w:keepNext/>{_space(6, 2)}<w:jc w:val="center"/>'),
    _paragraph_style("Header", "header", _run(8.5, INK_SOFT), _space()),
    _paragraph_style("Footer", "footer", _run(8.5, INK_SOFT), _space()),
    _paragraph_style("SectionEnd", "Fin de section", _run(1), _space()),
    _paragraph_style("Rule", "Filet", _run(4), f"<w:keepNext/>{_space(24, 0)}"),
    _paragraph_style("Gap", "Intervalle", _run(4), _space()),
    _list("ListBullet", "List Bullet", BULLETS),
    _list("ListNumber", "List Number", NUMBERS),
    _list("Statement", "Énoncé", NUMBERS, run=_run(12), after=8),
    _paragraph_style(
        "Label", "Étiquette", _run(10, INK, bold=True), f"<w:keepNext/>{_space(8, 2)}"
    ),
    _boxed("Box", "Encadré", LEAF, LEAF_PALE),
    _boxed("Caution", "Mise en garde", SUN, SUN_PALE, _run(10, INK, bold=True)),
    _paragraph_style("Detail", "Détail", _run(9, INK_SOFT), _space(0, 4)),
    _paragraph_style("Hint", "Consigne", _run(9, INK_SOFT), _space(10, 6)),
    _paragraph_style("Cell", "Cellule", _run(9.5), _space()),
    _paragraph_style("CellTitle", "Cellule - titre", "<w:b/>", based="Cell"),
    _paragraph_style("CellDetail", "Cellule - détail", _run(8.5, INK_SOFT), based="Cell"),
    _paragraph_style("CellFigure", "Cellule - chiffre", "", '<w:jc w:val="right"/>', based="Cell"),
    _paragraph_style(
        "CellFigureDetail", "Cellule - unité", _run(8.5, INK_SOFT), based="CellFigure"
    ),
    _paragraph_style(
        "BoxHeading", "Cellule - intertitre", _run(11, bold=True), _space(0, 2), based="Cell"
    ),
    _paragraph_style("KeyFigure", "Chiffre clé", _run(13.5, LEAF_DARK, bold=True), based="Cell"),
    _list("CellBullet", "Cellule - liste", BULLETS, run=_run(9), after=0),
    _list("CellNumber", "Cellule - liste numérotée", NUMBERS, run=_run(9.5), after=1),
    _paragraph_style(
        "Article", "Article", _run(11.5, INK, bold=True), f"<w:keepNext/>{_space(10, 2)}"
    ),
    _paragraph_style("ArticleText", "Article - texte", "", "<w:keepNext/>", based="Deliberation"),
    _paragraph_style("Deliberation", "Délibération", _run(11), f"{_space(0, 6, 1.15)}"),
)
CHARACTER_STYLES = (
    f'<w:style w:type="character" w:styleId="Missing"><w:name w:val="À préciser"/><w:qFormat/>'
    f'<w:rPr><w:i/><w:color w:val="{INK_SOFT}"/></w:rPr></w:style>',
    f'<w:style w:type="character" w:styleId="FillIn"><w:name w:val="À remplir"/><w:qFormat/>'
    f'<w:rPr><w:color w:val="{INK_SOFT}"/><w:shd w:val="clear" w:color="auto" w:fill="{LEAF_PALE}"/>'
    "</w:rPr></w:style>",
)
KEPT_STYLES = {"DefaultParagraphFont", "TableNormal", "NoList"}


def table_style_id(axis: Axis | None) -> str:
    """Return the id of the style of an axis's tables."""
    return f"Table{axis.value.capitalize()}" if axis else "TablePlain"


def _table_style(axis: Axis | None) -> str:
    """Return a table style: fine lines between rows, headings on the pale colour of the axis."""
    colour, pale = AXIS_COLOURS[axis] if axis else PLAIN_COLOURS
    name = f"Tableau {axis.value}" if axis else "Tableau"
    return (
        f'<w:style w:type="table" w:customStyle="1" w:styleId="{table_style_id(axis)}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="TableNormal"/><w:qFormat/>'
        f'<w:tblPr><w:tblBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/>'
        f'<w:insideH w:val="single" w:sz="4" w:space="0" w:color="{LINE}"/></w:tblBorders>'
        '<w:tblCellMar><w:top w:w="40" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
        '<w:bottom w:w="40" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="{colour}"/></w:rPr>'
        f'<w:tcPr><w:tcBorders><w:bottom w:val="single" w:sz="12" w:space="0" w:color="{colour}"/>'
        f'</w:tcBorders><w:shd w:val="clear" w:color="auto" w:fill="{pale}"/></w:tcPr>'
        "</w:tblStylePr></w:style>"
    )


def _level(kind: str, text: str, run: str) -> str:
    return (
        f'<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
        f'<w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="369" w:hanging="369"/></w:pPr><w:rPr>{run}</w:rPr></w:lvl>'
    )


def _elements(snippets: list[str]) -> list[Any]:
    """Parse pieces of WordprocessingML of ours (never anything typed)."""
    root: Any = parse_xml(f"<w:root {nsdecls('w')}>{''.join(snippets)}</w:root>")
    return list(root)


def _set_styles(document: WordDocument) -> None:
    styles: Any = document.styles.element
    for style in styles.findall(qn("w:style")):
        if style.get(qn("w:styleId")) not in KEPT_STYLES:
            styles.remove(style)
    defaults = styles.find(qn("w:docDefaults"))
    styles.replace(
        defaults,
        _elements(
            [
                f'<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}"'
                f' w:eastAsia="{FONT}" w:cs="{FONT}"/>{_run(10.5, INK)}'
                f'<w:lang w:val="{LANGUAGE}" w:eastAsia="{LANGUAGE}" w:bidi="ar-SA"/></w:rPr>'
                "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
            ]
        )[0],
    )
    tables = [_table_style(axis) for axis in (None, *Axis)]
    styles.extend(_elements([*PARAGRAPH_STYLES, *CHARACTER_STYLES, *tables]))


def _set_lists(document: WordDocument) -> None:
    numbering: Any = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    levels = {
        BULLETS: _level("bullet", "•", ""),
        NUMBERS: _level("decimal", "%1.", f'<w:b/><w:color w:val="{LEAF}"/>'),
    }
    numbering.extend(
        _elements(
            [
                f'<w:abstractNum w:abstractNumId="{key}"><w:multiLevelType w:val="singleLevel"/>'
                f"{level}</w:abstractNum>"
                for key, level in levels.items()
            ]
            + [f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/></w:num>' for key in levels]
        )
    )


def _set_settings(document: WordDocument) -> None:
    settings: Any = document.settings.element
    for name in ("w:savePreviewPicture", "w:rsids", "w:proofState"):
        for element in settings.findall(qn(name)):
            settings.remove(element)
    settings.find(qn("w:zoom")).set(qn("w:percent"), "100")
    language = settings.find(qn("w:themeFontLang"))
    language.set(qn("w:val"), LANGUAGE)
    language.attrib.pop(qn("w:eastAsia"), None)
    settings.find(qn("w:decimalSymbol")).set(qn("w:val"), ",")
    settings.find(qn("w:listSeparator")).set(qn("w:val"), ";")
    for option in settings.find(qn("w:compat")):
        if option.get(qn("w:name")) == "compatibilityMode":
            option.set(qn("w:val"), "15")  # or Word opens it « en mode de compatibilité »


def set_page(section: Section, *, landscape: bool = False) -> None:
    """Give a section the page of the report: A4 and its margins."""
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    size = (Cm(29.7), Cm(21)) if landscape else (Cm(21), Cm(29.7))
    section.page_width, section.page_height = size
    section.left_margin = section.right_margin = Cm((21 - TEXT_WIDTH) / 2)
    section.top_margin, section.bottom_margin = Cm(2.3), Cm(1.9)
    section.header_distance, section.footer_distance = Cm(1.1), Cm(0.9)


def _drop_leftovers(document: WordDocument) -> None:
    """Drop what the library's own template carries: its picture, its data, an older style sheet."""
    package, part = document.part.package, document.part
    for holder, kinds in (
        (package, ("metadata/thumbnail", "/extended-properties")),
        (part, ("/customXml", "/stylesWithEffects")),
    ):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.endswith(kinds):
                del holder.rels[key]


@cache
def _template() -> bytes:
    document = Document()
    _set_styles(document)
    _set_lists(document)
    _set_settings(document)
    set_page(document.sections[0])
    _drop_leftovers(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def blank_document() -> WordDocument:
    """Return a new document with our page and styles (made once per process, read each time)."""
    return Document(io.BytesIO(_template()))
