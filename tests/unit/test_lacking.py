"""What a diagnostic lacks when somebody wants to validate it."""

from __future__ import annotations

from diagnostics.domain.coherence import find_coherence, open_findings
from diagnostics.domain.kit_texts import default_texts
from diagnostics.domain.lacking import lacking_in, mark_of
from diagnostics.domain.vocabulary import Mark, StepKey
from tests.report_samples import demo


def lacking(name: str, *, addressed=(), change=lambda document: None) -> tuple[str, ...]:
    document = demo(name)
    change(document)
    findings = open_findings(find_coherence(document))
    return lacking_in(document, findings, default_texts(), addressed=addressed)


def test_nothing_is_lacking_of_what_is_whole():
    assert lacking("arvelle") == ()


def test_steps_points_and_decisions_are_told():
    assert lacking("sorelle") == (
        "3.3 Territoire d’actions\u00a0: 1\u00a0élément à compléter",
        "4\u00a0points restent à discuter, dont 2 d’attention",
    )
    words = lacking("brumelle")
    assert "4.3 Organisation, gouvernance, outil juridique\u00a0: pas encore de réponse" in words
    # The absence of decisions is told once, not as a step to fill in besides.
    assert [text for text in words if "écision" in text] == [
        "Aucune décision n’est proposée au conseil d’administration"
    ]


def test_what_the_team_debates_is_not_whole():
    def debate(document):
        document.answers.vision.mark = Mark.DISPUTED

    assert lacking("arvelle", change=debate) == ("1 Situation souhaitée\u00a0: en débat",)


def test_requests_that_nobody_accepted_are_told_with_their_place():
    assert lacking("arvelle", addressed=[StepKey.VISION, StepKey.VISION, None]) == (
        "3\u00a0demandes traitées par la structure ne sont pas encore acceptées "
        "(1 Situation souhaitée et l’ensemble du diagnostic)",
    )


def test_the_mark_says_whether_the_list_and_the_opinion_are_the_same():
    assert mark_of(lacking("sorelle"), 1) == mark_of(lacking("sorelle"), 1) != ""
    assert mark_of(lacking("sorelle"), 1) != mark_of(lacking("arvelle"), 1)
    assert mark_of(lacking("sorelle"), 1) != mark_of(lacking("sorelle"), 2)
