"""Whatever is pasted, a step takes what it can of it: what its page would post then can be stored."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import given, settings

from diagnostics.domain.cells import UnreadableTable, decode_file, write_file
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.columns import table_of
from diagnostics.forms.pasting import Paste, prepare_paste
from diagnostics.forms.places import read_step
from diagnostics.forms.workbook import read_workbook, write_workbook
from diagnostics.queries import LoadedStep, StepContext
from tests.posting import context_of, form_of
from tests.shapes import answers, document_with_targets, patient
from tests.unit.test_pasted import ANYTHING, SETS

TARGETS = document_with_targets()
# Of each of the nine sets: ninety examples of the code that they share.
few = settings(patient, max_examples=10)


def loaded(step: str, context: StepContext | None = None) -> LoadedStep:
    """What pasting needs of a step, read from no database."""
    key = StepKey(step)
    found = context or context_of(TARGETS, key)
    return cast(LoadedStep, SimpleNamespace(step=key, form_context=found, document=found.document))


def stored(paste: Paste, step: str, name: str) -> list:
    """The rows that would be stored, less what is refused."""
    form = form_of(context_of(TARGETS, StepKey(step)), StepKey(step), paste.data)
    form.check_structure()
    return list(getattr(read_step(form)[0].answer, name))


@pytest.mark.parametrize(("step", "name"), SETS)
@few
@given(text=ANYTHING, into=ANYTHING)
def test_whatever_is_pasted_can_be_stored(step: str, name: str, text: str, into: str):
    paste = prepare_paste(loaded(step), name, text, into=into)
    before = form_of(context_of(TARGETS, StepKey(step)), StepKey(step)).formsets[name]
    already = 0 if before.starts_blank else len(before.forms)
    assert len(stored(paste, step, name)) <= already + paste.added


@pytest.mark.parametrize(("step", "name"), SETS)
def test_a_table_comes_back_as_it_went(step: str, name: str):
    @few
    @given(answer=answers(StepKey(step)))
    def comes_back(answer) -> None:
        context = StepContext(document=TARGETS, stored=answer)
        here = loaded(step, context)
        written = decode_file(write_file(table_of(here, name)[1]))
        try:
            paste = prepare_paste(here, name, written)
        except UnreadableTable:
            return  # sixty rows of what is longest are pasted in two goes
        assert [row.cells for row in paste.rows] == []
        assert paste.rest == ""
        book = read_workbook(write_workbook(*table_of(here, name)))
        assert [row.cells for row in prepare_paste(here, name, book).rows] == []

    comes_back()
