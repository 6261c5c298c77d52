"""Every word of the three demo reports, titles, captions and drawings included, as they were read last.

A change that is meant is written again with ``REWRITE=1 .venv/bin/python -m pytest
tests/unit/test_report_words.py``: the difference shows a reviewer what people will read.
"""

from __future__ import annotations

import os
import re
from html import unescape
from pathlib import Path

import pytest

from diagnostics.report.content import build_report
from diagnostics.report.pdf import render_report_html
from tests.report_samples import demo

SNAPSHOTS = Path(__file__).resolve().parents[1] / "snapshots"
HIDDEN = re.compile(r"<(style|script)\b.*?</\1>", re.S)
# What a reader finds without seeing it: names of drawings and of tables.
SAID = re.compile(r'<[^>]+\baria-label="([^"]*)"[^>]*>')
BLOCK = re.compile(r"</?(p|h\d|li|t[dhr]|caption|div|section|text|title|desc|dt|dd|g|svg)\b[^>]*>")


def words_of(html: str) -> str:
    """The text of a page, a line for each block."""
    body = HIDDEN.sub("", html)
    text = re.sub(r"<[^>]+>", "", BLOCK.sub("\n", SAID.sub(r"\n[\1]\n", body)))
    lines = (" ".join(line.split(" ")).strip() for line in unescape(text).splitlines())
    return "\n".join(line for line in lines if line) + "\n"


@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
def test_the_words_of_a_report(name):
    words = words_of(render_report_html(build_report(demo(name), version=None)))
    path = SNAPSHOTS / f"report_{name}.txt"
    if os.environ.get("REWRITE"):
        path.write_text(words, encoding="utf-8")
    assert words.splitlines() == path.read_text(encoding="utf-8").splitlines()
