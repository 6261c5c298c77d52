"""The portfolio's address: what a facilitator asked to see, in which order, on which page.

Any address gives a list: what no list of ours has is left out, never an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from diagnostics.domain.reading import read_text
from diagnostics.domain.vocabulary import Labelled, State

LONGEST_SEARCH = 200  # characters
MOST_WORDS = 8
WAITING_DAYS = 7
BOARD_DAYS = 30
NO_DIAGNOSTIC = "aucun"  # as a state
NOBODY = "aucune"  # as a facilitator
MYSELF = "moi"
KEYS = ("q", "etat", "region", "facilitation", "cohorte", "horizon", "vue", "tri", "page")


class View(Labelled):
    """What is seen in one click."""

    ALL = "toutes", "Toutes"
    TO_REVIEW = "a-relire", "À relire"
    MINE = "les-miennes", "Les miennes"
    WITHOUT = "sans-facilitateur", "Sans facilitateur"
    WAITING = "en-attente", "En attente depuis plus de 7\u00a0jours"
    BOARD = "conseil", "Conseil dans les 30\u00a0jours"


class Column(Labelled):
    """A column by which the list is sorted."""

    STRUCTURE = "structure", "Structure"
    TERRITORY = "territoire", "Territoire"
    REGION = "region", "Région"
    STATE = "etat", "État"
    WAITING = "attente", "Attente"
    AXES = "axes", "Axes"
    POINTS = "points", "Points à discuter"
    REQUESTS = "demandes", "Demandes"
    THREADS = "echanges", "Échanges"
    BOARD = "conseil", "Conseil"
    FACILITATOR = "facilitation", "Facilitation"
    CHANGED = "modifie", "Modifié"


# What is read from its large end: the longest wait, the most points, the last change.
FALLING_FIRST = frozenset(
    {
        Column.WAITING,
        Column.AXES,
        Column.POINTS,
        Column.REQUESTS,
        Column.THREADS,
        Column.CHANGED,
    }
)


# The heads of the table; two columns that are read together share one.
HEADS = (
    (Column.STRUCTURE,),
    (Column.TERRITORY, Column.REGION),
    (Column.STATE, Column.WAITING),
    (Column.AXES,),
    (Column.POINTS,),
    (Column.REQUESTS,),
    (Column.THREADS,),
    (Column.BOARD,),
    (Column.FACILITATOR,),
    (Column.CHANGED,),
)


@dataclass(frozen=True)
class Link:
    """A way to another list: a view, an order, a page. ``query``: what follows the « ? »; ``sort``: how
    the list is sorted by it now, as ``aria-sort`` says it."""

    label: str
    query: str
    is_current: bool = False
    sort: str = ""


@dataclass(frozen=True)
class Head:
    """The head of a column of the table: by what it sorts."""

    links: tuple[Link, ...]

    @property
    def sort(self) -> str:
        """How the list is sorted by one of them now, nothing when it is not."""
        return next((link.sort for link in self.links if link.sort), "")


@dataclass(frozen=True)
class Wanted:
    """What is asked of the portfolio. ``state``: a state, NO_DIAGNOSTIC, or nothing; ``facilitator``:
    somebody's number, MYSELF, NOBODY, or nothing; ``cohort`` and ``horizon`` (a year): 0 for all."""

    search: str = ""
    state: str = ""
    region: str = ""
    facilitator: str = ""
    cohort: int = 0
    horizon: int = 0
    view: View = View.ALL
    column: Column = Column.STATE
    is_falling: bool = False
    page: int = 1

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Wanted:
        """Read an address, whatever it says."""
        told = {key: _line(given.get(key)) for key in KEYS}
        order = told["tri"].removeprefix("-")
        known = order in set(Column)
        return cls(
            search=told["q"][:LONGEST_SEARCH].strip(),
            state=told["etat"] if told["etat"] in {*State, NO_DIAGNOSTIC} else "",
            region=told["region"],
            facilitator=_facilitator(told["facilitation"]),
            cohort=_whole(told["cohorte"]),
            horizon=_whole(told["horizon"]),
            view=View(told["vue"]) if told["vue"] in set(View) else View.ALL,
            column=Column(order) if known else Column.STATE,
            is_falling=known and told["tri"].startswith("-"),
            page=max(_whole(told["page"]), 1),
        )

    @classmethod
    def written(cls, query: str) -> Wanted:
        """Read what follows the « ? » of an address."""
        return cls.of(dict(parse_qsl(query)))

    @property
    def words(self) -> list[str]:
        """The words searched, in any order."""
        return self.search.split()[:MOST_WORDS]

    @property
    def order(self) -> str:
        """The order as the address says it."""
        return f"{'-' if self.is_falling else ''}{self.column}"

    @property
    def is_filtered(self) -> bool:
        """Tell whether something other than a view is asked for."""
        return bool(
            self.search
            or self.state
            or self.region
            or self.facilitator
            or self.cohort
            or self.horizon
        )

    @property
    def query(self) -> str:
        """What follows the « ? » of its address; never nothing, since the bare address is the view kept."""
        said = {
            "q": self.search,
            "etat": self.state,
            "region": self.region,
            "facilitation": self.facilitator,
            "cohorte": self.cohort,
            "horizon": self.horizon,
            "vue": "" if self.view is View.ALL else self.view.value,
            "tri": ""
            if self == replace(self, column=Column.STATE, is_falling=False)
            else self.order,
            "page": self.page if self.page > 1 else "",
        }
        return urlencode({key: value for key, value in said.items() if value}) or (
            f"vue={View.ALL.value}"
        )

    @property
    def kept(self) -> str:
        """What is kept of it for the next time: neither what was searched nor the page."""
        return replace(self, search="", page=1).query

    def sorted_by(self, column: Column) -> Wanted:
        """Return the same list sorted by a column; sorted by it already, the other way round."""
        falling = not self.is_falling if column is self.column else column in FALLING_FIRST
        return replace(self, column=column, is_falling=falling, page=1)

    @property
    def heads(self) -> list[Head]:
        """The heads of the table, each with its orders."""
        return [Head(tuple(self._order_by(column) for column in columns)) for columns in HEADS]

    @property
    def orders(self) -> list[Link]:
        """Every order, both ways, for those who see no heads; ``query`` is the order alone."""
        both = [replace(self, column=c, is_falling=f) for c in Column for f in (False, True)]
        return [
            Link(
                f"{each.column.label}{', décroissant' if each.is_falling else ''}",
                each.order,
                each == self,
            )
            for each in both
        ]

    def on_page(self, number: int) -> str:
        """Return the address of a page of the same list."""
        return replace(self, page=number).query

    def _order_by(self, column: Column) -> Link:
        current = column is self.column
        sort = ("descending" if self.is_falling else "ascending") if current else ""
        return Link(column.label, self.sorted_by(column).query, current, sort)


def _line(value: Any) -> str:
    return read_text(str(value or "")[:1_000], is_line=True).replace("\0", "").strip()


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _facilitator(text: str) -> str:
    return text if text in {MYSELF, NOBODY} else str(_whole(text) or "")
