"""From what a step's page posts to what is stored: the wizard's saves, and those of a person whose
session had ended."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace

from django.db import transaction
from django.http import QueryDict

from diagnostics.domain.answers import Answer
from diagnostics.domain.merge import ConflictKind
from diagnostics.domain.vocabulary import Mark, ScopeStepKey, StepKey
from diagnostics.forms.base import StepForm, TamperedForm
from diagnostics.forms.fields import offered
from diagnostics.forms.kept_texts import page_of, read_posted, unsaved_texts
from diagnostics.forms.pasting import Paste
from diagnostics.forms.places import fields_by_place, give_row_ids
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.forms.row_operations import RowToRemove
from diagnostics.forms.scale_grid import read_ticks
from diagnostics.queries import LoadedStep
from diagnostics.services.allies import link_partner
from diagnostics.services.answers import SavedAnswer, remove_row, save_answer
from diagnostics.services.kept_texts import keep_texts, set_row_aside

REMOVED = ConflictKind.REMOVED.value


@dataclass(frozen=True)
class SavedStep:
    """What a save of a page did; ``refused``: the reasons of what the form refuses, by place."""

    answer: SavedAnswer
    refused: dict[str, list[str]]


def posted_form(loaded: LoadedStep, data: QueryDict) -> StepForm:
    """Return the form of what was posted (``data`` is completed with the ids of new rows).

    Raises TamperedForm for a structure that no page can send.
    """
    form_class, prefix = STEP_FORMS[loaded.step], loaded.step.value
    _number(data, "base_revision")
    if loaded.step is StepKey.TERRITORIAL_SCALES:
        read_ticks(data, f"{prefix}-rows", loaded.document)
    give_row_ids(form_class, data, prefix)
    form = form_class(data, context=loaded.form_context, prefix=prefix)
    form.check_structure()
    return form


def save_posted(form: StepForm, posted: QueryDict, loaded: LoadedStep) -> SavedStep:
    """Store what was typed, less what is refused or waits for a choice, which is kept aside.

    Raises TamperedForm, and what save_answer raises (nothing is stored then).
    """
    noted, aside, refused = read_posted(form, posted, loaded.kept_here)
    answer = noted.answer
    if "review_later" in posted:
        answer = answer.model_copy(update={"mark": Mark.TO_REVIEW})
    saved = save_answer(
        loaded.diagnostic,
        answer,
        internal_note=noted.note,
        base_revision=_number(posted, "base_revision"),
        user=loaded.user,
        read=loaded,
        aside=aside,
        sent_by=_sent_by(posted),
    )
    return SavedStep(saved, refused)


def save_paste(paste: Paste, loaded: LoadedStep) -> SavedStep:
    """Store what a paste adds to a step and changes in it, as the step's page would; what of it is refused
    is kept aside. Raises what save_answer raises (nothing is stored then)."""
    posted = copy(paste.data)
    posted["base_revision"] = str(loaded.revision)
    return save_posted(posted_form(loaded, posted), posted, loaded)


def take_offer(posted: QueryDict) -> None:
    """Write into a field what was offered there (« <field> <text> », the button ``offer``)."""
    name, _, text = posted.get("offer", "").partition(" ")
    if name in posted and text:
        posted[name] = text


def told_refusals(form: StepForm, refused: dict[str, list[str]]) -> list[dict[str, object]]:
    """Return what a page shows at the fields that are refused: why, and what is offered instead."""
    fields, told = fields_by_place(form), []
    for place, reasons in refused.items():
        if reasons:
            bound = fields[place]
            offers = [offered(error) for error in bound.errors.as_data()]
            words, text = next((offer for offer in offers if offer[1]), ("", ""))
            entry: dict[str, object] = {"field": bound.html_name, "reasons": reasons}
            told.append(entry | ({"offer": [words, text]} if text else {}))
    return told


def remove_posted(row: RowToRemove, saved: SavedStep, loaded: LoadedStep) -> int:
    """Take a row away once what was typed in it is stored, so that it can be put back; what of it was
    refused stands aside. Return the revision that has the row.

    A row that somebody else changed meanwhile stays, in dispute: 0. Raises NotAllowed and WrongState.
    """
    answer, (name, _, key) = saved.answer, row.place.partition("/")
    diagnostic, step, user = loaded.diagnostic, loaded.step, loaded.user
    merged = answer.merged
    if merged is not None:
        theirs = (_row(noted.answer, name, key) for noted in (merged.base, merged.stored))
        before, after = theirs
        if after is not None and before != after:
            with transaction.atomic():
                keep_texts(diagnostic, step, user=user, texts={row.place: [REMOVED]})
            return 0
    with transaction.atomic():
        set_row_aside(diagnostic, step, user=user, row=row.place)
        removed = remove_row(diagnostic, step, row=row.place, user=user)
    # Pressed twice: the first press took it away.
    return answer.revision if removed else max(answer.revision - 1, 1)


def make_ally(form: StepForm, key: str, loaded: LoadedStep) -> str:
    """Make an ally of the partner typed at a step of the accompaniment (``key``), once what was typed
    is stored. Return what leads there in the page: which step, what was done.

    Nothing for another step of the questionnaire. Raises TamperedForm, NotAllowed and WrongState.
    """
    if loaded.step is not StepKey.ACCOMPANIMENT_SCOPE:
        return ""
    if key not in set(ScopeStepKey):
        raise TamperedForm("ally")
    partner = fields_by_place(form)[f"rows/{key}/partner"]
    name = partner.form.cleaned_data.get("partner", "") if partner.form.is_bound else ""
    done = link_partner(loaded.diagnostic, ScopeStepKey(key), name=name, user=loaded.user)
    return f"?allie={key}&fait={done}#allie"


def _row(answer: Answer, name: str, key: str) -> object:
    return next((row for row in getattr(answer, name) if row.id == key), None)


def keep_unsaved(form: StepForm, loaded: LoadedStep) -> None:
    """Keep all that was typed and is not stored: nothing of it can be saved now."""
    texts = unsaved_texts(form, loaded)
    with transaction.atomic():
        keep_texts(
            loaded.diagnostic,
            loaded.step,
            user=loaded.user,
            texts=texts,
            page=page_of(form.data),
        )


def _number(posted: QueryDict, name: str) -> int:
    value = posted.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise TamperedForm(name)
    return int(value)


def _sent_by(posted: QueryDict) -> str:
    """Return the page that posts and how manieth of its saves it is; nothing without JavaScript."""
    page, number = page_of(posted), str(posted.get("sent", ""))
    known = page and number.isascii() and number.isdigit() and len(number) <= 9
    return f"{page} {number}" if known else ""


def as_saved(loaded: LoadedStep, saved: SavedAnswer) -> LoadedStep:
    """Return a step as it is after a save, without reading it again."""
    kept = {**loaded.kept, loaded.step.value: saved.kept}
    context = replace(
        loaded.form_context,
        stored=saved.noted.answer,
        revision=saved.revision,
        internal_note=saved.noted.note,
    )
    now = saved.stored
    if now is None:
        return replace(loaded, kept=kept, form_context=context)
    return replace(
        loaded,
        kept=kept,
        answers=now.answers,
        document=now.document,
        stored_row=now.row,
        form_context=replace(context, document=now.document),
        assessed=now.assessment,
    )
