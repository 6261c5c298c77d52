"""The facilitators' list: a page of lines, found among narrow rows that the database keeps true
(:class:`diagnostics.models.PortfolioLine`), and what its filters offer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db.models import (
    Exists,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Extract, JSONObject, StrIndex
from django.utils import timezone

from diagnostics.domain.portfolio import (
    BOARD_DAYS,
    MYSELF,
    NO_DIAGNOSTIC,
    NOBODY,
    WAITING_DAYS,
    Column,
    Link,
    View,
    Wanted,
)
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import (
    Answer,
    Cohort,
    Diagnostic,
    Event,
    PortfolioLine,
    Review,
    Structure,
    User,
    Version,
)
from diagnostics.queries.portfolio_filters import Filters, Key, load_filters, offered

PAGE_SIZE = 50

# The columns of the table by which each is sorted; a wait is the longer the earlier it began.
_SORTED = {
    Column.STRUCTURE: "name_key",
    Column.TERRITORY: "territory_key",
    Column.REGION: "region_key",
    Column.WAITING: "-waiting_since",
    Column.AXES: "steps_complete",
    Column.POINTS: "points",
    Column.REQUESTS: "requests",
    Column.THREADS: "threads",
    Column.BOARD: "board_date",
    Column.FACILITATOR: "facilitator_key",
    Column.CHANGED: "changed_at",
}
_MAY_BE_EMPTY = frozenset({"region_key", "waiting_since", "board_date", "facilitator_key"})


@dataclass(frozen=True)
class Row:
    """A line of the list, for the person who reads it. ``is_own``: she is of the structure's team."""

    line: PortfolioLine
    today: dt.date

    @cached_property
    def structure(self) -> Structure:
        """The structure."""
        return self.line.structure

    @cached_property
    def diagnostic(self) -> Diagnostic | None:
        """The diagnostic, if the structure has one."""
        return self.line.diagnostic

    @property
    def is_own(self) -> bool:
        """Tell whether the person is of the structure's own team: somebody else reviews it."""
        return self.line.is_own

    @property
    def is_to_review(self) -> bool:
        """Tell whether it waits for this person's review, or a colleague's."""
        return self.line.state == State.SUBMITTED.value and not self.is_own

    @property
    def days(self) -> int | None:
        """For how many days it has waited in its state; None once it waits for nothing."""
        since = self.line.waiting_since
        return None if since is None else max((self.today - timezone.localdate(since)).days, 0)

    @property
    def is_late(self) -> bool:
        """Tell whether a review has waited for too long."""
        return self.line.state == State.SUBMITTED.value and (self.days or 0) > WAITING_DAYS

    @property
    def board_is_near(self) -> bool:
        """Tell whether the board meets soon."""
        board = self.line.board_date
        return board is not None and 0 <= (board - self.today).days <= BOARD_DAYS

    @property
    def threads(self) -> int:
        """The open comments that this person reads."""
        return self.line.threads - (self.line.threads_between if self.is_own else 0)

    @property
    def changed_by(self) -> str:
        """Who changed the diagnostic last, as they are displayed; empty when nobody knows."""
        told = [entry for entry in (self.line.last_answer, self.line.last_event) if entry]
        return _displayed(max(told, key=lambda entry: entry["at"])) if told else ""

    @property
    def taken_by(self) -> str:
        """Who reviews what was submitted; empty while nobody does."""
        return _displayed(self.line.taken_by) if self.line.taken_by else ""


@dataclass(frozen=True)
class Portfolio:
    """A page of the list; ``counts``: how many lines each view has, whatever the filters."""

    wanted: Wanted
    page: Any
    rows: list[Row]
    counts: dict[View, int]
    filters: Filters

    @property
    def views(self) -> list[tuple[Link, int]]:
        """The views, each with how many lines it has; a view is seen whole, in the usual order."""
        return [
            (Link(view.label, Wanted(view=view).query, view is self.wanted.view), count)
            for view, count in self.counts.items()
        ]

    @property
    def to_review(self) -> int:
        """How many diagnostics wait for this person's review, or a colleague's."""
        return self.counts[View.TO_REVIEW]

    @property
    def previous(self) -> str:
        """The address of the page before; empty on the first."""
        return self.wanted.on_page(self.page.number - 1) if self.page.has_previous() else ""

    @property
    def next(self) -> str:
        """The address of the page after; empty on the last."""
        return self.wanted.on_page(self.page.number + 1) if self.page.has_next() else ""

    @property
    def last(self) -> str:
        """The address of the last page."""
        return self.wanted.on_page(self.page.paginator.num_pages)

    @property
    def everything(self) -> str:
        """The address of the view without filters."""
        return Wanted(view=self.wanted.view).query


