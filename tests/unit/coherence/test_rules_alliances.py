"""R29–R37: a case that fires, one that just does not, one without the data."""

from __future__ import annotations

import pytest

from diagnostics.domain.coherence.rules_alliances import TOOLS
from diagnostics.domain.vocabulary import LegalTool
from tests.coherence_cases import (
    NB,
    NNB,
    activities,
    alliances,
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
    ("R32", activities(CREATE, {}, CREATE) | alliances({}), [
        (("a1", "a3"), "Vous créez des activités sans nouvel allié.")]),
    ("R32", activities(CREATE) | alliances({}), [
        (("a1",), "Vous créez une activité sans nouvel allié.")]),
    ("R33", ENDOWMENT | model(None, {"private_pct": 14.9}), [((),
        f"Un fonds de dotation ne reçoit pas de fonds publics{NB}: il sert peu un modèle à "
        f"14,9{NB}% privé.")]),
    ("R34", organisation(legal_tool="scic", legal_tool_state="studied"), [((),
        f"Pourquoi une SCIC{NNB}? Précisez le besoin auquel elle répond.")]),
    ("R34", organisation(legal_tool="other"), [((),
        f"Pourquoi cet outil{NNB}? Précisez le besoin auquel il répond.")]),
    ("R35", SCIC | alliances(PUBLIC, PUBLIC, BUSINESS, APPROACH | {"family": "institutions"}), [((),
        f"{MEMBERS} Vos alliés existants sont de 2{NB}familles{NB}: «{NB}Réseaux d’entreprises "
        f"nationaux et locaux{NB}» et «{NB}Pouvoirs publics{NB}».")]),
    ("R35", SCIC | alliances(PUBLIC), [((),
        f"{MEMBERS} Vos alliés existants sont d’une seule famille{NB}: «{NB}Pouvoirs "
        f"publics{NB}».")]),
    ("R35", SCIC | alliances(APPROACH), [((),
        f"{MEMBERS} Aucune famille n’est encore représentée parmi vos alliés existants.")]),
    ("R36", model({"public_pct": 50}) | positions(close("citizens")), [((),
        f"Votre premier financeur est public (50{NB}% du budget de 2026){NB}: quelle posture "
        f"envers les collectivités{NNB}?")]),
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
    ("R30", alliances(APPROACH, {"purpose": ""})),
    ("R31", alliances(APPROACH, {"horizon_year": None})),
    ("R32", activities(CREATE) | alliances({}, APPROACH)),
    ("R32", activities({"state": "to_strengthen"}) | alliances({})),
    ("R33", ENDOWMENT | model(None, {"private_pct": 15})),
    ("R33", organisation(legal_tool="hosted_foundation") | model(None, {"private_pct": 1})),
    ("R34", organisation(legal_tool="scic", rationale="Associer au capital")),
    ("R34", organisation(legal_tool="none")),
    ("R35", SCIC | alliances(PUBLIC, BUSINESS, {})),
    ("R35", organisation(legal_tool="gie") | alliances(PUBLIC)),
    ("R36", model({"public_pct": 49.9}) | positions(close("citizens"))),
    ("R36", model({"public_pct": 80}) | positions({"actor_type": "local_authorities"})),
    ("R37", roles("spread") | TERRITORIES),
    ("R37", roles("scout") | activities({}) | positions(close("citizens"))),
]
NO_DATA = [
    ("R29", positions(close("local_authorities"))),
    ("R29", alliances(PUBLIC)),
    ("R30", {}),
    ("R31", alliances({})),
    ("R32", activities(CREATE)),
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


def test_every_tool_has_its_article():
    assert set(TOOLS) == set(LegalTool) - {LegalTool.NONE}


def test_spreading_concerns_only_the_sides_that_are_there():
    (finding,) = of_rule("R37", roles("spread") | positions(close("citizens")))
    assert finding.steps == ("positioning", "roles")
