"""Editions: what a report shows of a diagnostic, a version as it was submitted or the diagnostic itself."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from django.utils import timezone

from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import State
from diagnostics.models import Diagnostic, Version
from diagnostics.queries import (
    Later,
    Submitted,
    findings_of,
    later_of,
    load_diagnostic_document,
    previous_document,
    read_version,
    texts_of,
    versions_of,
)
from diagnostics.report.content import ReportContent, build_report
from diagnostics.report.identity import VersionStamp
from diagnostics.services import renderings


@dataclass(frozen=True)
class Edition:
    """What a report shows of a diagnostic: a version as it was submitted, or the diagnostic itself.

    Its own paper (``is_own``) is what is written now while answers can be changed; after that it is
    the last version with what happened since: the state, the opinion, what the board decided.
    ``version`` comes without its content, which is read when it is shown.
    """

    diagnostic: Diagnostic
    version: Version | None = None
    is_own: bool = False

    @property
    def stamp(self) -> VersionStamp | None:
        """Number, date and fingerprint of the version."""
        if self.version is None:
            return None
        version = self.version
        return VersionStamp(
            version.number, version.submitted_at, version.sha256, is_checkable=version.is_checkable
        )

    @property
    def has_moved_on(self) -> bool:
        """Tell whether it says what happened to its version since that was submitted."""
        is_submitted = self.diagnostic.state == State.SUBMITTED.value
        return self.is_own and self.version is not None and not is_submitted

    @property
    def query(self) -> str:
        """What follows the addresses of the report to have this very edition."""
        return "" if self.is_own or self.version is None else f"?version={self.version.number}"

    @property
    def name(self) -> str:
        """What its papers are kept as: the state that it tells of its version, or « now »."""
        if self.version is None:
            return "now"
        return self.diagnostic.state if self.has_moved_on else State.SUBMITTED.value

    @cached_property
    def later(self) -> Later:
        """What happened to its version since that was submitted, besides the state."""
        return later_of(self.diagnostic) if self.has_moved_on else Later()

    @cached_property
    def document(self) -> DiagnosticDocument:
        """The document shown."""
        if self.submitted is None:
            return load_diagnostic_document(self.diagnostic)
        document = self.submitted.document
        if self.has_moved_on:
            document.diagnostic.state = State(self.diagnostic.state)
            document.opinion, document.adoption = self.later.opinion, self.later.adoption
        return document

    @cached_property
    def submitted(self) -> Submitted | None:
        """What the version was made of."""
        return read_version(self.version) if self.version else None

    @cached_property
    def previous(self) -> DiagnosticDocument | None:
        """The diagnostic that it follows: of a version, as it stood then; None for a first one."""
        if self.submitted is None:
            return previous_document(self.diagnostic)
        return self.submitted.previous

    @property
    def content(self) -> ReportContent:
        """The pages of the report: of a version, with the texts and the points that it keeps."""
        kept = self.submitted
        return build_report(
            self.document,
            version=self.stamp,
            texts=kept.texts if kept else texts_of(self.diagnostic),
            findings=kept.findings if kept else findings_of(self.diagnostic, self.document),
            previous=self.previous,
            today=None if kept else timezone.localdate(),
        )

    @property
    def digest(self) -> str:
        """What the pages depend on; the content of a version is not read for it."""
        if self.version is None:
            kit = self.diagnostic.kit.changed_at.isoformat()
            previous = self.previous.sha256() if self.previous else None
            day = renderings.last_day_of_change(self.diagnostic).isoformat()
            return digest_of(self.document.sha256(), kit, previous, day)
        moment = self.version.submitted_at.isoformat()
        since = [self.diagnostic.state, *self._said_since] if self.has_moved_on else []
        return digest_of(self.version.number, moment, self.version.sha256, *since)

    @property
    def _said_since(self) -> list[str]:
        said = (self.later.opinion, self.later.adoption)
        return [part.model_dump_json() if part else "" for part in said]


def edition_of(diagnostic: Diagnostic, number: int | None = None) -> Edition | None:
    """Return a version of a diagnostic, or what it is now; None when there is no such version.

    While the answers are closed the diagnostic is its last version, and is shown as such.
    """
    if number is None:
        last = None if diagnostic.is_editable else versions_of(diagnostic).first()
        return Edition(diagnostic, last, is_own=True)
    version = versions_of(diagnostic).filter(number=number).first()
    return Edition(diagnostic, version) if version else None


def last_editions(diagnostic: Diagnostic) -> list[Edition]:
    """Return the version that was submitted last as it was then, and as what the diagnostic is now
    when something happened to it since."""
    version = versions_of(diagnostic).first()
    if version is None:
        return []
    own = Edition(diagnostic, version, is_own=not diagnostic.is_editable)
    return [Edition(diagnostic, version), *([own] if own.has_moved_on else [])]


def digest_of(*parts: str | int | None) -> str:
    """Return a fingerprint of what something depends on."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
