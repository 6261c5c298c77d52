"""What changed in a step, one line per row and per text, as somebody reads it who knew the step before.

:mod:`diagnostics.domain.comparison` finds it; here it is said. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.comparison import AnswerChanges, FieldChange, RowChange, RowChangeKind
from diagnostics.typography import NBSP, capitalised, enumeration, quoted

LONGEST_INLINE = 60  # characters; a longer text is shown before and after, not in a sentence
VERBS = {
    RowChangeKind.ADDED: "Ajout",
    RowChangeKind.CHANGED: "Modification",
    RowChangeKind.REMOVED: "Retrait",
}


@dataclass(frozen=True)
class ChangeLine:
    """A line: what was done, to what, and the texts that are too long for it (field by field)."""

    verb: str
    what: str
    texts: tuple[FieldChange, ...] = ()


def lines_of(changes: AnswerChanges) -> list[ChangeLine]:
    """Say what changed in an answer: its rows first, in their order, then its own texts."""
    lines = [_row_line(row, rows.noun) for rows in changes.row_sets for row in rows.rows]
    lines += [
        ChangeLine("Ordre", f"les {rows.noun}s sont dans un autre ordre")
        for rows in changes.row_sets
        if rows.is_reordered
    ]
    for field in changes.fields:
        texts = (field,) if _is_long(field) else ()
        lines.append(ChangeLine(VERBS[_kind(field)], _told(field), texts))
    return lines


def _row_line(row: RowChange, noun: str) -> ChangeLine:
    named = row.name if row.name.startswith(noun) else f"{noun} {row.name}"
    if row.kind is not RowChangeKind.CHANGED:
        return ChangeLine(VERBS[row.kind], named)
    said = enumeration(_lowered(_told(field)) for field in row.fields)
    texts = tuple(field for field in row.fields if _is_long(field))
    return ChangeLine(VERBS[row.kind], f"{named}{NBSP}: {said}", texts)


def _kind(field: FieldChange) -> RowChangeKind:
    if not field.before:
        return RowChangeKind.ADDED
    return RowChangeKind.CHANGED if field.after else RowChangeKind.REMOVED


def _told(field: FieldChange) -> str:
    """Say what became of a field: « Valeur cible de 100 à 120 », « Indicateur réécrit »."""
    label = capitalised(field.label)
    if _is_long(field):
        done = {"Ajout": "écrit", "Modification": "réécrit", "Retrait": "retiré"}
        return f"{quoted(label)} {done[VERBS[_kind(field)]]}"
    if not field.before:
        return f"{quoted(label)} dit maintenant {quoted(field.after)}"
    if not field.after:
        return f"{quoted(label)} ne dit plus {quoted(field.before)}"
    return f"{quoted(label)} passe de {quoted(field.before)} à {quoted(field.after)}"


def _is_long(field: FieldChange) -> bool:
    return max(len(field.before), len(field.after)) > LONGEST_INLINE or "\n" in field.after


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
