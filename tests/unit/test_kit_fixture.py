"""The kit as data is the kit of 2013: word for word, but for a closed list of corrections."""

from __future__ import annotations

import json
import re
import typing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from diagnostics.domain.answers import ANSWER_SHAPES
from diagnostics.domain.vocabulary import (
    AXIS_STEPS,
    KIT_AXES,
    ActorType,
    AllianceFamily,
    FundingFamily,
    Mission,
    RoleKind,
    StepKey,
)

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT.parent / "shared" / "kit-2013.txt"

# The only words that may differ from 2013; French spacing and curly apostrophes apart.
ALLOWED_CORRECTIONS = {
    "DIRRECTE": "DREETS",
    "Directe": "DREETS",
    "CPCA": "Le Mouvement associatif",
    "Conseil général": "Conseil départemental",
    "Face": "Fondation FACE",
    "Etre": "Être",
    "Eclairer": "Éclairer",
    "Equipe": "Équipe",
    "Réseaux d'entreprise": "Réseaux d'entreprises",
}
# The titles that the kit repeats on its pages, as its own progress bar.
RUNNING_TITLES = {
    "Vision du territoire à 3 / 5 ans",
    "Vision du territoire à 3/5 ans",
    "Ambition de la structure",
    "Ambition de la structure par rapport à la vision territoriale",
    "Missions et activités",
    "Stratégie de moyens",
}
PUBLISHER = (
    "LE RAMEAU",
    "Mars 2013",
    "Le RAMEAU",
    "Association loi 1901,",
    "1, Allée Charles V",
    "Tél. :",
)


def plain(text: str) -> str:
    """Return the text without what French typography changes: spaces and apostrophes."""
    text = re.sub(r"\s+", " ", text.replace("’", "'"))
    return re.sub(r" (?=[?!:;%€]|K€)", "", text).strip()


def corrected(text: str) -> str:
    for then, now in ALLOWED_CORRECTIONS.items():
        text = re.sub(rf"\b{then}\b", now, text)
    return text


# --- The source, read line by line -----------------------------------------------------------


@dataclass
class Section:
    """What the source holds between a question and the next one."""

    questions: list[str] = field(default_factory=list)
    examples: list[tuple[str, str]] = field(default_factory=list)  # (group, line)
    columns: list[str] = field(default_factory=list)
    caption: list[str] = field(default_factory=list)


@dataclass
class Source:
    """The kit of 2013 as its text file tells it."""

    cover: list[str] = field(default_factory=list)
    introduction: list[tuple[int, str]] = field(default_factory=list)  # (depth, text)
    plan_title: str = ""
    subtitles: list[list[str]] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)


def read_source(text: str) -> Source:
    source = Source()
    group = ""
    in_examples = in_questions = False
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            in_questions = False
        elif not source.plan_title:
            _read_front(source, raw)
        elif subtitle := re.fullmatch(r"(?:- )?(\d)\. (?:\*\*)?(.+?)\*\*", line):
            if subtitle[1] == "1":
                source.subtitles.append([])
            source.subtitles[-1].append(subtitle[2])
            in_examples = False
        elif line.removeprefix("- ").startswith("Quel") or line.endswith("***"):
            if not in_questions:
                source.sections.append(Section())
            line = line.removeprefix("- ").removesuffix("***")
            source.sections[-1].questions += re.findall(r"[^?]+\??", line)
            in_questions, in_examples, group = True, False, ""
        elif line in {"EXEMPLES", "EXEMPLE"}:
            in_examples = True
        elif in_examples and "\t" in line:
            if line.startswith("<u>"):
                group, *source.sections[-1].columns = re.findall(r"<u>(.*?)</u>", line)
            else:
                source.sections[-1].examples.append((group, line))
        elif in_examples and line.startswith("- "):
            if line == "- ...":
                continue
            if raw.startswith(" "):
                examples = source.sections[-1].examples
                if examples[-1][0] == "" or not group:  # the line above was a heading
                    group = examples.pop()[1]
                examples.append((group, line.removeprefix("- ")))
            else:
                group = group if source.sections[-1].columns else ""
                source.sections[-1].examples.append((group, line.removeprefix("- ")))
        elif in_examples and line.endswith(":"):
            group = line.removesuffix(":")
        elif in_examples and line == "Leviers":
            group = line
        elif line in RUNNING_TITLES:
            in_examples = False
        else:
            source.sections[-1].caption.append(line)
    return source


def _read_front(source: Source, raw: str) -> None:
    line = raw.strip()
    if line.startswith("- ❑ "):
        source.introduction.append((0, line.removeprefix("- ❑ ")))
    elif raw.startswith(" - "):
        source.introduction.append((1, line.removeprefix("- ")))
    elif source.introduction:
        source.plan_title = line
    else:
        source.cover.append(line)


