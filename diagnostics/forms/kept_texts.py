"""What a step's page shows of the texts that are kept for a person, and what is told of somebody
else's save."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.forms import BoundField
from django.http import QueryDict

from diagnostics.domain.comparison import compare_answers, labels_of
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.merge import Conflict, ConflictKind, row_keys
from diagnostics.forms.base import StepForm, name_of_field
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
from diagnostics.services.kept_texts import Aside, mark_of
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
    """A text that no field of the form shows: of a row beyond the cap or removed since, or typed on
    another page where this one holds something else (``field_id``: there, where it may come back)."""

    place: str
    text: str
    label: str = ""
    field_id: str = ""

    @property
    def is_of_removed_row(self) -> bool:
        """Tell whether it was typed in a row that is gone."""
        return self.place.startswith(KeptText.ASIDE) and not self.field_id


@dataclass(frozen=True)
class ShownStep:
    """The form of a step with the texts that are kept for the person.

    ``refused``: places whose text the form refuses; ``choices``, ``disputed`` and ``left`` wait for
    a word, ``waiting`` are their places; ``known``: the marks of all that it shows, by place.
    """

    form: StepForm
    refused: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    disputed: tuple[Disputed, ...] = ()
    left: tuple[LeftText, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict)
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
    data = put_texts(plain, differing, blank_row=blank_row)
    form = form_class(data, context=loaded.form_context, prefix=loaded.step.value)
    form.is_valid()
    return shown_in(form, kept, stored)


def shown_in(form: StepForm, kept: Mapping[str, list[str]], stored: Texts) -> ShownStep:
    """Return what a page that shows this form shows of the texts that are kept for the person.

    ``stored``: the texts of the answer, by place. A text that another page kept where this one holds
    something else is not shown by it.
    """
    fields, typed, labels = fields_by_place(form), texts_by_place(form), labels_by_place(form)
    # A new row whose set is full meanwhile is not in the page any longer, see news_of.
    gone = tuple(f"{row}/" for row in _rows_without_room(form, stored))
    # Boxes of which none is ticked post nothing.
    held = [p for p in fields if p in kept and (typed[p] or [""]) == kept[p]]
    held = [place for place in held if not place.startswith(gone or ("\0",))]
    refused = tuple(place for place, bound in fields.items() if bound.errors)
    choices = [
        Choice(
            place,
            fields[place].auto_id,
            labels[place],
            words_of(fields[place], stored[place]),
            stored[place],
            words_of(fields[place], kept[place]),
            isinstance(fields[place].field, TextField),
        )
        for place in held
        if place not in refused and place in stored and (stored[place] or [""]) != kept[place]
    ]
    disputed = _disputed(form, kept)
    elsewhere = [
        place
        for place in kept
        if not _is_row(form, place) and (place not in fields or place.startswith(gone or ("\0",)))
    ]
    waiting = [choice.place for choice in choices] + [row.place for row in disputed] + elsewhere
    rows = [place for place in kept if _is_row(form, place)]  # in dispute, or settled
    return ShownStep(
        form,
        refused,
        tuple(choices),
        tuple(disputed),
        tuple(_left_texts({place: kept[place] for place in elsewhere}, fields, labels)),
        {place: mark_of(kept[place]) for place in (*held, *rows, *elsewhere)},
        tuple(waiting),
    )


def _rows_without_room(form: StepForm, stored: Texts) -> list[str]:
    """Return the rows of a form that are not in the answer, where that one has as many as it may."""
    found = []
    for name, formset in form.formsets.items():
        keys = {p.split("/")[1] for p in stored if p.startswith(f"{name}/")}
        if not formset.fixed and len(keys) >= formset.cap:
            found += [f"{name}/{row.key}" for row in formset.forms if row.key not in keys]
    return found


def _is_row(form: StepForm, place: str) -> bool:
    """Tell whether a place is a whole row: one that is, or was, in dispute."""
    name, _, key = place.partition("/")
    return name in form.formsets and "/" not in key


def _left_texts(
    texts: Texts, fields: Mapping[str, BoundField], labels: Mapping[str, str]
) -> Iterator[LeftText]:
    """Yield what no field shows: a text of its own where there is a field, else one a row."""
    rows: dict[str, list[str]] = {}
    for place, values in texts.items():
        at = KeptText.of(place)
        if at in fields:
            yield LeftText(place, words_of(fields[at], values), labels[at], fields[at].auto_id)
        else:
            row = place.rpartition("/")[0] or place
            rows.setdefault(row, []).extend(text for text in values if text.strip())
    for row, values in rows.items():
        yield LeftText(row, "\n".join(values))


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
        labels[place] = name_of_field(part, str(bound.label))
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
        out |= {p: kept[p] for p in waiting - typed.keys() if not _was_removed(form, typed, p)}
    known = {place: mark for mark, _, place in (k.partition(" ") for k in posted.getlist("kept"))}
    aside = Aside(out, known, lambda found: texts_of_conflict(form, found), page_of(posted))
    return noted, aside, refused


def page_of(posted: Mapping[str, Any]) -> str:
    """Return which page posts, as it says itself; nothing when no page of ours says so."""
    page = str(posted.get("page", ""))
    return page if page.isascii() and page.isalnum() and len(page) <= 12 else ""


def _was_removed(form: StepForm, typed: Texts, place: str) -> bool:
    """Tell whether a text waits at a row of the answer that the page does not have any more."""
    name, _, rest = place.partition("/")
    key = rest.partition("/")[0]
    if name not in form.formsets or any(p.startswith(f"{name}/{key}/") for p in typed):
        return False
    stored = form.context.stored
    return "/" not in rest or (stored is not None and key in row_keys(stored, name))


def _settled(form: StepForm, place: str, verb: str, kept: list[str]) -> StepForm:
    """Return the form with what was chosen between two texts."""
    fields = fields_by_place(form)
    is_aside = place.startswith(KeptText.ASIDE)
    place = KeptText.of(place)
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
    blank = tuple(
        f"{name}/{row.key}/"
        for name, formset in form.formsets.items()
        for row in formset.forms
        if formset.placed_by and row.is_new
    )
    return {
        place: texts
        for place, texts in texts_by_place(form).items()
        if not place.startswith(blank or ("\0",))
        and texts != stored.get(place, [""])
        and any(text.strip() for text in texts)
    }


def news_of(posted: StepForm, saved: StepForm, kept: Mapping[str, list[str]]) -> dict[str, object]:
    """Return how what is stored now differs from what a page posted: texts by place, less those that
    are kept aside for the person, and the keys of the rows of each set, in order: new rows of which
    all is kept aside stay last, while there is room."""
    before, after = texts_by_place(posted), texts_by_place(saved)
    texts = {
        place: value
        for place, value in after.items()
        if before.get(place) != value and place not in kept
    }
    rows = {}
    for name, formset in saved.formsets.items():
        keys = [] if formset.starts_blank else [row.key for row in formset.forms]
        keys += [
            row.key
            for row in posted.formsets[name].forms
            if row.key not in keys and any(p.startswith(f"{name}/{row.key}/") for p in kept)
        ]
        if not formset.fixed and keys:
            rows[name] = keys[: formset.cap]
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
