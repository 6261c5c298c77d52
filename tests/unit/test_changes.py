"""What changed in a step, said line by line."""

from __future__ import annotations

from diagnostics.domain.changes import ChangeLine, lines_of
from diagnostics.domain.comparison import FieldChange, compare_documents
from diagnostics.domain.vocabulary import Mark, StepKey
from tests.report_samples import demo


def test_rows_and_texts_are_said_in_words():
    before, after = demo("sorelle"), demo("sorelle")
    rows = after.answers.objectives.rows
    rows[0].target_value, rows[0].deadline_year = 90, 2028
    gone = rows.pop()
    after.answers.objectives.mark = Mark.DISPUTED
    rewritten = (
        "Le territoire a changé de périmètre, et trois réseaux y sont nés en deux ans à peine."
    )
    start = after.answers.vision.starting_point
    after.answers.vision.starting_point = rewritten

    found = {changes.step: lines_of(changes) for changes in compare_documents(before, after)}

    assert found[StepKey.VISION] == [
        ChangeLine(
            "Modification",
            "«\u00a0Constat de départ\u00a0» réécrit",
            (FieldChange("starting_point", "Constat de départ", start, rewritten),),
        )
    ]
    first, *others, mark = found[StepKey.OBJECTIVES]
    assert first.verb == "Modification"
    name = before.answers.objectives.rows[0].statement
    assert first.what.startswith("objectif «\u00a0")
    assert name[:20] in first.what
    assert "passe de" in first.what
    assert "«\u00a02028\u00a0»" in first.what
    (removed,) = others
    assert (removed.verb, removed.texts) == ("Retrait", ())
    assert gone.statement[:20] in removed.what
    assert (mark.verb, "En débat" in mark.what) == ("Ajout", True)


def test_what_was_given_another_place_is_said_once():
    before, after = demo("sorelle"), demo("sorelle")
    after.answers.roles.rows.reverse()

    (changes,) = compare_documents(before, after)

    assert lines_of(changes) == [ChangeLine("Ordre", "les rôles sont dans un autre ordre")]
