"""From the report's content to PDF bytes: the only file that knows WeasyPrint.

WeasyPrint is imported when the first PDF is asked for (it costs over half a second), and the
fonts and style sheets are read once per process.

What is typed cannot make the renderer fetch anything: texts are escaped by the templates, and
the fetcher below knows a closed list of the project's own files and refuses every other address.

The application prints through :mod:`diagnostics.report.renderer`, in a process of its own.
"""

from __future__ import annotations

import atexit
import gc
import logging
import os
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.template.loader import render_to_string

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    from diagnostics.report.content import ReportContent

logger = logging.getLogger(__name__)

PDF_VARIANT = "pdf/ua-1"
SCHEME = "rameau-report"  # known to nobody but the fetcher
WATERMARK = f"{SCHEME}:watermark.svg"

EMOJI = "Noto Emoji"
# Family, style, file of an npm package. Emoji are outlines: see fonts.conf. One file a family and
# style: WeasyPrint takes two files of one name for one font, and mixes their glyphs.
FONTS = (
    ("Figtree", "normal", "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2"),
    ("Figtree", "italic", "@fontsource-variable/figtree/files/figtree-latin-wght-italic.woff2"),
    (
        "Figtree Extended",
        "normal",
        "@fontsource-variable/figtree/files/figtree-latin-ext-wght-normal.woff2",
    ),
    (
        "Bricolage Grotesque",
        "normal",
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-wght-normal.woff2",
    ),
    (
        "Bricolage Extended",
        "normal",
        "@fontsource-variable/bricolage-grotesque/files/bricolage-grotesque-latin-ext-wght-normal.woff2",
    ),
    (EMOJI, "normal", "@fontsource/noto-emoji/files/noto-emoji-emoji-400-normal.woff2"),
)
FONTCONFIG_FILE = Path(__file__).with_name("fonts.conf")
STYLE_SHEETS = ("tokens.css", "display.css", "report.css", "report_print.css", "kit.css")


class AddressRefusedError(ValueError):
    """The document names an address that is not one of the project's own files."""


@dataclass(frozen=True)
class _Machinery:
    """What is made once per process."""

    fetcher: Any
    fonts: FontConfiguration
    style_sheets: list[CSS]


# One rendering at a time in a process: the font configuration is shared.
_lock = threading.Lock()


def _assets() -> dict[str, bytes]:
    """Return the closed list of what may be fetched: address → bytes."""
    folder = Path(settings.NODE_MODULES)
    assets = {f"{SCHEME}:{name}": (folder / name).read_bytes() for *_, name in FONTS}
    assets[WATERMARK] = Path(__file__).with_name("watermark.svg").read_bytes()
    return assets


def _characters(name: str) -> str:
    """Return the characters of a font as a ``unicode-range``: what a range claims and the font lacks
    would be printed as an empty box, and never in a font that has it."""
    from fontTools.ttLib import TTFont

    with TTFont(Path(settings.NODE_MODULES) / name, lazy=True) as font:
        codes = sorted(font.getBestCmap())
    starts = [code for code, before in zip(codes, [-1, *codes], strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -1], strict=True) if after != code + 1]
    return ", ".join(f"U+{start:X}-{end:X}" for start, end in zip(starts, ends, strict=True))


def _own_style_sheet() -> str:
    """Return what only the PDF needs: its @font-face rules, without the ranges of weights that
    WeasyPrint refuses, and « Projet » across the pages of what is not validated."""
    faces = "\n".join(
        f'@font-face {{ font-family: "{family}"; font-style: {style}; src: url("{SCHEME}:{name}");'
        f" {'' if family == EMOJI else f'unicode-range: {_characters(name)};'} }}"
        for family, style, name in FONTS
    )
    return f"""{faces}
    html:root {{
      --font-text: "Figtree", "Figtree Extended", sans-serif;
      --font-heading: "Bricolage Grotesque", "Bricolage Extended", sans-serif;
    }}
    .r-project {{ background: url("{WATERMARK}") center / 165mm no-repeat; }}"""


def _style_sheet(name: str) -> str:
    """Return a style sheet of the site, less its web fonts."""
    text = (Path(settings.BASE_DIR) / "static" / "css" / name).read_text(encoding="utf-8")
    return re.sub(r"@font-face\s*\{[^}]*\}", "", text)


