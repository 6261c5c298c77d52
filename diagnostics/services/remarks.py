"""The remarks that facilitators use again: one's own, and those shared with the team."""

from __future__ import annotations

from django.db.transaction import atomic

from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Remark, User
from diagnostics.services.errors import NotAllowed, WrongState

MAX_REMARKS = 200  # of one person


def write_remark(*, step: StepKey | None, text: str, is_shared: bool, user: User) -> Remark:
    """Keep a remark of a facilitator. Raises NotAllowed, and WrongState past the most they may have."""
    if not user.is_facilitator:
        raise NotAllowed("Les remarques sont celles de la facilitation.")
    with atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two at once do not pass the limit
        if Remark.objects.filter(author=user).count() >= MAX_REMARKS:
            raise WrongState(
                f"{MAX_REMARKS} remarques au plus\u00a0: supprimez-en une pour en ajouter."
            )
        return Remark.objects.create(
            author=user, step=step.value if step else "", text=text, is_shared=is_shared
        )


def change_remark(
    remark: Remark, *, step: StepKey | None, text: str, is_shared: bool, user: User
) -> Remark:
    """Change a remark of one's own; one that is shared no more leaves the team's list."""
    with atomic():
        locked = _own(remark, user=user)
        locked.step, locked.text = step.value if step else "", text
        locked.is_shared = is_shared
        locked.save(update_fields=["step", "text", "is_shared"])
    return locked


def delete_remark(remark: Remark, *, user: User) -> None:
    """Delete a remark of one's own; what was written with it stays."""
    with atomic():
        _own(remark, user=user).delete()


def _own(remark: Remark, *, user: User) -> Remark:
    locked = Remark.objects.select_for_update().filter(pk=remark.pk).first()
    if locked is None:
        raise WrongState("Cette remarque a été supprimée.")
    if locked.author_id != user.pk or not user.is_facilitator:
        raise NotAllowed("Seule la personne qui a écrit une remarque la modifie.")
    return locked
