"""The forms of the steps: what is stored, shown and posted again comes back equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.answers import ANSWER_SHAPES, Vision
from diagnostics.domain.document import Answers, read_document
from diagnostics.domain.reading import read_text
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.fields import CountField, NumberField, TextField, YearField, french_number
from diagnostics.queries import StepContext
from tests.posting import STEPS, context_of, form_of, posted
from tests.scene import demo_document
from tests.shapes import answers, document_with_targets, documents, patient

TARGETS = document_with_targets()


def context_with(answer) -> StepContext:
    """Store an answer in the document that has the rows it points to."""
    values = dict(TARGETS.answers.given()) | {answer.step: answer}
    stored = Answers(**{step.value: value for step, value in values.items()})
    return context_of(TARGETS.model_copy(update={"answers": stored}), answer.step)


def blank(step: StepKey, **changes: str) -> QueryDict:
    """Return what an empty page of a step posts, with some fields typed."""
    data = posted(form_of(StepContext(document=TARGETS), step))
    for name, value in changes.items():
        known = f"{step}-{name}" in data or name.startswith("rows-1") or name.endswith("serves")
        assert known, name
        data[f"{step}-{name}"] = value
    return data


def errors(step: StepKey, data: QueryDict) -> list[tuple[str, str, str]]:
    form = form_of(StepContext(document=TARGETS), step, data)
    form.check_structure()
    assert not form.is_valid()
    return list(form.error_list())


@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
@pytest.mark.parametrize("step", STEPS)
def test_a_demo_answer_is_posted_back_equal(name, step):
    document = demo_document(name)
    context = context_of(document, step)

    form = form_of(context, step, posted(form_of(context, step)))
    form.check_structure()

    assert form.is_valid(), list(form.error_list())
    assert form.answer() == (document.answers.get(step) or ANSWER_SHAPES[step]())


@pytest.mark.parametrize("step", STEPS)
@patient
@given(data=st.data())
def test_any_answer_is_posted_back_equal(step, data):
    answer = data.draw(answers(step))
    context = context_with(answer)

    form = form_of(context, step, posted(form_of(context, step)))
    form.check_structure()

    assert form.is_valid(), list(form.error_list())
    assert form.answer() == answer


# As other programs write: decomposed, with the signs of word processors, on many lines.
_ODD = st.text(st.sampled_from("ae\u0301 \n\t\r\u2028\x0b\uf0b7\u200b«»-3%"), max_size=30)


FREE = {
    *("statement", "text", "indicator", "unit", "label", "detail", "posture", "note", "actor"),
    *("purpose", "partner", "territory", "milestone", "team_detail", "needs_now", "needs_target"),
    *("organisation", "governance", "rationale", "starting_point", "board_question"),
}


def _rewritten(value: Any, odd: Callable[[str], str]) -> Any:
    """The same JSON with its free texts written otherwise."""
    if isinstance(value, dict):
        return {
            name: odd(part)
            if name in FREE and part and isinstance(part, str)
            else _rewritten(part, odd)
            for name, part in value.items()
        }
    if isinstance(value, list):
        return [_rewritten(part, odd) for part in value]
    return value + 0.0000001 if isinstance(value, float) else value


@patient
@given(documents(), st.data())
def test_whatever_is_imported_is_saved_unchanged_by_each_step(document, data):
    value = _rewritten(document.as_json(), lambda text: f"{text[:20]}{data.draw(_ODD)}"[:50] + "x")
    imported = read_document(json.dumps(value))

    for step in STEPS:
        context = context_of(imported, step)
        form = form_of(context, step, posted(form_of(context, step)))
        form.check_structure()
        assert form.is_valid(), list(form.error_list())
        stored = (imported.answers.get(step) or ANSWER_SHAPES[step]()).without_blank_rows()
        assert form.answer() == stored


@pytest.mark.parametrize("step", STEPS)
def test_an_empty_page_gives_an_empty_answer(step):
    form = form_of(StepContext(document=TARGETS), step, blank(step))

    assert form.is_valid(), list(form.error_list())
    assert form.answer().is_empty
    assert form.cleaned_data["internal_note"] == ""


# --- Bounds at the field --------------------------------------------------------------------

BETWEEN = "Indiquez un nombre entre 0 et {}."
SIGNED = "Indiquez un nombre entre −1\u202f000\u202f000 et 1\u202f000\u202f000."
FTE = "Indiquez un nombre, par exemple 2,5\u00a0ETP."
YEAR = "Indiquez une année à quatre chiffres, entre 1900 et 2100."
REFUSED = [
    ("economic_model", "now-fte", "10000,01", BETWEEN.format("10\u202f000")),
    ("economic_model", "now-fte", "-1", BETWEEN.format("10\u202f000")),
    ("economic_model", "now-fte", "1,234", "Vouliez-vous 1,23\u00a0ETP\u202f?"),
    ("economic_model", "now-fte", "NaN", FTE),
    ("economic_model", "now-fte", "1e999", FTE.replace("2,5", "1")),
    ("economic_model", "now-fte", "Infinity", FTE),
    ("economic_model", "now-fte", "9" * 5000, FTE),
    ("economic_model", "now-fte", "9" * 40, FTE),
    ("economic_model", "now-fte", ".", FTE),
    ("economic_model", "now-fte", "deux", "Vouliez-vous 2\u00a0ETP\u202f?"),
    ("economic_model", "now-volunteers", "1,5", "Vouliez-vous 2\u00a0personnes\u202f?"),
    ("economic_model", "now-volunteers", "1000001", BETWEEN.format("1\u202f000\u202f000")),
    ("economic_model", "target-skills_sponsorship_days", "-3", BETWEEN.format("1\u202f000\u202f000")),
    ("economic_model", "target-budget_max_keur", "1000001", BETWEEN.format("1\u202f000\u202f000")),
    ("economic_model", "now-public_pct", "100,5", BETWEEN.format("100")),
    ("economic_model", "now-private_pct", "-1", BETWEEN.format("100")),
    ("economic_model", "target-self_pct", "101", BETWEEN.format("100")),
    ("economic_model", "levers-0-amount_now_keur", "1000001", SIGNED),
    ("economic_model", "levers-0-amount_target_keur", "10 à 1000001", SIGNED),
    ("economic_model", "levers-0-amount_target_keur", "1,2 à 1,5 M€",
     "Vouliez-vous 1\u202f200 à 1\u202f500\u00a0K€\u202f?"),
    ("economic_model", "levers-0-amount_target_keur", "au moins 30", "Vouliez-vous 30\u00a0K€\u202f?"),
    ("objectives", "rows-0-target_value", "20 à 15", "Vouliez-vous 15 à 20\u202f?"),
    ("objectives", "rows-0-target_value", "-3", BETWEEN.format("1\u202f000\u202f000\u202f000")),
    ("objectives", "rows-0-baseline_value", "-3", "Une valeur actuelle négative n’a de sens qu’en "
     "argent\u00a0: indiquez l’unité, K€ par exemple."),
    ("objectives", "rows-0-target_value", "1000000001", BETWEEN.format("1\u202f000\u202f000\u202f000")),
    ("objectives", "rows-0-deadline_year", "1899", YEAR),
    ("objectives", "rows-0-deadline_year", "29", "Vouliez-vous 2029\u202f?"),
    ("activities", "rows-0-start_year", "2101", YEAR),
    ("activities", "rows-0-start_year", "9" * 5000, YEAR),
    ("alliances", "rows-0-horizon_year", "1e999", YEAR),
    ("alliances", "rows-0-horizon_year", "bientôt", YEAR),
    ("vision", "statements-0-text", "x" * 281, "1\u00a0caractère de trop\u00a0: 280 au plus."),
    ("vision", "starting_point", "x" * 801, "1\u00a0caractère de trop\u00a0: 800 au plus."),
    ("objectives", "rows-0-unit", "x" * 61, "1\u00a0caractère de trop\u00a0: 60 au plus."),
    ("organisation", "rationale", "x" * 501, "1\u00a0caractère de trop\u00a0: 500 au plus."),
    ("organisation", "internal_note", "x" * 1001, "1\u00a0caractère de trop\u00a0: 1000 au plus."),
    ("roles", "rows-0-role", "emperor", "Choisissez une valeur de la liste."),
    ("positioning", "rows-0-circle", "3", "Choisissez une valeur de la liste."),
    ("positioning", "rows-0-mode", "loud", "Choisissez une valeur de la liste."),
    ("activities", "rows-0-priority", "0", "Choisissez une valeur de la liste."),
    ("organisation", "legal_tool", "\x00", "Choisissez une valeur de la liste."),
    ("vision", "mark", "urgent", "Choisissez une valeur de la liste."),
    ("board_decisions", "calendar-0-month", "13/2026", "Indiquez un mois, par exemple septembre 2026."),
    ("board_decisions", "calendar-0-month", "2026-00", "Indiquez un mois, par exemple septembre 2026."),
    ("board_decisions", "calendar-0-month", "01/1899", "Indiquez un mois, par exemple septembre 2026."),
    ("board_decisions", "calendar-0-month", "septembre", "Indiquez un mois, par exemple septembre 2026."),
]  # fmt: skip


@pytest.mark.parametrize(("step", "name", "typed", "message"), REFUSED)
def test_what_is_malformed_is_refused_at_its_field(step, name, typed, message):
    step = StepKey(step)

    found = errors(step, blank(step, **{name: typed}))

    assert [(field, text) for field, _label, text in found] == [(f"id_{step}-{name}", message)]


ACCEPTED = [
    ("10 000", 10000.0),
    ("1\u202f250,50", 1250.5),
    ("1\u00a0250.5", 1250.5),
    ("0", 0.0),
    ("+3", 3.0),
    (",5", 0.5),
    ("", None),
    ("   ", None),
]


@pytest.mark.parametrize(("typed", "number"), ACCEPTED)
def test_numbers_are_typed_the_french_way(typed, number):
    step = StepKey.ECONOMIC_MODEL
    form = form_of(StepContext(document=TARGETS), step, blank(step, **{"now-fte": typed}))

    assert form.is_valid(), list(form.error_list())
    assert form.answer().now.fte == number


@patient
@given(st.decimals(0, 10**9, places=2))
def test_a_number_shown_is_read_back_equal(number):
    field = NumberField(maximum=10**9)

    assert field.clean(french_number(number)) == float(number)
    assert field.prepare_value(field.clean(str(number))) == french_number(
        Decimal(str(float(number)))
    )


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("2026-09", "2026-09"),
        ("09/2026", "2026-09"),
        ("9-2026", "2026-09"),
        (" 1 / 2100", "2100-01"),
    ],
)
def test_a_month_is_typed_or_picked(typed, month):
    step = StepKey.BOARD_DECISIONS
    form = form_of(StepContext(document=TARGETS), step, blank(step, **{"calendar-0-month": typed}))

    assert form.is_valid(), list(form.error_list())
    assert form.answer().calendar[0].month == month


def test_a_range_upside_down_is_an_error_of_its_second_field():
    step = StepKey.ECONOMIC_MODEL
    data = blank(step, **{"target-budget_min_keur": "300", "target-budget_max_keur": "250"})

    assert errors(step, data) == [
        (
            "id_economic_model-target-budget_max_keur",
            "N+3 (2029), Budget, au plus (K€)",
            "Le haut de la fourchette est plus petit que le bas\u00a0: corrigez l’un des deux.",
        )
    ]


def test_shares_that_do_not_add_up_are_not_refused():
    step = StepKey.ECONOMIC_MODEL
    data = blank(step, **{"now-public_pct": "90", "now-private_pct": "90"})
    form = form_of(StepContext(document=TARGETS), step, data)

    assert form.is_valid()
    assert form.subforms["now"].share_total() == 180


def test_links_are_bounded_and_known():
    step = StepKey.OBJECTIVES
    data = blank(step)
    data.setlist("objectives-rows-0-serves", ["r1", "../r9"])
    assert errors(step, data) == [
        (
            "id_objectives-rows-0-serves",
            "Objectif 1, Au service des rôles",
            "L’un des éléments choisis n’existe plus : choisissez de nouveau.",
        )
    ]
    data.setlist("objectives-rows-0-serves", ["r1"] * 21)
    assert errors(step, data)[0][2] == "20 liens au plus par ligne."


@pytest.mark.parametrize(
    ("step", "name", "gone"),
    [
        (StepKey.OBJECTIVES, "rows-0-serves", "r9"),
        (StepKey.TERRITORIAL_SCALES, "rows-1-subject", "activity:a9"),
        (StepKey.ACCOMPANIMENT_SCOPE, "rows-0-alliance", "l9"),
    ],
)
def test_a_row_that_was_removed_while_one_chose_it_is_no_mistake(step, name, gone):
    """It is left out when read, and found again when the row comes back (ADR 0002)."""
    data = blank(step, **{name: gone})
    if step is StepKey.TERRITORIAL_SCALES:  # its page has no row until a box is ticked
        data["territorial_scales-rows-TOTAL_FORMS"] = "2"
    form = form_of(StepContext(document=TARGETS), step, data)

    assert form.is_valid(), list(form.error_list())
    assert gone.rpartition(":")[2] in str(form.answer())


# --- Text -----------------------------------------------------------------------------------

TYPED = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@patient
@given(TYPED)
def test_a_text_loses_its_control_characters_or_is_refused_for_nul(typed):
    step = StepKey.VISION
    form = form_of(StepContext(document=TARGETS), step, blank(step, starting_point=typed))

    if "\x00" in typed.strip():
        assert [error[0] for error in form_errors(form)] == ["id_vision-starting_point"]
    else:
        assert form.is_valid(), list(form.error_list())
        answer = form.answer()
        assert Vision.model_validate(answer.model_dump(mode="json")) == answer
        assert answer.starting_point == read_text(typed).strip()


def form_errors(form):
    assert not form.is_valid()
    return list(form.error_list())


def test_one_line_fields_hold_one_line_and_others_keep_theirs():
    assert TextField(max_length=20).clean("un\r\ndeux\ttrois") == "un deux trois"
    assert TextField(max_length=20, rows=2).clean("un\r\ndeux\rtrois") == "un\ndeux\ntrois"
    # Line ends count for one character, as the browser counts them.
    assert TextField(max_length=3, rows=2).clean("a\r\nb") == "a\nb"


def test_a_lone_surrogate_is_refused():
    step = StepKey.VISION
    form = form_of(StepContext(document=TARGETS), step, blank(step, starting_point="a\ud800"))

    (error,) = form_errors(form)
    assert error[2].startswith("Réponse refusée")


def test_whole_numbers_and_years_are_whole():
    assert CountField(maximum=10).clean("7") == 7
    assert isinstance(CountField(maximum=10).clean("7,0".replace(",0", "")), int)
    assert YearField().clean("2 029") == 2029


# --- Rows -----------------------------------------------------------------------------------


def two_objectives() -> QueryDict:
    data = blank(StepKey.OBJECTIVES)
    data["objectives-rows-TOTAL_FORMS"] = "3"
    for index, (row_id, text) in enumerate([("o1", "Un"), ("", ""), ("", "Trois")]):
        data[f"objectives-rows-{index}-id"] = row_id
        data[f"objectives-rows-{index}-statement"] = text
    return data


def test_blank_rows_are_dropped_ids_kept_and_new_ones_made():
    context = context_of(TARGETS, StepKey.OBJECTIVES)
    form = form_of(context, StepKey.OBJECTIVES, two_objectives())
    form.check_structure()

    assert form.is_valid(), list(form.error_list())
    first, second = form.answer().rows
    assert (first.id, first.statement, second.statement) == ("o1", "Un", "Trois")
    assert second.id not in {"", "o1", "o2", "o3"}
    assert second.id.startswith("o")


def test_a_stored_row_that_is_emptied_goes():
    context = context_of(TARGETS, StepKey.OBJECTIVES)
    data = two_objectives()
    data["objectives-rows-0-statement"] = ""
    form = form_of(context, StepKey.OBJECTIVES, data)

    assert form.is_valid()
    assert [row.statement for row in form.answer().rows] == ["Trois"]


TAMPERED = [
    {"TOTAL_FORMS": None},
    {"TOTAL_FORMS": ""},
    {"TOTAL_FORMS": "-1"},
    {"TOTAL_FORMS": "abc"},
    {"TOTAL_FORMS": "61"},
    {"TOTAL_FORMS": "1000"},
    {"TOTAL_FORMS": "9" * 5000},
    {"TOTAL_FORMS": "١"},
    {"INITIAL_FORMS": None},
    {"INITIAL_FORMS": "-1"},
    {"INITIAL_FORMS": "beaucoup"},
    {"1-id": "o1"},
    {"0-id": "DROP TABLE"},
    {"0-id": "o\x00"},
]


@pytest.mark.parametrize("changes", TAMPERED)
def test_a_structure_that_no_page_can_send_is_refused(changes):
    data = two_objectives()
    for name, value in changes.items():
        if value is None:
            del data[f"objectives-rows-{name}"]
        else:
            data[f"objectives-rows-{name}"] = value
    form = form_of(context_of(TARGETS, StepKey.OBJECTIVES), StepKey.OBJECTIVES, data)

    with pytest.raises(TamperedForm):
        form.check_structure()


def test_an_id_of_a_row_removed_meanwhile_is_no_tampering():
    data = two_objectives()
    data["objectives-rows-0-id"] = "o99"
    form = form_of(context_of(TARGETS, StepKey.OBJECTIVES), StepKey.OBJECTIVES, data)

    form.check_structure()
    assert form.is_valid()
    assert [row.id for row in form.answer().rows][0] == "o99"


@pytest.mark.parametrize("row_id", ["O1", "1o", "o-1", "o" * 13, "é1", "o1\n"])
def test_an_id_that_no_page_can_hold_is_refused_at_any_revision(row_id):
    data = two_objectives()
    data["objectives-rows-0-id"] = row_id
    form = form_of(context_of(TARGETS, StepKey.OBJECTIVES), StepKey.OBJECTIVES, data)

    with pytest.raises(TamperedForm):
        form.check_structure()


def test_an_id_cannot_be_in_two_tables_of_a_step():
    data = blank(StepKey.BOARD_DECISIONS)
    for name in ("decisions-0-id", "calendar-0-id"):
        data[f"board_decisions-{name}"] = "d1"
    form = form_of(StepContext(document=TARGETS), StepKey.BOARD_DECISIONS, data)

    with pytest.raises(TamperedForm):
        form.check_structure()


@pytest.mark.parametrize("total", ["0", "5", "7"])
def test_the_six_steps_are_six(total):
    data = blank(StepKey.ACCOMPANIMENT_SCOPE)
    data["accompaniment_scope-rows-TOTAL_FORMS"] = total
    form = form_of(StepContext(document=TARGETS), StepKey.ACCOMPANIMENT_SCOPE, data)

    with pytest.raises(TamperedForm):
        form.check_structure()
