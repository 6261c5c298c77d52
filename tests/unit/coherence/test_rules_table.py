"""The table of the rules: complete, explained in plain words, its thresholds in one place."""

from __future__ import annotations

import re

import pytest

from diagnostics.domain.coherence import (
    DEFAULT_THRESHOLDS,
    RULES,
    BadThresholds,
    Severity,
    Thresholds,
    find_coherence,
    load_thresholds,
)
from diagnostics.domain.coherence.registry import rule
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.diagnostics import FrameForm, YearsForm
from tests.coherence_cases import (
    NB,
    TODAY,
    alliances,
    document,
    ftes,
    model,
    objectives,
    of_rule,
    target,
)
from tests.posting import context_of, form_of
from tests.scene import demo_document
from tests.unit.coherence import (
    test_questions,
    test_rules_alliances,
    test_rules_ambition,
    test_rules_means,
    test_rules_missions,
    test_slips_ambition,
    test_slips_means,
)

ATTENTION = {
    *("S1", "S2", "S3", "S5", "S6", "S7", "S9", "S12", "S13", "S14"),
    *(
        f"R{n:02d}"
        for n in (1, 3, 4, 6, 7, 10, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 26, 29, 30, 33)
    ),
    *("C3", "C5", "M3", "M4"),
}
TABLES = [
    test_slips_means,
    test_slips_ambition,
    test_rules_ambition,
    test_rules_missions,
    test_rules_means,
    test_rules_alliances,
    test_questions,
]


def test_there_are_the_rules_of_the_domain_slips_first():
    assert list(RULES) == [
        *(f"S{n}" for n in range(1, 17)),
        *(f"R{n:02d}" for n in range(1, 38)),
        *("C1", "C3", "C5", "C6", "C7"),
        *("A1", "A2", "A4"),
        *("M1", "M3", "M4", "M5"),
    ]
    assert {rule.id for rule in RULES.values() if rule.severity is Severity.ATTENTION} == ATTENTION


def test_a_rule_is_entered_once():
    with pytest.raises(ValueError, match="R14 is defined twice"):
        rule("R14", Severity.INFO, StepKey.VISION, title="", why="")(RULES["R14"].check)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("table", ["FIRES", "SILENT", "NO_DATA"])
def test_every_rule_is_tried_three_ways(rule, table):
    assert [case for module in TABLES for case in getattr(module, table) if case[0] == rule]


@pytest.mark.parametrize("entry", RULES.values(), ids=RULES)
def test_every_rule_is_explained(entry):
    words = entry.explanation()
    sentences = re.findall(r"[.?!](?:\s|$)", words)
    assert 1 <= len(sentences) <= 4, words
    for text in (entry.title, words):
        assert "'" not in text
        assert "{" not in text
        assert not re.search(r"[^\u202f][?!;](?=\s|$)", text), text
        assert not re.search(r"[^\u00a0]:(?=\s|$)", text), text
        assert not re.search(r"\d ?(%|K€)", text), text
    assert not entry.title.endswith(".")
    assert entry.check.__doc__
    assert entry.check.__doc__.startswith(f"{entry.id}: ")
    assert len(set(entry.steps)) == len(entry.steps)


def test_messages_follow_french_typography():
    cases = [case for module in TABLES for case in module.FIRES]
    for rule_id, answers, _expected in cases:
        for finding in of_rule(rule_id, answers):
            text = finding.message
            assert text.endswith((".", "?")), text
            assert "'" not in text
            assert not re.search(r"[^\u202f][?!;](?=\s|$)", text), text
            assert not re.search(r"[^\u00a0]:(?=\s|$)", text), text
            assert not re.search(r"«[^\u00a0]|[^\u00a0]»", text), text
            assert not re.search(r"\d ?(%|K€|ETP)", text), text


def ids_of_the_form(value, step: StepKey) -> set[str]:
    """The anchors of a step's form: its fields, and the lists that rows are added to."""
    form = form_of(context_of(value, step), step)
    rows = [row for formset in form.formsets.values() for row in formset.forms]
    fields = [field for part in (form, *form.subforms.values(), *rows) for field in part]
    return {field.auto_id for field in fields} | {f"id_{step}-{name}" for name in form.formsets}


