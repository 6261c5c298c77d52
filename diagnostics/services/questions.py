"""What facilitators change of the questions of a kit: a rule put on trial, the figures it speaks from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from diagnostics.domain.coherence import (
    BadThresholds,
    load_thresholds,
    thresholds_of_rule,
)
from diagnostics.models import Diagnostic, Kit, KitChange, User
from diagnostics.services.coherence import defer_refresh, refresh_indicators
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.kit_edits import note_changes, texts_of_row

# Diagnostics whose figures are counted again by one job; the next job takes the next ones.
BATCH = 100


def mark_of_question(kit: Kit, rule: str) -> str:
    """Return a short mark of what a kit says of a rule: its own figures, and whether it is on trial."""
    own = {name: kit.thresholds.get(name) for name in thresholds_of_rule(rule)}
    written = json.dumps([own, rule in kit.trials], sort_keys=True)
    return sha256(written.encode()).hexdigest()[:12]


def change_question(
    kit: Kit,
    rule: str,
    *,
    thresholds: Mapping[str, float],
    is_on_trial: bool,
    seen: str,
    user: User,
) -> list[KitChange]:
    """Change what a kit says of a rule; ``thresholds``: the figures of its own, of this rule (the others
    become the default ones); ``seen``: the mark of what the person saw (:func:`mark_of_question`).

    One transaction, the kit locked; who changed what is noted, and the worker counts the indicators of
    all its diagnostics again. The same said twice changes nothing.

    Raises NotAllowed, WrongState when somebody changed it meanwhile, and ServiceError for figures that
    do not go together.
    """
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_facilitator=True, is_active=True).exists():
            raise NotAllowed("Les questions sont réglées par la facilitation.")
        locked = Kit.objects.select_for_update(no_key=True).get(pk=kit.pk)
        before, mark = texts_of_row(locked), mark_of_question(locked, rule)
        own = thresholds_of_rule(rule)
        others = {name: said for name, said in locked.thresholds.items() if name not in own}
        locked.thresholds = others | {name: thresholds[name] for name in own if name in thresholds}
        locked.trials = sorted({*locked.trials} - {rule} | ({rule} if is_on_trial else set()))
        try:
            load_thresholds(locked.thresholds)
        except BadThresholds as error:
            raise ServiceError(str(error)) from error
        if mark_of_question(locked, rule) == mark:
            return []
        if seen != mark:
            raise WrongState(
                "Quelqu’un a changé cette question entre-temps\u00a0: ce que vous aviez choisi est resté "
                "dans la page, comptez-en de nouveau l’effet."
            )
        locked.save(update_fields=["thresholds", "trials"])
        return note_changes(locked, before, user=user)


def refresh_batch(kit_id: int, after: str = "") -> None:
    """Count the indicators of some diagnostics of a kit again, each under its lock, and have the worker go
    on after them; ``after``: the last one that was counted."""
    waiting = Diagnostic.objects.filter(kit=kit_id).order_by("pk").values_list("pk", flat=True)
    if after:
        waiting = waiting.filter(pk__gt=UUID(after))
    batch = list(waiting[:BATCH])
    for pk in batch:
        _refresh_one(pk)
    if len(batch) == BATCH:
        defer_refresh(kit_id, str(batch[-1]))


def refresh_what_was_never_counted() -> int:
    """Have the worker count the kits whose diagnostics were last saved before rules were counted; tell how many."""
    kits = list(
        Diagnostic.objects.exclude(indicators__has_key="rules")
        .order_by()
        .values_list("kit", flat=True)
        .distinct()
    )
    for kit_id in kits:
        defer_refresh(kit_id)
    return len(kits)


def _refresh_one(pk: UUID) -> None:
    with transaction.atomic():
        locked = (
            Diagnostic.objects.select_for_update(of=("self",))
            .select_related("structure", "kit")
            .filter(pk=pk)
            .first()
        )
        if locked is not None:
            refresh_indicators(locked)
