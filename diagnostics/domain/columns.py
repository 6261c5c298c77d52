"""Which cell is what: the columns of a list of rows, recognised by their heading, else by what stands
in them and by their order.

Pure. A column is a field of the form of a row; who makes the columns gives their labels and choices, so
that whatever a form is called and asks is recognised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from diagnostics.domain.cells import Record
from diagnostics.domain.reading import Unit, read_month, read_year


class Kind(Enum):
    """What a cell of a column holds."""

    TEXT = auto()
    NUMBER = auto()
    YEAR = auto()
    MONTH = auto()
    CODE = auto()  # one of a list
    LINKS = auto()  # several of a list
    FLAG = auto()  # yes, or nothing
    ID = auto()  # which row it is


@dataclass(frozen=True)
class Column:
    """A field of a row: its name in the form, its label, and what it holds.

    ``choices``: what each value is called (a code may have several names); ``otherwise``: the field
    that takes a text which is no choice, with the value the list takes then; ``unit`` of a number;
    ``limit``: characters at most; ``headings``: words above it besides its label.
    """

    field: str
    label: str
    kind: Kind
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    otherwise: tuple[str, str] = ("", "")
    unit: Unit = Unit.VALUE
    limit: int = 0
    headings: tuple[str, ...] = ()


# Words that people put above a column, by the name of its field; the label is known besides.
_HEADINGS = {
    "statement": "objectif, énoncé, intitulé, libellé",
    "text": "activité, action, levier, décision, énoncé, intitulé, libellé, ressource, titre",
    "actor": "acteur, allié, partenaire, nom, structure, organisme, organisation",
    "milestone": "jalon, étape, action, événement",
    "indicator": "indicateur, ce que l’on compte, mesure",
    "baseline_value": "valeur actuelle, valeur de départ, départ, aujourd’hui, actuel, situation actuelle, de",
    "target_value": "valeur cible, cible, valeur visée, à atteindre, résultat attendu, à",
    "unit": "unité",
    "deadline_year": "échéance, année, pour quand, date, horizon",
    "start_year": "année de démarrage, démarrage, début, année, date, calendrier, échéance",
    "horizon_year": "horizon, échéance, année, date",
    "kind": "nature, type",
    "mission": "mission, axe",
    "priority": "priorité, rang, importance",
    "state": "état, statut, avancement, situation",
    "family": "famille, type, catégorie, origine",
    "level": "niveau, échelon, échelle, territoire",
    "relation": "relation, lien, statut, état",
    "purpose": "dans quel but, but, objet, pourquoi, objectif, raison",
    "note": "note, commentaire, remarque, observation, précision",
    "amount_now_keur": "montant actuel, montant n, montant, aujourd’hui",
    "amount_target_keur": "montant cible, cible, montant visé, montant attendu",
    "subject": "action, activité, mission",
    "scale": "échelon, échelle, niveau",
    "territory": "territoire, nom du territoire, périmètre, lieu",
    "label": "nom, acteur, action",
    "actor_type": "type d’acteur, acteur, type",
    "circle": "cercle",
    "mode": "relation, mode",
    "posture": "posture, rôle, rapport",
    "why": "pourquoi, motif, raison, justification",
    "cost": "coût, montant, budget, prix",
    "condition": "condition, sous condition, réserve",
    "if_not": "sinon, à défaut, si non, conséquence",
    "carried_by": "qui la porte, porteur, responsable, pilote, qui",
    "measured_by": "qui mesure, mesuré par, responsable, source",
    "month": "mois, date, échéance, quand",
    "serves": "sert, lien, objectif servi, rôle servi, activité servie, au service de",
    "id": "identifiant, id",
}
# Columns of texts that are short: a longer text is for the next one.
_SHORT = {"unit": 24}
# What one column of numbers alone is.
_LONE_NUMBER = ("target_value", "amount_target_keur")
_ARTICLES = {"de", "des", "du", "d", "la", "le", "les", "l"}
_YES = {"oui", "x", "vrai", "true", "1", "o", "✓", "✔"}
_LINK_CODE = re.compile(r"[A-Za-z]\s?\d{1,2}")
# What begins like a number: what it is worth is for the form to say.
_SOME_NUMBER = re.compile(
    r"(?:[-−+<>≥≤~≈]|au moins|plus de|entre|environ|de|jusqu.à)?\s*\d", re.IGNORECASE
)
DAY = re.compile(r"\d{1,2}[/.-](\d{1,2})[/.-]((?:19|20)\d\d)")
ENOUGH = 0.6  # of the cells of a column, to say what it is
_ORDINALS = re.compile(r"\D{0,3}(\d{1,3})\D{0,3}")


def fold(text: str) -> str:
    """Return a text as headings and choices are compared: no case, accent, article, plural or gender."""
    plain = unicodedata.normalize("NFD", re.sub(r"·\w{1,3}|(?<=\w)\(\w{1,2}\)", "", text.lower()))
    words = re.findall(r"[a-z0-9%€]+", re.sub("[\u0300-\u036f]", "", plain).replace("œ", "oe"))
    return " ".join(_stem(word) for word in words if word not in _ARTICLES) or " ".join(words)


def _stem(word: str) -> str:
    stem = word[:3] + word[3:].rstrip("esx")
    return stem[:-2] + "c" if stem.endswith("iqu") else stem  # publiques, public


# --- What a cell means --------------------------------------------------------------------------------


def choose(column: Column, cell: str) -> str | None:
    """Return the value of a list that a cell names: by its words, by some of them where only one has
    them, or by its number (« 1 », « P1 », « 1 – Prioritaire »). None: it names none."""
    said = fold(cell)
    if not said:
        return None
    joined = said.replace(" ", "")
    for value, names in column.choices:
        if said == value or joined in {fold(name).replace(" ", "") for name in names}:
            return value
    numbered = re.fullmatch(r"(?:p|priorite?|cercl|niveau)? ?(\d)(?:er|eme|e)?(?: (.*))?", said)
    if numbered and numbered[1] in (values := dict(column.choices)):
        names = values[numbered[1]]
        if not numbered[2] or any(numbered[2] in fold(name) for name in names):
            return numbered[1]
    # Rows have more names than one: their words are their own, no part of them means the row.
    parts = [
        value
        for value, names in column.choices
        if len(said) > 3 and len(names) == 1 and f" {said} " in f" {fold(names[0])} "
    ]
    return parts[0] if len(parts) == 1 else None


# What separates the names of several rows; a name may hold the weaker ones.
_BETWEEN = (r"[;\n]", r"[,/+]", r"\bet\b")


def choose_links(
    column: Column, cell: str, between: Sequence[str] = _BETWEEN
) -> tuple[list[str], list[str]]:
    """Return the values that a cell names (« O1, O3 », or the words of the rows), and what of it names
    none."""
    cell = cell.strip()
    whole = choose(column, cell)
    if whole is not None or not cell or not between:
        return ([whole], []) if whole is not None else ([], [cell] if cell else [])
    found, left = list[str](), list[str]()
    for part in re.split(between[0], cell):
        values, unknown = choose_links(column, part, between[1:])
        found += [value for value in values if value not in found]
        left += unknown
    return (found, left) if found else ([], [cell])


def is_yes(cell: str) -> bool | None:
    """Read « oui », « non », « x »; None for anything else."""
    said = cell.strip().lower()
    return (
        True if said in _YES else False if said in {"non", "", "faux", "false", "0", "n"} else None
    )


def _fits(column: Column, cell: str) -> bool:
    """Tell whether a cell may be of a column, from what stands in it."""
    kind = column.kind
    if kind is Kind.CODE:
        return choose(column, cell) is not None
    if kind is Kind.YEAR:
        year = read_year(cell)
        return year is not None and 1900 <= year <= 2100
    if kind is Kind.MONTH:
        return bool(read_month(cell) or DAY.fullmatch(cell))
    if kind is Kind.LINKS:
        found, left = choose_links(column, cell)
        return bool(found) and not left and bool(_LINK_CODE.match(cell))
    if kind is Kind.NUMBER:
        return bool(_SOME_NUMBER.match(cell)) and len(cell.split()) <= 5
    if kind is Kind.FLAG:
        return cell.strip().lower() in {"oui", "non"}
    return kind is Kind.TEXT and len(cell) <= (
        _SHORT.get(column.field) or column.limit or len(cell)
    )


# --- Which column is which ---------------------------------------------------------------------------


def read_headings(record: Record, columns: Sequence[Column]) -> list[Column | None] | None:
    """Return what each cell of a line of headings stands above (None: nothing we know); None when the
    line is none."""
    cells = [fold(cell) for cell in record.cells]
    found: list[Column | None] = [None] * len(cells)
    free = list(columns)
    exact: list[Callable[[str, str], bool]] = [
        lambda said, name: said == name,
        lambda said, name: said.startswith(f"{name} ") or name.startswith(f"{said} "),
    ]
    for agrees in exact:
        for names in (_own_names, _other_names):
            for at, said in enumerate(cells):
                column = next(
                    (c for c in free if said and any(agrees(said, name) for name in names(c))),
                    None,
                )
                if found[at] is None and column is not None:
                    found[at] = column
                    free.remove(column)
    filled, known = sum(map(bool, cells)), sum(column is not None for column in found)
    if filled == 1:
        return found if _is_heading_alone(record, columns) else None
    return found if known >= 2 and known * 2 >= filled else None


def _own_names(column: Column) -> list[str]:
    return [fold(column.label)]


def _other_names(column: Column) -> list[str]:
    return [fold(name) for name in (*_HEADINGS.get(column.field, "").split(","), *column.headings)]


def _is_heading_alone(record: Record, columns: Sequence[Column]) -> bool:
    """Tell whether the only cell of a line is the heading of the rows: « Activités », « Objectifs : »."""
    said = fold(next(cell for cell in record.cells if cell.strip()))
    main = columns[0]
    return said in (*_own_names(main), *_other_names(main)) and choose(main, said) is None


def guess_columns(
    records: Sequence[Record], columns: Sequence[Column]
) -> tuple[list[Column | None], set[int]]:
    """Return what each cell of a table without headings stands for, from what stands in it and by its
    order (None: nothing we know), and which cells only number the lines.

    The first of ``columns`` names the row.
    """
    width = max((len(record.cells) for record in records), default=0)
    cells = [
        [r.cells[at].strip() for r in records if at < len(r.cells) and r.cells[at].strip()]
        for at in range(width)
    ]
    found: list[Column | None] = [None] * width
    numbering = {0} if width > 1 and _numbers_lines(cells[0]) else set()
    open_cells = [at for at in range(width) if cells[at] and at not in numbering]
    main = columns[0]
    free = [column for column in columns if column.field != main.otherwise[0]]

    def give(at: int, column: Column) -> None:
        found[at] = column
        free.remove(column)
        open_cells.remove(at)

    for kind in (Kind.ID, Kind.CODE, Kind.MONTH, Kind.YEAR, Kind.LINKS, Kind.FLAG):
        for at in list(open_cells):
            shares = [(_share(c, cells[at]), -columns.index(c), c) for c in free if c.kind is kind]
            best = max(shares, default=None, key=lambda entry: entry[:2])
            if best and best[0] >= ENOUGH:
                give(at, best[2])
    numbers = [c for c in free if c.kind is Kind.NUMBER]
    of_numbers = [at for at in open_cells if numbers and _share(numbers[0], cells[at]) >= ENOUGH]
    if main in free and open_cells:
        at = next((at for at in open_cells if at not in of_numbers), open_cells[0])
        of_numbers = [other for other in of_numbers if other != at]
        give(at, main)
    if len(of_numbers) == 1:
        numbers.sort(key=lambda column: column.field not in _LONE_NUMBER)
    for at, column in zip(of_numbers, numbers, strict=False):
        give(at, column)
    for at in list(open_cells):
        text = next((c for c in free if c.kind is Kind.TEXT and _share(c, cells[at]) == 1), None)
        if text is not None:
            give(at, text)
    return found, numbering


def _share(column: Column, cells: Iterable[str]) -> float:
    fits = [_fits(column, cell) for cell in cells]
    return sum(fits) / len(fits) if fits else 0


def _numbers_lines(cells: Sequence[str]) -> bool:
    """Tell whether cells only number the lines: 1, 2, 3…"""
    found = [_ORDINALS.fullmatch(cell) for cell in cells]
    ordinals = [int(number[1]) for number in found if number]
    return len(ordinals) == len(cells) > 1 and ordinals == list(
        range(ordinals[0], ordinals[0] + len(ordinals))
    )
