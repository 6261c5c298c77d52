"""The « fil rouge » as a table: the text alternative of its drawing, with the same links."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.thread import Item, ItemKind, Key, Link, Thread
from diagnostics.domain.vocabulary import TerritorialScale
from diagnostics.report.scales import short_scale
from diagnostics.typography import capitalised, typeset

NAME_LENGTH = 60  # of a row named in another row's line
_HEADINGS = {
    ItemKind.STATEMENT: "Vision",
    ItemKind.SCOPE_STEP: "Étapes de l’accompagnement, avec un allié",
    ItemKind.LEVER: "Leviers servis par un allié",
}


@dataclass(frozen=True)
class ThreadLine:
    """An item: what it is tied to on the vision's side, on the other side, and what it lacks."""

    code: str
    title: str
    detail: str
    towards_vision: list[str]
    towards_means: list[str]
    remarks: list[str]


@dataclass(frozen=True)
class ThreadGroup:
    """The items of one kind."""

    title: str
    lines: list[ThreadLine]


def _title(item: Item, length: int = 300) -> str:
    if item.key.kind is ItemKind.SCALE:
        return short_scale(TerritorialScale(item.key.id))
    title = typeset(capitalised(item.title))
    return title if len(title) <= length else title[: length - 1].rstrip() + "…"


def item_name(item: Item, *, length: int = 300) -> str:
    """Return the code and the title of an item, shortened to about ``length`` characters."""
    return f"{item.code} {_title(item, length)}".lstrip()


def _end(key: Key, link: Link, thread: Thread) -> str:
    name = item_name(thread.items[key], length=NAME_LENGTH)
    return f"{name} (par sa mission)" if link.inherited else name


def links_of(key: Key, thread: Thread) -> tuple[list[str], list[str]]:
    """Return the names of what an item is tied to, towards the vision and towards the means."""
    towards_vision, towards_means = thread.links_of(key)
    before = [_end(link.source, link, thread) for link in towards_vision]
    after = [_end(link.target, link, thread) for link in towards_means]
    if key.kind is ItemKind.ROLE and thread.of_kind(ItemKind.STATEMENT):
        before.append("La vision, dans son ensemble")
    if key.kind is ItemKind.STATEMENT and thread.of_kind(ItemKind.ROLE):
        after.append("Les rôles, dans leur ensemble")
    return before, after


def thread_line(item: Item, thread: Thread) -> ThreadLine:
    """Return an item as a line: its names, what it is tied to on both sides, what it lacks."""
    before, after = links_of(item.key, thread)
    remarks = [gap.kind.short for gap in thread.gaps_of(item.key)]
    if item.key in thread.chosen:
        remarks.insert(0, "aucun objectif, volontairement")
    return ThreadLine(item.code, _title(item), item.detail, before, after, remarks)


def thread_table(thread: Thread) -> list[ThreadGroup]:
    """Return the thread by kind of item, in its order; kinds without an item are left out."""
    return [
        ThreadGroup(_HEADINGS.get(kind, kind.label), [thread_line(item, thread) for item in items])
        for kind in ItemKind
        if (items := thread.of_kind(kind))
    ]
