"""Drawings as PNG: size, weights, characters of other scripts, nothing read but our font."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from diagnostics.domain.reading.texts import xml_text
from diagnostics.report import pictures
from diagnostics.report.diagrams import circles_svg
from diagnostics.report.diagrams.svg import AMBITION, FONT
from diagnostics.report.pictures import PictureError, alternative, proportions, svg_to_png
from tests.report_samples import demo


def drawing(*lines: str, width: int = 400, height: int = 100) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}"><title>Titre</title>{"".join(lines)}</svg>'
    )


def line(text: str, *, weight: int = 400, family: str = FONT) -> str:
    return (
        f'<text x="10" y="60" font-family="{family}" font-size="30" font-weight="{weight}"'
        f' fill="#000000">{text}</text>'
    )


def picture(svg: str, width: int = 400) -> Image.Image:
    return Image.open(io.BytesIO(svg_to_png(svg, width=width)))


def ink(svg: str) -> int:
    """How many pixels are dark."""
    return sum(picture(svg).convert("L").histogram()[:128])


def test_a_drawing_of_the_report_becomes_a_picture_of_the_width_asked_for():
    document = demo("sorelle")
    svg = circles_svg(document.answers.positioning.rows, centre="Passerelles")

    image = picture(svg, 1400)

    x, y, width, height = (float(n) for n in svg.split('viewBox="')[1].split('"')[0].split())
    assert image.format == "PNG"
    assert image.width == 1400
    assert image.height == pytest.approx(1400 * height / width, abs=1)
    assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)
    centre = image.convert("RGB").getpixel((700 - 95, image.height // 2))
    assert centre == tuple(bytes.fromhex(AMBITION.strip("#")))


def test_the_weights_of_the_variable_font_are_drawn():
    amounts = [ink(drawing(line("Modèle économique", weight=w))) for w in (400, 600, 700)]

    assert 0 < amounts[0] < amounts[1] < amounts[2]


def test_texts_are_in_our_font_and_not_in_one_of_the_machine():
    ours = picture(drawing(line("Œuvres « 1 250 » — é")))
    asked = picture(drawing(line("Œuvres « 1 250 » — é", family="Figtree")))
    other = picture(drawing(line("Œuvres « 1 250 » — é", family="Nowhere, sans-serif")))

    assert ours.tobytes() == asked.tobytes()
    assert ours.tobytes() == other.tobytes(), "sans-serif is our font too"


def test_only_lines_that_our_font_cannot_write_call_for_the_fonts_of_the_machine(monkeypatch):
    import resvg_py

    calls = []
    draw = resvg_py.svg_to_bytes

    def spy(**options):
        calls.append(options)
        return draw(**options)

    monkeypatch.setattr(resvg_py, "svg_to_bytes", spy)
    svg_to_png(drawing(line("Cœur d’Été, 50\u202f%")), width=100)
    svg_to_png(drawing(line("Żółw &amp; العربية"), line("École")), width=100)

    assert [call["skip_system_fonts"] for call in calls] == [True, False]
    assert "DejaVu" not in calls[0]["svg_string"]
    assert calls[1]["svg_string"].count(pictures.OTHER_FAMILIES) == 1
    assert f'font-family="{FONT}"' in calls[1]["svg_string"]


@pytest.mark.parametrize(
    "text", ["&lt;b&gt; &amp; «\u00a0ok\u00a0»", "Привет", "שלום", "日本語 😀"]
)
def test_every_script_makes_a_picture(text: str):
    assert ink(drawing(line(text))) > 0


def test_characters_that_xml_cannot_hold_are_left_out():
    assert xml_text("a\x00b\x0bc\ufffed\ud800e\nf\tg😀") == "abcde\nf\tg😀"
    assert svg_to_png(drawing(line("a\ufffeb")), width=50) == svg_to_png(
        drawing(line("ab")), width=50
    )


def test_the_alternative_is_the_title():
    document = demo("sorelle")
    svg = circles_svg(document.answers.positioning.rows, centre="A & B <c>")

    assert alternative(svg).startswith("Positionnement de A & B <c>")
    assert alternative('<svg xmlns="http://www.w3.org/2000/svg"><text>x</text></svg>') == ""


def test_a_drawing_says_its_proportions():
    assert proportions(drawing(width=400, height=100)) == 0.25
    for svg in ('<svg viewBox="0 0 0 1"/>', "<svg/>", '<svg viewBox="a"/>'):
        with pytest.raises(PictureError):
            proportions(svg)


@pytest.mark.parametrize(
    "svg", ["", "<svg", "<p>x</p>", drawing("<text>").replace("<text>", "&x;")]
)
def test_what_is_no_drawing_is_refused(svg: str):
    with pytest.raises(PictureError):
        svg_to_png(svg, width=100)