@cache
def _machinery() -> _Machinery:
    os.environ.setdefault("FONTCONFIG_FILE", str(FONTCONFIG_FILE))  # read by the import below
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    from diagnostics.report import whole_lines

    whole_lines.install()
    assets = _assets()

    class ClosedFetcher(URLFetcher):
        """Serves the project's own files and refuses every other address, ``data:`` included."""

        def __init__(self) -> None:
            super().__init__(allowed_protocols=[SCHEME], allow_redirects=False)

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            """Return one of the assets, or raise."""
            if url in assets:
                kind = "image/svg+xml" if url == WATERMARK else "font/woff2"
                return URLFetcherResponse(url, assets[url], {"Content-Type": kind})
            logger.warning("the report's renderer refused the address %r", url[:200])
            raise AddressRefusedError("only the project's own files can be read")

    fetcher, fonts = ClosedFetcher(), FontConfiguration()
    texts = [_own_style_sheet(), *(_style_sheet(name) for name in STYLE_SHEETS)]
    sheets = [
        CSS(string=text, url_fetcher=fetcher, font_config=fonts, base_url=f"{SCHEME}:/")
        for text in texts
    ]
    atexit.register(forget)  # its folder of fonts goes before the interpreter does
    return _Machinery(fetcher, fonts, sheets)


_former: list[_Machinery] = []


def renew() -> None:
    """Make fonts and style sheets anew; the former ones are left as they are, to whom they belong."""
    _former.append(_machinery())
    _machinery.cache_clear()


def forget() -> None:
    """Let go of fonts and style sheets; the copies of the fonts are removed."""
    _machinery.cache_clear()
    gc.collect()


def render_report_html(content: ReportContent) -> str:
    """Return the whole HTML document that the PDF is made from."""
    return render_to_string("report/pdf.html", {"content": content, "diagnostic": None})


def render_synthesis_html(content: ReportContent) -> str:
    """Return the HTML document of the one-page synthesis alone, to be put on the table."""
    return render_to_string("report/synthesis_pdf.html", {"content": content})


@dataclass(frozen=True)
class Printed:
    """A PDF, and how many pages it has."""

    pdf: bytes
    pages: int


class _Pages(logging.Handler):
    """Hears from WeasyPrint which page it lays out; one in five is told, once: pages are laid out
    several times until their numbers are right."""

    def __init__(self, on_page: Callable[[int], None]) -> None:
        super().__init__()
        self.on_page, self.last = on_page, 0

    def emit(self, record: logging.LogRecord) -> None:
        """Tell the number of the page."""
        if "Page %d" in str(record.msg) and isinstance(record.args, tuple):
            page = record.args[-1]
            if isinstance(page, int) and page >= self.last + 5:
                self.last = page
                self.on_page(page)


def print_html(html: str, *, on_page: Callable[[int], None] | None = None) -> Printed:
    """Print a whole HTML document made by one of our own templates.

    ``on_page`` is called with the number of pages as they are laid out, for a process of its own.
    """
    with _lock:
        machinery = _machinery()
        from weasyprint import HTML
        from weasyprint.logger import PROGRESS_LOGGER

        if on_page is not None:
            PROGRESS_LOGGER.setLevel(logging.INFO)
            PROGRESS_LOGGER.addHandler(_Pages(on_page))
        document = HTML(string=html, url_fetcher=machinery.fetcher, base_url=f"{SCHEME}:/").render(
            stylesheets=machinery.style_sheets,
            font_config=machinery.fonts,
            pdf_variant=PDF_VARIANT,
        )
        pdf: bytes = document.write_pdf(pdf_variant=PDF_VARIANT)
    return Printed(pdf, len(document.pages))


def warm_up() -> None:
    """Read fonts and style sheets, and print a first page so that all that is imported is."""
    print_html(
        '<!doctype html><html lang="fr"><title>Essai</title>'
        '<body class="r-report"><h1>Essai</h1><p>Premières lettres, <b>en gras</b>.</p>'
        '<svg role="img" width="9" height="9"><title>Essai</title><rect width="9" height="9"/></svg>'
    )
