"""What was printed is kept: the papers of versions for ever, the rest while it is what one would print;
and what the worker is asked to print."""

from __future__ import annotations

import datetime as dt
import zlib

from django.db.models import Exists, OuterRef, Q
from django.db.transaction import atomic
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from diagnostics.domain.vocabulary import EDITABLE_STATES, State
from diagnostics.models import Diagnostic, Paper, Rendering

DRAFTS_KEPT_FOR = dt.timedelta(days=7)
# Nobody types any more: what is written is printed ahead. After a day nobody is near.
QUIET_AFTER, AWAY_AFTER = dt.timedelta(minutes=10), dt.timedelta(days=1)
QUIET_AT_ONCE = 20
# A job that was lost is asked for again.
ASKED_FOR = dt.timedelta(minutes=10)
# How many of those that are waited for are printed at once; the worker's other places are for mails.
LANES = 2
# What a row is, whatever was printed of it last; and what it says of that.
IDENTITY = {"id", "subject", "diagnostic"}
SAID = [field.name for field in Rendering._meta.fields if field.name not in IDENTITY]


def keep_rendering(rendering: Rendering, *, since: dt.datetime | None = None) -> Rendering:
    """Keep what printing gave, in place of what was printed of the same subject before.

    One statement: two processes that finish together do not hinder each other.
    ``since``: when it was read; what says something else and was asked for later stays asked for.
    """
    if since is not None and rendering.diagnostic_id is not None:  # nobody asks for the kit
        asked = Rendering.objects.filter(subject=rendering.subject, asked_at__gt=since)
        if asked.filter(stopped="", size=0).exclude(key=rendering.key).exists():
            return rendering
    Rendering.objects.bulk_create(
        [rendering],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=SAID,
    )
    return rendering


def keep_paper(paper: Paper, *, subject: str) -> Paper:
    """Keep a paper of a version, and return the one that is kept: that of who was first.

    One that says what happened since takes the place of what was said before in the same state.
    ``subject``: what was noted while it could not be made goes.
    """
    same = Paper.objects.filter(version=paper.version_id, kind=paper.kind, edition=paper.edition)
    with atomic():
        if paper.edition != State.SUBMITTED.value:
            same.exclude(key=paper.key).delete()
        Paper.objects.bulk_create([paper], ignore_conflicts=True)
        Rendering.objects.filter(subject=subject).delete()
        return same.get()


# --- What the worker is asked for ---------------------------------------------------------------------


def ask_worker(
    rendering: Rendering, *, version: int | None, kind: str, since: dt.datetime | None = None
) -> Rendering:
    """Have the worker print something for which somebody waits (``since`` some moment), once whoever asks;
    return how far it is.

    ``rendering`` names it. What is asked for gets its row, and its job in the same transaction: one
    that waits prints what is written by then, be it something else than when it was queued. The row's
    lock sees to that rather than a queueing lock, which a job that is tried again could run into.
    """
    lane = f"print_asked/{zlib.crc32(rendering.subject.encode()) % LANES}"
    wanted = {"diagnostic_id": str(rendering.diagnostic_id), "version": version, "kind": kind}
    waiting = ProcrastinateJob.objects.filter(status="todo", task_name="print_asked", args=wanted)
    now = timezone.now()
    rendering.asked_at = now
    with atomic():
        Rendering.objects.bulk_create([rendering], ignore_conflicts=True)
        row = Rendering.objects.select_for_update().get(subject=rendering.subject)
        is_new = row.asked_at == now
        is_same = (row.key == rendering.key and not row.stopped) or row.answers(since)
        if is_same and row.size:  # it was finished meanwhile
            return row
        if is_same and not is_new and row.asked_at and row.asked_at > now - ASKED_FOR:
            return row
        if not waiting.exists():
            app.configure_task("print_asked", lock=lane, priority=-1).defer(**wanted)
        return row if is_new else keep_rendering(rendering)


