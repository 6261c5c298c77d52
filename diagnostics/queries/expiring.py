"""What nobody has used for so long that it goes: accounts, drafts, drafts that were deleted.

A warning is known by the key of its mail, which names the day of the last activity: whoever comes back
has another one, and is warned anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce, Greatest

from diagnostics.domain.retention import (
    DELETED_DRAFT_DAYS,
    GRACE_DAYS,
    IDLE_ACCOUNT_DAYS,
    IDLE_DRAFT_DAYS,
)
from diagnostics.domain.vocabulary import MembershipRole, State
from diagnostics.models import (
    Diagnostic,
    Membership,
    QueuedMail,
    Review,
    Structure,
    Thread,
    User,
    Version,
)
from diagnostics.queries.personal_data import what_holds_back

WARNING = "expiring"  # the kind of the mail that warns
EVERYBODY, NOBODY = ~Q(pk=None), Q(pk=None)
AT_ONCE = 500  # of each, in one run: the next day goes on


class Stage(Enum):
    """Where something stands on its way out; each says it in French."""

    TO_WARN = "à prévenir"
    WARNED = "prévenu, délai en cours"
    DUE = "à effacer"
    HELD = "retenu : à transmettre d’abord"


@dataclass(frozen=True)
class Expiring:
    """An account or a draft that nobody uses; ``person`` is warned, ``last_used`` is when it was used.

    ``diagnostic``: absent of an account. A deleted draft has nobody to warn.
    """

    stage: Stage
    last_used: dt.datetime
    key: str
    person: User | None = None
    diagnostic: Diagnostic | None = None


def find_expiring(now: dt.datetime) -> list[Expiring]:
    """Find all that nobody uses any more, with where it stands, oldest first."""
    found = [*_accounts(now), *_drafts(now), *_deleted_drafts(now)]
    return sorted(found, key=lambda one: one.last_used)


def _accounts(now: dt.datetime) -> Iterator[Expiring]:
    """Accounts of those who neither facilitate nor administer: those are managed by hand."""
    idle = User.objects.filter(
        is_active=True, is_facilitator=False, is_staff=False, is_superuser=False, erased_at=None
    ).annotate(
        last_used=Greatest(_or_joined("last_login"), _or_joined("last_seen_at"), "date_joined")
    )
    idle = idle.filter(last_used__lt=now - dt.timedelta(days=IDLE_ACCOUNT_DAYS))
    warnings = QueuedMail.objects.filter(
        kind=WARNING, diagnostic=None, person=OuterRef("pk"), queued_at__gte=OuterRef("last_used")
    )
    idle = idle.annotate(waits=_waits(warnings, now, is_held=_hands_over()))
    people = list(idle.order_by("waits", "last_used", "pk")[:AT_ONCE])
    keys = {one.pk: f"expiring:account:{one.pk}:{one.last_used:%Y-%m-%d}" for one in people}
    left = _left(keys.values())
    for one in people:
        key = keys[one.pk]
        stage = _stage(key, left, now)
        if stage is Stage.DUE and what_holds_back(one):
            stage = Stage.HELD
        yield Expiring(stage, one.last_used, key, person=one)


def _or_joined(name: str) -> Coalesce:
    return Coalesce(F(name), F("date_joined"))


def _drafts(now: dt.datetime) -> Iterator[Expiring]:
    before = now - dt.timedelta(days=IDLE_DRAFT_DAYS)
    drafts = _never_submitted(Diagnostic.objects.filter(updated_at__lt=before)).exclude(
        Exists(Thread.objects.filter(diagnostic=OuterRef("pk"), changed_at__gte=before))
    )
    warnings = QueuedMail.objects.filter(
        kind=WARNING, diagnostic=OuterRef("pk"), queued_at__gte=OuterRef("updated_at")
    )
    lead = Membership.objects.filter(
        structure=OuterRef("structure"), role=MembershipRole.LEAD.value
    )
    drafts = drafts.annotate(waits=_waits(warnings, now, is_told=Q(Exists(lead))))
    drafts = drafts.select_related("structure").order_by("waits", "updated_at", "pk")
    rows = list(drafts[:AT_ONCE])
    leads = {
        one.structure_id: one.user
        for one in Membership.objects.filter(
            structure__in=[row.structure_id for row in rows], role=MembershipRole.LEAD.value
        ).select_related("user")
    }
    keys = {row.pk: f"expiring:draft:{row.pk}:{row.updated_at:%Y-%m-%d}" for row in rows}
    left = _left(keys.values())
    for row in rows:
        stage = _stage(keys[row.pk], left, now)
        yield Expiring(stage, row.updated_at, keys[row.pk], leads.get(row.structure_id), row)


def _deleted_drafts(now: dt.datetime) -> Iterator[Expiring]:
    before = now - dt.timedelta(days=DELETED_DRAFT_DAYS)
    deleted = _never_submitted(Diagnostic.with_deleted.filter(deleted_at__lt=before))
    for row in deleted.select_related("structure").order_by("deleted_at", "pk")[:AT_ONCE]:
        yield Expiring(Stage.DUE, row.deleted_at or row.updated_at, "", diagnostic=row)


def _waits(
    warnings: QuerySet[QueuedMail],
    now: dt.datetime,
    *,
    is_told: Q = EVERYBODY,
    is_held: Q = NOBODY,
) -> Case:
    """Order what nothing is done about in this run after the rest: what waits for its month to pass, for
    somebody to hand over, or has nobody to warn. Else those would be all that is ever looked at."""
    left = warnings.filter(sent_at__lte=now - dt.timedelta(days=GRACE_DAYS))
    return Case(
        When(Q(Exists(left)) & ~is_held, then=0),
        When(Q(~Exists(warnings)) & is_told, then=0),
        default=1,
    )


def _hands_over() -> Q:
    """Tell who has something to hand over, as :func:`what_holds_back` does of one."""
    led = Membership.objects.filter(
        user=OuterRef("pk"), role=MembershipRole.LEAD.value, structure__deleted_at=None
    )
    followed = Structure.objects.filter(facilitator=OuterRef("pk"))
    reviews = Review.objects.filter(
        taken_by=OuterRef("pk"), closed_at=None, diagnostic__deleted_at=None
    )
    return Q(Exists(led)) | Q(Exists(followed)) | Q(Exists(reviews))


def _never_submitted(diagnostics: QuerySet[Diagnostic]) -> QuerySet[Diagnostic]:
    followed = Diagnostic.with_deleted.filter(previous=OuterRef("pk"))
    return diagnostics.filter(state=State.DRAFT.value).exclude(
        Exists(Version.objects.filter(diagnostic=OuterRef("pk"))) | Exists(followed)
    )


def _left(keys: Iterable[str]) -> dict[str, dt.datetime | None]:
    """Return the warnings that were written, with when each left."""
    return dict(QueuedMail.objects.filter(key__in=list(keys)).values_list("key", "sent_at"))


def _stage(key: str, left: dict[str, dt.datetime | None], now: dt.datetime) -> Stage:
    if key not in left:
        return Stage.TO_WARN
    at = left[key]
    is_over = at is not None and at <= now - dt.timedelta(days=GRACE_DAYS)
    return Stage.DUE if is_over else Stage.WARNED
