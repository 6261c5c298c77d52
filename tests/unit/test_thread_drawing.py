"""The drawing of the thread: its geometry whatever the number of rows, then the SVG."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.thread import ItemKind, read_thread
from diagnostics.report.diagrams import thread_cards as cards
from diagnostics.report.diagrams import thread_layout as geometry
from diagnostics.report.diagrams.thread import (
    READABLE_HEIGHT,
    board_thread_svg,
    thread_svg,
    thread_svg_for_print,
)
from diagnostics.report.diagrams.thread_cards import (
    BOARD,
    COLUMN_OF,
    PRINT,
    SCREEN,
    Frame,
    Outline,
    Side,
)
from diagnostics.report.diagrams.thread_layout import ThreadLayout, thread_layout
from diagnostics.report.lettering import text_width
from diagnostics.report.ordering import crossings, order_columns, spread
from tests.report_samples import without_dangling_links
from tests.scene import demo_document
from tests.shapes import empty_document, patient

SVG = "{http://www.w3.org/2000/svg}"
MISSIONS = ["connect_networks", "raise_awareness", "support_partnerships", "analyse_share", None]
SCALES = ["epci", "living_area", "department", "region", "national"]
LONG = "Organiser des rencontres territoriales thématiques entre associations et entreprises " * 4


def document_of(
    *,
    statements: int = 4,
    roles: int = 4,
    objectives: int = 8,
    activities: int = 20,
    allies: int = 20,
    levers: int = 0,
    text: str = LONG,
    draw=lambda ids, number: ids[:1],
) -> DiagnosticDocument:
    """A document with so many rows of each kind; ``draw`` says what each is tied to."""

    def some(prefix: str, number: int, fields) -> list[dict]:
        return [{"id": f"{prefix}{i}", **fields(i)} for i in range(number)]

    def of(prefix: str, number: int, i: int) -> list[str]:
        ids = [f"{prefix}{n}" for n in range(number)]
        return draw(ids[i % max(1, number) :] + ids[: i % max(1, number)], i)

    value = empty_document()
    value["answers"] = {
        "vision": {"statements": some("v", statements, lambda i: {"text": text[:280] or "V"})},
        "roles": {"rows": some("r", roles, lambda i: {"role": "other", "label": text[:300]})},
        "objectives": {
            "rows": some(
                "o", objectives, lambda i: {"statement": text[:300], "serves": of("r", roles, i)}
            )
        },
        "activities": {
            "rows": some(
                "a",
                activities,
                lambda i: {
                    "text": text[:300],
                    "mission": MISSIONS[i % 5],
                    "serves": of("o", objectives, i),
                },
            )
        },
        "territorial_scales": {
            "rows": [
                {"id": "s1", "mission": "raise_awareness", "scale": "department"},
                *some(
                    "t",
                    min(activities, 59),
                    lambda i: (
                        {"activity": f"a{i}", "scale": SCALES[i % 5], "territory": text[:300]}
                        if i % 3
                        else {"label": "Autre", "scale": "region"}
                    ),
                ),
            ]
        },
        "economic_model": {"levers": some("x", levers, lambda i: {"text": text[:300]})},
        "alliances": {
            "rows": some(
                "l",
                allies,
                lambda i: {
                    "actor": text[:300],
                    "relation": "to_approach",
                    "serves": of("a", activities, i) + of("x", levers, i)[: i % 2],
                },
            )
        },
    }
    return without_dangling_links(load_document(value))


def check_layout(layout: ThreadLayout, frame: Frame = SCREEN) -> None:
    """No card over another, none outside of the frame, no text outside of its card, and no link
    under a card."""
    apart = layout.apart.cards if layout.apart else []
    boxes = [(c.x, c.top, c.right, c.bottom) for c in [*layout.cards, *apart, *layout.lanes]]
    for left, top, right, bottom in boxes:
        assert left >= 0
        assert right <= layout.width
        assert top >= geometry.HEADER - 0.01
        assert bottom <= layout.height
    for one, other in itertools.combinations(boxes, 2):
        clear = one[2] <= other[0] or other[2] <= one[0]
        clear = clear or one[3] <= other[1] + 0.01 or other[3] <= one[1] + 0.01
        assert clear, (one, other)
    if layout.apart:
        assert all(card.bottom <= layout.apart.top for card in layout.cards)
        assert all(card.top > layout.apart.top for card in apart)
        assert layout.apart.top + layout.apart.height <= layout.height
    for card in [*layout.cards, *apart]:
        room = card.width - 2 * cards.PADDING_X
        assert all(text_width(line, cards.TEXT_SIZE) <= room for line in card.lines)
        assert all(text_width(line, card.note_size) <= room for line in card.notes)
        lines = len(card.lines) * cards.TEXT_LINE + len(card.notes) * card.note_line
        assert card.height >= lines + 2 * card.padding - 0.01
    for curve in layout.curves:
        for (x0, y0), (x1, y1) in itertools.pairwise(curve.points):
            assert x0 < x1
            if x1 - x0 > frame.column_gap + 0.01:  # along a lane
                assert y0 == y1
        # It starts from its card or from a lane, and ends at its card or along a lane.
        x, y = curve.points[0]
        if x == curve.source.right:
            assert curve.source.top < y < curve.source.bottom
        else:
            assert any(lane.right == x and lane.y == y for lane in layout.lanes)
        x, y = curve.points[-1]
        if x == curve.targets[0].x:
            assert len(curve.targets) == 1
            assert curve.targets[0].top < y < curve.targets[0].bottom
        else:
            assert any(lane.right == x and lane.y == y for lane in layout.lanes)


def smallest_letters(layout: ThreadLayout) -> float:
    """Return the size in points of the smallest letters on a landscape page: 267 mm by 150."""
    points = min(267 / 25.4 * 72 / layout.width, 150 / 25.4 * 72 / layout.height)
    notes = [card.note_size for card in layout.cards if card.note]
    return min([cards.TEXT_SIZE, *notes]) * points


COUNTS = st.integers(0, 60) | st.sampled_from([0, 1, 20, 60])
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300) | st.sampled_from(
    [LONG, "W" * 300, "é", ""]
)


@patient
@given(st.data())
def test_cards_never_overlap_whatever_the_number_of_rows(data):
    generator = data.draw(st.randoms(use_true_random=False))

    def draw(ids: list[str], number: int) -> list[str]:
        return generator.sample(ids, min(len(ids), generator.choice([0, 0, 1, 1, 2, 5])))

    document = document_of(
        statements=data.draw(st.integers(0, 6)),
        roles=data.draw(COUNTS),
        objectives=data.draw(COUNTS),
        activities=data.draw(COUNTS),
        allies=data.draw(COUNTS),
        levers=data.draw(st.integers(0, 3) | COUNTS),
        text=data.draw(TEXTS),
        draw=draw,
    )
    for frame in (SCREEN, PRINT, BOARD):
        check_layout(thread_layout(read_thread(document), frame=frame), frame)


@pytest.mark.parametrize("frame", [SCREEN, PRINT, BOARD])
@pytest.mark.parametrize("number", [0, 1, 2, 5, 20, 60])
def test_every_column_as_full_as_the_others(number, frame):
    document = document_of(
        statements=min(number, 6),
        roles=number,
        objectives=number,
        activities=number,
        allies=number,
        levers=number,
    )
    layout = thread_layout(read_thread(document), frame=frame)

    check_layout(layout, frame)
    if number != 20:  # twenty roles and twenty objectives are beyond what is promised
        assert (layout.left_out > 0) == (number == 60)


@pytest.mark.parametrize("frame", [SCREEN, PRINT, BOARD])
def test_a_large_diagnostic_is_shown_whole(frame):
    """4 statements, 4 roles, 8 objectives, 20 activities, 20 alliances: every one has its card,
    and the whole keeps letters of 8,5 points on a landscape page."""
    layout = thread_layout(read_thread(document_of()), frame=frame)

    check_layout(layout, frame)
    assert layout.left_out == 0
    assert layout.apart is None
    sizes = [len(layout.column(COLUMN_OF[kind])) for kind in ItemKind if kind is not ItemKind.LEVER]
    assert sizes == [4, 4, 8, 20, 20, 5, 20]  # activities and steps share a column
    if frame is not SCREEN:
        assert smallest_letters(layout) >= 8.5


def test_a_high_drawing_has_a_lower_one_for_paper():
    """Put on a landscape page, that of the screen would be in letters of less than 8,5 points."""
    assert thread_svg_for_print(demo_document("arvelle")) == ""
    for document in (demo_document("sorelle"), document_of()):
        assert thread_layout(read_thread(document), frame=SCREEN).height > READABLE_HEIGHT
        layout = thread_layout(read_thread(document), frame=PRINT)
        assert f'viewBox="0 0 {layout.width:g}' in thread_svg_for_print(document)
        assert smallest_letters(layout) >= 8.5


def test_beyond_what_is_legible_rows_are_grouped_with_their_links():
    layout = thread_layout(read_thread(document_of(activities=60)), frame=PRINT)

    (group,) = [card for card in layout.cards if card.lines[0].startswith("et ")]
    assert group.lines == [f"et {layout.left_out}\u00a0autres activités"]
    assert len(layout.column(COLUMN_OF[ItemKind.ACTIVITY])) == 61 - layout.left_out
    assert any(group in (curve.source, *curve.targets) for curve in layout.curves)


def test_what_is_tied_to_nothing_stands_apart_and_is_counted():
    document = document_of(objectives=9, allies=40, draw=lambda ids, number: [])
    layout = thread_layout(read_thread(document), frame=SCREEN)

    check_layout(layout)
    assert layout.apart.total == 9 + 20 + 40
    assert {card.outline for card in layout.apart.cards} == {Outline.APART}
    words = [card.lines[0] for card in layout.apart.cards if card.lines[0].startswith("et ")]
    assert words == ["et 9\u00a0autres activités", "et 29\u00a0autres acteurs"]
    # A role is tied to the vision: it stays, short of an objective.
    roles = layout.column(COLUMN_OF[ItemKind.ROLE])
    assert {(card.outline, card.open_sides) for card in roles} == {
        (Outline.LOOSE, frozenset({Side.RIGHT}))
    }


def test_the_demo_as_it_is_placed():
    """A golden order: the first letters of each column, from the top down."""
    layout = thread_layout(read_thread(demo_document("sorelle")))

    check_layout(layout)
    columns = [
        [(card.code or " ".join(card.lines))[:12] for card in layout.column(index)]
        for index in range(6)
    ]
    assert columns[1:] == [
        ["Être un acte", "Être un écla", "Être un acte"],
        ["O2", "O3", "O1", "O5", "O4", "O6", "O7"],
        ["Étape\u00a0: prép", "A3", "A7", "A1", "A2", "A6", "A8", "A11", "A10", "A9", "A4", "A5"]
        + ["A12", "Étape\u00a0: éval"],
        ["Communauté d", "Agglomératio", "Bassin de vi", "Département", "Région"],
        ["Medef départ", "CPME départe", "CCI territor", "Université d"],
    ]  # fmt: skip
    by_code = {card.code: card for card in layout.cards}
    assert by_code["A10"].outline is Outline.LOOSE
    assert by_code["A10"].note == "sans échelon"
    assert (by_code["A12"].outline, by_code["A12"].closed) == (Outline.TIED, True)
    assert by_code["A12"].note == "aucun objectif, volontairement"
    assert by_code["O6"].open_sides == {Side.RIGHT}
    assert layout.apart.total == 12
    inherited = [curve.source.code for curve in layout.curves if curve.inherited]
    assert sorted(inherited) == ["A4", "A5", "A6", "A7", "A8", "A9"]


# --- Ordering and placing ---------------------------------------------------------------------


@patient
@given(st.data())
def test_crossings_are_counted_and_the_order_found_has_no_more(data):
    columns = [[(c, n) for n in range(data.draw(st.integers(0, 6)))] for c in range(3)]
    pairs = [(a, b) for c in (0, 1) for a in columns[c] for b in columns[c + 1]]
    edges = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []

    def brute(order) -> int:
        rank = {node: r for column in order for r, node in enumerate(column)}
        return sum(
            one[0][0] == two[0][0]
            and (rank[one[0]] - rank[two[0]]) * (rank[one[1]] - rank[two[1]]) < 0
            for one, two in itertools.combinations(edges, 2)
        )

    assert crossings(columns, edges) == brute(columns)
    ordered = order_columns(columns, edges)
    assert [sorted(column) for column in ordered] == columns
    assert brute(ordered) <= brute(columns)


def test_a_tangle_that_can_be_undone_is():
    columns = [["a", "b", "c"], ["x", "y", "z"]]
    edges = [("a", "z"), ("b", "y"), ("c", "x")]
    assert crossings(columns, edges) == 3
    assert crossings(order_columns(columns, edges), edges) == 0


@patient
@given(
    st.lists(st.tuples(st.floats(-500, 500), st.floats(0, 40)), min_size=1, max_size=12),
    st.floats(0, 300),
)
def test_places_keep_the_order_the_distances_and_the_bounds(wishes, slack):
    wished = [wish for wish, _ in wishes]
    steps = [step for _, step in wishes[1:]]
    places = spread(wished, steps, 10, 10 + sum(steps) + slack)

    assert places[0] >= 10
    assert places[-1] <= 10 + sum(steps) + slack + 1e-6
    for (one, other), step in zip(itertools.pairwise(places), steps, strict=True):
        assert other - one >= step - 1e-6


def test_wishes_that_can_be_granted_are():
    assert spread([20, 50, 90], [10, 10], 0, 100) == [20, 50, 90]
    assert spread([50, 50], [20], 0, 100) == [40, 60]
    assert spread([-5, 200], [20], 10, 100) == [10, 100]


# --- The SVG ----------------------------------------------------------------------------------

HOSTILE = '"><script>alert(1)</script><image href="http://evil.example/x"/>&lt;'


@pytest.mark.parametrize("draw", [thread_svg, board_thread_svg])
@pytest.mark.parametrize(
    "document",
    [
        document_of(text=HOSTILE, levers=2),
        document_of(text=HOSTILE, draw=lambda ids, number: []),
        document_of(statements=0, roles=0, objectives=0, activities=0, allies=0),
        demo_document("sorelle"),
    ],
)
def test_the_drawing_is_named_escaped_and_without_inline_style(document, draw):
    root = ElementTree.fromstring(draw(document))

    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text.startswith("Fil rouge\u00a0:")
    tags = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert tags <= {"svg", "title", "g", "rect", "path", "circle", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name in {"style", "href"} or name.startswith("on")}


def test_what_lacks_a_link_shows_by_its_outline_and_in_words():
    root = ElementTree.fromstring(thread_svg(demo_document("brumelle")))
    texts = [element.text for element in root.iter(f"{SVG}text")]

    assert "Sans lien saisi" in texts
    assert "6\u00a0éléments" in texts
    assert "Vision à décrire" in texts
    dashed = [e for e in root.iter(f"{SVG}rect") if e.get("stroke-dasharray") == "5 3.5"]
    assert len(dashed) == 6 + 1  # those apart, and the role that no objective serves
    assert "6\u00a0éléments sans lien saisi" in root[0].text


@pytest.mark.parametrize(("name", "apart"), [("brumelle", 6), ("sorelle", 12)])
def test_the_board_sees_the_thread_only(name, apart):
    document = demo_document(name)
    standing = {item.key for item in read_thread(document).apart()}
    layout = thread_layout(read_thread(document), frame=BOARD)

    assert len(standing) == apart
    assert layout.apart is None
    outlines = {card.outline for card in layout.cards} - {Outline.EMPTY}
    assert outlines == {Outline.TIED}
    assert {side for card in layout.cards for side in card.open_sides} == set()
    root = ElementTree.fromstring(board_thread_svg(document))
    words = " ".join(element.text or "" for element in root.iter())
    assert "sans lien" not in words.lower()
    assert "sans activité" not in words
    assert smallest_letters(layout) >= 8.5


def test_no_link_missing_no_place_apart():
    root = ElementTree.fromstring(thread_svg(demo_document("arvelle")))

    assert "Sans lien saisi" not in [element.text for element in root.iter(f"{SVG}text")]
    assert not [e for e in root.iter(f"{SVG}rect") if e.get("stroke-dasharray")]
    links = [e for e in root.iter(f"{SVG}path") if e.get("fill") == "none"]
    thread = read_thread(demo_document("arvelle"))
    lanes = {link.source for link in thread.links if link.source.kind is ItemKind.ACTIVITY}
    lanes = {
        key
        for key in lanes
        if any(
            link.source == key and link.target.kind is ItemKind.ALLIANCE for link in thread.links
        )
    }
    assert len(links) == len(thread.links) + len(lanes)


def test_the_lines_of_a_title_stay_apart():
    value = empty_document()
    value["answers"] = {
        "vision": {"statements": [{"id": "v1", "text": "Relier\n- les élus\n- les clubs"}]}
    }
    layout = thread_layout(read_thread(load_document(value)), frame=BOARD)

    assert layout.column(0)[0].lines == ["Relier", "- les élus", "- les clubs"]
