"""The fields that answers are made of: their bounds, and what is refused at each of them.

Units: budgets and amounts in K€, team in ETP, shares in %, years as four digits.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, ValidationInfo

# --- Bounds --------------------------------------------------------------------

MAX_ROWS = 60
MAX_LINKS = 20
MAX_STATEMENTS = 6
MAX_CALENDAR_ROWS = 12
ROW_TEXT = 300
LONG_TEXT = 1_000
STATEMENT_TEXT = 280
STARTING_POINT_TEXT = 800
MILESTONE_TEXT = 120
RATIONALE_TEXT = 500
UNIT_TEXT = 60
MAX_FTE = 10_000
MAX_KEUR = 1_000_000
MAX_PEOPLE = 1_000_000
MAX_DAYS = 1_000_000
MAX_VALUE = 1_000_000_000
MIN_YEAR, MAX_YEAR = 1900, 2100
MIN_FOUNDED_YEAR = 1000  # a chamber may be of 1848, an order of 1113

# Decimals of a number that people type.
DECIMALS = 2

# Decimals to which sums of floats are compared: 30.6 + 34.2 + 36.2 is 101.
PRECISION = 6

# --- Field types ---------------------------------------------------------------------------

# Controls (less line feed and tab) and lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def is_printable(text: str) -> bool:
    """Tell whether a document can hold a text: no NUL, no controls, no lone surrogates."""
    return not _UNPRINTABLE.search(text)


def _printable(text: str) -> str:
    """Refuse what PostgreSQL's JSON or a document cannot hold."""
    if not is_printable(text):
        raise ValueError("caractère de contrôle refusé")
    return text


def _one_line(text: str) -> str:
    """Put a name, a unit or a label on one line."""
    if "\n" not in text and "\t" not in text:  # most: a look takes a fiftieth of the search
        return text
    return re.sub(r"\s*[\n\t]\s*", " ", text)


def _plain_number(value: float | None) -> float | int | None:
    """Write 18.0 as 18, so that equal numbers have one spelling in the JSON."""
    return int(value) if value is not None and float(value).is_integer() else value


def no_duplicates(values: list[Any]) -> list[Any]:
    """Keep each value once, where it came first."""
    return list(dict.fromkeys(values))


def _at_most(characters: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, max_length=characters)


def table(description: str, *, cap: int = MAX_ROWS) -> Any:
    """Return the field of a set of rows: none at first, at most ``cap``."""
    return Field(default_factory=list, max_length=cap, description=description)


Printable = AfterValidator(_printable)
OneLine = AfterValidator(_one_line)
PlainNumber = PlainSerializer(_plain_number)

RowId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}$")]
RowIds = Annotated[list[RowId], Field(max_length=MAX_LINKS), AfterValidator(no_duplicates)]
RowText = Annotated[str, _at_most(ROW_TEXT), Printable]
RowLine = Annotated[str, _at_most(ROW_TEXT), Printable, OneLine]
LongText = Annotated[str, _at_most(LONG_TEXT), Printable]
StatementText = Annotated[str, _at_most(STATEMENT_TEXT), Printable]
StartingPointText = Annotated[str, _at_most(STARTING_POINT_TEXT), Printable]
MilestoneText = Annotated[str, _at_most(MILESTONE_TEXT), Printable, OneLine]
RationaleText = Annotated[str, _at_most(RATIONALE_TEXT), Printable]
UnitText = Annotated[str, _at_most(UNIT_TEXT), Printable, OneLine]
Month = Annotated[
    str, StringConstraints(pattern=r"^(|(19|20)\d\d-(0[1-9]|1[0-2])|2100-(0[1-9]|1[0-2]))$")
]


def _unit(name: str) -> Any:
    """Say the unit of a number to those who read the JSON Schema."""
    return Field(json_schema_extra={"unit": name})


def _not_to_come(year: int, info: ValidationInfo) -> int:
    """Refuse a year to come, where the reader was told which year it is."""
    this_year = (info.context or {}).get("this_year")
    if this_year is not None and year > this_year:
        raise ValueError(f"année à venir\u00a0: {this_year} au plus")
    return year


FoundedYear = Annotated[
    int,
    Field(ge=MIN_FOUNDED_YEAR, le=MAX_YEAR),
    _unit("année"),
    AfterValidator(_not_to_come),
]
Year = Annotated[int, Field(ge=MIN_YEAR, le=MAX_YEAR), _unit("année")]
Fte = Annotated[float, Field(ge=0, le=MAX_FTE, allow_inf_nan=False), _unit("ETP"), PlainNumber]
Keur = Annotated[float, Field(ge=0, le=MAX_KEUR, allow_inf_nan=False), _unit("K€"), PlainNumber]
# A lever may cost; a budget may not.
SignedKeur = Annotated[
    float, Field(ge=-MAX_KEUR, le=MAX_KEUR, allow_inf_nan=False), _unit("K€"), PlainNumber
]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False), _unit("%"), PlainNumber]
_OWN_UNIT = _unit("celle du champ « unit »")
Value = Annotated[
    float,
    Field(ge=0, le=MAX_VALUE, allow_inf_nan=False),
    _OWN_UNIT,
    PlainNumber,
]
SignedValue = Annotated[
    float,
    Field(ge=-MAX_VALUE, le=MAX_VALUE, allow_inf_nan=False),
    _OWN_UNIT,
    PlainNumber,
]
People = Annotated[int, Field(ge=0, le=MAX_PEOPLE), _unit("personnes")]
Votes = Annotated[int, Field(ge=0, le=MAX_PEOPLE), _unit("voix")]
Days = Annotated[int, Field(ge=0, le=MAX_DAYS), _unit("jours par an")]
