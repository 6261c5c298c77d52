"""From what a step's page posts to what is stored: the wizard's saves, and those of a person whose
session had ended."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict

from diagnostics.domain.vocabulary import Mark
from diagnostics.forms.base import StepForm, TamperedForm
from diagnostics.forms.kept_texts import read_posted, unsaved_texts
from diagnostics.forms.places import give_row_ids
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.forms.row_operations import RemovedRow
from diagnostics.queries import LoadedStep
from diagnostics.services.answers import SavedAnswer, remove_row, save_answer
from diagnostics.services.kept_texts import keep_texts


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


def remove_posted(row: RemovedRow, saved: SavedStep, loaded: LoadedStep) -> None:
    """Take a row away once what was typed in it is stored, so that it can be put back; what of it was
    kept aside goes.

    Raises what save_answer raises.
    """
    of_row = [place for place in saved.answer.kept if f"{place}/".startswith(f"{row.place}/")]
    keep_texts(loaded.diagnostic, loaded.step, user=loaded.user, texts={}, known=of_row)
    remove_row(loaded.diagnostic, loaded.step, row=row.place, user=loaded.user)


def keep_unsaved(form: StepForm, loaded: LoadedStep) -> None:
    """Keep all that was typed and is not stored: nothing of it can be saved now."""
    texts = unsaved_texts(form, loaded)
    page = form.data.get("page", "")[:12]
    keep_texts(loaded.diagnostic, loaded.step, user=loaded.user, texts=texts, page=page)


def _number(posted: QueryDict, name: str) -> int:
    value = posted.get(name, "")
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise TamperedForm(name)
    return int(value)


def _sent_by(posted: QueryDict) -> str:
    """Return the page that posts and how manieth of its saves it is; nothing without JavaScript."""
    page, number = posted.get("page", ""), posted.get("sent", "")
    known = page.isascii() and page.isalnum() and number.isascii() and number.isdigit()
    return f"{page} {number}" if known and len(page) <= 12 and len(number) <= 9 else ""
