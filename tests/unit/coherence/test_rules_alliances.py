"""R29–R37: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    alliances,
    being,
    model,
    of_rule,
    organisation,
    positions,
    roles,
)


def close(actor: str, **fields: object) -> dict:
    return {"actor_type": actor, "circle": 1} | fields


APPROACH = {"relation": "to_approach", "actor": "CCI", "purpose": "orienter", "horizon_year": 2027}
PUBLIC, BUSINESS = {"family": "public_bodies"}, {"family": "business_networks"}
CREATE = {"state": "to_create"}
ENDOWMENT, SCIC = organisation(legal_tool="endowment_fund"), organisation(legal_tool="scic")
SPREADING = f"Vous voulez essaimer{NB}: quel rapport aux autres territoires{NNB}?"
MEMBERS = f"Une SCIC réunit au moins trois catégories d’associés{NB}: les avez-vous{NNB}?"
TOOL = f"Pourquoi cet outil{NNB}? Précisez le besoin auquel il répond."
FIRES = [
    ("R29", positions(close("local_authorities"), close("business_networks", mode="individual"),
        close("business_networks", mode="collective"), close("nonprofit_networks"))
        | alliances({"family": "institutions"}), [
        (("p1",), "Les collectivités territoriales sont dans votre premier cercle mais absentes de "
            "vos alliances."),
        (("p2", "p3"), "Les réseaux d’entreprises sont dans votre premier cercle mais absents de "
            "vos alliances."),
        (("p4",), "Les réseaux d’associations sont dans votre premier cercle mais absents de vos "
            "alliances.")]),
    ("R30", alliances(APPROACH | {"purpose": ""}, APPROACH | {"purpose": "", "actor": ""}), [
        (("l1",), f"«{NB}CCI{NB}»{NB}: dans quel but vous en rapprocher{NNB}?"),
        (("l2",), f"L’acteur{NB}2{NB}: dans quel but vous en rapprocher{NNB}?")]),
    ("R31", alliances({}, APPROACH | {"horizon_year": None}), [
        (("l2",), f"«{NB}CCI{NB}»{NB}: à quelle échéance{NNB}?")]),
    ("R32", activities(CREATE, {}, CREATE, CREATE) | alliances({}), [
        (("a1", "a3", "a4"), f"Vous créez 3{NB}activités{NB}: qui pourrait les porter avec "
            f"vous{NNB}?")]),
    ("R33", ENDOWMENT | model(None, {"private_pct": 14.9}), [((),
        f"Un fonds de dotation ne reçoit pas de fonds publics{NB}: il sert peu un modèle à "
        f"14,9{NB}% privé.")]),
    ("R34", organisation(legal_tool="scic", legal_tool_state="studied"), [((), TOOL)]),
    ("R35", SCIC | alliances(PUBLIC, PUBLIC, BUSINESS, APPROACH | {"family": "institutions"}),
        [((), MEMBERS)]),
    ("R35", SCIC | alliances(APPROACH), [((), MEMBERS)]),
    ("R36", model({"public_pct": 50}) | positions(close("citizens")), [((),
        f"Votre premier financeur est public{NB}: quelle posture envers les collectivités{NNB}?")]),
    ("R37", roles("network", "spread") | positions(close("citizens")), [(("r2",), SPREADING)]),
    ("R37", activities({"text": "Kit d’essaimage hors territoire"}) | positions(close("citizens")),
        [(("a1",), SPREADING)]),
    ("R37", roles("spread") | activities({}, {"text": "Valoriser hors du territoire"})
        | positions(close("academia")), [(("r1", "a2"), SPREADING)]),
]  # fmt: skip
TERRITORIES = positions({"actor_type": "other_territories", "circle": 2})
SILENT = [
    ("R29", positions(close("local_authorities")) | alliances(PUBLIC)),
    ("R29", positions(close("business_networks", circle=2)) | alliances(PUBLIC)),
    ("R29", positions(close("citizens")) | alliances(PUBLIC)),
    ("R29", positions(close("business_networks")) | alliances(PUBLIC) | being("chamber")),
    ("R29", positions(close("business_networks")) | alliances(PUBLIC) | being("business_network")),
    ("R30", alliances(APPROACH, {"purpose": ""})),
    ("R31", alliances(APPROACH, {"horizon_year": None})),
    ("R32", activities(CREATE, CREATE, CREATE) | alliances({}, APPROACH)),
    ("R32", activities(CREATE, CREATE, {"state": "to_strengthen"}) | alliances({})),
    ("R33", ENDOWMENT | model(None, {"private_pct": 15})),
    ("R33", organisation(legal_tool="hosted_foundation") | model(None, {"private_pct": 1})),
    ("R34", organisation(legal_tool="scic", rationale="Associer au capital")),
    ("R34", organisation(legal_tool="none")),
    ("R35", SCIC | alliances(PUBLIC, BUSINESS, {})),
    ("R35", organisation(legal_tool="gie") | alliances(PUBLIC)),
    ("R36", model({"public_pct": 49.9}) | positions(close("citizens"))),
    ("R36", model({"public_pct": 80}) | positions({"actor_type": "local_authorities"})),
    ("R36", model({"public_pct": 80}) | positions(close("citizens")) | being("local_authority")),
    ("R37", roles("spread") | TERRITORIES),
    ("R37", roles("scout") | activities({}) | positions(close("citizens"))),
]
NO_DATA = [
    ("R29", positions(close("local_authorities"))),
    ("R29", alliances(PUBLIC)),
    ("R30", {}),
    ("R31", alliances({})),
    ("R32", activities(CREATE, CREATE, CREATE)),
    ("R32", alliances({})),
    ("R33", ENDOWMENT),
    ("R33", model(None, {"private_pct": 1})),
    ("R34", organisation(organisation="Deux pôles")),
    ("R35", SCIC),
    ("R36", model({"public_pct": 100})),
    ("R36", positions(close("citizens"))),
    ("R37", roles("spread")),
    ("R37", positions(close("citizens"))),
]


@pytest.mark.parametrize(("rule", "answers", "expected"), FIRES)
def test_it_fires(rule, answers, expected):
    assert [(f.rows, f.message) for f in of_rule(rule, answers)] == expected


@pytest.mark.parametrize(("rule", "answers"), SILENT)
def test_it_just_does_not(rule, answers):
    assert of_rule(rule, answers) == []


@pytest.mark.parametrize(("rule", "answers"), NO_DATA)
def test_it_is_silent_without_its_data(rule, answers):
    assert of_rule(rule, answers) == []


def test_spreading_concerns_only_the_sides_that_are_there():
    (finding,) = of_rule("R37", roles("spread") | positions(close("citizens")))
    assert finding.steps == ("positioning", "roles")
