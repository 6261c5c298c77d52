"""The thread from top to bottom: every item stands, below what it serves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from diagnostics.domain.thread import ItemKind, read_thread
from diagnostics.report.thread_table import item_name
from diagnostics.report.thread_tree import LEAVES, Branch, thread_trees
from tests.scene import demo_document


def walk(branches: list[Branch], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The names from a root down to each branch."""
    for branch in branches:
        path = (*above, f"{branch.line.code} {branch.line.title}".lstrip())
        yield path
        yield from walk(branch.branches, path)


def leaves(branches: list[Branch]) -> Iterator[str]:
    for branch in branches:
        yield from (names for _word, names in branch.leaves)
        yield from leaves(branch.branches)


@pytest.mark.parametrize("name", ["sorelle", "brumelle", "arvelle"])
def test_every_item_and_every_link_stands(name):
    thread = read_thread(demo_document(name))
    trees = thread_trees(thread)
    paths = [path for tree in trees for path in walk(tree.branches)]
    beside = " ; ".join(text for tree in trees for text in leaves(tree.branches))

    shown = {path[-1] for path in paths}
    for item in thread.items.values():
        title = item_name(item)
        assert title in shown or (item.key.kind in LEAVES and (item.code or title) in beside)
    steps = {path[-2:] for path in paths}
    for link in thread.links:
        if link.target.kind not in LEAVES:
            ends = tuple(item_name(thread.items[key]) for key in (link.source, link.target))
            assert ends in steps
    # Roots are what nothing above holds.
    tied = {item_name(thread.items[link.target]) for link in thread.links}
    assert not {path[0] for path in paths if len(path) == 1} & (tied & shown)


def test_what_an_activity_has_beside_it():
    trees = thread_trees(read_thread(demo_document("sorelle")))
    (roles,) = [tree for tree in trees if tree.title == ItemKind.ROLE.label]
    objective = next(b for b in roles.branches[0].branches if b.line.code == "O2")
    activity = next(b for b in objective.branches if b.line.code == "A3")

    assert activity.leaves == [
        ("Échelon", "Bassin de vie"),
        ("Avec", "Medef départemental, CPME départementale"),
    ]
    assert [tree.title for tree in trees] == [
        "Vision",
        "Rôles",
        "Activités sans objectif",
        "Étapes de l’accompagnement, avec un allié",
        "Autres alliances",
    ]
