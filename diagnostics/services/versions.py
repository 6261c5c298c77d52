"""What a submission keeps of a diagnostic: its version, and the record that nothing done later changes."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.utils import timezone

from diagnostics.domain.coherence import findings_json
from diagnostics.domain.document import DiagnosticDocument, canonical_json
from diagnostics.models import Diagnostic, User, Version, VersionRecord
from diagnostics.queries import previous_document, texts_of, thresholds_of


def keep_version(
    diagnostic: Diagnostic, document: DiagnosticDocument, *, user: User, at: dt.datetime
) -> Version:
    """Store a document as the next version of its diagnostic, in the caller’s transaction.

    The SHA-256 is of the very bytes that the record keeps: the JSON with the findings of today. The
    diagnostic that it follows is kept as it stands now: what the paper compares with.
    """
    previous = previous_document(diagnostic)
    thresholds = thresholds_of(diagnostic)
    findings = findings_json(
        document, thresholds, today=timezone.localdate(at), trials=diagnostic.kit.trials
    )
    kept = canonical_json(document.as_json() | {"findings": findings})
    last = diagnostic.versions.order_by("-number").values_list("number", flat=True).first()
    version = Version.objects.create(
        diagnostic=diagnostic,
        number=(last or 0) + 1,
        content=document.as_json(),
        sha256=hashlib.sha256(kept).hexdigest(),
        submitted_by=user,
        submitted_at=at,
    )
    VersionRecord.objects.create(
        version=version,
        document=kept,
        findings=findings,
        thresholds=thresholds.model_dump(mode="json"),
        texts=texts_of(diagnostic).model_dump(mode="json"),
        previous=previous.as_json() if previous else None,
    )
    return version
