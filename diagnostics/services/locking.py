"""The lock of a diagnostic, and what the person is to it once it is held."""

from __future__ import annotations

from diagnostics.domain.permissions import Access
from diagnostics.models import Diagnostic, User, role_in_structure
from diagnostics.queries import access_by


def lock_diagnostic(diagnostic: Diagnostic, *, user: User) -> tuple[Diagnostic, Access]:
    """Lock a diagnostic, and read it again with its structure, its kit and the person's right.

    In the caller's transaction (two queries). What was known before the lock may have changed while
    one waited for it: right and state are to be asked of what is returned.
    """
    # A statement that waits for a lock sees the other tables as they were before it waited.
    Diagnostic.objects.select_for_update().values_list("pk").get(pk=diagnostic.pk)
    locked = (
        Diagnostic.objects.with_surroundings()
        # The model declares it, for those who read it.
        .annotate(role_of_user=role_in_structure(user))  # type: ignore[no-redef]
        .get(pk=diagnostic.pk)
    )
    return locked, access_by(locked.role_of_user, locked.state, user)
