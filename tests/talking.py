"""Threads for tests: one of each audience, with words that others must never read."""

from __future__ import annotations

from diagnostics.domain.conversation import DEEDS, Audience, ThreadKind
from diagnostics.domain.vocabulary import StepKey
from diagnostics.models import Message, Thread, User
from diagnostics.services.conversation import do_in_thread, open_thread
from tests.scene import BASE_URL, Scene

SHARED, TEAM, FACILITATORS = Audience
WORDS = {
    SHARED: "Parlons-en ensemble",
    TEAM: "Notre petit secret d’équipe",
    FACILITATORS: "Une note de la seule facilitation",
}
ASKED = "Chiffrez la deuxième année"


def say(
    scene: Scene,
    audience: Audience = SHARED,
    *,
    step: StepKey | None = StepKey.VISION,
    row: str = "",
    user: User | None = None,
    text: str = "",
) -> Thread:
    """Open a comment, as the lead or as a facilitator."""
    author = user or (scene.facilitator if audience is FACILITATORS else scene.lead)
    return open_thread(
        scene.diagnostic,
        audience=audience,
        kind=ThreadKind.COMMENT,
        text=text or WORDS[audience],
        user=author,
        base_url=BASE_URL,
        step=step,
        row=row,
    )


def ask(
    scene: Scene,
    *,
    step: StepKey | None = StepKey.VISION,
    row: str = "",
    text: str = ASKED,
    user: User | None = None,
) -> Thread:
    """Ask something of the structure, as a facilitator."""
    return open_thread(
        scene.diagnostic,
        audience=SHARED,
        kind=ThreadKind.REQUEST,
        text=text,
        user=user or scene.facilitator,
        base_url=BASE_URL,
        step=step,
        row=row,
    )


def do(scene: Scene, thread: Thread, name: str, *, user: User, text: str = "") -> Message:
    """Do something in a thread, under its word in the address."""
    return do_in_thread(
        scene.diagnostic, thread.pk, deed=DEEDS[name], user=user, base_url=BASE_URL, text=text
    )


def one_of_each(scene: Scene) -> dict[Audience, Thread]:
    """Open a comment of each audience on the same step."""
    return {audience: say(scene, audience) for audience in Audience}
