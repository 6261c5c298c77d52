"""Papers: what is asked for, found among those that are kept, or made and kept.

The key of a paper is known without its content, so that a kept one is served at once. Neither the
waiting nor the printing holds a connection to the database.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection
from django.db.models import QuerySet
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.editions import Edition, digest_of
from diagnostics.models import Diagnostic, Kit, Paper, PaperKind, Rendering
from diagnostics.queries import load_kit_sheet
from diagnostics.report import renderer, turns
from diagnostics.report.fingerprint import fingerprint
from diagnostics.report.kit import render_kit_html
from diagnostics.report.pdf import Printed, render_report_html, render_synthesis_html
from diagnostics.report.word import build_report_docx
from diagnostics.services import renderings
from diagnostics.services.renderings import keep_paper, keep_rendering
from diagnostics.typography import NBSP, count, number

logger = logging.getLogger(__name__)

Kind = PaperKind


class NeedsTheWorker(Exception):
    """There is no time, or no room, in a request to print this: the worker has more of it."""


# What was stopped at its bounds is not tried again at every click.
STOPPED_FOR = dt.timedelta(minutes=10)
# Characters of a document from which its report is the worker's: some twenty pages, which nobody waits
# for in a request; and how many make a page, as fictional documents do.
LONG, CHARACTERS_A_PAGE = 60_000, 2_200
FAILED = "failed"
TOLD_EVERY = 2.0  # seconds between two notes of how far the worker is


@dataclass(frozen=True)
class Printable:
    """Something to make: its subject, the key of all that determines it, and how it is made.

    ``read`` takes from the database what it is made from, ``make`` makes it of that, without.
    ``edition``: of a version, whose papers have a table of their own. ``at``: when the key was read.
    """

    subject: str
    key: str
    read: Callable[[], Any]
    make: Callable[[Any, renderer.Bounds | None], Printed]
    kind: Kind = Kind.REPORT
    diagnostic_id: UUID | None = None
    edition: Edition | None = None
    version: int | None = None
    weight: Callable[[], int] = lambda: 0
    at: dt.datetime = field(default_factory=timezone.now)
    asked_at: dt.datetime | None = None  # by somebody who was told to wait for it since then

    @property
    def papers(self) -> QuerySet[Paper]:
        """The paper that is kept of it: as it was submitted, whatever the key."""
        if self.edition is None:
            return Paper.objects.none()
        found = Paper.objects.filter(
            version=self.edition.version, kind=self.kind, edition=self.edition.name
        )
        return found if self.edition.name == State.SUBMITTED.value else found.filter(key=self.key)

    @property
    def is_long(self) -> bool:
        """Tell whether the worker prints it, for want of time in a request."""
        return self.weight() > LONG

    def new_rendering(self, **what: Any) -> Rendering:
        """Return what printing gave, to be kept until it changes."""
        return Rendering(
            subject=self.subject, key=self.key, diagnostic_id=self.diagnostic_id, **what
        )

    def not_kept(self, printed: Printed) -> Rendering:
        """Return what was made, for who waits for it."""
        return self.new_rendering(**_made(printed), release=fingerprint())

    def keep(self, printed: Printed) -> Rendering | Paper:
        """Keep what was made; return what is kept, be it that of another process."""
        if self.edition is None:
            rendering = self.not_kept(printed)
            rendering.current_at = self.at
            return keep_rendering(rendering, since=self.at)
        paper = Paper(
            version=self.edition.version,
            kind=self.kind,
            edition=self.edition.name,
            key=self.key,
            release=fingerprint(),
            **_made(printed),
        )
        return keep_paper(paper, subject=self.subject)


def _made(printed: Printed) -> dict[str, Any]:
    return {"file": printed.pdf, "size": len(printed.pdf), "pages": printed.pages}


@dataclass(frozen=True)
class Progress:
    """How far the worker is with what somebody waits for; ``before``: how many others it prints first;
    ``expected``: about how many pages, of a report that is long."""

    begun_at: dt.datetime | None
    before: int
    pages: int
    expected: int
    is_long: bool

    @property
    def share(self) -> int:
        """Per cent of the pages that are laid out; never all, since they are written afterwards."""
        return min(95, 100 * self.pages // self.expected)


@dataclass(frozen=True)
class PdfFacts:
    """What is said of a PDF before it is downloaded."""

    size: int
    pages: int

    def __str__(self) -> str:
        if self.size < 999_500:
            size = f"{number(max(1, round(self.size / 1000)))}{NBSP}Ko"
        else:
            size = f"{number(self.size / 1_000_000, decimals=1)}{NBSP}Mo"
        return f"{size}, {count(self.pages, 'page', 'pages')}"


def printable_report(
    edition: Edition, kind: Kind = Kind.REPORT, *, asked_at: dt.datetime | None = None
) -> Printable:
    """Return a report, its one-page synthesis, or the report in Word, as something to make.

    The key of a version's paper tells what it says and not by which release it is said.
    ``asked_at``: when who asks was first told to wait: what was written then is good, whatever others have
    written since.
    """
    at = timezone.now()  # before anything is read
    make = {
        Kind.REPORT: lambda content, bounds: _printed(render_report_html(content), bounds),
        Kind.SYNTHESIS: lambda content, bounds: _printed(render_synthesis_html(content), bounds),
        Kind.WORD: lambda content, bounds: Printed(build_report_docx(content), 0),
    }[kind]
    diagnostic, version = edition.diagnostic, edition.version
    which = f"{version.number}/{edition.name}" if version else edition.name
    return Printable(
        subject=f"{kind}/{diagnostic.pk}/{which}",
        key=digest_of(kind, edition.digest, *([] if version else [fingerprint()])),
        read=lambda: edition.content,
        make=make,
        kind=kind,
        diagnostic_id=diagnostic.pk,
        edition=edition if version else None,
        version=None if edition.is_own or version is None else version.number,
        weight=lambda: len(edition.document.model_dump_json()) if kind == Kind.REPORT else 0,
        at=at,
        asked_at=None if version else asked_at,
    )


def printable_kit(kit: Kit) -> Printable:
    """Return the blank kit as something to print."""
    return Printable(
        subject=f"kit/{kit.pk}",
        key=digest_of("kit", kit.changed_at.isoformat(), fingerprint()),
        read=lambda: load_kit_sheet(kit),
        make=lambda sheet, bounds: _printed(render_kit_html(sheet), bounds),
    )


def _printed(html: str, bounds: renderer.Bounds | None) -> Printed:
    return renderer.render(html, bounds)


def kept(printable: Printable, *, try_again: bool = False) -> Rendering | Paper | None:
    """Return what is kept of something (one query, two of a version's paper that is not).

    Raises RenderingStopped when printing it was stopped at its bounds a moment ago, and NeedsTheWorker
    while the worker is asked for it, unless it is to be tried again with other bounds.
    """
    paper = printable.papers.first()
    if paper is not None:
        return paper
    rows = Rendering.objects.filter(subject=printable.subject)
    if printable.asked_at is None:
        rows = rows.filter(key=printable.key)
    found = rows.first()
    if found is not None and found.key != printable.key and not found.answers(printable.asked_at):
        found = None
    if found is not None and found.stopped:
        if found.made_at > timezone.now() - STOPPED_FOR and not try_again:
            failure = (
                renderer.RendererFailed if found.stopped == FAILED else renderer.RenderingStopped
            )
            raise failure(found.stopped)
        return None
    if found is None or found.size:
        return found
    if try_again or not found.asked_at or found.asked_at < timezone.now() - renderings.ASKED_FOR:
        return None
    raise NeedsTheWorker


def facts(printable: Printable) -> PdfFacts | None:
    """Return the size and the pages of a PDF, once they are known (one query)."""
    known: QuerySet[Any] = printable.papers
    if printable.edition is None:
        known = Rendering.objects.filter(
            subject=printable.subject, key=printable.key, stopped="", size__gt=0
        )
    return next((PdfFacts(*values) for values in known.values_list("size", "pages")), None)


def obtain(printable: Printable, bounds: renderer.Bounds | None = None) -> Rendering | Paper:
    """Return what is kept of something, made now unless it is, or another process is making it.

    ``bounds``: what printing may take (None: what somebody who waits for it can bear).
    Raises turns.Busy when others go on printing for too long, NeedsTheWorker for what is too long for
    somebody who waits, and the errors of the renderer.
    """
    try_again = bounds is not None
    found = kept(printable, try_again=try_again)
    if found is not None:
        return found
    if bounds is None and (printable.is_long or _is_for_later(printable)):
        raise NeedsTheWorker
    patience = turns.PATIENCE if bounds is None else turns.PATIENCE_OF_THE_WORKER
    deadline = time.monotonic() + patience
    let_go_of_the_database()
    with turns.alone_for(printable.key, patience):
        # Who held the lock may have printed the same.
        found = kept(printable, try_again=try_again)
        if found is not None:
            return found
        let_go_of_the_database()
        with turns.a_turn(deadline - time.monotonic()):
            content = printable.read()  # not before: many wait in vain
            if bounds is not None:
                renderings.note_begun(printable.subject, printable.key, since=printable.at)
            let_go_of_the_database()
            return _make(printable, content, bounds)


def _is_for_later(printable: Printable) -> bool:
    """Tell whether the worker had better print something, in its turn: on a busy machine a request would
    give up, and what it printed until then would be lost. The blank kit has nobody who could be told."""
    return printable.diagnostic_id is not None and turns.is_crowded()


def _make(printable: Printable, content: Any, bounds: renderer.Bounds | None) -> Rendering | Paper:
    try:
        printed = printable.make(content, bounds)
    except renderer.RenderingStopped as stopped:
        if bounds is None and printable.diagnostic_id and str(stopped) == "time":
            raise NeedsTheWorker from stopped
        logger.warning("Printing %s was stopped: %s", printable.subject, stopped)
        keep_rendering(printable.new_rendering(stopped=str(stopped)), since=printable.at)
        raise
    try:
        return printable.keep(printed)
    except DatabaseError:
        if bounds is not None:
            raise
        # What is printed is given all the same: the disk is full, or the database away.
        logger.exception("Printing %s was not kept", printable.subject)
        return printable.not_kept(printed)


# --- By the worker ----------------------------------------------------------------------------


def ask_worker(printable: Printable) -> Progress:
    """Have the worker print something for which there is no time or no room in a request; tell how far
    it is."""
    row = renderings.ask_worker(
        printable.new_rendering(),
        version=printable.version,
        kind=printable.kind,
        since=printable.asked_at,
    )
    expected = max(1, printable.weight() // CHARACTERS_A_PAGE)
    before = 0 if row.begun_at or row.asked_at is None else renderings.count_before(row)
    return Progress(row.begun_at, before, row.pages, expected, printable.is_long)


def print_asked(edition: Edition, kind: Kind, bounds: renderer.Bounds) -> None:
    """Print what somebody waits for, and note on the way how many pages there are.

    Raises turns.Busy and the errors of the renderer, as :func:`obtain`.
    """
    printable = printable_report(edition, kind)
    told = time.monotonic()

    def tell(pages: int) -> None:
        nonlocal told
        if time.monotonic() - told >= TOLD_EVERY:
            with contextlib.suppress(DatabaseError):  # the paper matters more
                renderings.note_pages(printable.subject, printable.key, pages)
            let_go_of_the_database()
            told = time.monotonic()

    obtain(printable, dataclasses.replace(bounds, on_page=tell))


def note_failure(edition: Edition, kind: Kind) -> None:
    """Note that the renderer failed for good, for who waits."""
    keep_rendering(printable_report(edition, kind).new_rendering(stopped=FAILED))


def ask_ahead(diagnostic: Diagnostic) -> None:
    """Have a draft's report printed before it is asked for (one query when it is)."""
    subject = f"{Kind.REPORT}/{diagnostic.pk}/now"
    renderings.ask_ahead(diagnostic, subject=subject, release=fingerprint())


def print_ahead(diagnostic: Diagnostic, bounds: renderer.Bounds) -> None:
    """Print a draft's report, and note that it is what the draft says now.

    Nobody waits: what cannot be printed is told to who asks for it.
    """
    at = timezone.now()
    printable = printable_report(Edition(diagnostic, is_own=True))
    try:
        obtain(printable, bounds)
    except turns.Busy:
        return
    except renderer.RendererFailed:
        logger.warning("Printing %s ahead failed", printable.subject)
        # Noted as of long ago: who asks for it has it tried.
        failed = printable.new_rendering(stopped=FAILED, made_at=at - STOPPED_FOR)
        keep_rendering(failed, since=printable.at)
    except renderer.RenderingStopped:
        pass  # noted, and in the log
    renderings.note_current(printable.subject, printable.key, release=fingerprint(), at=at)


def let_go_of_the_database() -> None:
    """Give the connection back to the pool; the next query takes another one."""
    if not connection.in_atomic_block:  # a transaction belongs to whoever opened it
        connection.close()
