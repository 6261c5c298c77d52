"""What is found in whole documents, and what an acknowledgement answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from pydantic import ValidationError

from diagnostics.domain.coherence import (
    RULES,
    CoherenceFinding,
    Severity,
    acknowledged_findings,
    find_coherence,
    findings_json,
    findings_of_step,
    open_findings,
)
from diagnostics.domain.document import DiagnosticDocument, load_document
from diagnostics.domain.indicators import compute_indicators
from diagnostics.domain.vocabulary import STEP_AXIS, StepKey
from tests.coherence_cases import (
    NB,
    NNB,
    TODAY,
    activities,
    alliances,
    budget,
    card,
    document,
    ftes,
    model,
    objectives,
    of_rule,
    partner,
    scales,
    scope,
    target,
)
from tests.scene import demo_document
from tests.shapes import documents, patient

EXPECTED = {
    "brumelle": [
        ("R01", "attention", ()),
        ("R04", "attention", ()),
        ("R17", "attention", ("b2",)),
        ("R17", "attention", ("b3",)),
        ("R30", "attention", ("l2",)),
        ("R09", "info", ("support_partnerships",)),
        ("R09", "info", ("analyse_share",)),
        ("R31", "info", ("l2",)),
        ("A2", "info", ("o1",)),
    ],
    "sorelle": [
        ("R14", "attention", ("formalise",)),
        ("R17", "attention", ("a10",)),
        ("M4", "attention", ("x2", "x5", "x6", "x7", "x8", "x9", "x10")),
        ("R31", "info", ("l16",)),
        ("C5", "info", ("o6",)),
    ],
    "arvelle": [],
}


# --- The demo structures ---------------------------------------------------------------------


@pytest.mark.parametrize("name", EXPECTED)
def test_the_demo_structures_have_exactly_these_points(name):
    found = find_coherence(demo_document(name), today=TODAY)

    assert [(f.rule, f.severity.value, f.rows) for f in found] == EXPECTED[name]


def test_the_lawyers_of_sorelle_are_a_choice():
    findings = find_coherence(demo_document("sorelle"))

    (assumed,) = acknowledged_findings(findings)
    assert assumed.rule == "R14"
    assert assumed.acknowledgement == "Convention à signer au second semestre."
    assert [f.rule for f in open_findings(findings)] == ["R17", "M4", "R31", "C5"]


def test_the_figures_of_the_demo_structures_are_told():
    messages = {
        name: " ".join(f.message for f in find_coherence(demo_document(name))) for name in EXPECTED
    }
    assert f"46{NB}% du budget de 2029 sont des ressources" in messages["sorelle"]
    assert (
        f"«{NB}Recenser les partenariats locaux existants, mise à jour…{NB}»" in messages["sorelle"]
    )
    assert f"«{NB}Fondation abritante régionale{NB}»" in messages["sorelle"]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("brumelle", {"vision": (1, 0, 0), "ambition": (1, 1, 0), "missions": (2, 2, 0), "means": (1, 1, 0)}),
        ("sorelle", {"vision": (0, 0, 0), "ambition": (0, 1, 0), "missions": (1, 0, 1), "means": (1, 1, 0)}),
        ("arvelle", {"vision": (0, 0, 0), "ambition": (0, 0, 0), "missions": (0, 0, 0), "means": (0, 0, 0)}),
    ],
)  # fmt: skip
def test_indicators_count_the_points_of_each_axis(name, counts):
    kept = compute_indicators(demo_document(name))
    figures = ("attention", "info", "acknowledged")

    per_axis = {axis: tuple(kept["axes"][axis][figure] for figure in figures) for axis in counts}
    assert per_axis == counts
    assert tuple(kept[figure] for figure in figures) == tuple(
        sum(column) for column in zip(*counts.values(), strict=True)
    )
    assert kept["axes"]["board"]["attention"] == 0


# --- Any document -----------------------------------------------------------------------------


@patient
@given(documents())
def test_no_document_makes_a_rule_raise(value: DiagnosticDocument):
    findings = find_coherence(value, today=TODAY)

    assert findings == find_coherence(value, today=TODAY)
    order = [
        (f.is_slip, f.severity is Severity.ATTENTION, -list(RULES).index(f.rule)) for f in findings
    ]
    assert order == sorted(order, reverse=True)
    for finding in findings:
        rule = RULES[finding.rule]
        assert finding.is_slip == finding.rule.startswith("S")
        assert finding.step is rule.step or finding.rule in {"S14", "S15"}
        assert set(finding.steps) <= set(rule.steps)
        assert {link.step for link in finding.links if link.step} <= set(finding.steps)
        assert finding.links
        assert finding.axis is STEP_AXIS[finding.step]
        assert 0 < len(finding.message) < 600
        assert "\n" not in finding.message


def upside_down(value: DiagnosticDocument) -> DiagnosticDocument:
    """The document with the rows of each step in the other order."""
    answers = value.as_json()
    for answer in (answers["diagnostic"], *answers["answers"].values()):
        for rows in answer.values():
            if isinstance(rows, list):
                rows.reverse()
    return load_document(answers)


def told_of(value: DiagnosticDocument) -> set[tuple[str, ...]]:
    """What is found, each with what an acknowledgement answers."""
    findings = find_coherence(value, today=TODAY)
    return {(f.rule, f.severity.value, *f.row_key, f.fingerprint) for f in findings}


@patient
@given(documents())
def test_the_order_of_the_rows_does_not_matter(value: DiagnosticDocument):
    assert told_of(upside_down(value)) == told_of(value)


@pytest.mark.parametrize("name", EXPECTED)
def test_the_demo_structures_say_the_same_upside_down(name):
    value = demo_document(name)
    assert told_of(upside_down(value)) == told_of(value)


# Their sum depends on the order by a few billionths.
IN_CENTS = (4.03, 25.42, 22.91, 7.65)


def levers_of_cents(**fields: str) -> tuple[dict[str, object], ...]:
    return tuple(
        {"id": f"x{n}", "text": f"Levier {n}", "amount_target_keur": amount, **fields}
        for n, amount in enumerate(IN_CENTS)
    )


@pytest.mark.parametrize(
    ("rule", "answers"),
    [
        ("R25", model(None, budget(100), levers_of_cents())),
        ("M4", model(None, budget(100), levers_of_cents(state="to_mobilise"))),
        (
            "R10",
            objectives(*(target(value, statement=f"But {value}") for value in IN_CENTS))
            | activities({"mission": "analyse_share"}),
        ),
        (
            "R11",
            objectives(*(target(100 + value, statement=f"But {value}") for value in IN_CENTS))
            | ftes(1, 2),
        ),
        (
            "S13",
            card(
                board_date="2027-03-01",
                workshops=[{"date": "2027-03-02"}, {"date": "2027-03-04"}],
            ),
        ),
    ],
)
def test_rows_in_another_order_reopen_no_choice(rule, answers):
    value = document(answers)
    assert sum(IN_CENTS) != sum(reversed(IN_CENTS))
    (finding,) = (f for f in find_coherence(value, today=TODAY) if f.rule == rule)
    (again,) = (f for f in find_coherence(upside_down(value), today=TODAY) if f.rule == rule)
    assert again.fingerprint == finding.fingerprint


@patient
@given(documents())
def test_every_point_can_be_assumed_by_itself(value: DiagnosticDocument):
    """Rule and rows tell the findings apart, and the JSON holds what the command reads again."""
    findings = find_coherence(value)
    assert len({(f.rule, f.rows) for f in findings}) == len(findings)

    assumed = with_acknowledgements(value, findings)
    assert open_findings(find_coherence(assumed)) == []
    again = load_document(assumed.as_json() | {"findings": findings_json(assumed)})
    assert again == assumed
    assert findings_json(again) == findings_json(assumed)


def with_acknowledgements(
    value: DiagnosticDocument, findings: list[CoherenceFinding]
) -> DiagnosticDocument:
    entries = [
        {"rule": f.rule, "rows": f.rows, "reason": "Choisi", "fingerprint": f.fingerprint}
        for f in findings
    ]
    return load_document(value.as_json() | {"acknowledgements": entries})


def test_the_json_of_a_finding_has_the_keys_of_the_document():
    found = findings_json(demo_document("sorelle"))

    assert found[0] == {
        "rule": "R14",
        "severity": "attention",
        "step": "accompaniment_scope",
        "rows": ["formalise"],
        "message": f"Étape «{NB}Construire et formaliser le partenariat{NB}»{NB}: le partenaire "
        f"«{NB}Avocats du barreau{NB}» n’apparaît pas dans vos alliances.",
        "acknowledged": True,
    }


def test_a_step_shows_the_points_of_both_sides():
    findings = find_coherence(demo_document("sorelle"))

    assert [f.rule for f in findings_of_step(findings, StepKey.ALLIANCES)] == ["R14", "R31"]
    assert [f.rule for f in findings_of_step(findings, StepKey.TERRITORIAL_SCALES)] == ["R17"]
    assert findings_of_step(findings, StepKey.VISION) == []


def test_names_are_shortened_and_nest_their_quotation_marks():
    long = (
        "Créer le « Club\nSorelle » d'entreprises engagées pour l'emploi, la mobilité et le reste"
    )
    answers = activities({"text": long, "priority": 1}) | scales({"scale": "region"})

    (finding,) = of_rule("R17", answers)
    assert finding.message == (
        f"«{NB}Créer le “Club Sorelle” d’entreprises engagées…{NB}» est prioritaire "
        "mais n’a pas d’échelon."
    )


def test_a_word_longer_than_a_name_is_cut():
    answers = alliances({"actor": "x" * 300, "relation": "to_approach"})

    (finding,) = of_rule("R30", answers)
    assert finding.message == f"«{NB}{'x' * 59}…{NB}»{NB}: dans quel but vous en rapprocher{NNB}?"


# --- « Choix assumé » -----------------------------------------------------------------------------

LAWYERS = scope(formalise=partner("Avocats du barreau")) | alliances({"actor": "CCI"})


def assume(answers: dict, rule: str, reason: str = "Choisi", **changes: object) -> dict:
    (finding,) = of_rule(rule, answers)
    return {
        "rule": rule,
        "rows": list(finding.rows),
        "reason": reason,
        "fingerprint": finding.fingerprint,
    } | changes


def still_assumed(rule: str, before: dict, after: dict, **changes: object) -> bool:
    (finding,) = of_rule(rule, after, acknowledgements=[assume(before, rule, **changes)])
    return not finding.is_open


FIRST = {"priority": 1, "text": "Café partenaires"}
CREATED = {"state": "to_create"}
HERE = scales({"scale": "epci"})
KEPT = {
    "nothing changed": ("R14", LAWYERS, LAWYERS),
    "another case": ("R14", LAWYERS, scope(formalise=partner("avocats du Barreau")) | alliances({"actor": "CCI"})),
    "a note": ("R14", LAWYERS, scope(formalise=partner("Avocats du barreau") | {"note": "gratuit"}) | alliances({"actor": "CCI"})),
    "another ally": ("R14", LAWYERS, scope(formalise=partner("Avocats du barreau")) | alliances({"actor": "CCI"}, {"actor": "CJD"})),
    "reworded": ("R17", activities(FIRST) | HERE, activities(FIRST | {"text": "Café des partenaires"}) | HERE),
    "rows in another order": ("R32", activities(*[CREATED] * 3) | alliances({}),
        {"activities": {"rows": [{"id": f"a{n}", "state": "to_create"} for n in (2, 3, 1)]}} | alliances({})),
    "another objective": ("R04", objectives({"kind": "qualitative"}), objectives(*[{"kind": "qualitative"}] * 2)),
    "a pace that rounds alike": ("R11", objectives(target(250)) | ftes(3, 3), objectives(target(250.1)) | ftes(3, 3)),
}  # fmt: skip
OPENED = {
    "another partner": ("R14", LAWYERS, scope(formalise=partner("Notaires")) | alliances({"actor": "CCI"})),
    "no partner": ("R14", LAWYERS, scope(formalise=partner()) | alliances({"actor": "CCI"})),
    "another pace": ("R11", objectives(target(210)) | ftes(3, 3), objectives(target(250)) | ftes(3, 3)),
    "a graver pace": ("R11", objectives(target(270)) | ftes(3, 3), objectives(target(270.1)) | ftes(3, 3)),
    "another year": ("R07", objectives({"deadline_year": 2031}), objectives({"deadline_year": 2040})),
    "one thing more is missing": ("R06", objectives(target(3, unit="")), objectives(target(None, unit=""))),
    "one activity more": ("R32", activities(*[CREATED] * 3) | alliances({}), activities(*[CREATED] * 4) | alliances({})),
}  # fmt: skip


@pytest.mark.parametrize(("rule", "before", "after"), KEPT.values(), ids=KEPT)
def test_a_choice_stays_while_the_finding_says_the_same(rule, before, after):
    assert still_assumed(rule, before, after)


@pytest.mark.parametrize(("rule", "before", "after"), OPENED.values(), ids=OPENED)
def test_a_choice_is_open_again_when_the_finding_changes(rule, before, after):
    assert not still_assumed(rule, before, after)


@pytest.mark.parametrize(("rule", "before", "after"), OPENED.values(), ids=OPENED)
def test_without_fingerprint_a_choice_answers_whatever_is_found_of_its_rows(rule, before, after):
    (finding,) = of_rule(rule, after)
    same_rows = finding.rows == of_rule(rule, before)[0].rows
    assert still_assumed(rule, before, after, fingerprint=None) == same_rows


def test_the_former_reason_is_told_when_the_finding_changes():
    entry = assume(LAWYERS, "R14", "Convention à signer")
    after = scope(formalise=partner("Notaires")) | alliances({"actor": "CCI"})

    (finding,) = of_rule("R14", after, acknowledgements=[entry])
    assert finding.is_open
    assert finding.former_reason == "Convention à signer"


def test_a_choice_about_nothing_is_kept_and_shows_nowhere():
    value = document(
        LAWYERS, acknowledgements=[{"rule": "R30", "rows": ["l7"], "reason": "plus tard"}]
    )
    assert all(finding.is_open for finding in find_coherence(value))
    assert len(value.acknowledgements) == 1


@pytest.mark.parametrize(
    "entries",
    [
        [{"rule": "R14", "rows": ["match"], "reason": "un"}] * 2,
        [
            {"rule": "R16", "rows": ["prepare_nonprofit", "prepare_company"], "reason": "un"},
            {"rule": "R16", "rows": ["prepare_company", "prepare_nonprofit"], "reason": "deux"},
        ],
        [{"rule": "R14", "rows": ["match"], "reason": "un", "fingerprint": "Z" * 12}],
        [{"rule": "R14", "rows": ["match"], "reason": "  "}],
    ],
)
def test_what_is_no_acknowledgement_is_refused(entries):
    with pytest.raises(ValidationError):
        document(LAWYERS, acknowledgements=entries)


def test_severities_have_words_for_people():
    assert dict(Severity.choices()) == {"attention": "Point d’attention", "info": "À noter"}
