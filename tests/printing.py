"""What the tests of printing share: an address, another answer, a renderer that fails."""

from __future__ import annotations

from django.urls import reverse

from diagnostics.queries import load_diagnostic_document
from diagnostics.report.pdf import Printed
from diagnostics.services.answers import save_answer
from tests.scene import Scene


def address(scene: Scene, name: str = "report_pdf") -> str:
    return reverse(name, args=[scene.diagnostic.pk])


def rewrite(scene: Scene, text: str) -> None:
    answer = scene.diagnostic.answers.get(step="vision")
    vision = load_diagnostic_document(scene.diagnostic).answers.vision
    vision.statements[0].text = text
    save_answer(
        scene.diagnostic, vision, internal_note="", base_revision=answer.revision, user=scene.lead
    )


def raise_in_renderer(monkeypatch, error: Exception) -> list[str]:
    asked: list[str] = []

    def render(html: str, bounds: object = None) -> Printed:
        asked.append(html)
        raise error

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    return asked
