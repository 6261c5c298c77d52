"""Targets as people write them: a number, « entre 15 et 20 », « au moins 70 », « 2 à 3 par an »."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from diagnostics.domain.reading.numbers import ReadNumber, Unit, read_number
from diagnostics.domain.reading.texts import written


@dataclass(frozen=True)
class ReadTarget:
    """What a written target is: ``low``, the number or the low end; ``high``, the high end of a range;
    ``at_least`` and ``per_year`` as told. Else ``offer``, what it would be in the unit asked, as a text
    that is read; else ``problem``, what to write instead. All empty: nothing is written."""

    low: Decimal | None = None
    high: Decimal | None = None
    at_least: bool = False
    per_year: bool = False
    offer: str = ""
    problem: str = ""


_PER_YEAR = re.compile(
    r" ?(?:/ ?ans?|/ ?année|(?:par|chaque|tous les) (?:ans?|année)|l'an(?:née)?|annuel(?:le)?s?)$"
)
_RHYTHM_OF_UNIT = re.compile(r"(?: ?/ ?| par |^par )an$", re.IGNORECASE)
_AT_LEAST = re.compile(
    r"^(?:(?:au|du) moins|(?:au )?minimum|min\.?|au minimum|(?:plus|\+) de|>=?|≥|supérieure? à|"
    r"au[ -]delà de|à partir de) *(?P<after>.+)$"
    r"|^(?P<before>.+?),? *(?:(?:au|du) moins|au minimum|minimum|(?:et|ou) (?:plus|\+|au[ -]delà))$"
)
_NUMBER = r"[+-]?(?:\d[\d., ']*|[.,]\d+)"
_WORD = r"[^\W\d]+(?: [^\W\d]+)?"
_RANGE = re.compile(
    rf"^(?:entre |de |d'|environ )?(?P<low>{_NUMBER}|{_WORD}) ?(?P<own>[^\d]*?) ?"
    rf"(?:-|–|—|\bà\b|\bet\b|\bou\b) ?(?P<high>{_NUMBER}|{_WORD})(?P<unit>(?: ?[^\d].*)?)$"
)
_UNSURE = re.compile(r"^(?:environ|env\.?|de l'ordre de|autour de|~|≈) *")


def read_target(
    typed: str, unit: Unit, *, decimals: int = 2, example: Decimal = Decimal(12)
) -> ReadTarget:
    """Read a target as people write it, in the unit that is asked; see :func:`read_number`.

    « 15 à 20 », « 15-20 », « entre 15 et 20 », « au moins 70 », « + de 70 », « 70 et plus » are read, with
    « par an » behind; « 1,2 à 1,5 M€ » is offered in K€, « 20 à 15 » the right way round.
    """
    text = written(typed)
    alone = _PER_YEAR.sub("", text)
    per_year, text = alone != text, alone
    minimum = _AT_LEAST.match(text)
    if minimum:
        text = minimum["after"] or minimum["before"]
    ends = _RANGE.match(_UNSURE.sub("", text))
    if ends:
        found = _ends(ends, unit, decimals, example, is_sure=not _UNSURE.match(text))
        if found is not None:
            low, high, is_certain = found
            if is_certain and low < high and not minimum:
                return ReadTarget(low, high, per_year=per_year)
            if is_certain and low == high:
                return ReadTarget(low, at_least=bool(minimum), per_year=per_year)
            return _offer(target_text(min(low, high), max(low, high)), per_year=per_year)
    single = read_number(text if text else typed, unit, decimals=decimals, example=example)
    if single.value is not None:
        return ReadTarget(single.value, at_least=bool(minimum), per_year=per_year)
    if single.offer is not None:
        return _offer(target_text(single.offer, at_least=bool(minimum)), per_year=per_year)
    return ReadTarget(problem=single.problem)


def _offer(text: str, *, per_year: bool) -> ReadTarget:
    return ReadTarget(offer=f"{text} par an" if per_year else text)


def _ends(
    ends: re.Match[str], unit: Unit, decimals: int, example: Decimal, *, is_sure: bool
) -> tuple[Decimal, Decimal, bool] | None:
    """Return both ends of a range in the unit asked, and whether they are so for certain."""

    def read(figures: str, behind: str) -> ReadNumber:
        return read_number(f"{figures} {behind}".strip(), unit, decimals=decimals, example=example)

    behind = ends["unit"].strip()
    # « 72 à 290 K€ »: the first is in the unit of the second.
    low, high = read(ends["low"], ends["own"].strip() or behind), read(ends["high"], behind)
    values = [end.offer if end.value is None else end.value for end in (low, high)]
    if values[0] is None or values[1] is None:
        return None
    is_certain = is_sure and low.value is not None and high.value is not None
    return values[0], values[1], is_certain


def target_text(
    low: float | Decimal, high: float | Decimal | None = None, *, at_least: bool = False
) -> str:
    """Write a target as it is read: « 100 », « 15 à 20 », « au moins 70 »."""

    def figures(value: float | Decimal) -> str:
        return f"{Decimal(str(value)).normalize():f}".replace(".", ",")

    if high is not None:
        return f"{figures(low)} à {figures(high)}"
    return f"au moins {figures(low)}" if at_least else figures(low)


def without_rhythm(unit: str) -> tuple[str, bool]:
    """Return a unit less its « /an » or « par an », and whether it told it: « partenariats/an » is
    (« partenariats », True)."""
    plain_unit = _RHYTHM_OF_UNIT.sub("", unit)
    return plain_unit, plain_unit != unit
