"""The numbers that the statement of an objective tells in figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from diagnostics.domain.coherence.words import plain

_FIGURES = r"(?:\d{1,3}(?:[ .]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?)"
# Glued to letters (« 10e », « A3 ») it is a name; all of it: « 12,5K€ » does not tell 12.
_NUMBER = re.compile(rf"(?<![^\W_])(?<!\d[.,])(?>{_FIGURES})(?!\w)")
_NUMBERED = re.compile(r"(?:\b(?:odd|axe|action|objectif|article|loi|phase)|n[°º]) ?$")
_MONTHS = "janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre"
_MEASURE = (
    r"(?:(?P<percent>%|pour cents?\b)|(?P<keur>k€)|(?P<meur>m€)|(?P<eur>€|euros?\b)"
    r"|(?P<year>ans?\b|annees?\b)|(?P<month>mois\b)|(?P<week>semaines?\b)|(?P<day>jours?\b)"
    rf"|(?P<hour>heures?\b|h\b)|(?P<minute>minutes?\b)|(?P<date>(?:{_MONTHS})\b))"
)
_OF_UNIT = re.compile(_MEASURE)
_MEASURED = re.compile(rf"\s?(?:(?:et|a|ou|[-–—])\s?{_FIGURES}\s?)?{_MEASURE}")
_AND = re.compile(r"(?:\bet |, ?)(?:(?:de|les) |d['’] ?)?$")
_BETWEEN = re.compile(r"\bentre (?:(?:de|les) |d['’] ?)?$")
_DIGIT = re.compile(r"\d")
_YEARS = range(1900, 2101)


@dataclass(frozen=True)
class TellsNumbers:
    """The numbers of a statement, in its order, and whether it joins two targets."""

    values: tuple[float, ...] = ()
    joins_targets: bool = False

    def leads(self, before: float, after: tuple[float, ...]) -> bool:
        """Tell whether it tells where one starts, then where one wants to be."""
        if before not in self.values:
            return False
        return any(value in after for value in self.values[self.values.index(before) + 1 :])


@lru_cache(maxsize=1024)
def numbers_of(statement: str, unit: str) -> TellsNumbers:
    """Return the numbers that a statement tells of its objective, whose unit is told.

    A year is none, nor what numbers something (« axe 12 »), nor what has another measure than the
    unit (« 15 événements en 18 mois »).
    """
    if not _DIGIT.search(statement):
        return TellsNumbers()
    text = plain(statement)
    told = list(_told(text, _measure(_OF_UNIT.match(plain(unit)))))
    joins = any(_joins(text, first, second) for first, second in zip(told, told[1:], strict=False))
    return TellsNumbers(tuple(value for value, _ in told), joins)


Told = tuple[float, re.Match[str]]


def _told(text: str, of_unit: str | None) -> Iterator[Told]:
    for match in _NUMBER.finditer(text):
        value = _value(match[0])
        if value.is_integer() and int(value) in _YEARS:
            continue
        if _NUMBERED.search(text, 0, match.start()):
            continue
        measure = _measure(_MEASURED.match(text, match.end()))
        if measure is None or measure == of_unit:
            yield value, match


def _measure(match: re.Match[str] | None) -> str | None:
    return match.lastgroup if match else None


def _value(figures: str) -> float:
    """Read « 1 200 », « 1.200 », « 12,5 » or « 12.5 »."""
    if re.fullmatch(r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?", figures):
        figures = figures.replace(" ", "").replace(".", "")
    return float(figures.replace(",", "."))


def _joins(text: str, first: Told, second: Told) -> bool:
    """Tell whether two numbers that follow each other are two targets: « 200 …, 80 … »."""
    (one, before), (other, after) = first, second
    between = text[before.end() : after.start()]
    if min(one, other) < JOINED_FROM or _DIGIT.search(between) or not _AND.search(between):
        return False
    return not (re.search(r"\bet ", between) and _BETWEEN.search(text, 0, before.start()))


JOINED_FROM = 10
