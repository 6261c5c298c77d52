"""The drawings of the report as SVG: used by the wizard, the report on screen, the PDF and Word.

One file per drawing: its geometry (pure arithmetic, tested apart), then the SVG made of it. The
blocks of each step (:mod:`diagnostics.report.blocks`) say which drawings an answer has.
"""

from __future__ import annotations

from diagnostics.report.diagrams.circles import circles_svg
from diagnostics.report.diagrams.shares import funding_svg

__all__ = ["circles_svg", "funding_svg"]