@pytest.fixture(scope="module")
def source() -> Source:
    if not SOURCE.exists():
        pytest.skip(
            "The text of the 2013 kit is not beside this checkout: nothing to compare with."
        )
    return read_source(SOURCE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def kit() -> dict:
    return json.loads((ROOT / "fixtures" / "kit_2013.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def steps(kit) -> list[dict]:
    return [step for part in kit["parts"] for step in part["steps"]]


@pytest.fixture(scope="module")
def kit_steps(kit) -> list[dict]:
    return [step for part in kit["parts"] if part["in_kit"] for step in part["steps"]]


# --- Word for word -----------------------------------------------------------------------------


def test_the_source_was_read_whole(source):
    """Guards the comparison itself: a parser that reads less would prove less."""
    assert [len(section.questions) for section in source.sections] == [1, 1, 1, 1, 1, 1, 1, 3, 3, 3]
    assert [len(s.examples) for s in source.sections] == [6, 4, 4, 6, 12, 0, 4, 10, 6, 0]
    assert [len(titles) for titles in source.subtitles] == [4, 3, 3, 3]


def test_every_question_stands_in_its_step(source, kit_steps):
    assert [[plain(q["text"]) for q in step["questions"]] for step in kit_steps] == [
        [plain(question) for question in section.questions] for section in source.sections
    ]


def test_every_example_line_of_2013_is_kept_byte_for_byte(source, kit_steps):
    assert [
        [(plain(e["group"]), e["text_2013"]) for e in step["examples"]] for step in kit_steps
    ] == [[(plain(group), line) for group, line in s.examples] for s in source.sections]


def test_every_example_is_shown_word_for_word_but_for_the_corrections(source, kit_steps):
    for step, section in zip(kit_steps, source.sections, strict=True):
        for example, (_, line) in zip(step["examples"], section.examples, strict=True):
            if "\t" in line:
                label, *cells = line.split("\t")
                columns = zip(cells, section.columns, strict=True)
                line = f"{label}: " + " → ".join(f"{cell} ({column})" for cell, column in columns)
            assert plain(example["text"]) == plain(corrected(line))


def test_captions_stand_where_the_kit_has_them(source, kit_steps):
    assert [plain(step["caption"]) for step in kit_steps] == [
        plain(" ".join(section.caption)) for section in source.sections
    ]
    assert sum(bool(step["caption"]) for step in kit_steps) == 2


def test_subtitles_and_plan_are_the_kits(source, kit):
    plan, *subtitles = source.subtitles
    assert plain(kit["plan_title"]) == plain(source.plan_title)
    assert [plain(title) for title in kit["plan"]] == [plain(title) for title in plan]
    vision, *others = [part for part in kit["parts"] if part["in_kit"]]
    assert [(step["number"], plain(step["title"])) for step in vision["steps"]] == [
        ("1", plain(plan[0]))
    ]
    for part, titles in zip(others, subtitles, strict=True):
        assert [(step["number"], plain(step["title"])) for step in part["steps"]] == [
            (f"{part['position']}.{number}", plain(title)) for number, title in enumerate(titles, 1)
        ]


def test_part_titles_are_the_running_titles_of_the_kits_pages(source, kit):
    text = SOURCE.read_text(encoding="utf-8")
    for part in kit["parts"]:
        if part["in_kit"]:
            assert f"\n{part['title']}\n" in text


def test_the_introduction_keeps_its_hierarchy(source, kit):
    def flatten(paragraphs, depth=0):
        for paragraph in paragraphs:
            yield depth, plain(paragraph["text"])
            yield from flatten(paragraph["children"], depth + 1)

    assert list(flatten(kit["introduction"])) == [
        (depth, plain(text)) for depth, text in source.introduction
    ]


def test_the_cover_is_kept(source, kit):
    motto, *rest = [plain(line) for line in source.cover]
    assert plain(kit["motto"]) == motto
    titles = [line for line in rest if not line.startswith(tuple(map(plain, PUBLISHER)))]
    assert plain(kit["title"]).replace(" — ", " ") == " ".join(titles)
    for title in titles:
        assert title in plain(kit["credit"]).replace(" – ", " ")
    assert kit["date"] == "2013-03"
    assert plain(kit["credit"]).endswith("mars 2013.")


# --- Always: the shape of the kit ----------------------------------------------------------------


def test_counts_and_numbers(kit, steps):
    assert [(part["position"], part["key"]) for part in kit["parts"]] == [
        (1, "vision"),
        (2, "ambition"),
        (3, "missions"),
        (4, "means"),
        (5, "board"),
    ]
    assert [part["key"] for part in kit["parts"] if part["in_kit"]] == [a.value for a in KIT_AXES]
    assert {part["key"]: [s["key"] for s in part["steps"]] for part in kit["parts"]} == {
        axis.value: [step.value for step in axis_steps] for axis, axis_steps in AXIS_STEPS.items()
    }
    counts = {s["key"]: (len(s["questions"]), len(s["examples"])) for s in steps}
    assert counts == {
        "vision": (1, 6),
        "roles": (1, 4),
        "objectives": (1, 4),
        "positioning": (1, 6),
        "activities": (1, 12),
        "accompaniment_scope": (1, 0),
        "territorial_scales": (1, 4),
        "economic_model": (3, 10),
        "alliances": (3, 6),
        "organisation": (3, 0),
        "board_decisions": (0, 5),
    }
    numbers = [question["number"] for step in steps for question in step["questions"]]
    assert numbers == list(range(1, 17))


def test_positions_count_from_one(kit, steps):
    lists = [kit["parts"], *(part["steps"] for part in kit["parts"])]
    lists += [step[name] for step in steps for name in ("questions", "examples")]
    for rows in lists:
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))


def test_every_step_has_a_help_and_a_short_title(steps):
    for step in steps:
        assert len(re.findall(r"[.?…](?:\s|$)", step["help"])) in {2, 3}, step["key"]
        assert step["short_title"]


def test_additions_are_marked_as_such(kit, kit_steps):
    assert all(example["text_2013"] for step in kit_steps for example in step["examples"])
    (board,) = [part for part in kit["parts"] if not part["in_kit"]]
    for step in board["steps"]:
        assert step["questions"] == []
        assert {example["text_2013"] for example in step["examples"]} == {""}


def test_every_word_that_changed_is_told(kit):
    told = {c["text_2013"]: plain(c["text"]) for c in kit["corrections"]}
    assert ALLOWED_CORRECTIONS.items() <= told.items()
    assert all(c["reason"] for c in kit["corrections"])


def test_a_changed_name_has_a_note(kit_steps):
    names = {"DIRRECTE", "Directe", "CPCA", "Conseil général", "Face", "cub3"}
    for step in kit_steps:
        for example in step["examples"]:
            if any(re.search(rf"\b{name}\b", example["text_2013"]) for name in names):
                assert example["note"], example["text_2013"]


def test_texts_follow_french_typography(kit):
    def texts(value, key=""):
        if isinstance(value, dict):
            for name, item in value.items():
                if name != "text_2013":
                    yield from texts(item, name)
        elif isinstance(value, list):
            for item in value:
                yield from texts(item, key)
        elif isinstance(value, str):
            yield value

    narrow, wide = "\u202f", "\u00a0"
    for text in texts(kit):
        assert "'" not in text
        assert not re.search(rf"[^{narrow}][?!;](?=\s|$|»)", text), text
        assert not re.search(rf"[^{wide}]:(?=\s|$)", text), text
        assert not re.search(rf"«[^{wide}]|[^{wide}»]»", text), text
        assert not re.search(rf"\d(?!{wide}) ?(%|€|K€)", text), text


# --- Always: what an example fills ---------------------------------------------------------------


def test_payloads_are_rows_of_their_step(steps):
    for step in steps:
        shape = ANSWER_SHAPES[StepKey(step["key"])]
        for example in step["examples"]:
            assert example["payload"], example["text"]
            for prefill in example["payload"]:
                assert prefill.keys() == {"formset", "values"}
                if prefill["formset"] is None:
                    _check_main_fields(shape, prefill["values"])
                else:
                    _check_row(shape, prefill["formset"], prefill["values"])


def _check_row(shape, formset, values):
    assert formset in {"rows", "statements", "levers", "decisions"}
    (row_shape,) = typing.get_args(shape.model_fields[formset].annotation)
    row = row_shape.model_validate({"id": "x1", **values})
    assert {name: row.model_dump(mode="json")[name] for name in values} == values


def _check_main_fields(shape, values):
    nested: dict[str, dict] = {}
    for name, value in values.items():
        column, field_name = name.split("-")
        nested.setdefault(column, {})[field_name] = value
    answer = shape.model_validate(nested).model_dump(mode="json")
    for column, fields in nested.items():
        assert {name: answer[column][name] for name in fields} == fields


def test_codes_of_payloads_say_what_their_example_says(steps):
    by_key = {step["key"]: step["examples"] for step in steps}

    def check(key, code, labels, told):
        for example in by_key[key]:
            for prefill in example["payload"]:
                if code in prefill["values"]:
                    label = labels(prefill["values"][code]).label
                    assert told(example).startswith(label), example["text"]

    check("roles", "role", RoleKind, lambda example: example["text"])
    check("positioning", "actor_type", ActorType, lambda example: example["text"])
    check("activities", "mission", Mission, lambda example: example["group"])
    check("economic_model", "family", FundingFamily, lambda example: example["group"])
    check("alliances", "family", AllianceFamily, lambda example: example["text"])


def test_an_example_that_names_two_things_fills_two_rows(steps):
    rows = {e["text_2013"]: len(e["payload"]) for s in steps for e in s["examples"]}
    assert rows["Une extension du réseau de la structure: 200 associations, 200 entreprises"] == 2
    assert (
        rows["Réseaux entreprises: « un partenaire » en individuel, « un aiguilleur » en collectif"]
        == 2
    )
    assert (
        rows["Expérimentation de partenariats sur une thématique: bassin de vie, zone d'activité"]
        == 2
    )
    assert rows["Réseaux d'associations nationaux et locaux: CRESS, CPCA..."] == 2
    assert rows["Réseaux d'entreprise nationaux et locaux: CJD, Medef, Face..."] == 3