def test_every_link_goes_to_a_field_of_the_form():
    """Where a page sends people exists: « id_<step>-<field> », as for what is missing."""
    values = [document(case[1]) for module in TABLES for case in module.FIRES]
    values += [demo_document(name) for name in ("sorelle", "brumelle", "arvelle")]
    for value in values:
        for finding in find_coherence(value, today=TODAY):
            for link in finding.links:
                if link.step is None:
                    assert link.field in {*FrameForm.base_fields, *YearsForm.base_fields}
                    continue
                anchor = f"id_{link.step}-{link.field}"
                assert anchor in ids_of_the_form(value, link.step), finding


# --- Thresholds ----------------------------------------------------------------------------------


def test_the_defaults_are_those_of_the_domain():
    assert load_thresholds({}) == DEFAULT_THRESHOLDS == Thresholds()
    assert DEFAULT_THRESHOLDS.model_dump() == {
        "max_roles": 3,
        "min_objectives": 3,
        "max_objectives": 8,
        "pace_info": 22.5,
        "pace_attention": 30,
        "min_activities": 5,
        "priority_share": 60,
        "creation_share": 50,
        "share_tolerance": 1,
        "budget_growth": 130,
        "secured_cover": 90,
        "share_growth": 10,
        "private_network": 10,
        "public_dependency": 80,
        "keur_per_fte_min": 40,
        "keur_per_fte_max": 110,
        "lever_gap": 10,
        "team_growth": 0.5,
        "private_governance": 25,
        "min_creations": 3,
        "endowment_private": 15,
        "scic_families": 3,
        "public_funder": 50,
        "min_deadlines": 3,
        "mix_gap": 7,
        "lever_loss": 20,
        "new_money": 40,
    }


@pytest.mark.parametrize(
    ("rule", "overrides", "answers"),
    [
        ("R11", {"pace_info": 27.8}, objectives(target(250)) | ftes(3, 3)),
        ("R23", {"public_dependency": 90}, model(None, {"public_pct": 85})),
        ("R22", {"private_network": 31}, model(None, {"private_pct": 30}) | alliances({})),
        ("R08", {"max_objectives": 9}, objectives(*[{}] * 9)),
    ],
)
def test_a_kit_speaks_from_its_own_figures(rule, overrides, answers):
    assert len(of_rule(rule, answers)) == 1
    assert of_rule(rule, answers, load_thresholds(overrides)) == []


def test_explanations_tell_the_figures_in_force():
    thresholds = load_thresholds({"pace_info": 12.5})
    assert "Au-delà de 12,5 par an" in RULES["R11"].explanation(thresholds)
    assert "Au-delà de 22,5 par an" in RULES["R11"].explanation()


@pytest.mark.parametrize(
    ("overrides", "problem"),
    [
        ({"pace": 3}, f"pace{NB}: clé inconnue"),
        ({"pace_info": "dix"}, f"pace_info{NB}: un nombre est attendu"),
        ({"max_roles": 2.5}, f"max_roles{NB}: un nombre entier est attendu"),
        ({"max_roles": 0}, f"max_roles{NB}: 1 au moins est attendu"),
        ({"priority_share": 101}, f"priority_share{NB}: 100 au plus est attendu"),
        ({"budget_growth": 100}, f"budget_growth{NB}: plus de 100 est attendu"),
        ({"pace_info": 31}, "« pace_info » dépasse « pace_attention »"),
        ({"keur_per_fte_min": 200}, "« keur_per_fte_min » dépasse « keur_per_fte_max »"),
        (["max_roles"], "un objet est attendu"),
        ([], "un objet est attendu"),
        (None, "un objet est attendu"),
        ({"pace_info": float("nan")}, f"pace_info{NB}: un nombre fini est attendu"),
    ],
)
def test_bad_thresholds_are_refused_with_a_sentence(overrides, problem):
    with pytest.raises(BadThresholds) as refusal:
        load_thresholds(overrides)
    assert refusal.value.problems == [problem]
