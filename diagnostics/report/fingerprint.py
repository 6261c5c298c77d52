"""What a PDF depends on besides the answers: our code and files, and WeasyPrint."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from diagnostics.report import pdf

# A change in any of these files prints again what was kept.
SOURCES = (
    "diagnostics/domain/*.py",
    "diagnostics/report/*",
    "diagnostics/templatetags/*.py",
    "diagnostics/typography.py",
    "templates/report/**/*.html",
    "templates/steps/**/*.html",
)


def fingerprint() -> str:
    """Return a digest of the code, templates, style sheets and fonts that make a PDF."""
    return _digest() if settings.DEBUG else _digest_of_process()


@cache
def _digest_of_process() -> str:
    return _digest()


def _digest() -> str:
    root, packages = Path(settings.BASE_DIR), Path(settings.NODE_MODULES)
    files = {path for pattern in SOURCES for path in root.glob(pattern) if path.is_file()}
    files |= {root / "static" / "css" / name for name in pdf.STYLE_SHEETS}
    digest = hashlib.sha256(f"weasyprint {version('weasyprint')}\n".encode())
    for path in sorted(files):
        digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for *_, name in pdf.FONTS:
        digest.update(f"{name}\n".encode() + (packages / name).read_bytes())
    return digest.hexdigest()
