"""Every form with one field changed at random: never a failure of the site, then or on any page later.

« make fuzz » sends a hundred thousand; a run of the tests the same two thousand each time.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from random import Random

import pytest

from diagnostics.domain.vocabulary import State
from tests.mutation import (
    FIRST_CHECK,
    LET_THROUGH,
    Change,
    ValidPost,
    browser_of,
    posts_of_accounts,
    posts_of_routes,
    posts_of_steps,
    posts_of_the_administration,
)
from tests.routes import ROUTES
from tests.scene import Scene, bring_to, make_scene

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]

POSTS = int(os.environ.get("POSTS") or 2_000)
PART = min(1_000, POSTS)
PRINTED = {"report_pdf", "report_synthesis_pdf", "kit_pdf"}
FOLLOWED = 0.05
DEMOS = ("sorelle", "arvelle", "brumelle")


class Counted:
    """What came of the posts."""

    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.by_form: dict[str, Counter[int]] = {}
        self.failed: list[object] = []

    def send(self, post: ValidPost, random: Random) -> None:
        change = Change(random)
        status, *then = post.send(change, follow=random.random() < FOLLOWED)
        self.statuses[status] += 1
        self.by_form.setdefault(post.name, Counter())[status] += 1
        if max([status, *then]) >= 500:
            name, texts = change.told
            self.failed.append((status, *then, post.name, name, [text[:80] for text in texts]))

    @property
    def depth(self) -> float:
        """The share of posts that went past the first check."""
        refused = sum(self.statuses[status] for status in FIRST_CHECK)
        return 1 - refused / self.statuses.total()


def refused(posts: Iterable[ValidPost]) -> list[str]:
    sent = [(post.name, replace(post, stays=False).send(follow=False)[0]) for post in posts]
    return [name for name, status in sent if status not in LET_THROUGH]


def every_page(scene: Scene, *, printed: bool) -> list[object]:
    """What fails of all the pages of a scene, papers included when they are asked for.

    Each is read by one of those who may: the lead and the facilitator in turn.
    """
    clients = {role: browser_of(scene, role) for role in ("lead", "facilitator", "staff")}
    failed = []
    for number, route in enumerate(ROUTES):
        expected = route.expected("get")
        may = [role for role in clients if expected[role] == 200]
        if may and (printed or route.name not in PRINTED):
            role = may[number % len(may)]
            status = clients[role].get(route.address(scene)).status_code
            if status >= 500:
                failed.append((status, route.name, role))
    return failed


@pytest.mark.parametrize("part", range(-(-POSTS // PART)))
def test_one_field_changed_of_every_form_breaks_nothing(part: int):
    random, counted = Random(part), Counted()
    filled = Scene()
    filled.store_demo(DEMOS[part % len(DEMOS)])
    scene = make_scene()
    steps = posts_of_steps(filled)
    forms = [*posts_of_routes(scene, State.DRAFT), *posts_of_accounts(scene)]
    forms += posts_of_the_administration(scene)
    for _ in range(PART // 2):
        counted.send(random.choice(steps), random)
    for _ in range(PART * 4 // 10):
        counted.send(random.choice(forms), random)
    assert every_page(filled, printed=part == 0 or POSTS > 2_000) == []
    bring_to(scene, State.SUBMITTED)
    forms = list(posts_of_routes(scene, State.SUBMITTED))
    for _ in range(PART // 10):
        counted.send(random.choice(forms), random)
    assert counted.failed == []
    assert counted.depth >= 0.8, (counted.depth, counted.by_form)


def test_the_posts_are_let_through_as_they_are():
    """What is found by changing a field of one that is refused anyway would mean nothing."""
    filled, scene = Scene(), make_scene()
    filled.store_demo()
    posts = [*posts_of_steps(filled), *posts_of_routes(scene, State.DRAFT)]
    posts += [*posts_of_accounts(scene), *posts_of_the_administration(scene)]
    assert refused(posts) == []
    bring_to(scene, State.SUBMITTED)
    assert refused(posts_of_routes(scene, State.SUBMITTED)) == []


def test_a_failure_is_seen(monkeypatch):
    """What the posts are for is found by them: a view that fails for one text of one field."""
    scene = make_scene()
    posts = [post for post in posts_of_routes(scene, State.DRAFT) if post.name == "remarks"]
    monkeypatch.setattr("diagnostics.views.remarks.RemarkForm", None)
    random, counted = Random(0), Counted()
    counted.send(posts[0], random)
    assert [found[:3] for found in counted.failed] == [(500, "remarks", "text")]
