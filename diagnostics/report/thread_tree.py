"""The « fil rouge » from top to bottom, for a narrow screen: each role with what serves it, down to
the allies. What nothing above holds opens a branch of its own."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.domain.thread import Item, ItemKind, Key, Thread
from diagnostics.report.thread_table import ThreadLine, thread_line

# Said in a word or two beside what they are tied to, rather than as a branch.
LEAVES = {ItemKind.SCALE: "Échelon", ItemKind.ALLIANCE: "Avec", ItemKind.LEVER: "Pour"}
_LOOSE = {
    ItemKind.OBJECTIVE: "Objectifs sans rôle",
    ItemKind.ACTIVITY: "Activités sans objectif",
    ItemKind.SCOPE_STEP: "Étapes de l’accompagnement, avec un allié",
    ItemKind.SCALE: "Échelons sans activité",
    ItemKind.ALLIANCE: "Autres alliances",
}


@dataclass(frozen=True)
class Branch:
    """An item, what is said beside it (« Échelon : bassin de vie »), and what serves it."""

    kind: ItemKind
    line: ThreadLine
    leaves: list[tuple[str, str]]
    branches: list[Branch]


@dataclass(frozen=True)
class Tree:
    """Branches under a heading."""

    title: str
    branches: list[Branch]


def thread_trees(thread: Thread) -> list[Tree]:
    """Return the thread as trees: each item stands at least once, with every link below it."""
    seen: set[Key] = set()
    trees = []
    for kind in ItemKind:
        roots = [item for item in thread.of_kind(kind) if item.key not in seen]
        if roots:
            branches = [_branch(item, thread, seen) for item in roots]
            trees.append(Tree(_LOOSE.get(kind, kind.label), branches))
    return trees


def _branch(item: Item, thread: Thread, seen: set[Key]) -> Branch:
    seen.add(item.key)
    leaves: dict[str, list[str]] = {}
    branches = []
    for link in thread.links_of(item.key)[1]:
        target = thread.items[link.target]
        if word := LEAVES.get(target.key.kind):
            leaves.setdefault(word, []).append(_leaf(target, thread, seen, link.inherited))
        else:
            branches.append(_branch(target, thread, seen))
    said = [(word, ", ".join(names)) for word, names in leaves.items()]
    return Branch(item.key.kind, thread_line(item, thread), said, branches)


def _leaf(item: Item, thread: Thread, seen: set[Key], inherited: bool) -> str:
    """Name what stands beside an item; an ally of an activity brings its levers along."""
    seen.add(item.key)
    name = thread_line(item, thread).title
    for link in thread.links_of(item.key)[1]:
        seen.add(link.target)
        lever = thread.items[link.target]
        name += f" (pour {lever.code or lever.title})"
    return f"{name} (par sa mission)" if inherited else name
