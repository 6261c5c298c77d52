"""Once the board has decided, pages tell what it decided, and nothing is said to be settled any more."""

from __future__ import annotations

import pytest
from django.urls import reverse

from diagnostics.domain.answers import BoardDecisions, Roles
from diagnostics.domain.vocabulary import RoleKind, State
from diagnostics.models import Answer
from diagnostics.services.workflow import adopt_diagnostic
from tests.pages import page_of
from tests.scene import BASE_URL, Scene, adoption, bring_to, make_scene

pytestmark = pytest.mark.django_db
TO_SETTLE, ASKED = "à trancher", "Question posée au conseil d’administration"
DECIDED = "Ce que le conseil a décidé"


def asked_of_the_board(form: str = "association") -> Scene:
    scene = make_scene()
    scene.structure.legal_form = form
    scene.structure.save()
    row = {"id": "r1", "role": next(iter(RoleKind)).value}
    roles = {"rows": [row], "board_question": "Et après ?"}
    decisions = {"decisions": [{"id": "d1", "text": "Recruter une animatrice"}]}
    scene.store(Roles.model_validate(roles), BoardDecisions.model_validate(decisions))
    Answer.objects.filter(diagnostic=scene.diagnostic, step="vision").update(mark="for_board")
    bring_to(scene, State.VALIDATED)
    return scene


def pages(scene: Scene, role: str) -> dict[str, str]:
    """The text of each page that told what is to be settled."""
    client, pk = scene.client(role), scene.diagnostic.pk
    addresses = {
        "home": reverse("diagnostic_home", args=[pk]),
        "check": reverse("diagnostic_check", args=[pk]),
        "step": reverse("diagnostic_step", args=[pk, "roles"]),
        "marked step": reverse("diagnostic_step", args=[pk, "vision"]),
        "report": reverse("report", args=[pk]),
    }
    return {name: page_of(client.get(address)).text for name, address in addresses.items()}


@pytest.mark.parametrize("role", ["lead", "facilitator"])
def test_after_adoption_what_was_decided_is_told(role: str):
    scene = asked_of_the_board()
    before = pages(scene, role)
    assert [name for name, text in before.items() if TO_SETTLE not in text.lower()] == []
    assert [name for name, text in before.items() if ASKED in text or DECIDED in text] == []

    # The same diagnostic, once its board has met.
    meeting = adoption(scene)
    adopt_diagnostic(scene.diagnostic, adoption=meeting, user=scene.lead, base_url=BASE_URL)
    after = pages(scene, role)
    assert [name for name, text in after.items() if TO_SETTLE in text.lower()] == []
    for name in ("check", "step"):
        assert ASKED in after[name], name
    for name in ("home", "check", "report"):
        assert DECIDED in after[name], name
        assert "Recruter une animatrice" in after[name]


def test_pages_name_the_assembly_of_a_chamber():
    scene = asked_of_the_board("chamber")
    address = reverse("diagnostic_adopt", args=[scene.diagnostic.pk])
    page = page_of(scene.client("lead").get(address)).text
    assert "conseil" not in page.lower()
    for words in ("Décision de l’assemblée", "Vous enregistrez ce que l’assemblée a décidé"):
        assert words in page

    meeting = adoption(scene)
    adopt_diagnostic(scene.diagnostic, adoption=meeting, user=scene.lead, base_url=BASE_URL)
    after = pages(scene, "lead")
    for name in ("home", "check", "report"):
        assert "Ce que l’assemblée a décidé" in after[name]
        assert DECIDED not in after[name]
