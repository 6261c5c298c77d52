"""Years and months as people tell them."""

from __future__ import annotations

import re

from diagnostics.domain.reading.texts import written
from diagnostics.typography import MONTHS

_MONTH_STEMS = {
    stem: index
    for index, name in enumerate(MONTHS, 1)
    for stem in {name, name[:4], name[:3] if name[:3] != "jui" else name}
} | {"sept": 9, "févr": 2, "fevrier": 2, "fev": 2, "aout": 8, "decembre": 12, "dec": 12}
_YEAR = r"(?P<year>(?:19|20)\d\d|2100)"
_WHEN = (
    r"fin|début|debut|mi|courant|milieu|été|ete|hiver|printemps|automne|rentrée|en|vers|pour|d'ici|avant|"
    r"l'année|année|décembre au plus tard|(?:1er|premier|2e|2ème|second|deuxième|s[12]) ?(?:semestre)?|"
    r"(?:t[1-4]|[1-4](?:er|e|ème)? ?trimestre|premier trimestre|dernier trimestre)"
)


def read_year(typed: str) -> int | None:
    """Read a year: « 2029 », « fin 2029 », « septembre 2029 », « 31/12/2029 »; None when it is none."""
    text = written(typed)
    if re.fullmatch(r"\d ?\d ?\d ?\d", text):
        return int(text.replace(" ", ""))
    months = "|".join(map(re.escape, sorted(_MONTH_STEMS, key=len, reverse=True)))
    patterns = (
        rf"(?:(?:{_WHEN})[ -]?(?:de )?)+{_YEAR}",
        rf"(?:(?:{_WHEN}) )?(?:\d{{1,2}}(?:er)? )?(?:{months})\.? {_YEAR}",
        rf"\d{{1,2}}[/.-]{_YEAR}|{_YEAR.replace('year', 'before')}[/-]\d{{1,2}}(?:[/-]\d{{1,2}})?",
        rf"\d{{1,2}}[/.-]\d{{1,2}}[/.-]{_YEAR}",
        rf"{_YEAR} ?\(?(?:fin|début|environ|au plus tard)\)?",
    )
    for pattern in patterns:
        found = re.fullmatch(pattern, text)
        if found:
            groups = found.groupdict()
            return int(groups.get("year") or groups["before"])
    return None


def read_month(typed: str) -> str | None:
    """Read a month as the answers keep it, « 2026-09 »: « septembre 2026 », « sept. 2026 »,
    « 09/2026 », « 2026-09 »; None when it is none, an empty text when blank."""
    text = re.sub(r"\s?([/-])\s?", r"\1", written(typed))
    if not text:
        return ""
    found = re.fullmatch(rf"(\d{{1,2}})[/. -]{_YEAR}", text)
    if found:
        return _month(int(found["year"]), int(found[1]))
    found = re.fullmatch(rf"{_YEAR}[/. -](\d{{1,2}})", text)
    if found:
        return _month(int(found["year"]), int(found[2]))
    found = re.fullmatch(rf"(?:(?:fin|début|mi|en)[ -])?(?P<name>[^\W\d]+)\.? {_YEAR}", text)
    if found and found["name"] in _MONTH_STEMS:
        return _month(int(found["year"]), _MONTH_STEMS[found["name"]])
    return None


def _month(year: int, month: int) -> str | None:
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None
