"""The titles of the chapters: what each finds."""

from __future__ import annotations

from typing import Any

import pytest

from diagnostics.domain.vocabulary import ChapterKey
from diagnostics.report.chapters import read_chapters, read_sections
from diagnostics.report.titles import in_words, title_of
from tests.report_samples import demo, empty, filled, report


def title(chapter: ChapterKey, **answers: Any) -> str:
    """The title of a chapter, its hard spaces as spaces."""
    found = title_of(chapter, filled("", rows=0, answers=answers))
    return found.replace("\u00a0", " ").replace("\u202f", " ")


def rows(number: int, **fields: Any) -> list[dict[str, Any]]:
    return [{"id": f"r{n}", **fields} for n in range(number)]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        (
            "sorelle",
            [
                "Trois rôles et sept objectifs d’ici 2029",
                "Douze activités, cinq d’abord",
                "De 150 à 280\u00a0K€, dont 129 à trouver",
                "Dix alliés en place, six à approcher",
            ],
        ),
        (
            "arvelle",
            [
                "Deux rôles et six objectifs d’ici 2029",
                "Sept activités, trois d’abord",
                "De 610 à 800\u00a0K€, dont 182 à trouver",
                "Quatre alliés en place, un à approcher",
            ],
        ),
    ],
)
def test_the_titles_of_a_demo(name: str, titles: list[str]):
    assert [chapter.title for chapter in report(demo(name)).chapters] == titles


def test_without_an_answer_a_chapter_says_what_it_is_about():
    assert [title_of(chapter, empty()) for chapter in ChapterKey] == ["", "", "", ""]
    document = filled("", rows=0, answers={"vision": {"starting_point": "Un constat"}})
    (chapter,) = read_chapters(
        document, read_sections(document, report(document).texts), report(document).texts
    )
    assert (chapter.title, chapter.eyebrow) == (
        "Vision et ambition",
        "Axe 1 · Vision du territoire",
    )


@pytest.mark.parametrize(
    ("roles", "objectives", "deadlines", "expected"),
    [
        (0, 0, [], ""),
        (1, 0, [], "Un rôle"),
        (2, 0, [], "Deux rôles"),
        (0, 1, [], "Un objectif d’ici 2029"),  # N + 3
        (1, 1, [2028], "Un rôle et un objectif d’ici 2028"),
        (3, 2, [2027, 2031], "Trois rôles et deux objectifs d’ici 2031"),
        (3, 21, [], "Trois rôles et 21 objectifs d’ici 2029"),
    ],
)
def test_the_ambition(roles: int, objectives: int, deadlines: list[int], expected: str):
    aims = rows(objectives, statement="Étendre le réseau")
    for row, year in zip(aims, deadlines, strict=False):
        row["deadline_year"] = year
    found = title(
        ChapterKey.AMBITION,
        roles={"rows": rows(roles, role="other", label="Un rôle")},
        objectives={"rows": aims},
    )
    assert found == expected


@pytest.mark.parametrize(
    ("priorities", "expected"),
    [
        ([], ""),
        ([None], "Une activité"),
        ([1], "Une activité, prioritaire"),
        ([1, 1], "Deux activités, toutes prioritaires"),
        ([1, 2, 3], "Trois activités, une d’abord"),
        ([2, 3], "Deux activités"),
        ([1] * 5 + [2] * 20, "25 activités, cinq d’abord"),
        ([1] * 21 + [2], "22 activités, 21 d’abord"),
    ],
)
def test_the_activities(priorities: list[int | None], expected: str):
    activities = [
        {"id": f"a{n}", "text": "Agir", "mission": "raise_awareness", "priority": priority}
        for n, priority in enumerate(priorities)
    ]
    assert title(ChapterKey.ACTIONS, activities={"rows": activities}) == expected


def lever(amount: float | None, state: str = "to_mobilise") -> dict[str, Any]:
    return {"id": "x1", "text": "Ville", "state": state, "amount_target_keur": amount}


