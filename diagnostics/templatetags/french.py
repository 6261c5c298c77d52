"""French typography in templates: ``{% load french %}``."""

from __future__ import annotations

import datetime as dt

from django import template

from diagnostics import typography

register = template.Library()


@register.filter
def french_number(value: float | None) -> str:
    """Write a number: ``1 250``, ``2,5``; nothing for None."""
    return "" if value is None else typography.number(value)


@register.filter
def french_percent(value: float | None) -> str:
    """Write a share: ``33,3 %``."""
    return "" if value is None else typography.percent(value)


@register.simple_tag
def keur_range(low: float | None, high: float | None) -> str:
    """Write a budget: ``250 – 300 K€``."""
    return typography.keur_range(low, high)


@register.filter
def measure(value: float | None, unit: str) -> str:
    """Write a value with its unit: ``120 associations``."""
    return "" if value is None else typography.measure(value, unit)


@register.filter
def counted(value: float | None, nouns: str) -> str:
    """Write a number with its noun: ``{{ n|counted:"activité,activités" }}``."""
    singular, _, plural = nouns.partition(",")
    return "" if value is None else typography.count(value, singular, plural)


@register.filter
def french_date(value: dt.date | None) -> str:
    """Write a date in full: ``18 juin 2026``."""
    return "" if value is None else typography.french_date(value)


@register.filter(expects_localtime=True)
def french_time(value: dt.datetime | None) -> str:
    """Write an hour: ``14 h 05``."""
    return "" if value is None else typography.french_time(value)


@register.filter(expects_localtime=True)
def french_moment(value: dt.datetime | None) -> str:
    """Write a day and its hour: ``18 juin 2026 à 14 h 05``."""
    return "" if value is None else typography.french_moment(value)


@register.filter
def french_month(value: str) -> str:
    """Write ``2027-01`` as ``janvier 2027``."""
    return typography.french_month(value)


@register.filter
def typeset(value: str) -> str:
    """Give a typed text French spaces and apostrophes; the result is escaped as usual."""
    return typography.typeset(str(value))


@register.filter
def of_name(value: str) -> str:
    """Write « de » before a structure's name: « d’Alliances », « de la structure Les Ateliers »."""
    return typography.of_name(str(value))


@register.filter
def capitalised(value: str) -> str:
    """Write the first letter as a capital."""
    return typography.capitalised(str(value))


@register.filter
def enumeration(values: list[str]) -> str:
    """Join names as in a sentence: ``a, b et c``."""
    return typography.enumeration(values)
