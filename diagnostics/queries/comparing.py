"""What a diagnostic is compared with: its versions, the other diagnostics of its structure."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.http import Http404

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.since import Since, compare_diagnostics
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Diagnostic, Version
from diagnostics.queries.access import LoadedDiagnostic
from diagnostics.queries.documents import load_diagnostic_document
from diagnostics.queries.versions import read_version, versions_of

_NUMBER = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def previous_document(diagnostic: Diagnostic) -> DiagnosticDocument | None:
    """Return the document of the diagnostic that one follows, as it stands now; None for a first one
    (no query then, three to six otherwise)."""
    if diagnostic.previous_id is None:
        return None
    previous = Diagnostic.objects.with_surroundings().filter(pk=diagnostic.previous_id).first()
    return load_diagnostic_document(previous) if previous else None


def stored_reasons(diagnostic: Diagnostic) -> dict[tuple[StepKey, str], str]:
    """Return why rows of the former diagnostic are not in this one, by step and id of row (one query)."""
    rows = diagnostic.left_out.values_list("step", "row", "reason")
    return {(StepKey(step), row): reason for step, row, reason in rows}


@dataclass(frozen=True)
class Compared:
    """A comparison: which diagnostic or version came first, which second, and what became of it.

    ``with_previous``: the second is the diagnostic of the page, which follows the first.
    """

    before: Diagnostic
    after: Diagnostic
    version: Version | None
    since: Since
    with_previous: bool = False


@dataclass(frozen=True)
class Comparing:
    """What a diagnostic can be compared with, and what it is compared with now (None: to choose).

    ``asked``: the chosen one, as the address says it.
    """

    versions: list[Version]
    others: list[Diagnostic]
    asked: str = ""
    compared: Compared | None = None


def load_comparison(loaded: LoadedDiagnostic, asked: str | None) -> Comparing:
    """Compare a diagnostic with a version of it (its number) or another of its structure (its id).

    Without either: with its last version, or with the one other diagnostic; with nothing yet when there
    is a choice to make, or nothing to choose. In a constant number of queries. Raises Http404 for what is not there, of another structure, or no such text.
    """
    diagnostic = loaded.diagnostic
    versions = list(versions_of(diagnostic))
    others = list(
        Diagnostic.objects.with_surroundings()
        .filter(structure=diagnostic.structure_id)
        .exclude(pk=diagnostic.pk)
    )
    if asked is None:
        asked = str(versions[0].number) if versions else ""
    if not asked and not versions and len(others) == 1:
        asked = str(others[0].pk)
    if not asked:
        return Comparing(versions, others)
    if _NUMBER.fullmatch(asked):
        version = next((entry for entry in versions if entry.number == int(asked)), None)
        if version is None:
            raise Http404
        compared = _with_version(diagnostic, version)
    elif _UUID.fullmatch(asked):
        other = next((entry for entry in others if entry.pk == UUID(asked)), None)
        if other is None:
            raise Http404
        asked, compared = str(other.pk), _with_another(diagnostic, other)
    else:
        raise Http404
    return Comparing(versions, others, asked, compared)


def _with_version(diagnostic: Diagnostic, version: Version) -> Compared:
    before, after = read_version(version).document, load_diagnostic_document(diagnostic)
    since = compare_diagnostics(before, after, follows=False)
    return Compared(diagnostic, diagnostic, version, since)


def _with_another(diagnostic: Diagnostic, other: Diagnostic) -> Compared:
    """Compare two diagnostics, the older one first."""
    before, after = (diagnostic, other) if _comes_first(diagnostic, other) else (other, diagnostic)
    since = compare_diagnostics(
        load_diagnostic_document(before), load_diagnostic_document(after), follows=True
    )
    is_own = after == diagnostic and diagnostic.previous_id == other.pk
    return Compared(before, after, None, since, with_previous=is_own)


def _comes_first(one: Diagnostic, two: Diagnostic) -> bool:
    """Tell whether a diagnostic comes before another: it is what the other follows, or older."""
    if one.previous_id == two.pk:
        return False
    if two.previous_id == one.pk:
        return True
    return (one.base_year, one.created_at) < (two.base_year, two.created_at)


# --- Over the years -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Submission:
    """A version as a line tells it."""

    number: int
    submitted_at: dt.datetime


@dataclass(frozen=True)
class OverTheYears:
    """A diagnostic on the line of its structure: its versions, the oldest first, and the diagnostic that
    it is to be compared with (None: the first)."""

    diagnostic: Diagnostic
    versions: tuple[Submission, ...]
    before: Diagnostic | None


def load_years(diagnostics: QuerySet[Diagnostic]) -> list[OverTheYears]:
    """Return the diagnostics of a structure as a line, the oldest first, with their versions (one query
    in all)."""
    versions = Version.objects.filter(diagnostic=OuterRef("pk")).order_by("number")
    found = diagnostics.annotate(
        version_numbers=ArraySubquery(versions.values("number")),
        version_moments=ArraySubquery(versions.values("submitted_at")),
    )
    line = sorted(found, key=lambda entry: (entry.base_year, entry.created_at))
    by_id = {entry.pk: entry for entry in line}
    return [
        OverTheYears(
            entry,
            tuple(map(Submission, entry.version_numbers, entry.version_moments)),
            by_id.get(entry.previous_id) if entry.previous_id else before,
        )
        for before, entry in zip([None, *line], line, strict=False)
    ]