@pytest.mark.parametrize(
    ("now", "target", "levers", "expected"),
    [
        (None, None, [], ""),
        ((150,), None, [], "150 K€ en 2026"),
        (None, (280,), [], "280 K€ en 2029"),
        ((150,), (280,), [], "De 150 à 280 K€"),
        ((150,), (280,), [lever(280, "secured")], "De 150 à 280 K€"),
        ((150,), (280,), [lever(151, "secured")], "De 150 à 280 K€, dont 129 à trouver"),
        ((150,), (265, 295), [lever(151, "secured")], "De 150 à 280 K€, dont 129 à trouver"),
        ((150,), (280,), [lever(280)], "De 150 à 280 K€, entièrement à trouver"),
        ((280,), (150,), [lever(100, "secured")], "De 280 à 150 K€, dont 50 à trouver"),
        ((150,), (150,), [], "150 K€ en 2026 comme en 2029"),
        ((0,), (20,), [lever(20)], "De 0 à 20 K€, entièrement à trouver"),
        ((20,), (0,), [], "De 20 à 0 K€"),
        ((20,), (0,), [lever(50)], "De 20 à 0 K€"),
        ((100,), (150,), [lever(200)], "De 100 à 150 K€"),
        ((100,), (150,), [lever(100, "secured"), {**lever(150), "id": "x2"}], "De 100 à 150 K€"),
        ((8.45,), (9.4,), [lever(5, "secured")], "De 8,5 à 9,4 K€, dont 4,4 à trouver"),
        ((12.5,), (14.4,), [lever(14.3, "secured")], "De 13 à 14 K€"),
        ((1500,), (12000,), [lever(9000, "secured")], "De 1 500 à 12 000 K€, dont 3 000 à trouver"),
    ],
)
def test_the_cost(now, target, levers: list[dict[str, Any]], expected: str):
    def side(budget: tuple[float, ...] | None) -> dict[str, Any]:
        if budget is None:
            return {}
        return dict(zip(("budget_min_keur", "budget_max_keur"), budget, strict=False))

    model = {"now": side(now), "target": side(target), "levers": levers}
    assert title(ChapterKey.COST, economic_model=model) == expected


@pytest.mark.parametrize(
    ("now", "target", "expected"),
    [
        (2.5, 4, "De 2,5 à 4 ETP"),
        (0, 0, ""),
        (0, 1, "De 0 à 1 ETP"),
        (4, 2.5, "De 4 à 2,5 ETP"),
        (2, 2, "2 ETP en 2026 comme en 2029"),
        (None, 1, "1 ETP en 2029"),
    ],
)
def test_without_a_budget_the_cost_is_the_team(now, target, expected: str):
    model = {"now": {"fte": now}, "target": {"fte": target}}
    assert title(ChapterKey.COST, economic_model=model) == expected


@pytest.mark.parametrize(
    ("existing", "wished", "unsaid", "expected"),
    [
        (0, 0, 0, ""),
        (0, 0, 2, ""),
        (1, 0, 0, "Un allié en place"),
        (12, 6, 1, "Douze alliés en place, six à approcher"),
        (0, 1, 0, "Un allié à approcher"),
        (0, 3, 0, "Trois alliés à approcher"),
        (1, 1, 0, "Un allié en place, un à approcher"),
    ],
)
def test_the_allies(existing: int, wished: int, unsaid: int, expected: str):
    relations = ["existing"] * existing + ["to_approach"] * wished + [None] * unsaid
    allies = [
        {"id": f"l{n}", "actor": "Une ville", "relation": relation}
        for n, relation in enumerate(relations)
    ]
    assert title(ChapterKey.ALLIES, alliances={"rows": allies}) == expected


def test_numbers_are_in_letters_up_to_twenty():
    assert [in_words(n) for n in (0, 1, 17, 20, 21)] == ["zéro", "un", "dix-sept", "vingt", "21"]
    assert in_words(1, feminine=True) == "une"