def count_before(rendering: Rendering) -> int:
    """Return how many things were asked of the worker before this one, and are not printed yet."""
    earlier = Rendering.objects.filter(
        asked_at__lt=rendering.asked_at,
        asked_at__gt=timezone.now() - ASKED_FOR,
        stopped="",
        size=0,
    )
    return earlier.count()


def note_begun(subject: str, key: str, *, since: dt.datetime) -> None:
    """Note that the worker begins what somebody waits for, as it was written at a moment (``since``)."""
    waited = Rendering.objects.filter(
        Q(key=key) | Q(asked_at__lte=since),
        subject=subject,
        asked_at__isnull=False,
        stopped="",
        size=0,
    )
    waited.update(key=key, begun_at=timezone.now(), pages=0)


def note_pages(subject: str, key: str, pages: int) -> None:
    """Note how many pages of what somebody waits for are laid out."""
    begun = Rendering.objects.filter(subject=subject, key=key, begun_at__isnull=False)
    begun.update(pages=pages)


def ask_ahead(diagnostic: Diagnostic, *, subject: str, release: str) -> None:
    """Have the worker print what is being written before anybody asks for it, unless what is kept is
    what it says, or a job for it waits already (one query).

    ``release``: the digest of the code that prints.
    """
    if not diagnostic.is_editable:
        return
    midnight = dt.datetime.combine(last_day_of_change(diagnostic), dt.time.min)
    changed = max(diagnostic.updated_at, diagnostic.kit.changed_at, timezone.make_aware(midnight))
    current = Rendering.objects.filter(subject=subject, release=release, current_at__gte=changed)
    waiting = ProcrastinateJob.objects.filter(status="todo", queueing_lock=_lock_of(diagnostic))
    needs = Diagnostic.objects.filter(~Exists(current), ~Exists(waiting), pk=diagnostic.pk)
    if needs.exists():
        defer_ahead(diagnostic)


def last_day_of_change(diagnostic: Diagnostic) -> dt.date:
    """Return the last day on which a draft's report came to say something else by itself: the month's
    first, from which its calendar is to come, or the one after the board's day (S13)."""
    today = timezone.localdate()
    month, board = today.replace(day=1), diagnostic.board_date
    if board is None or board >= today:
        return month
    return max(month, board + dt.timedelta(days=1))


def _lock_of(diagnostic: Diagnostic) -> str:
    return f"print_ahead/{diagnostic.pk}"


def defer_ahead(diagnostic: Diagnostic) -> None:
    """Queue the printing of a draft behind everything else, one draft at a time, once a draft."""
    task = app.configure_task(
        "print_ahead", lock="print_ahead", queueing_lock=_lock_of(diagnostic), priority=-2
    )
    try:
        with atomic():
            task.defer(diagnostic_id=str(diagnostic.pk))
    except AlreadyEnqueued:
        pass  # it will print what is written by then


def note_current(subject: str, key: str, *, release: str, at: dt.datetime) -> None:
    """Note that what is kept (or was stopped) was what a draft said at some moment."""
    Rendering.objects.filter(subject=subject, key=key).update(current_at=at, release=release)


def ask_for_quiet_drafts(now: dt.datetime) -> int:
    """Have what nobody has changed for ten minutes printed ahead; tell how many drafts."""
    current = Rendering.objects.filter(
        diagnostic=OuterRef("pk"),
        subject__startswith="report/",
        current_at__gte=OuterRef("updated_at"),
    )
    quiet = Diagnostic.objects.filter(
        ~Exists(current),
        state__in=[state.value for state in EDITABLE_STATES],
        updated_at__range=(now - AWAY_AFTER, now - QUIET_AFTER),
        answers__isnull=False,
    )
    found = list(quiet.distinct().order_by("-updated_at")[:QUIET_AT_ONCE])
    for diagnostic in found:
        defer_ahead(diagnostic)
    return len(found)


def purge_renderings(now: dt.datetime) -> int:
    """Remove what was printed of diagnostics as they were being written, a week after; tell how many.

    The papers of submitted versions are not among them.
    """
    old = Rendering.objects.filter(diagnostic__isnull=False, made_at__lt=now - DRAFTS_KEPT_FOR)
    return old.delete()[0]