def load_portfolio(user: User, wanted: Wanted) -> Portfolio:
    """Read a page of the list and what its filters offer, in six queries at most.

    A region, a person or a cohort that the filters do not offer is not filtered by.
    """
    now = timezone.now()
    filters = load_filters(user, wanted)
    wanted = offered(wanted, filters)
    counts = _count(user, now)
    lines = _filtered(PortfolioLine.objects.all(), wanted, user=user, now=now)
    total = lines.count() if wanted.is_filtered else counts[wanted.view]
    page = Paginator(range(total), PAGE_SIZE).get_page(wanted.page)
    found = _read_page(lines, replace(wanted, page=page.number), total, user=user)
    today = timezone.localdate(now)
    return Portfolio(
        replace(wanted, page=page.number),
        page,
        [Row(line, today) for line in found],
        counts,
        filters,
    )


# --- What is found ------------------------------------------------------------------------------------


def _view(view: View, *, user: User, now: dt.datetime) -> Q:
    """Return what a view keeps."""
    today = timezone.localdate(now)
    submitted = Q(state=State.SUBMITTED.value)
    return {
        View.ALL: Q(),
        View.TO_REVIEW: submitted & ~Q(structure__in=user.memberships.values("structure")),
        # What she took of structures that others follow waits for her too, as « À faire » says.
        View.MINE: Q(facilitator=user) | Q(reviewer=user),
        View.WITHOUT: Q(facilitator=None),
        View.WAITING: submitted & Q(waiting_since__lt=_days_ago(WAITING_DAYS, today)),
        View.BOARD: Q(board_date__range=(today, today + dt.timedelta(days=BOARD_DAYS))),
    }[view]


def _days_ago(days: int, today: dt.date) -> dt.datetime:
    """Return when the day of so many days ago began."""
    return timezone.make_aware(dt.datetime.combine(today - dt.timedelta(days=days), dt.time()))


def _filtered(
    lines: QuerySet[PortfolioLine], wanted: Wanted, *, user: User, now: dt.datetime
) -> QuerySet[PortfolioLine]:
    lines = lines.filter(_view(wanted.view, user=user, now=now))
    if wanted.state:
        lines = lines.filter(state="" if wanted.state == NO_DIAGNOSTIC else wanted.state)
    if wanted.region:
        lines = lines.filter(region_key=Key(Value(wanted.region)))
    if wanted.facilitator:
        others = {MYSELF: Q(facilitator=user), NOBODY: Q(facilitator=None)}
        lines = lines.filter(others.get(wanted.facilitator) or Q(facilitator_id=wanted.facilitator))
    if wanted.cohort:
        lines = lines.filter(
            structure__in=Structure.cohorts.through.objects.filter(cohort=wanted.cohort).values(
                "structure"
            )
        )
    if wanted.horizon:
        lines = lines.filter(horizon=wanted.horizon)
    for word in wanted.words:
        lines = lines.alias(found=StrIndex("search", Key(Value(word)))).filter(found__gt=0)
    return lines


def _ordering(wanted: Wanted, *, backwards: bool) -> list[Any]:
    """Return the order of the list, or the same from its end; what is empty comes last both ways."""
    if wanted.column is Column.STATE:
        sign = "-" if wanted.is_falling != backwards else ""
        return [f"{sign}{name}" for name in ("state_rank", "waiting_since", "id")]
    name = _SORTED[wanted.column]
    falls = wanted.is_falling ^ name.startswith("-") ^ backwards
    name = name.removeprefix("-")
    empty = {}
    if name in _MAY_BE_EMPTY:
        empty = {"nulls_first": True} if backwards else {"nulls_last": True}
    key = F(name).desc(**empty) if falls else F(name).asc(**empty)
    return [key, "-id" if falls else "id"]


