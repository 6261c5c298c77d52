"""What is kept is printed again when anything that it was made from changes."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test.signals import template_rendered

from diagnostics.report import fingerprint, pdf
from diagnostics.report.pdf import render_report_html, render_synthesis_html
from tests.report_samples import demo, filled, report

ROOT = Path(settings.BASE_DIR)


def test_every_template_that_makes_a_pdf_counts():
    used: set[str] = set()

    def note(sender: object, template: object, **more: object) -> None:
        used.add(template.origin.name)

    template_rendered.connect(note)
    try:
        for document in (demo("sorelle"), filled("Texte")):
            render_report_html(report(document))
            render_synthesis_html(report(document))
    finally:
        template_rendered.disconnect(note)
    assert len(used) > 10
    assert {Path(name) for name in used} <= set(fingerprint.files())


def test_every_module_that_makes_a_pdf_counts():
    """The modules that the report's own modules import, and those that these import."""
    wanted = list((ROOT / "diagnostics" / "report").rglob("*.py"))
    seen: set[Path] = set()
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                file = (ROOT / name.replace(".", "/")).with_suffix(".py")
                if name.startswith("diagnostics.") and file.exists():
                    wanted.append(file)
    assert {path for path in seen if path.stat().st_size} <= set(fingerprint.files())


@pytest.mark.parametrize("changed", ["report.css", "content.py", "figtree-latin-wght-normal.woff2"])
def test_a_change_in_a_file_changes_it(monkeypatch, changed: str):
    before = fingerprint._digest()
    read = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: read(path) + b" " * (path.name == changed))
    assert any(path.name == changed for path in fingerprint.files())
    assert fingerprint._digest() != before


def test_another_weasyprint_changes_it(monkeypatch):
    before = fingerprint._digest()
    assert before == fingerprint._digest()
    monkeypatch.setattr(fingerprint, "version", lambda name: "0")
    assert fingerprint._digest() != before


def test_the_style_sheets_and_fonts_are_those_of_the_pdf():
    names = {path.name for path in fingerprint.files()}
    assert names >= {*pdf.STYLE_SHEETS, *(Path(name).name for *_, name in pdf.FONTS)}
