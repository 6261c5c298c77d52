"""The five other drawings: geometry for any number of rows and any text, then the SVG."""

from __future__ import annotations

import itertools
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diagnostics.domain.answers import EconomicModel, EconomicSnapshot, Lever, Objectives
from diagnostics.domain.vocabulary import Handling, LeverState, ScopeStepKey, StepKey
from diagnostics.report.blocks import objectives as objective_blocks
from diagnostics.report.blocks.types import Table
from diagnostics.report.diagrams import economic, objectives
from diagnostics.report.diagrams.alliances import (
    FamilyOfAllies,
    alliances_layout,
    alliances_svgs,
)
from diagnostics.report.diagrams.bridge import Part, bridge_layout, bridge_svgs
from diagnostics.report.diagrams.bridge import caption as bridge_caption
from diagnostics.report.diagrams.chain import ChainStep, chain_layout, chain_svg
from diagnostics.report.diagrams.economic import economic_layout
from diagnostics.report.diagrams.matrix import MatrixRow, matrix_layout, matrix_svgs
from diagnostics.report.diagrams.objectives import (
    LINES_PER_DRAWING,
    TimedObjective,
    timeline_layout,
    timeline_svgs,
)
from diagnostics.report.diagrams.shares import funding_svg
from diagnostics.report.diagrams.svg import WIDTH, Box, Label
from diagnostics.report.lettering import text_width
from diagnostics.report.synthesis_room import build_synthesis
from tests.report_samples import demo, drawings_of, filled, without_dangling_links
from tests.shapes import documents, patient

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300) | st.sampled_from(
    [
        "Réseau départemental des entreprises engagées " * 6,
        "W" * 300,
        "é",
        "",
        "🤝" * 60,
        "مرحبا " * 9,
    ]
)
# A page is 257 mm high between its margins, and the drawing 170 mm wide: room for a heading too.
PAGE_HEIGHT = WIDTH * 225 / 170


def check(labels: list[Label], height: float, *, boxes: list[Box] | None = None) -> None:
    """Nothing that holds letters overlaps or leaves the frame, and every line fits its column."""
    areas = [part.box for part in labels if part.lines] + (boxes or [])
    for one, other in itertools.combinations(areas, 2):
        apart = (
            one.right <= other.x + 0.01
            or other.right <= one.x + 0.01
            or one.bottom <= other.y + 0.01
            or other.bottom <= one.y + 0.01
        )
        assert apart, (one, other)
    for area in areas:
        assert area.x >= 0
        assert area.y >= 0
        assert area.right <= WIDTH + 0.01
        assert area.bottom <= height + 0.01
    for part in labels:
        for line in part.lines:
            assert len(line) < 2 or text_width(line, part.size, bold=part.bold) <= part.width + 0.01


# --- The chain ---------------------------------------------------------------------------------------


@patient
@given(st.lists(st.tuples(st.none() | st.sampled_from(Handling), TEXTS), min_size=6, max_size=6))
def test_the_chain_holds_any_partner(answers):
    steps = [
        ChainStep(key, handling, partner)
        for key, (handling, partner) in zip(ScopeStepKey, answers, strict=True)
    ]

    layout = chain_layout(steps)

    check([part for link in layout.links for part in link.labels], layout.height)
    for link in layout.links:
        name = link.labels[0].box
        assert link.arrow.y <= name.y
        assert name.bottom <= link.arrow.bottom
        assert link.arrow.right <= WIDTH + 0.01
    assert layout.height <= 220


def test_the_chain_of_the_demo():
    document = demo("sorelle")

    (svg,) = drawings_of(document.answers.accompaniment_scope, document)

    root = ElementTree.fromstring(svg)
    arrows = root.findall(f"{SVG}polygon")
    assert [arrow.get("points").split(",")[0] for arrow in arrows] == [
        *("1", "116.2", "231.3", "346.5", "461.7"),
        "576.8",
    ]
    assert [arrow.get("fill") for arrow in arrows] == ["#2d7a4b", "#cfe5d7"] * 3
    words = " ".join(element.text for element in root.iter(f"{SVG}text"))
    assert "CCI territoriale" in words
    assert "avec un partenaire, CCI territoriale" in root[0].text