def _read_page(
    lines: QuerySet[PortfolioLine], wanted: Wanted, total: int, *, user: User
) -> list[PortfolioLine]:
    """Read the lines of a page: which ones among narrow rows, from the nearer end, then what they say."""
    start = (wanted.page - 1) * PAGE_SIZE
    end = min(start + PAGE_SIZE, total)
    backwards = start > total / 2
    order = _ordering(wanted, backwards=backwards)
    first, last = (total - end, total - start) if backwards else (start, end)
    narrow = lines.order_by(*order).values("pk")[first:last]
    found = list(_told(PortfolioLine.objects.filter(pk__in=narrow), user=user).order_by(*order))
    return found[::-1] if backwards else found


def _told(lines: QuerySet[PortfolioLine], *, user: User) -> QuerySet[PortfolioLine]:
    """Return lines with all that a page says of them."""
    of_diagnostic = {"diagnostic": OuterRef("diagnostic")}
    answers = Answer.objects.filter(**of_diagnostic).order_by("-updated_at")
    # An event that changed the diagnostic was written just after it: what is said meanwhile is not one.
    events = (
        Event.objects.filter(
            **of_diagnostic, created_at__lte=OuterRef("changed_at") + dt.timedelta(seconds=5)
        )
        .exclude(kind=EventKind.EXPORTED.value)
        .order_by("-created_at")
    )
    reviews = Review.objects.filter(**of_diagnostic, closed_at=None, taken_by__isnull=False)
    return (
        lines.select_related("structure", "facilitator", "diagnostic__kit")
        .only(
            *("pk", "state", "waiting_since", "board_date", "changed_at", "steps_complete"),
            *("points", "requests", "requests_addressed", "threads", "threads_between"),
            *("structure__name", "structure__territory", "structure__region"),
            *("facilitator__name", "facilitator__email"),
            *("diagnostic__title", "diagnostic__state", "diagnostic__indicators"),
            *("diagnostic__base_year", "diagnostic__horizon_years"),
            *("diagnostic__kit__changed_at", "diagnostic__kit__credit"),
        )
        .annotate(  # type: ignore[no-redef]  # the model declares them, for those who read them
            is_own=Exists(user.memberships.filter(structure=OuterRef("structure"))),
            version=Subquery(
                Version.objects.filter(**of_diagnostic).order_by("-number").values("number")[:1]
            ),
            last_answer=_named(answers, "updated_by", "updated_at"),
            last_event=_named(events, "actor", "created_at"),
            taken_by=_named(reviews, "taken_by", "taken_at"),
            cohort_names=ArraySubquery(
                Cohort.objects.filter(structures=OuterRef("structure")).values("name")
            ),
        )
    )


def _named(rows: QuerySet[Any], person: str, at: str) -> Subquery:
    """Return who did the first of some rows, and when."""
    told = JSONObject(at=Extract(at, "epoch"), name=f"{person}__name", email=f"{person}__email")
    return Subquery(rows.values(told=told)[:1])


def _displayed(person: dict[str, Any]) -> str:
    return User(name=person["name"], email=person["email"]).display_name


def _count(user: User, now: dt.datetime) -> dict[View, int]:
    """Count the lines of each view, each in its own index alone (one query)."""
    lines = PortfolioLine.objects.all()
    counted: dict[str, Any] = {
        view.name: _number(lines.filter(_view(view, user=user, now=now))) for view in View
    }
    # Those to review: the submitted ones, less the few of one's own structures.
    submitted = lines.filter(state=State.SUBMITTED.value)
    own = submitted.filter(structure__in=user.memberships.values("structure"))
    counted[View.TO_REVIEW.name] = _number(submitted) - _number(own)
    found: Any = User.objects.filter(pk=user.pk).values(**counted).get()
    return {view: found[view.name] for view in View}


def _number(rows: QuerySet[Any]) -> Subquery:
    """Return how many rows there are, as a column of another query."""
    every = Func(template="COUNT(*)", output_field=IntegerField())
    return Subquery(rows.order_by().values(number=every))
