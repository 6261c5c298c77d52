"""What a step's page shows of the texts that are kept for a person, and what is told of somebody
else's save."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.forms import BoundField
from django.http import QueryDict

from diagnostics.domain.comparison import compare_answers, labels_of
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.merge import Conflict, ConflictKind
from diagnostics.forms.base import StepForm
from diagnostics.forms.fields import TextField
from diagnostics.forms.places import (
    Texts,
    fields_by_place,
    post_of,
    put_texts,
    read_step,
    texts_by_place,
    words_of,
)
from diagnostics.forms.registry import STEP_FORMS
from diagnostics.models import KeptText
from diagnostics.queries import LoadedStep, Noted, Overtaken
from diagnostics.services.kept_texts import Aside
from diagnostics.typography import capitalised


@dataclass(frozen=True)
class Choice:
    """Two texts for one field, to choose from: the stored one, and the person's own (``mine``).

    ``field_id`` is where the page shows it; ``can_join``: both may stand one after the other.
    """

    place: str
    field_id: str
    label: str
    stored: str
    stored_texts: list[str]
    mine: str
    can_join: bool


@dataclass(frozen=True)
class Disputed:
    """A row that one removed while the other changed it: it stays until somebody decides."""

    place: str
    field_id: str
    label: str


@dataclass(frozen=True)
class LeftText:
    """A text that no field of the form shows: of a row beyond the cap, or typed on another page
    where this one holds something else (``field_id``: there, where it may come back)."""

    place: str
    text: str
    label: str = ""
    field_id: str = ""


@dataclass(frozen=True)
class ShownStep:
    """The form of a step with the texts that are kept for the person.

    ``refused``: places whose text the form refuses; ``choices``, ``disputed`` and ``left`` wait for
    a word; ``known``: places of all that is kept, ``waiting``: of what waits.
    """

    form: StepForm
    refused: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    left: tuple[LeftText, ...] = ()
    known: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def choice_at(self) -> dict[str, Choice]:
        """The choices, by the field that each is about."""
        return {choice.field_id: choice for choice in self.choices}


def show_step(loaded: LoadedStep, *, blank_row: str = "") -> ShownStep:
    """Return the form of a step as the person finds it; ``blank_row``: the set of rows to which
    one was just added."""
    form_class, kept = STEP_FORMS[loaded.step], loaded.kept_here
    plain = form_class(context=loaded.form_context, prefix=loaded.step.value)
    if not kept and not blank_row:
        return ShownStep(plain)
    stored = texts_by_place(plain)
    differing = {place: texts for place, texts in kept.items() if stored.get(place) != texts}
    data, left = put_texts(plain, differing, blank_row=blank_row)
    form = form_class(data, context=loaded.form_context, prefix=loaded.step.value)
    form.is_valid()
    fields = fields_by_place(form)
    refused = tuple(place for place, bound in fields.items() if bound.errors)
    labels = labels_by_place(form)
    choices = [
        Choice(
            place,
            fields[place].auto_id,
            labels[place],
            words_of(fields[place], stored[place]),
            stored[place],
            words_of(fields[place], differing[place]),
            isinstance(fields[place].field, TextField),
        )
        for place in fields
        if place in differing and place in stored and place not in refused
    ]
    disputed = _disputed(form, kept)
    elsewhere = [
        LeftText(place, words_of(fields[at], texts), labels[at], fields[at].auto_id)
        for place, texts in kept.items()
        if place.startswith(KeptText.ASIDE) and (at := place[1:]) in fields
    ]
    return ShownStep(
        form,
        refused,
        tuple(choices),
        tuple(disputed),
        (*_found_no_room(left), *elsewhere),
        tuple(kept),
        (
            *(choice.place for choice in choices),
            *(row.place for row in disputed),
            *(text.place for text in elsewhere),
            *left,
        ),
    )


def _found_no_room(left: Texts) -> list[LeftText]:
    """Return one text a row, of its fields in reading order."""
    rows: dict[str, list[str]] = {}
    for place, texts in left.items():
        row = place.rpartition("/")[0]
        rows.setdefault(row, []).extend(text for text in texts if text.strip())
    return [LeftText(row, "\n".join(texts)) for row, texts in rows.items()]


def _disputed(form: StepForm, kept: Mapping[str, object]) -> list[Disputed]:
    return [
        Disputed(f"{name}/{row.key}", f"{row.prefix}", f"{formset.noun.capitalize()} {number}")
        for name, formset in form.formsets.items()
        for number, row in enumerate(formset.forms, 1)
        if f"{name}/{row.key}" in kept
    ]


def labels_by_place(form: StepForm) -> dict[str, str]:
    """Return what each field of a form is called: « Objectif 2, Valeur cible »."""
    labels = {}
    for place, bound in fields_by_place(form).items():
        part = ""
        first, _, _rest = place.partition("/")
        if first in form.subforms:
            part = form.part_label(first)
        elif first in form.formsets:
            noun = form.formsets[first].noun.capitalize()
            part = f"{noun} {int(str(bound.form.prefix).rpartition('-')[2]) + 1}"
        labels[place] = f"{part}, {bound.label}" if part else str(bound.label)
    return labels


def texts_of_conflict(form: StepForm, conflict: Conflict) -> Texts:
    """Return what was typed where somebody else's text stands, by place of the form."""
    typed = texts_by_place(form)
    name, *path = conflict.place
    formset = form.formsets.get(name)
    if formset is None or conflict.kind is ConflictKind.ORDER:
        place = "/".join(conflict.place)
        return {place: typed[place]} if place in typed else {}
    row = f"{name}/{path[0]}"
    if conflict.kind is ConflictKind.NO_ROOM:
        return {place: texts for place, texts in typed.items() if place.startswith(f"{row}/")}
    if conflict.kind is ConflictKind.REMOVED:
        return {row: [conflict.kind.value]}
    place = f"{row}/{formset.form.field_of(path[-1])}"
    return {place: typed[place]} if place in typed else {}


