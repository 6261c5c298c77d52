"""A step that somebody else saved while one typed: the form that joins both, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

from diagnostics.domain.comparison import ToldConflict, compare_answers, labels_of, tell_conflict
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.forms.base import StepForm
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.queries import LoadedStep, Noted, Overtaken, read_overtaken


def join_texts(
    form: StepForm, loaded: LoadedStep, *, base_revision: int, sent_ids: frozenset[str]
) -> tuple[StepForm, Overtaken | None]:
    """Return the form that joins what was typed to what was stored since, and what is to be chosen.

    ``form`` is bound to what was typed from ``base_revision``; it comes back as it is, with None,
    where the two cannot be merged. ``sent_ids``: ids of rows that the page sent.
    """
    if loaded.stored_row is None or not form.is_valid():
        return form, None
    typed = Noted(form.answer(), form.cleaned_data["internal_note"])
    overtaken = read_overtaken(
        loaded.stored_row, typed, base_revision=base_revision, user=loaded.user
    )
    if overtaken is None:
        return form, None
    shown = overtaken.to_choose
    context = replace(
        loaded.form_context,
        stored=shown.answer,
        internal_note=shown.note,
        known_ids=loaded.form_context.known_ids | sent_ids,
    )
    return STEP_FORMS[loaded.step](context=context, prefix=loaded.step.value), overtaken


def told_conflicts(overtaken: Overtaken | None, document: DiagnosticDocument) -> list[ToldConflict]:
    """Say what has to be chosen between the two texts; nothing where nobody was overtaken."""
    if overtaken is None:
        return []
    labels, shown = labels_of(document.answers), overtaken.to_choose.answer
    return [tell_conflict(conflict, shown, labels) for conflict in overtaken.conflicts]


def came_in(merged: Overtaken, document: DiagnosticDocument) -> str:
    """Say what somebody else stored meanwhile, which is kept beside what was typed."""
    labels = labels_of(document.answers)
    said = compare_answers(merged.base.answer, merged.stored.answer, labels).said
    done = said or "a modifié la note interne de l’équipe"
    return f"Pendant votre saisie, {merged.author} {done}. Tout est enregistré, le vôtre aussi."
