"""The answers that a finding speaks of, quoted beside it."""

from __future__ import annotations

import pytest
from hypothesis import given

from diagnostics.domain.coherence import find_coherence, quote_answers
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import StepKey
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
    partner,
    positions,
    scope,
    shares,
    target,
    vision,
)
from tests.shapes import documents, patient

A, AIMS, L = StepKey.ACTIVITIES, StepKey.OBJECTIVES, StepKey.ALLIANCES
P, M, G = StepKey.ACCOMPANIMENT_SCOPE, StepKey.ECONOMIC_MODEL, StepKey.ORGANISATION


def q(text: str) -> str:
    return f"«{NB}{text}{NB}»"


CREATED = {"mission": "analyse_share", "text": "Guide", "priority": 2, "state": "to_create"}
QUOTES = [
    ("R14", scope(formalise=partner("Avocats")) | alliances(*({"actor": f"Allié {n}"} for n in range(6))), [
        (P, f"{q('Construire et formaliser le partenariat')}{NB}: avec {q('Avocats')}"),
        (L, f"{NNB}; ".join(f"{q(f'Allié {n}')} (existant)" for n in range(4)) + f"{NNB}; et 2{NB}autres")]),
    ("R10", objectives(target(100, statement="Initier", baseline_value=20)) | activities(CREATED), [
        (AIMS, f"{q('Initier')}{NB}: de 20 à 100 partenariats, 2029"),
        (A, f"{q('Guide')} (priorité{NB}2, à créer)")]),
    ("R26", ftes(1, 2), [
        (G, f"Organisation envisagée{NB}: non renseigné"), (M, f"2029{NB}: 2{NB}ETP")]),
    ("S6", model(budget(10), budget(50, 55)), [
        (M, f"2029{NB}: 50{NB}–{NB}55{NB}K€"), (M, f"2026{NB}: 10{NB}K€")]),
    ("R19", model(shares(80, 10, 5)), [(M, f"2026{NB}: 80{NB}% ressources publiques{NB}– 10{NB}% ressources "
        f"privées{NB}– 5{NB}% auto-financement")]),
    ("S15", vision("Un territoire", "Le territoire", "Territoire"), [
        (StepKey.VISION, q("Le territoire")), (StepKey.VISION, q("Un territoire"))]),
    ("S16", card(title="Ambition 2020–2023"), [
        (None, f"Titre{NB}: {q('Ambition 2020–2023')}"), (None, "De 2026 (N) à 2029")]),
    ("R29", positions({"actor_type": "local_authorities", "circle": 1, "posture": "être au service"})
        | alliances({}), [
        (StepKey.POSITIONING, f"{q('Collectivités territoriales')}{NB}: 1er cercle, {q('être au service')}"),
        (L, f"{q('CRESS')} (existant)")]),
    ("R09", activities(CREATED), [
        (A, f"{q('Guide')} (priorité{NB}2, à créer)"), (A, f"hors de votre rôle{NB}: aucune mission")]),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "answers", "expected"), QUOTES)
def test_both_sides_are_quoted(rule, answers, expected):
    value = document(answers)
    finding = next(f for f in find_coherence(value, today=TODAY) if f.rule == rule)
    quotes = quote_answers(finding, value)
    assert [(quote.link.step, quote.text) for quote in quotes] == expected


@patient
@given(documents())
def test_whatever_is_found_is_quoted(value: DiagnosticDocument):
    for finding in find_coherence(value, today=TODAY):
        quotes = quote_answers(finding, value)
        assert [quote.link for quote in quotes] == list(dict.fromkeys(finding.links))
        assert all(quote.text for quote in quotes)
