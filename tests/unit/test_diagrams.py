"""The circles and the bars of the shares: geometry first, then the SVG that comes out of it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import EconomicSnapshot, Position
from diagnostics.report import lettering
from diagnostics.report.diagrams import circles_layout as circles
from diagnostics.report.diagrams import circles_svg, funding_svg
from diagnostics.report.diagrams.circles_layout import circles_layout
from diagnostics.report.diagrams.shares import COMPACT_BARS, WIDE_BARS, bar_segments
from diagnostics.report.lettering import clip, fit, text_width, wrap
from tests.shapes import patient

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300) | st.sampled_from(
    ["Réseau départemental des entreprises engagées " * 6, "W" * 300, "é", ""]
)


@st.composite
def positions(draw):
    size = draw(st.integers(1, circles.MAX_CARDS))
    kinds = st.sampled_from([None, "local_authorities", "citizens", "other"])
    return [
        Position(
            id=f"p{i}",
            actor_type=draw(kinds),
            label=draw(TEXTS)[:300],
            posture=draw(TEXTS)[:300],
            circle=draw(st.sampled_from([1, 2])),
        )
        for i in range(size)
    ]


def boxes(layout):
    """Return (left, top, right, bottom) of everything that holds letters, the origin being the
    middle of the circles."""
    result = [
        (
            card.x - card.width / 2,
            card.y - card.height / 2,
            card.x + card.width / 2,
            card.y + card.height / 2,
        )
        for card in layout.cards
    ]
    half = len(layout.centre) * circles.CENTRE_LINE / 2 + 10
    result.append((-circles.CENTRE_HALF_WIDTH, -half, circles.CENTRE_HALF_WIDTH, half))
    for circle, ellipse in layout.ellipses.items():
        width = circles.pill_width(circle) / 2
        result.append((-width, -ellipse.b - 9, width, -ellipse.b + 9))
    return result


def check_layout(layout):
    for one, other in itertools.combinations(boxes(layout), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)
    for left, top, right, bottom in boxes(layout):
        assert left >= -circles.WIDTH / 2
        assert right <= circles.WIDTH / 2
        assert top >= -layout.half_height
        assert bottom <= layout.half_height
    first, second = layout.ellipses[1], layout.ellipses[2]
    assert (first.a < second.a, first.b < second.b) == (True, True)
    for card in layout.cards:
        corner = (abs(card.x) + card.width / 2, abs(card.y) + card.height / 2)
        ellipse = layout.ellipses[card.circle]
        assert (corner[0] / ellipse.a) ** 2 + (corner[1] / ellipse.b) ** 2 <= 1
        if card.circle == 2:  # outside of the first circle: its nearest point is
            x = max(0.0, abs(card.x) - card.width / 2)
            y = max(0.0, abs(card.y) - card.height / 2)
            assert (x / first.a) ** 2 + (y / first.b) ** 2 >= 1
        room = card.width - 2 * circles.CARD_PADDING
        assert all(text_width(line, circles.NAME_SIZE) <= room for line in card.name)
        assert all(text_width(line, circles.POSTURE_SIZE) <= room for line in card.posture)


@patient
@given(positions(), TEXTS)
def test_labels_stay_in_their_circle_and_never_overlap(rows, centre):
    check_layout(circles_layout(rows, centre=centre))


@pytest.mark.parametrize("near", range(25))
@pytest.mark.parametrize("name", ["Citoyens", "Réseau départemental des entreprises engagées " * 6])
def test_every_split_of_24_actors_has_room(near, name):
    rows = [
        Position(id=f"p{i}", actor_type="other", label=name, circle=1 if i < near else 2)
        for i in range(24)
    ]

    check_layout(circles_layout(rows, centre="Passerelles en Sorelle"))


def test_more_than_24_actors_are_counted_and_left_to_the_table():
    rows = [Position(id=f"p{i}", actor_type="citizens", circle=1 + i % 2) for i in range(60)]

    layout = circles_layout(rows, centre="Structure")

    check_layout(layout)
    assert (len(layout.cards), layout.left_out) == (24, 36)
    assert "36\u00a0autres acteurs dans le tableau" in circles_svg(rows, centre="Structure")


def test_incomplete_rows_are_named_apart():
    rows = [Position(id="p1"), Position(id="p2", actor_type="citizens", posture="appuyer")]

    svg = circles_svg(rows, centre="Structure")

    assert "À placer\u00a0: Acteur à préciser et Citoyens" in svg
    assert "appuyer" not in svg
    assert "0\u00a0acteur dans le 1er cercle" in svg


HOSTILE = '"><script>alert(1)</script><image href="http://evil.example/x"/>&lt;'


@pytest.mark.parametrize(
    "svg",
    [
        circles_svg(
            [Position(id="p1", actor_type="other", label=HOSTILE, posture=HOSTILE, circle=1)],
            centre=HOSTILE,
        ),
        circles_svg([Position(id="p1", actor_type="other", label=HOSTILE)], centre=""),
        circles_svg([], centre="Structure"),
        funding_svg(
            EconomicSnapshot(public_pct=80, private_pct=8, self_pct=12),
            EconomicSnapshot(),
            base_year=2026,
            target_year=2029,
        ),
        funding_svg(EconomicSnapshot(), EconomicSnapshot(), base_year=1, target_year=2),
    ],
)
def test_a_drawing_is_named_escaped_and_without_inline_style(svg):
    root = ElementTree.fromstring(svg)

    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "rect", "ellipse", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name == "style" or name.startswith("on")}
    assert "href" not in attributes


@patient
@given(
    st.lists(st.none() | st.floats(0, 100), min_size=3, max_size=3),
    st.sampled_from([WIDE_BARS, COMPACT_BARS]),
)
def test_shares_fill_the_bar_and_their_labels_never_touch(shares, frame):
    snapshot = EconomicSnapshot(
        **dict(zip(("public_pct", "private_pct", "self_pct"), shares, strict=True))
    )

    segments = bar_segments(snapshot, frame)

    assert sum(segment.width for segment in segments) <= frame.bar + 0.01
    for one, other in itertools.pairwise(segments):
        assert other.x == pytest.approx(one.x + one.width)
    for inside in (True, False):
        labels = [segment for segment in segments if segment.inside is inside]
        halves = [text_width(segment.label, frame.size) / 2 for segment in labels]
        for index in range(1, len(labels)):
            right = labels[index - 1].label_x + halves[index - 1]
            assert right <= labels[index].label_x - halves[index]
    assert [segment.family for segment in segments] == [f for f, s in snapshot.shares.items() if s]


def test_bars_say_shares():
    svg = funding_svg(
        EconomicSnapshot(public_pct=80, private_pct=8, self_pct=12),
        EconomicSnapshot(),
        base_year=2026,
        target_year=2029,
    )

    texts = [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]
    assert texts == [
        "Public",
        "Privé",
        "Auto-financement",
        "2026",
        "80\u00a0%",
        "8\u00a0%",
        "12\u00a0%",
        "2029",
        "À compléter",
    ]


@patient
@given(st.text(max_size=200), st.floats(20, 300), st.integers(1, 4))
def test_a_text_cut_to_lines_fits_them(text, width, lines):
    kept = fit(text, width, 10, lines=lines)

    assert len(kept) <= lines
    assert all(text_width(line, 10) <= width for line in kept if len(line) > 1)
    whole = wrap(text, width, 10)
    assert kept == whole or re.search(r"…$", kept[-1])


def test_a_short_text_is_left_alone_and_a_long_one_says_it_was_cut():
    assert clip("Citoyens", 100, 10, lines=1) == "Citoyens"
    assert (
        clip("Relier\n- les élus\n- les clubs", 200, 10, lines=3)
        == "Relier\n- les élus\n- les clubs"
    )
    assert wrap("Relier :\n\nles élus", 200, 10) == ["Relier :", "les élus"]
    on_one = clip("Relier :\n- les élus\n• les clubs", 400, 10, lines=1)
    assert on_one == "Relier : les élus · les clubs"
    glued = "Former\u00a0les\u00a0associations\u00a0du\u00a0territoire"  # a word may end its line
    assert wrap(f"À {glued}", 90, 10) == ["À Former les", "associations du", "territoire"]
    cut = clip("Une dynamique territoriale collective est instaurée", 100, 10, lines=1)
    assert cut == "Une dynamique…"


@pytest.mark.parametrize(("weight", "bold"), [(400, False), (600, True), (700, True)])
def test_the_widths_are_those_of_the_font(weight, bold):
    ttf = pytest.importorskip("fontTools.ttLib")  # comes with WeasyPrint
    from fontTools.varLib.instancer import instantiateVariableFont

    name = "@fontsource-variable/figtree/files/figtree-latin-wght-normal.woff2"
    font = instantiateVariableFont(ttf.TTFont(Path(settings.NODE_MODULES) / name), {"wght": weight})
    advance, glyphs, em = font["hmtx"], font.getBestCmap(), font["head"].unitsPerEm

    letters = (
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 éèêàùçÉÀœ«»’–—.,;:!?%€()/+"
    )
    for letter in letters:
        real = 100 * advance[glyphs[ord(letter)]][0] / em
        if weight == 600:  # between the two: no letter is more than a twentieth wider than bold
            assert real <= text_width(letter, 100, bold=bold) * 1.05
        else:
            assert real <= text_width(letter, 100, bold=bold) + 0.02


def test_the_width_of_a_letter_does_not_depend_on_those_met_before(monkeypatch):
    """« ǯ » is written on « ʒ », which is not of our fonts either."""

    def width_after(*met: str) -> float:
        own = {bold: dict(widths) for bold, widths in lettering._OWN_WIDTHS.items()}
        monkeypatch.setattr(lettering, "_WIDTHS", own)
        return [text_width(letter, 100) for letter in (*met, "ǯ")][-1]

    assert width_after("ʒ") == width_after()
