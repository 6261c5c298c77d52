"""Reading a Word document back, for the tests: its parts, its paragraphs, its tables."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from lxml import etree

from diagnostics.report.content import ReportContent
from diagnostics.report.word import build_docx


@dataclass(frozen=True)
class WordFile:
    data: bytes

    @cached_property
    def parts(self) -> dict[str, bytes]:
        """Every file of the package."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as package:
            assert package.testzip() is None
            return {name: package.read(name) for name in package.namelist()}

    @cached_property
    def trees(self) -> dict[str, Any]:
        """Every part that is XML, parsed by a parser that forgives nothing."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return {
            name: etree.fromstring(content, parser)
            for name, content in self.parts.items()
            if name.endswith((".xml", ".rels"))
        }

    @property
    def body(self) -> Any:
        return self.trees["word/document.xml"].find(qn("w:body"))

    @cached_property
    def document(self) -> Any:
        """The document as the library reads it."""
        return Document(io.BytesIO(self.data))

    def paragraphs(self, *styles: str) -> list[str]:
        """The texts of the paragraphs of some styles (their ids), tables included, in order."""
        return [
            text_of(paragraph)
            for paragraph in self.body.iter(qn("w:p"))
            if style_of(paragraph) in styles
        ]

    def headings(self) -> list[tuple[int, str]]:
        return [
            (int(style_of(paragraph)[-1]), text_of(paragraph))
            for paragraph in self.body.iter(qn("w:p"))
            if style_of(paragraph).startswith("Heading")
        ]

    def tables(self) -> dict[str, Any]:
        """The tables by the caption that describes them; the caption is unique."""
        found: dict[str, Any] = {}
        for table in self.body.iter(qn("w:tbl")):
            caption = table.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}").get(qn("w:val"))
            found.setdefault(caption, table)
        return found

    @property
    def text(self) -> str:
        """Everything that is read: paragraphs, headers, footers; one paragraph a line."""
        trees = [tree for name, tree in self.trees.items() if name.startswith("word/")]
        return "\n".join(text_of(p) for tree in trees for p in tree.iter(qn("w:p")))

    def words_of_pictures(self) -> list[str]:
        """The alternative of each picture; « décoratif » for an ornament."""
        return [
            "décoratif" if b"decorative" in etree.tostring(shape) else shape.get("descr", "")
            for shape in self.body.iter(qn("wp:docPr"))
        ]


def style_of(paragraph: Any) -> str:
    style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "Normal" if style is None else style.get(qn("w:val"))


def text_of(element: Any) -> str:
    """The text of an element; line breaks are line feeds, the codes of fields are left out."""
    pieces = []
    for node in element.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
        if node.getparent().tag == qn("w:tabs"):
            continue  # a position, not a character
        pieces.append(
            node.text or "" if node.tag == qn("w:t") else "\n" if node.tag == qn("w:br") else "\t"
        )
    return "".join(pieces)


def cells_of(table: Any) -> list[list[str]]:
    """The texts of a table: rows of cells, a cell's paragraphs on lines of their own."""
    return [
        ["\n".join(text_of(p) for p in cell.iter(qn("w:p"))) for cell in row.iter(qn("w:tc"))]
        for row in table.iter(qn("w:tr"))
    ]


def word(content: ReportContent) -> WordFile:
    return WordFile(build_docx(content))
