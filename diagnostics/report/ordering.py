"""Columns of nodes tied to their neighbours: which order crosses few links, and how to place nodes
near what they are tied to without touching. Pure algorithms, used by the drawing of the thread."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
SWEEPS = 12


def crossings(columns: Sequence[Sequence[T]], edges: Sequence[tuple[T, T]]) -> int:
    """Count the pairs of edges that cross; an edge ties a node to one of the next column."""
    rank = {node: (c, r) for c, column in enumerate(columns) for r, node in enumerate(column)}
    between: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for source, target in edges:
        between[rank[source][0]].append((rank[source][1], rank[target][1]))
    total = 0
    for pairs in between.values():
        seen: list[int] = []
        for _, place in sorted(pairs):
            total += len(seen) - bisect_right(seen, place)
            insort(seen, place)
    return total


def order_columns(columns: Sequence[Sequence[T]], edges: Sequence[tuple[T, T]]) -> list[list[T]]:
    """Order each column by the barycentre of what its nodes are tied to, sweeping both ways.

    Returns the order met with the fewest crossings, the one given when none is better; nodes
    without a tie keep their place.
    """
    before: dict[T, list[T]] = defaultdict(list)
    after: dict[T, list[T]] = defaultdict(list)
    for source, target in edges:
        after[source].append(target)
        before[target].append(source)
    current = [list(column) for column in columns]
    best, fewest = [list(column) for column in current], crossings(current, edges)
    for sweep in range(SWEEPS):
        forwards = sweep % 2 == 0
        ties = before if forwards else after
        path = range(len(current)) if forwards else range(len(current) - 1, -1, -1)
        for index in path:
            neighbour = index - 1 if forwards else index + 1
            if 0 <= neighbour < len(current):
                current[index] = _by_barycentre(current[index], current[neighbour], ties)
        now = crossings(current, edges)
        if now < fewest:
            best, fewest = [list(column) for column in current], now
    return best


def _by_barycentre(column: list[T], neighbour: list[T], ties: dict[T, list[T]]) -> list[T]:
    rank = {node: position for position, node in enumerate(neighbour)}
    tied = [node for node in column if ties[node]]
    middle = {node: sum(rank[other] for other in ties[node]) / len(ties[node]) for node in tied}
    tied.sort(key=middle.__getitem__)
    following = iter(tied)
    return [next(following) if ties[node] else node for node in column]


def spread(
    wished: Sequence[float], distances: Sequence[float], first: float, last: float
) -> list[float]:
    """Return the places nearest to those wished (least squares) that keep the order.

    ``distances``: the least between each place and the next; all stand between ``first`` and
    ``last``, which must leave room for them.
    """
    offsets = [0.0]
    for step in distances:
        offsets.append(offsets[-1] + step)
    # Without the distances what is left must not decrease: neighbours that would are pooled.
    pools: list[tuple[float, int]] = []
    for wish, offset in zip(wished, offsets, strict=True):
        total, number = wish - offset, 1
        while pools and pools[-1][0] / pools[-1][1] > total / number:
            former, size = pools.pop()
            total, number = total + former, number + size
        pools.append((total, number))
    low, high = first, max(first, last - offsets[-1])
    levels = [min(max(total / number, low), high) for total, number in pools for _ in range(number)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]
