"""What was printed is kept: the papers of versions for ever, the rest while it is what one would print."""

from __future__ import annotations

import datetime as dt

from django.db.transaction import atomic

from diagnostics.domain.vocabulary import State
from diagnostics.models import Paper, Rendering

DRAFTS_KEPT_FOR = dt.timedelta(days=7)


def keep_rendering(rendering: Rendering) -> Rendering:
    """Keep what printing gave, in place of what was printed of the same subject before.

    One statement: two processes that finish together do not hinder each other.
    """
    Rendering.objects.bulk_create(
        [rendering],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["key", "file", "size", "pages", "stopped", "made_at"],
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


def purge_renderings(now: dt.datetime) -> int:
    """Remove what was printed of diagnostics as they were being written, a week after; tell how many.

    The papers of submitted versions are not among them.
    """
    old = Rendering.objects.filter(diagnostic__isnull=False, made_at__lt=now - DRAFTS_KEPT_FOR)
    return old.delete()[0]