def test_the_four_ways_are_told_apart_without_colour():
    steps = [
        ChainStep(key, handling) for key, handling in zip(ScopeStepKey, Handling, strict=False)
    ]

    root = ElementTree.fromstring(chain_svg(steps))

    arrows = root.findall(f"{SVG}polygon")
    outlines = {(arrow.get("stroke-dasharray"), arrow.get("fill")) for arrow in arrows}
    assert len(outlines) == len(Handling)
    words = " ".join(element.text for element in root.iter(f"{SVG}text"))
    assert "La structure ne le fait pas" in words
    assert "À décider" in words


# --- The matrix --------------------------------------------------------------------------------------


@st.composite
def matrices(draw):
    columns = draw(st.lists(TEXTS.filter(str.strip), min_size=1, max_size=12))
    size = draw(st.integers(0, 60))
    texts = draw(st.lists(TEXTS, min_size=1, max_size=5))
    cells = draw(st.lists(st.booleans(), min_size=len(columns), max_size=len(columns)))
    rows = [
        MatrixRow("" if i % 7 == 3 else f"A{i}", texts[i % len(texts)], i % 7 == 3, cells)
        for i in range(size)
    ]
    return columns, rows


@patient
@given(matrices())
def test_the_matrix_holds_any_action(matrix):
    columns, rows = matrix

    svgs = matrix_svgs(columns, rows)

    assert len(svgs) == -(-len(rows) // 20)
    for start in range(0, len(rows), 20):
        layout = matrix_layout(columns, rows[start : start + 20])
        letters = [part for placed in layout.lines for part in (placed.code, placed.name) if part]
        heads = [
            Box(part.x, 0, part.width, layout.head) if layout.upright else part.box
            for part in layout.headings
        ]
        check(letters, layout.height, boxes=heads)
        assert layout.height <= PAGE_HEIGHT
        for placed in layout.lines:
            assert placed.name.box.right <= layout.left
            for x, y in placed.centres:
                assert layout.left < x < WIDTH
                assert placed.band.y < y < placed.band.bottom
            assert len(placed.centres) == sum(placed.source.cells)


def test_the_matrix_of_the_demo():
    document = demo("sorelle")

    (svg,) = drawings_of(document.answers.territorial_scales, document)

    root = ElementTree.fromstring(svg)
    discs = [(d.get("cx"), d.get("cy")) for d in root.findall(f"{SVG}circle")]
    squares = [r.get("x") for r in root.findall(f"{SVG}rect") if r.get("width") == "11"]
    # Five échelons of 94 each, from 230 on: communautés, agglomération, bassin, département, région.
    assert [x for x, _ in discs] == ["277", "371", "465", "465", "465", "653"]
    assert squares == ["553.5", "459.5"]
    assert "Échelons territoriaux de 7\u00a0actions" in root[0].text


def test_each_part_of_a_long_matrix_says_which_actions_it_has():
    rows = [MatrixRow(f"A{i}", "Rencontres", False, [True]) for i in range(25)]
    titles = [ElementTree.fromstring(svg)[0].text for svg in matrix_svgs(["Région"], rows)]
    assert "25\u00a0actions, de la 1re à la 20e\u00a0:" in titles[0]
    assert "25\u00a0actions, de la 21e à la 25e\u00a0:" in titles[1]


def test_no_matrix_before_an_echelon_is_chosen():
    assert matrix_svgs([], [MatrixRow("A1", "Rencontres", False, [])]) == []


# --- The objectives ----------------------------------------------------------------------------------


@st.composite
def timed(draw):
    return TimedObjective(
        code=f"O{draw(st.integers(1, 60))}",
        title=draw(TEXTS),
        now=draw(st.sampled_from(["", "5\u00a0%", "999\u202f999\u202f999,99"])),
        target=draw(st.sampled_from(["", "50\u00a0%"]) | TEXTS),
        deadline=draw(st.none() | st.integers(1900, 2100)),
        has_figure=draw(st.booleans()),
        is_falling=draw(st.booleans()),
    )


@patient
@given(st.lists(timed(), max_size=60), st.sampled_from([3, 4, 5]))
def test_the_timeline_holds_any_objective(rows, horizon):
    years = {"base_year": 2026, "target_year": 2026 + horizon}

    svgs = timeline_svgs(rows, **years)

    assert len(svgs) == -(-len(rows) // LINES_PER_DRAWING)
    for start in range(0, len(rows), LINES_PER_DRAWING):
        layout = timeline_layout(rows[start : start + LINES_PER_DRAWING], **years)
        letters = [*layout.years, *(part for row in layout.rows for part in row.labels)]
        check(letters, layout.height)
        assert layout.height <= PAGE_HEIGHT * 0.85  # its title stands on the same page
        for row in layout.rows:
            now, target = row.labels[2].box, row.labels[3].box
            assert now.right <= min(row.start, row.end) - 4
            assert target.x >= row.end + 6


def test_the_timeline_of_the_demo():
    document = demo("sorelle")

    (svg,) = drawings_of(document.answers.objectives, document)

    root = ElementTree.fromstring(svg)
    ends = [d.get("cx") for d in root.findall(f"{SVG}circle") if d.get("r") == "5.5"]
    diamonds = [p.get("d").split()[0] for p in root.findall(f"{SVG}path")]
    assert ends == ["556"] * 5  # 2029, the end of the horizon
    assert diamonds == ["M405.3", "M480.7"]  # 2027 and 2028: a third and two thirds of the way
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert words[:4] == ["2026", "2027", "2028", "2029"]
    assert "120\u00a0associations" in words
    assert "5\u00a0%" in words  # whole
    assert "O5\u00a0: 5\u00a0% → 50\u00a0%, 2029" in root[0].text


@pytest.mark.parametrize(
    ("deadline", "end", "words"),
    [
        (2025, objectives.TIME_LEFT - 10, "qualitatif, en 2025"),
        (2026, objectives.TIME_LEFT, "qualitatif"),
        (2031, objectives.TIME_RIGHT + 10, "qualitatif, en 2031"),
        (None, objectives.TIME_RIGHT, "qualitatif, sans échéance"),
    ],
)
def test_a_deadline_out_of_the_horizon_is_said(deadline, end, words):
    row = TimedObjective("O1", "Objectif", "", "", deadline, has_figure=False)

    layout = timeline_layout([row], base_year=2026, target_year=2029)

    assert layout.rows[0].end == end
    assert " ".join(layout.rows[0].labels[3].lines) == words


@pytest.mark.parametrize(
    ("now", "target", "words", "falls"),
    [
        (40, {"target_value": 20}, "40 → 20\u00a0jours, en baisse, 2029", True),
        (40, {"target_value": 0}, "40 → 0\u00a0jours, en baisse, 2029", True),
        (20, {"target_value": 20}, "20 → 20\u00a0jours, 2029", False),
        (
            40,
            {"target_value": 30, "target_max_value": 39},
            "40 → 30 à 39\u00a0jours, en baisse, 2029",
            True,
        ),
        (40, {"target_value": 30, "target_max_value": 50}, "40 → 30 à 50\u00a0jours, 2029", False),
        (
            40,
            {"target_value": 70, "target_at_least": True},
            "40 → au moins 70\u00a0jours, 2029",
            False,
        ),
        (2, {"target_value": 3, "per_year": True}, "2 → 3\u00a0jours par an, 2029", False),
    ],
)
def test_a_target_is_drawn_and_told_as_it_is(now, target, words, falls):
    row = {"id": "o1", "baseline_value": now, "unit": "jours", "deadline_year": 2029, **target}
    answer = Objectives.model_validate({"rows": [row]})

    (svg,) = drawings_of(answer, demo("sorelle"))

    root = ElementTree.fromstring(svg)
    assert words in root[0].text
    assert len(root.findall(f"{SVG}path")) == falls  # the triangle on its head
    lines = [(float(x.get("y1")), float(x.get("y2"))) for x in root.findall(f"{SVG}line")]
    assert any(start < end for start, end in lines if end - start < 12) == falls
    (table,) = (b for b in objective_blocks.blocks(answer, demo("sorelle")) if isinstance(b, Table))
    details = [detail.text for cell in table.groups[0][0].cells for detail in cell.details]
    assert any("en baisse" in text for text in details) == falls


@pytest.mark.parametrize(
    ("fields", "words", "is_disc"),
    [
        ({"kind": "qualitative"}, "qualitatif", False),
        ({"kind": "quantitative"}, "cible à préciser", True),
        ({}, "cible à préciser", True),  # nothing says yet that it is a quality
        ({"kind": "qualitative", "target_value": 3}, "3", True),
    ],
)
def test_drawing_synthesis_and_table_say_the_same_nature(fields, words, is_disc):
    row = {"id": "o1", "statement": "Objectif", "deadline_year": 2029} | fields
    document = filled("x", rows=1, answers={"objectives": {"rows": [row]}})

    (svg,) = drawings_of(document.answers.objectives, document)

    root = ElementTree.fromstring(svg)
    assert root[0].text == f"1\u00a0objectif de 2026 à 2029. O1\u00a0: {words}, 2029."
    assert words in [text.text for text in root.iter(f"{SVG}text")]
    assert (root.find(f"{SVG}path") is None) is is_disc
    (shown,) = build_synthesis(document, []).objectives
    assert shown.qualitative is not is_disc


# --- The economic model ------------------------------------------------------------------------------

AMOUNTS = st.none() | st.floats(0, 1_000_000)


@st.composite
def columns(draw):
    low, high = draw(AMOUNTS), draw(AMOUNTS)
    if low is not None and high is not None and low > high:
        low, high = high, low
    share = st.none() | st.floats(0, 100)
    return EconomicSnapshot(
        fte=draw(st.none() | st.floats(0, 10_000)),
        budget_min_keur=low,
        budget_max_keur=high,
        public_pct=draw(share),
        private_pct=draw(share),
        self_pct=draw(share),
    )


LEVERS = st.builds(
    Lever,
    id=st.just("x1"),
    state=st.sampled_from([None, "secured", "to_mobilise"]),
    amount_target_keur=AMOUNTS,
)


@patient
@given(columns(), columns(), st.lists(LEVERS, max_size=60))
def test_the_economic_model_holds_any_figure(now, target, levers):
    levers = [row.model_copy(update={"id": f"x{i}"}) for i, row in enumerate(levers)]
    answer = EconomicModel(now=now, target=target, levers=levers)

    layout = economic_layout(answer, base_year=2026, target_year=2029)

    letters = [*layout.titles, *layout.share_years]
    letters += [part for bar in layout.bars for part in bar.labels]
    areas = [
        Box(economic.BAR_LEFT, bar.y, bar.certain + bar.uncertain, economic.BAR_HEIGHT)
        for bar in layout.bars
    ]
    check(letters, layout.height, boxes=areas)
    assert all(area.right <= economic.BAR_LEFT + economic.BAR_LENGTH + 0.01 for area in areas)
    assert layout.height <= 320


def test_the_economic_model_of_the_demo():
    answer = demo("sorelle").answers.economic_model

    layout = economic_layout(answer, base_year=2026, target_year=2029)

    lengths = [(round(bar.certain, 1), round(bar.uncertain, 1)) for bar in layout.bars]
    assert lengths == [(250, 0), (400, 0)]  # 2,5 and 4 ETP; the bridge tells the budgets
    assert [" ".join(title.lines) for title in layout.titles] == [
        "Équipe salariée",
        "Modes de financement",
    ]


def test_the_budget_of_today_stays_while_none_is_aimed_at():
    answer = EconomicModel(now=EconomicSnapshot(budget_min_keur=90, budget_max_keur=110))

    layout = economic_layout(answer, base_year=2026, target_year=2029)

    assert [(round(bar.certain), round(bar.uncertain)) for bar in layout.bars] == [
        (327, 73),
        (0, 0),
    ]
    assert bridge_svgs(answer, base_year=2026, target_year=2029) == []


# --- The bridge --------------------------------------------------------------------------------------

SIGNED = st.none() | st.floats(-1_000_000, 1_000_000)
ANY_LEVERS = st.builds(
    Lever,
    id=st.just("x1"),
    state=st.sampled_from([None, *LeverState]),
    amount_now_keur=SIGNED,
    amount_target_keur=SIGNED,
)


@patient
@given(columns(), columns(), st.lists(ANY_LEVERS, max_size=60))
def test_the_bridge_holds_any_figure_and_its_parts_meet(now, target, levers):
    levers = [row.model_copy(update={"id": f"x{i}"}) for i, row in enumerate(levers)]
    answer = EconomicModel(now=now, target=target, levers=levers)

    layout = bridge_layout(answer, base_year=2026, target_year=2029)

    letters = [part for bar in layout.bars for part in (bar.name, bar.value)]
    check(letters, layout.height, boxes=[bar.bar for bar in layout.bars])
    parts = [bar for bar in layout.bars if bar.part not in {Part.NOW, Part.PRUDENT}]
    start = layout.zero
    for bar in parts[:-1]:
        ends = sorted((start, bar.end))
        assert [bar.bar.x, bar.bar.right] == pytest.approx(ends)
        start = bar.end
    if parts:  # the last part ends where the target does
        assert start == pytest.approx(parts[-1].end)
        assert parts[-1].part is Part.TARGET


def test_the_bridge_of_the_demo():
    document = demo("sorelle")

    svg, _model = drawings_of(document.answers.economic_model, document)

    root = ElementTree.fromstring(svg)
    rows = [element.text for element in root.iter(f"{SVG}text")]
    assert rows == [
        *("Budget 2026", "150\u00a0K€"),
        *("Acquis", "82\u00a0K€"),
        *("+ à reconduire", "69\u00a0K€"),
        *("+ à mobiliser", "129\u00a0K€"),
        *("+ non identifié", "0\u00a0K€"),
        *("= Budget cible 2029", "280\u00a0K€", "(265\u00a0–\u00a0295)"),
        *("Scénario prudent 2029", "215,5\u00a0K€"),
    ]
    # 430 long for 295 K€; each part starts where the one before it ends.
    bars = [(r.get("x"), r.get("width")) for r in root.findall(f"{SVG}rect")]
    assert bars == [
        ("262", "218.6"),
        ("262", "119.5"),
        ("381.5", "100.6"),
        ("482.1", "188"),
        ("262", "408.1"),
        ("262", "314.1"),
    ]
    assert root[0].text == (
        "Budget\u00a0: 2026, 150\u00a0K€\u202f; 2029, 280\u00a0K€ (265\u00a0–\u00a0295), soit "
        "82\u00a0K€ acquis, 69\u00a0K€ à reconduire, 129\u00a0K€ à mobiliser et 0\u00a0K€ non identifié. "
        "Scénario prudent, si la moitié de ce qui reste à trouver vient\u00a0: 215,5\u00a0K€."
    )


@pytest.mark.parametrize(
    ("now", "target", "levers", "words"),
    [
        (None, 0.5, [], ["à compléter", "0 K€", "0 K€", "0 K€", "0,5 K€", "0,5 K€", "0,25 K€"]),
        (0, 20, [(None, None)], ["0 K€", "0 K€", "0 K€", "0 K€", "20 K€", "20 K€", "10 K€"]),
        (300, 200, [("secured", 200)], ["300 K€", "200 K€", "0 K€", "0 K€", "0 K€", "200 K€"]),
        (
            (50),
            100,
            [("secured", -20), ("to_renew", 60)],
            ["50 K€", "−20 K€", "60 K€", "0 K€", "60 K€", "100 K€", "70 K€"],
        ),
        (
            100,
            100,
            [("secured", 80), ("to_mobilise", 50)],
            ["100 K€", "80 K€", "0 K€", "50 K€", "0 K€", "30 K€", "100 K€", "100 K€"],
        ),
        (
            1_000_000,
            1_000_000,
            [("to_renew", 333_333.33), ("to_mobilise", 333_333.33), ("secured", 333_333.33)],
            [
                *("1 000 000 K€", "333 333,4 K€", "333 333,3 K€", "333 333,3 K€", "0 K€"),
                *("1 000 000 K€", "833 333,35 K€"),
            ],
        ),
        (0, 0, [], []),
    ],
)
def test_the_bridge_says_what_there_is(now, target, levers, words):
    answer = EconomicModel(
        now=EconomicSnapshot(budget_min_keur=now),
        target=EconomicSnapshot(budget_min_keur=target),
        levers=[
            Lever(id=f"x{n}", state=state, amount_target_keur=amount)
            for n, (state, amount) in enumerate(levers)
        ],
    )

    layout = bridge_layout(answer, base_year=2026, target_year=2029)

    said = [" ".join(bar.value.lines).translate({0xA0: " ", 0x202F: " "}) for bar in layout.bars]
    assert said == words
    for svg in bridge_svgs(answer, base_year=2026, target_year=2029):
        check_svg(svg)


def test_the_bridge_tells_the_levers_that_it_cannot_count():
    levers = [Lever(id="x1", state="secured"), Lever(id="x2", amount_target_keur=4)]
    answer = EconomicModel(target=EconomicSnapshot(budget_min_keur=10), levers=levers)

    assert bridge_caption(answer) == (
        "À trouver\u00a0: 10\u00a0K€ (à mobiliser et non identifié)\u202f; scénario prudent\u00a0: la "
        "moitié vient. 1\u00a0levier sans montant n’est pas compté."
    )
    assert bridge_caption(EconomicModel()) == ""


# --- The alliances -----------------------------------------------------------------------------------

FAMILIES = st.lists(
    st.builds(
        FamilyOfAllies,
        title=TEXTS,
        existing=st.lists(TEXTS, max_size=60),
        to_approach=st.lists(TEXTS, max_size=60),
    ),
    min_size=1,
    max_size=7,
)


LONG = "Réseau départemental des entreprises engagées " * 6


@patient
@given(FAMILIES)
@example([FamilyOfAllies(LONG, [LONG] * 4, [])] * 7)  # the highest that there is
@example([FamilyOfAllies(LONG, [LONG] * 3, [LONG] * 60)] * 7)
def test_the_alliances_hold_any_ally(families):
    layout = alliances_layout(families)

    letters = [part for row in layout.rows for part in (row.title, *row.notes)]
    chips = [chip for row in layout.rows for chip in row.chips]
    check(letters, layout.height, boxes=[chip.box for chip in chips])
    assert layout.height <= PAGE_HEIGHT
    for chip in chips:
        assert chip.box.x < chip.name.x
        assert chip.name.box.right <= chip.box.right + 0.01
        assert all(text_width(x, chip.name.size) <= chip.name.width + 0.01 for x in chip.name.lines)


def test_the_alliances_of_the_demo():
    document = demo("sorelle")

    (svg,) = drawings_of(document.answers.alliances, document)

    root = ElementTree.fromstring(svg)
    dashed = [r for r in root.findall(f"{SVG}rect") if r.get("stroke-dasharray")]
    whole = [r for r in root.findall(f"{SVG}rect") if not r.get("stroke-dasharray")]
    rows = document.answers.alliances.rows
    assert len(dashed) == sum(row.relation == "to_approach" for row in rows)
    assert len(whole) == sum(row.relation == "existing" for row in rows)
    assert {float(r.get("x")) >= 426 for r in dashed} == {True}
    assert "Institutionnels\u00a0: en place CCI territoriale" in root[0].text


def test_what_does_not_fit_is_counted():
    many = FamilyOfAllies("Autres", ["Réseau d’entreprises engagées du bassin"] * 60, [])

    (svg,) = alliances_svgs([many])

    assert "autres dans le tableau" in svg
    assert alliances_svgs([FamilyOfAllies("Autres", [], [])]) == []


# --- All of them -------------------------------------------------------------------------------------

HOSTILE = '"><script>alert(1)</script><image href="http://evil.example/x"/>&lt;'
TAGS = {"svg", "title", "rect", "ellipse", "circle", "line", "path", "polygon", "text"}


def check_svg(svg: str) -> None:
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= TAGS
    names = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in names if name in {"style", "href"} or name.startswith("on")}


@pytest.mark.parametrize("step", list(StepKey))
def test_typed_markup_stays_text(step):
    document = filled(HOSTILE, rows=3)

    for svg in drawings_of(document.answers.get(step), document):
        check_svg(svg)


@patient
@given(documents())
def test_any_answer_can_be_drawn(document):
    document = without_dangling_links(document)
    for _, answer in document.answers.given():
        for svg in drawings_of(answer, document):
            check_svg(svg)


def letters_of(svg: str, millimetres: float) -> float:
    """The smallest letters of a drawing set that wide, in points."""
    root = ElementTree.fromstring(svg)
    sizes = [float(text.get("font-size")) for text in root.iter(f"{SVG}text")]
    return min(sizes) * millimetres / 25.4 * 72 / float(root.get("width"))


@pytest.mark.parametrize(
    "document",
    [
        *map(demo, ("sorelle", "brumelle", "arvelle")),
        filled("Réseau départemental des entreprises engagées ", rows=25, to_caps=True),
        filled("Relier ", rows=1),
    ],
)
def test_letters_of_drawings_are_of_8_5_points_at_least_on_paper(document):
    """A page has 170 mm between its margins, a box of the synthesis 75."""
    answers = document.answers.given()
    sizes = {step: letters_of(s, 170) for step, a in answers for s in drawings_of(a, document)}
    assert {step: size for step, size in sizes.items() if size < 8.5} == {}
    assert sizes
    model = document.answers.economic_model or EconomicModel()
    shares = funding_svg(model.now, model.target, base_year=2026, target_year=2029)
    assert letters_of(shares, 75) >= 8.5
