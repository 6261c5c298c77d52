"""The titles that the lead gives to the chapters of the report, instead of those made by rule."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from diagnostics.domain.answers import is_printable
from diagnostics.domain.document import MAX_CHAPTER_TITLE
from diagnostics.domain.vocabulary import ChapterKey, MembershipRole
from diagnostics.models import Diagnostic, User
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.locking import lock_diagnostic


class TitleChanged(ServiceError):
    """Another title was written meanwhile; nothing was stored. ``chapters``: of which chapters."""

    def __init__(self, chapters: Iterable[ChapterKey]) -> None:
        super().__init__(
            "Un autre titre a été enregistré entre-temps\u00a0: relisez-le, puis enregistrez."
        )
        self.chapters = frozenset(chapters)


@dataclass(frozen=True)
class WrittenTitle:
    """A title as it was written (empty: the rule's), and the mark of the one that the page showed."""

    title: str
    read: str


def mark_of_title(title: str) -> str:
    """Return what a page keeps of the title that it shows; empty of none."""
    return hashlib.sha256(title.encode()).hexdigest()[:12] if title else ""


def write_titles(
    diagnostic: Diagnostic, written: Mapping[ChapterKey, WrittenTitle], *, user: User
) -> bool:
    """Store the titles of chapters, an empty one giving the rule's back; tell whether one changed.

    One transaction, right and state asked again under lock. What was not touched takes nothing of somebody
    else's away. Raises NotAllowed, WrongState, TitleChanged, and ServiceError for a title that is too
    long or unprintable.
    """
    if any(len(entry.title) > MAX_CHAPTER_TITLE for entry in written.values()):
        raise ServiceError(f"{MAX_CHAPTER_TITLE} caractères au plus.")
    if not all(is_printable(entry.title) for entry in written.values()):
        raise ServiceError("Ce titre contient un caractère de contrôle\u00a0: retirez-le.")
    with transaction.atomic():
        locked, access = lock_diagnostic(diagnostic, user=user)
        if access.role is not MembershipRole.LEAD:
            raise NotAllowed("Seul·e le ou la référent·e écrit les titres des chapitres.")
        if not access.can_manage:
            raise WrongState(f"Ce diagnostic est «\u00a0{locked.state_label}\u00a0».")
        now: dict[str, str] = dict(locked.chapter_titles)
        touched = {
            key: entry
            for key, entry in written.items()
            if entry.title != now.get(key, "") and mark_of_title(entry.title) != entry.read
        }
        late = [
            key for key, entry in touched.items() if entry.read != mark_of_title(now.get(key, ""))
        ]
        if late:
            raise TitleChanged(late)
        if touched:
            now |= {key.value: entry.title for key, entry in touched.items()}
            locked.chapter_titles = {key: title for key, title in now.items() if title}
            locked.updated_at = timezone.now()
            locked.save(update_fields=["chapter_titles", "updated_at"])
    return bool(touched)
