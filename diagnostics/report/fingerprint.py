"""What a paper depends on besides the answers: our code and files, and the libraries."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

from diagnostics.report import pdf

# A change in any of these files prints again what was kept.
SOURCES = (
    "diagnostics/domain/**/*.py",
    "diagnostics/jinja2/blocks/*.html",
    "diagnostics/markup.py",
    "diagnostics/report/**/*",
    "diagnostics/templatetags/*.py",
    "diagnostics/typography.py",
    "templates/report/**/*.html",
    "templates/steps/**/*.html",
    "templates/components/scroll_hint.html",
)
LIBRARIES = ("weasyprint", "python-docx", "resvg-py")


def fingerprint() -> str:
    """Return a digest of the code, templates, style sheets and fonts that make a paper."""
    return _digest() if settings.DEBUG else _digest_of_process()


@cache
def _digest_of_process() -> str:
    return _digest()


def files() -> list[Path]:
    """Return every file that a PDF is made from."""
    root, packages = Path(settings.BASE_DIR), Path(settings.NODE_MODULES)
    found = {path for pattern in SOURCES for path in root.glob(pattern) if path.is_file()}
    found = {path for path in found if path.parent.name != "__pycache__"}
    found |= {root / "static" / "css" / name for name in pdf.STYLE_SHEETS}
    return [*sorted(found), *(packages / name for *_, name in pdf.FONTS)]


def _digest() -> str:
    libraries = [f"{name} {version(name)}\n" for name in LIBRARIES]
    digest = hashlib.sha256("".join(libraries).encode())
    for path in files():
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    return digest.hexdigest()
