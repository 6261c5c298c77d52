"""Submitted versions: the list of them, and what each was made of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404

from diagnostics.domain.coherence import CoherenceFinding, read_findings
from diagnostics.domain.document import DiagnosticDocument, canonical_json, load_document
from diagnostics.domain.kit_texts import KitTexts
from diagnostics.models import Diagnostic, Version, VersionRecord
from rameau_diag.postgresql.written_once import written_once


@dataclass(frozen=True)
class Submitted:
    """A version as it was submitted: nothing done later is in it.

    ``json``: the bytes whose SHA-256 it carries; of a version whose SHA-256 cannot be checked any
    more, the JSON of what is stored of it.
    """

    document: DiagnosticDocument
    findings: list[CoherenceFinding]
    texts: KitTexts
    json: bytes
    previous: DiagnosticDocument | None = None


def versions_of(diagnostic: Diagnostic) -> QuerySet[Version]:
    """Return the versions of a diagnostic, the last one first, without their content.

    ``is_checkable`` tells whether their SHA-256 can be checked against what is kept of them.
    """
    return _with_checks(diagnostic.versions.all())


def _with_checks(versions: QuerySet[Version]) -> QuerySet[Version]:
    exact = VersionRecord.objects.filter(version=OuterRef("pk"), document__isnull=False)
    versions = versions.defer("content")
    # The model declares it, for those who read it.
    return versions.annotate(is_checkable=Exists(exact))  # type: ignore[no-redef]


def submitted_versions(diagnostic: Diagnostic, *, at_most: int | None = None) -> list[Version]:
    """Read the versions of a diagnostic with who submitted each, the last one first (one query)."""
    versions = _versions(diagnostic.pk, at_most=at_most)
    for version in versions:
        version.diagnostic = diagnostic
    return versions


@written_once
def _versions(diagnostic: UUID, *, at_most: int | None) -> QuerySet[Version]:
    versions = _with_checks(Version.objects.filter(diagnostic=diagnostic))
    return versions.select_related("submitted_by")[:at_most]


def get_version(diagnostic: Diagnostic, number: int) -> Version:
    """Return a submitted version; Http404 when there is none of that number."""
    version = versions_of(diagnostic).filter(number=number).first()
    if version is None:
        raise Http404
    return version


def read_version(version: Version) -> Submitted:
    """Return what a version was made of (one query, two without the bytes)."""
    record = VersionRecord.objects.get(pk=version.pk)
    if record.document is None:
        kept = canonical_json(version.content | {"findings": record.findings})
    else:
        kept = bytes(record.document)
    document = load_document(json.loads(kept))
    return Submitted(
        document=document,
        findings=read_findings(record.findings, document.acknowledgements),
        texts=KitTexts.model_validate(record.texts),
        json=kept,
        previous=load_document(record.previous) if record.previous else None,
    )
