"""Races of two people, one after the other: what somebody does between the moment a view looks and the
moment its service looks again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import State
from tests.scene import Scene, bring_to, make_scene

TYPED = "Écrit <b>juste avant</b>"


def of_diagnostic(scene: Scene) -> list[Any]:
    """The arguments of most addresses."""
    return [scene.diagnostic.pk]


@dataclass(frozen=True)
class Race:
    """A POST, what happens meanwhile, and what answers: the status, and words of the page.

    ``loader`` is the name of what the view ``module`` reads first. A 302 shows its words on the
    page that it leads to. ``setting``: what the draft is given before it is brought to ``state``.
    """

    module: Any
    name: str
    who: str
    meanwhile: Callable[[Scene], object]
    status: int
    words: tuple[str, ...]
    data: Callable[[Scene, str], dict[str, Any]] = lambda scene, role: {}
    arguments: Callable[[Scene], list[Any]] = of_diagnostic
    loader: str = "get_diagnostic"
    state: State = State.DRAFT
    setting: Callable[[Scene], object] = field(default=lambda scene: None)

    @property
    def id(self) -> str:
        return f"{self.name} while {self.meanwhile.__name__}"


def play(race: Race, monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Play a race and check what answers; return its scene."""
    scene = make_scene()
    race.setting(scene)
    bring_to(scene, race.state)
    address = reverse(race.name, args=race.arguments(scene))
    data = race.data(scene, race.who)
    client = scene.client(race.who)
    client.raise_request_exception = False
    load, happened = getattr(race.module, race.loader), []

    def load_then_somebody_acts(*args: Any) -> Any:
        found = load(*args)
        if not happened:
            happened.append(True)
            race.meanwhile(scene)
        return found

    monkeypatch.setattr(race.module, race.loader, load_then_somebody_acts)
    response = client.post(address, data)
    assert (response.status_code, happened) == (race.status, [True])
    if response.status_code == 302:
        response = client.get(response["Location"])
    page = response.content.decode()
    words = unescape(page).replace("\u00a0", " ").replace("\u202f", " ")
    assert [text for text in race.words if text not in words] == []
    assert TYPED not in page
    assert "csrfmiddlewaretoken" not in words.partition("Ce que vous aviez écrit")[2]
    return scene
