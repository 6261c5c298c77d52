"""What was printed is kept, and goes when it is old: a cache that all processes share."""

from __future__ import annotations

import datetime as dt

from diagnostics.models import Rendering

DRAFTS_KEPT_FOR = dt.timedelta(days=7)


def keep_rendering(rendering: Rendering) -> Rendering:
    """Keep what printing gave, in place of what was printed of the same subject before.

    One statement: two processes that finish together do not hinder each other.
    """
    Rendering.objects.bulk_create(
        [rendering],
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["key", "pdf", "size", "pages", "stopped", "rendered_at"],
    )
    return rendering


def purge_renderings(now: dt.datetime) -> int:
    """Remove the PDFs of diagnostics as they were being written, a week after; tell how many.

    Those of submitted versions are kept.
    """
    old = Rendering.objects.filter(
        diagnostic__isnull=False, version=None, rendered_at__lt=now - DRAFTS_KEPT_FOR
    )
    return old.delete()[0]
