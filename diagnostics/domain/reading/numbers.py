"""Numbers as people write them, in the unit that is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from diagnostics.domain.reading.texts import INVISIBLE, written
from diagnostics.typography import number


class Unit(Enum):
    """What a number is counted in; ``label`` as a sentence says it."""

    KEUR = "K€"
    FTE = "ETP"
    PERCENT = "%"
    PEOPLE = "personnes"
    DAYS = "jours par an"
    VOTES = "voix"
    VALUE = ""

    @property
    def label(self) -> str:
        """The unit behind a number, with its space; nothing for a value whose unit stands elsewhere."""
        return f"\u00a0{self.value}" if self.value else ""


@dataclass(frozen=True)
class ReadNumber:
    """What a written number is: ``value``, for certain; else ``offer``, what it would be in the unit
    asked; else ``problem``, what to write instead."""

    value: Decimal | None = None
    offer: Decimal | None = None
    problem: str = ""


# What people write behind a number in the unit that is asked: read, and left out.
_OWN_UNIT = {
    Unit.KEUR: r"k ?(?:€|e|eur|euros?)?|milliers? d'euros?",
    Unit.FTE: r"e\.?t\.?p\.?(?:t\.?)?|équivalents? temps[ -]plein",
    Unit.PERCENT: r"%|pour ?cent|pour ?cents|p\. ?100|pct",
    Unit.PEOPLE: r"personnes?|pers\.?|bénévoles?(?: actifs)?|participant·?e?s?|volontaires?|habitants?|hab\.?",
    Unit.DAYS: r"j\.?|jours?(?:-hommes?)?",
    Unit.VOTES: r"voix|votes?|votants?|membres?",
    Unit.VALUE: "",
}
_A_YEAR = r"(?: ?(?:/ ?an|par an|/ ?année|par année|annuels?|chaque année))?"
# A thousand, a million: what the number is multiplied by to be in the unit asked.
_OTHER_UNIT: dict[Unit, list[tuple[str, Decimal]]] = {
    Unit.KEUR: [
        (r"m ?(?:€|e|eur|euros?)?|millions?(?: d'euros?)?", Decimal(1000)),
        (r"(?:md|mrd|milliards?) ?(?:€|d'euros?)?", Decimal(1_000_000)),
        (r"€|e|eur|euros?", Decimal("0.001")),
    ],
    Unit.FTE: [
        (r"%|pour ?cent", Decimal("0.01")),
        (r"h\.?|heures?(?: par semaine|/semaine| hebdo\.?)?", Decimal(1) / 35),
        (r"mi[ -]?temps", Decimal("0.5")),
        (r"(?:temps[ -]pleins?|pleins?[ -]temps)", Decimal(1)),
        (r"salarié(?:·e·?|\(e\)|e)?s?|postes?|personnes?", Decimal(1)),  # who may work part-time
        (r"jours? par semaine|j/semaine|j/sem\.?", Decimal(1) / 5),
    ],
    Unit.PERCENT: [],
    Unit.PEOPLE: [],
    Unit.DAYS: [
        (r"(?:jours?|j\.?) par mois|(?:jours?|j\.?) ?/ ?mois", Decimal(12)),
        (r"semaines?", Decimal(5)),
    ],
    Unit.VOTES: [],
    Unit.VALUE: [(r"milliers?", Decimal(1000)), (r"millions?", Decimal(1_000_000))],
}
_WORDS = {
    word: Decimal(value)
    for word, value in {
        "zéro": 0,
        "aucun": 0,
        "aucune": 0,
        "néant": 0,
        "un": 1,
        "une": 1,
        "deux": 2,
        "trois": 3,
        "quatre": 4,
        "cinq": 5,
        "six": 6,
        "sept": 7,
        "huit": 8,
        "neuf": 9,
        "dix": 10,
        "onze": 11,
        "douze": 12,
        "treize": 13,
        "quatorze": 14,
        "quinze": 15,
        "seize": 16,
        "vingt": 20,
        "trente": 30,
        "quarante": 40,
        "cinquante": 50,
        "soixante": 60,
        "cent": 100,
        "deux cents": 200,
        "mille": 1000,
        "une dizaine": 10,
        "une douzaine": 12,
        "une quinzaine": 15,
        "une vingtaine": 20,
        "une trentaine": 30,
        "une quarantaine": 40,
        "une cinquantaine": 50,
        "une soixantaine": 60,
        "une centaine": 100,
        "un millier": 1000,
    }.items()
}
# Parts of a whole: of 1 ETP, of 100 %.
_PARTS = {
    "la moitié": Decimal(1) / 2,
    "moitié": Decimal(1) / 2,
    "un demi": Decimal(1) / 2,
    "une demie": Decimal(1) / 2,
    "demi": Decimal(1) / 2,
    "mi-temps": Decimal(1) / 2,
    "un mi-temps": Decimal(1) / 2,
    "mi temps": Decimal(1) / 2,
    "à mi-temps": Decimal(1) / 2,
    "un tiers": Decimal(1) / 3,
    "le tiers": Decimal(1) / 3,
    "deux tiers": Decimal(2) / 3,
    "un quart": Decimal(1) / 4,
    "le quart": Decimal(1) / 4,
    "un quart temps": Decimal(1) / 4,
    "trois quarts": Decimal(3) / 4,
    "trois quarts temps": Decimal(3) / 4,
    "trois quarts de temps": Decimal(3) / 4,
    "un cinquième": Decimal(1) / 5,
    "un dixième": Decimal(1) / 10,
    "la totalité": Decimal(1),
    "tout": Decimal(1),
    "temps plein": Decimal(1),
    "un temps plein": Decimal(1),
    "plein temps": Decimal(1),
    "à temps plein": Decimal(1),
}
_WHOLE = {Unit.FTE: Decimal(1), Unit.PERCENT: Decimal(100)}
_ABOUT = re.compile(
    r"^(?:environ|env\.?|à peu près|autour de|de l'ordre de|quelque|près de|≈|~|±|\+/-|c\. ?|ca\.? )\s*"
    r"|\s*(?:environ|env\.?|à peu près)$"
)
_RANGE = re.compile(
    r"^(?:entre |de )?(?P<low>[\d., ]*\d)\s*(?:-|–|—|à|et|ou|/)\s*(?P<high>[\d., ]*\d)(?P<unit>.*)$"
)
_MINIMUM = re.compile(
    r"^(?:au moins|au minimum|minimum|min\.?|plus de|>=?|≥|supérieur à|au-delà de|jusqu'à|au plus|"
    r"maximum|max\.?|moins de|<=?|≤)\s*(?P<rest>.+)$"
)
_FRACTION = re.compile(r"^(?P<top>\d{1,3}) ?/ ?(?P<bottom>[1-9]\d{0,2})(?P<unit>.*)$")
_GROUPED = re.compile(r"^\d{1,3}(?:([., '’])\d{3})(?:\1\d{3})*$")
_FIGURES = re.compile(r"^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$")
_LEADING = re.compile(r"^(?P<number>[+-]?[\d][\d., '’]*|[.,]\d+)\s*(?P<unit>.*)$", re.DOTALL)
_LONGEST = 60
_LARGEST = Decimal(10) ** 15


def read_number(
    typed: str, unit: Unit, *, decimals: int = 2, example: Decimal = Decimal(12)
) -> ReadNumber:
    """Read a number as people write it, in the unit that is asked; blank is no number and no problem.

    ``decimals``: how many may be told; ``example``: what to write, when nothing typed tells. « 1 250,5 », « 125 K€ », « 12,0 » are read; « 1,2 M€ »,
    « mi-temps », « un tiers » are offered.
    """
    text = written(typed)
    if not text and not INVISIBLE.sub("", typed).strip():
        return ReadNumber()
    if not text or len(text) > _LONGEST:
        return ReadNumber(problem=_what_to_write(example, unit, decimals))
    certain = _certain(text, unit)
    meant = _meant(text, unit) if certain is None else certain
    if meant is None or abs(meant) >= _LARGEST:
        told = _some_number(text) if meant is None else None
        return ReadNumber(problem=_what_to_write(example if told is None else told, unit, decimals))
    rounded = round(meant, decimals)
    if certain is not None and rounded == certain:
        return ReadNumber(value=rounded)
    return ReadNumber(offer=rounded)


def _figures(text: str) -> Decimal | None:
    """Read figures alone: « 1 250,5 », « 1.250.000 », « 1'250 »; one group behind a dot or a comma
    (« 1.250 ») may be either, and is not read."""
    text = text.strip(" ")
    grouped = _GROUPED.match(text)
    if grouped and (grouped[1] in " '’" or text.count(grouped[1]) > 1):
        return Decimal(re.sub(r"[., '’]", "", text))
    both = re.fullmatch(r"([+-]?\d{1,3}(?:[ .']\d{3})+),(\d+)", text)
    if both:
        return Decimal(re.sub(r"[ .']", "", both[1]) + "." + both[2])
    english = re.fullmatch(r"([+-]?\d{1,3}(?:,\d{3})+)\.(\d+)", text)
    if english:
        return Decimal(english[1].replace(",", "") + "." + english[2])
    joined = text.replace(" ", "")
    if grouped or not _FIGURES.fullmatch(joined):
        return None
    return Decimal(joined.replace(",", "."))


def _certain(text: str, unit: Unit) -> Decimal | None:
    found = _LEADING.match(text)
    if not found:
        return None
    own, behind = _OWN_UNIT[unit], found["unit"].strip()
    is_own = not behind or bool(own and re.fullmatch(rf"(?:{own}){_A_YEAR}", behind))
    if not is_own and unit in (Unit.DAYS, Unit.PEOPLE, Unit.KEUR, Unit.VALUE):
        is_own = bool(re.fullmatch(_A_YEAR.removesuffix("?"), f" {behind}"))
    return _figures(found["number"].rstrip(" '")) if is_own else None


def _meant(text: str, unit: Unit) -> Decimal | None:
    """Return what a number would be in the unit asked: another unit, about, one end of a range."""
    about = _ABOUT.sub("", text).strip()
    if about != text:
        return _in_unit(about, unit)
    minimum = _MINIMUM.match(text)
    if minimum:
        return _in_unit(minimum["rest"].strip(), unit)
    meant = _in_unit(text, unit)
    if meant is not None:
        return meant
    ends = _RANGE.match(text)
    if ends and _figures(ends["low"]) is not None and _figures(ends["high"]) is not None:
        return _in_unit(f"{ends['low'].strip()} {ends['unit'].strip()}".strip(), unit)
    return None


def _in_unit(text: str, unit: Unit) -> Decimal | None:
    certain = _certain(text, unit)
    if certain is not None:
        return certain
    grouped = _GROUPED.match(text)
    if grouped:  # « 1.250 »: more decimals than one tells, hence a thousand, where there are some
        small = unit in _WHOLE
        return Decimal(text.replace(",", ".") if small else re.sub(r"[., '’]", "", text))
    if unit in _WHOLE:
        if text in _PARTS:
            return _PARTS[text] * _WHOLE[unit]
        fraction = _FRACTION.match(text)
        behind = fraction["unit"].strip() if fraction else ""
        if fraction and (behind == "" or re.fullmatch(rf"{_OWN_UNIT[unit]}|temps", behind)):
            return Decimal(fraction["top"]) / Decimal(fraction["bottom"]) * _WHOLE[unit]
    if text in _WORDS:
        return _WORDS[text]
    hours = re.fullmatch(r"(\d{1,2}) ?h ?(\d{2})", text)
    if unit is Unit.FTE and hours:
        return (Decimal(hours[1]) + Decimal(hours[2]) / 60) / 35
    for word in sorted(_WORDS, key=len, reverse=True):
        value = _WORDS[word]
        if text.startswith(f"{word} "):
            rest = text.removeprefix(word).strip()
            return _in_unit(f"{value} {rest}", unit) if rest else value
    found = _LEADING.match(text)
    figures = _figures(found["number"].rstrip(" '")) if found else None
    if found is None or figures is None:
        return None
    behind = found["unit"].strip()
    for spelled, factor in _OTHER_UNIT[unit]:
        if re.fullmatch(rf"(?:{spelled}){_A_YEAR}", behind):
            return figures * factor
    # « 120 associations », « 34 (dont 10 nouveaux) », « 85 % »: the number, where no other one follows.
    counts = (Unit.VALUE, Unit.PEOPLE)
    aside = behind if unit is Unit.PEOPLE else behind.removeprefix("%").removeprefix("€")
    has_another = re.search(r"\d|%|€", re.sub(r"^\(.*\)$", "", aside))
    return figures if unit in counts and not has_another else None


def _some_number(text: str) -> Decimal | None:
    found = re.search(r"\d[\d ]*(?:[.,]\d{1,2})?", text)
    figures = _figures(found[0].strip()) if found else None
    return figures if figures is not None and figures < 10_000_000 else None


def _what_to_write(example: Decimal, unit: Unit, decimals: int) -> str:
    """Say what to write, with an example: of what was typed, where it tells a number."""
    whole = "" if decimals else " entier"
    return f"Indiquez un nombre{whole}, par exemple {number(float(example))}{unit.label}."