def read_posted(
    form: StepForm, posted: QueryDict, kept: Mapping[str, list[str]]
) -> tuple[Noted, Aside, dict[str, list[str]]]:
    """Read what a step's page posts: the answer to store, what is kept aside, and why what is refused
    is, by place.

    ``choose``: places where two texts still wait, or that no field shows; ``settle``: the button that
    chooses for one of them (« mine », « theirs », « both » or « drop », then the place); ``kept``:
    places that the page shows as kept. Only what is kept for the person (``kept``) can wait.
    """
    waiting = {place for place in posted.getlist("choose") if place in kept}
    verb, _, settled = posted.get("settle", "").partition(" ")
    if verb == "drop":
        waiting -= {place for place in waiting if f"{place}/".startswith(f"{settled}/")}
    elif settled in waiting:
        waiting.discard(settled)
        form = _settled(form, settled, verb, kept[settled])
    noted, refused = read_step(form, held=waiting)
    out: Texts = {}
    if waiting or refused:
        typed = texts_by_place(form)
        out = {p: texts for p, texts in typed.items() if p in waiting or p in refused}
        rows = {place.rpartition("/")[0] for place in typed}
        for place in waiting - typed.keys():
            name, _, rest = place.partition("/")
            is_row = name in form.formsets and "/" not in rest
            if not is_row or place in rows:  # a row in dispute that was removed is settled
                out[place] = kept[place]
    known, page = frozenset(posted.getlist("kept")), posted.get("page", "")[:12]
    return noted, Aside(out, known, lambda found: texts_of_conflict(form, found), page), refused


def _settled(form: StepForm, place: str, verb: str, kept: list[str]) -> StepForm:
    """Return the form with what was chosen between two texts."""
    fields = fields_by_place(form)
    is_aside = place.startswith(KeptText.ASIDE)
    place = place.removeprefix(KeptText.ASIDE)
    if place not in fields or (verb == "mine" and not is_aside):
        return form
    if is_aside:
        texts = kept
    else:
        stored = texts_by_place(type(form)(context=form.context, prefix=str(form.prefix)))
        texts = stored.get(place, [])
    if verb == "both":
        texts = [joined(fields[place], [*texts, *texts_by_place(form)[place]])]
    data = post_of(form)
    data.setlist(fields[place].html_name, texts)
    return type(form)(data, context=form.context, prefix=str(form.prefix))


def joined(bound: BoundField, texts: list[str]) -> str:
    """Return two texts in one field, one after the other."""
    multiline = getattr(bound.field, "multiline", False)
    return ("\n" if multiline else " — ").join(text for text in texts if text.strip())


def unsaved_texts(form: StepForm, loaded: LoadedStep) -> Texts:
    """Return what was typed and is not what is stored, by place: nothing of it could be saved."""
    plain = STEP_FORMS[loaded.step](context=loaded.form_context, prefix=loaded.step.value)
    stored = texts_by_place(plain)
    return {
        place: texts
        for place, texts in texts_by_place(form).items()
        if texts != stored.get(place, [""]) and any(text.strip() for text in texts)
    }


def news_of(posted: StepForm, saved: StepForm, kept: Mapping[str, list[str]]) -> dict[str, object]:
    """Return how what is stored now differs from what a page posted: texts by place, less those that
    are kept aside for the person, and the keys of the rows of each set, in order."""
    before, after = texts_by_place(posted), texts_by_place(saved)
    texts = {
        place: value
        for place, value in after.items()
        if before.get(place) != value and place not in kept
    }
    rows = {
        name: [row.key for row in formset.forms]
        for name, formset in saved.formsets.items()
        if not formset.fixed and not formset.starts_blank
    }
    return {"texts": texts, "rows": rows}


def came_in(merged: Overtaken, document: DiagnosticDocument, *, typed: bool = True) -> str:
    """Say what somebody else stored meanwhile, beside what was ``typed``, if anything."""
    labels = labels_of(document.answers)
    said = compare_answers(merged.base.answer, merged.stored.answer, labels).said
    done = said or "a modifié la note interne de l’équipe"
    if not typed:
        return f"{capitalised(merged.author)} {done}."
    if not merged.conflicts:
        return f"Pendant votre saisie, {merged.author} {done}. Tout est enregistré, le vôtre aussi."
    left = {conflict.kind for conflict in merged.conflicts}
    if left == {ConflictKind.ORDER}:
        return f"Pendant votre saisie, {merged.author} {done}. L’ordre de ses lignes est gardé."
    return (
        f"Pendant votre saisie, {merged.author} {done}. Rien n’est écrasé : "
        "là où vos deux textes diffèrent, choisissez."
    )
