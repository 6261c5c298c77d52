"""Around the text of the Word report: running header and footer, « Projet », properties."""

from __future__ import annotations

import datetime as dt
from typing import Any

from docx.enum.section import WD_ORIENT
from docx.oxml.ns import nsdecls
from docx.oxml.parser import parse_xml
from docx.section import Section

from diagnostics.domain.reading.texts import xml_text
from diagnostics.report.content import ReportContent
from diagnostics.report.word.paper import TWIPS, Paper
from diagnostics.report.word.pieces import Run, child, new_paragraph, write_field, write_run
from diagnostics.report.word.styles import FIELD_LINE, LANGUAGE, TEXT_WIDTH, WIDE_TEXT_WIDTH

MAX_PROPERTY = 255  # what the format holds
# The shape that Word itself makes and knows how to remove (« Filigrane »).
WATERMARK = f"""<w:r {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"
 xmlns:o="urn:schemas-microsoft-com:office:office"><w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"
 path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>
<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>
<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>
<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/><v:f eqn="mid @8 @5"/>
<v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom"
 o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><v:handles><v:h position="#0,bottomRight" xrange="6629,14971"/>
</v:handles><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{{number}}" o:spid="_x0000_s{{spid}}" type="#_x0000_t136"
 alt="Projet" style="position:absolute;margin-left:0;margin-top:0;width:430pt;height:145pt;\
rotation:315;z-index:-251658752;mso-position-horizontal:center;\
mso-position-horizontal-relative:margin;mso-position-vertical:center;\
mso-position-vertical-relative:margin" o:allowincell="f" fillcolor="#f7f4ec" stroked="f">
<v:textpath style="font-family:&quot;Calibri&quot;;font-size:1pt;font-weight:bold"
 string="Projet"/></v:shape></w:pict></w:r>"""


def _tabs(paragraph: Any, section: Section) -> None:
    """Align what follows a tab on the right margin."""
    is_wide = section.orientation is WD_ORIENT.LANDSCAPE
    width = WIDE_TEXT_WIDTH if is_wide else TEXT_WIDTH
    tabs = child(paragraph.pPr, "w:tabs")
    child(tabs, "w:tab", val="right", pos=f"{width * TWIPS:.0f}")


def _fill(story: Any, paragraph: Any) -> None:
    """Make a paragraph the only one of a header or footer."""
    story.is_linked_to_previous = False
    element = story._element
    for former in list(element):
        element.remove(former)
    element.append(paragraph)


def write_header(
    section: Section, paper: Paper, content: ReportContent, title: str, *, mark: bool = True
) -> None:
    """Write the running header: the structure on the left, the part on the right in its colour.

    ``mark`` puts « Projet » across the pages as long as the diagnostic is not validated.
    """
    colour, _pale = paper.colours
    paragraph = new_paragraph("Header")
    border = child(paragraph.pPr, "w:pBdr")
    child(border, "w:bottom", val="single", sz="8", space="4", color=colour)
    _tabs(paragraph, section)
    write_run(paragraph, Run(content.footer))
    child(child(paragraph, "w:r"), "w:tab")
    write_run(paragraph, Run(title, bold=True, colour=colour))
    if mark and content.is_project:
        number = len(paper.document.sections)
        shape = WATERMARK.format(number=number, spid=2048 + number)
        paragraph.append(parse_xml(shape))
    _fill(section.header, paragraph)


def write_footer(section: Section, content: ReportContent) -> None:
    """Write the footer of a section: status, version, page."""
    paragraph = new_paragraph("Footer")
    border = child(paragraph.pPr, "w:pBdr")
    child(border, "w:top", val="single", sz="4", space="4", color=FIELD_LINE)
    _tabs(paragraph, section)
    status = f"{status_of(content)} · " if content.version else ""
    write_run(paragraph, Run(f"{status}{content.stamp}"))
    child(child(paragraph, "w:r"), "w:tab")
    write_run(paragraph, Run("Page\u00a0"))
    write_field(paragraph, "PAGE", "1")
    write_run(paragraph, Run("\u00a0/\u00a0"))
    write_field(paragraph, "NUMPAGES", "1")
    _fill(section.footer, paragraph)


def status_of(content: ReportContent) -> str:
    """Return the state as the cover says it: « Projet — soumis », « Validé »."""
    status = content.cover.status
    return f"Projet — {status[:1].lower()}{status[1:]}" if content.is_project else status


def write_properties(paper: Paper, content: ReportContent) -> None:
    """Write what the file says of itself; nothing of the library's own template is left."""
    document = content.document
    properties = paper.document.core_properties

    def shortened(text: str) -> str:
        return xml_text(text).replace("\n", " ")[:MAX_PROPERTY]

    properties.title = shortened(content.title)
    properties.author = shortened(document.structure.name)
    properties.last_modified_by = shortened(document.structure.name)
    properties.subject = f"Diagnostic ambition — rapport {content.board.body.au}"
    properties.language = LANGUAGE
    properties.category = "Rapport"
    properties.content_status = status_of(content)
    properties.comments = content.cover.stamp
    properties.keywords = "diagnostic ambition, partenariats associations-entreprises"
    properties.version = str(content.version.number) if content.version else ""
    properties.revision = 1
    moment = content.version.submitted_at if content.version else dt.datetime.now(dt.UTC)
    properties.created = properties.modified = moment.astimezone(dt.UTC).replace(tzinfo=None)
