"""Step 3.3 as a table: activities and missions × échelons, with boxes to tick.

The answer is rows (``ActionTerritory``); the table is a view of those that are about an activity
or a mission. With JavaScript a box adds or takes away its row in the page (static/js/scales.js) and is
not posted; without it the boxes are posted (``tick``, and ``grid``: those that were ticked when the
page was made) and read here, before the form is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from django.http import QueryDict

from diagnostics.domain.answers import MAX_ROWS
from diagnostics.domain.answers.activities import ACTIVITIES
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.links import link_choices
from diagnostics.domain.vocabulary import Mission, TerritorialScale
from diagnostics.forms.base import RowFormSet
from diagnostics.report.scales import short_scale
from diagnostics.typography import enumeration

ACTIVITY, MISSION = "activity:", "mission:"
_TEXTS = ("territory", "note")
_LONGEST = 10  # characters of an activity's id that fit into the id of its row
# Buttons that do something to the rows themselves: they come first.
_OPERATIONS = ("row_op", "example")


@dataclass(frozen=True)
class Cell:
    """A box: ``value`` is the id that its row gets, ``field`` the id of what shows the échelon of the
    row that it stands for; ``inherited``: the échelon of the activity by its mission."""

    value: str
    label: str
    field: str = ""
    inherited: bool = False


@dataclass(frozen=True)
class Line:
    """What the échelons are about: an activity, or a mission as a whole; ``said``: where it stands;
    ``first``: the id of its first row."""

    subject: str
    title: str
    said: str
    cells: tuple[Cell, ...]
    first: str = ""

    @property
    def head(self) -> str:
        """The id of its head in the page; an activity's id is no other's."""
        return f"line-{self.subject.replace(':', '-')}"

    @property
    def is_mission(self) -> bool:
        """Tell whether it is a mission."""
        return self.subject.startswith(MISSION)


@dataclass(frozen=True)
class Grid:
    """The table: its columns, the lines of each mission, and the boxes that are ticked."""

    columns: tuple[str, ...]
    groups: tuple[tuple[Line, ...], ...]

    @property
    def ticked(self) -> str:
        """What the page sends of the boxes that it shows as ticked."""
        lines = (line for group in self.groups for line in group)
        return " ".join(cell.value for line in lines for cell in line.cells if cell.field)

    @property
    def subjects(self) -> frozenset[str]:
        """What has a line."""
        return frozenset(line.subject for group in self.groups for line in group)


def make_grid(formset: RowFormSet, document: DiagnosticDocument) -> Grid:
    """Return the table that shows the rows of a form, as they are typed."""
    rows: dict[str, dict[str, str]] = {}  # prefix of the row, by échelon, by subject
    names: dict[str, list[str]] = {}
    for form in formset.forms:
        subject, scale = str(form["subject"].value() or ""), str(form["scale"].value() or "")
        if scale:
            rows.setdefault(subject, {}).setdefault(scale, str(form.prefix))
            names.setdefault(subject, []).append(str(form["territory"].value() or "").strip())
    groups = []
    for subjects in _subjects(document):
        mission = next((s for s, _ in subjects if s.startswith(MISSION)), "")
        lines = []
        for subject, title in subjects:
            own = rows.get(subject, {})
            above = {} if own or subject == mission else rows.get(mission, {})
            cells = tuple(
                Cell(
                    cell_id(subject, scale),
                    short_scale(scale),
                    f"id_{own[scale]}-scale" if scale in own else "",
                    scale in above,
                )
                for scale in TerritorialScale
            )
            said = ", ".join(dict.fromkeys(filter(None, names.get(subject, []))))
            if above:
                said = (
                    f"par sa mission\u00a0: {enumeration([c.label for c in cells if c.inherited])}"
                )
            elif not own and subject != mission:
                said = "sans échelon"
            lines.append(Line(subject, title, said, cells, next(iter(own.values()), "")))
        groups.append(tuple(lines))
    return Grid(tuple(map(short_scale, TerritorialScale)), tuple(groups))


def _subjects(document: DiagnosticDocument) -> list[list[tuple[str, str]]]:
    """Return what the échelons may be about, by mission: (subject, title)."""
    labels = dict(link_choices([ACTIVITIES], document))
    activities = ACTIVITIES.of(document.answers)
    found = []
    for mission in (*Mission, None):
        group = [(f"{MISSION}{mission.value}", mission.label)] if mission else []
        group += [
            (f"{ACTIVITY}{row.id}", labels[row.id]) for row in activities if row.mission is mission
        ]
        if group:
            found.append(group)
    return found


def cell_id(subject: str, scale: TerritorialScale) -> str:
    """Return the id of the row that a box adds: always the same, so that two people who tick one box
    add one row."""
    letter = "abcdefghijkl"[list(TerritorialScale).index(scale)]
    kind, _, key = subject.partition(":")
    if kind == MISSION[:-1]:
        return f"s{letter}{list(Mission).index(Mission(key))}"  # no activity's id starts so
    return f"s{letter}{key if len(key) <= _LONGEST else f'{crc32(key.encode()):x}'}"


# --- Without JavaScript ---------------------------------------------------------------------------


def read_ticks(data: QueryDict, prefix: str, document: DiagnosticDocument) -> None:
    """Write the boxes that were posted into the rows beside them, in place.

    A box ticked since the page was made adds its row, or gives its échelon to a row that waits for
    one; one unticked since takes its row away. A row with a name or a note goes by its own button
    (``row_op``), which keeps it to be put back: one at a time, the others stay.
    """
    if "grid" not in data:
        return
    shown = set(str(data.pop("grid")[-1]).split())
    ticked = set(data.pop("tick")) if "tick" in data else set()
    total = data.get(f"{prefix}-TOTAL_FORMS", "")
    if not (total.isascii() and total.isdigit() and int(total[:4]) <= MAX_ROWS):
        return  # the form refuses it
    rows = [_take(data, f"{prefix}-{index}-") for index in range(int(total[:4]))]
    gone: list[dict[str, list[str]]] = []
    for value, subject, scale in _cells(document):
        here = [row for row in rows if _is(row, subject, scale)]
        if value in shown - ticked:
            gone += here
        elif value in ticked - shown and not here:
            waiting = next((row for row in rows if _is(row, subject, "")), None)
            if waiting is not None:
                waiting["scale"] = [scale]
            elif len(rows) < MAX_ROWS:
                known = any(row.get("id") == [value] for row in rows)
                made = {"subject": [subject], "scale": [scale]}
                rows.append(made if known else {"id": [value], **made})
    told = [row for row in gone if any(_text(row, name) for name in _TEXTS)]
    rows = [
        row
        for row in rows
        if not any(row is other for other in gone) or any(row is other for other in told)
    ]
    for index, row in enumerate(rows):
        for name, texts in row.items():
            data.setlist(f"{prefix}-{index}-{name}", texts)
    data[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    if told and not any(name in data for name in _OPERATIONS):
        data["row_op"] = f"remove:rows:{next(i for i, row in enumerate(rows) if row is told[0])}"


def _cells(document: DiagnosticDocument) -> Iterator[tuple[str, str, str]]:
    for group in _subjects(document):
        for subject, _title in group:
            for scale in TerritorialScale:
                yield cell_id(subject, scale), subject, scale.value


def _take(data: QueryDict, start: str) -> dict[str, list[str]]:
    return {name[len(start) :]: data.pop(name) for name in list(data) if name.startswith(start)}


def _is(row: dict[str, list[str]], subject: str, scale: str) -> bool:
    return _text(row, "subject") == subject and _text(row, "scale") == scale


def _text(row: dict[str, list[str]], name: str) -> str:
    return row[name][-1].strip() if row.get(name) else ""
