"""What the rules recognise: the usual names of an actor, the numbers of a statement, alike words."""

from __future__ import annotations

import pytest

from diagnostics.domain.coherence.actors import is_chamber, is_same_actor
from diagnostics.domain.coherence.numbers import numbers_of
from diagnostics.domain.coherence.words import words

ONE_ACTOR = [
    ("CCI", "Chambre de commerce et d’industrie"),
    ("CCI territoriale", "la Chambre de commerce de Sorelle"),
    ("Chambres de commerce et d'industrie régionales", "CCI"),
    ("CMA", "Chambre de métiers et de l’artisanat"),
    ("Chambres de métiers", "CMA du Marvigny"),
    ("Région", "Conseil régional"),
    ("Région Bretagne", "Conseil régional de Bretagne"),
    ("Conseil général", "Département"),
    ("Conseil départemental", "conseil général de l’Orne"),
    ("DIRECCTE", "DREETS"),
    ("DRIEETS", "DEETS"),
    ("DDETS-PP", "DDETS"),
    ("DDETSPP", "DDETS de l’Orne"),
    ("CRESS", "Chambre régionale de l’économie sociale et solidaire"),
    ("Chambre régionale de l’ESS Bretagne", "CRESS"),
    ("Medef", "Mouvement des entreprises de France"),
    ("CGPME", "CPME 35"),
    ("Le Mouvement associatif", "CPCA"),
    ("Avocats du barreau", "Barreau : avocats"),
    ("Fondation FACE", "face"),
    ("Intercommunalité des Monts", "CC des Monts d’Ormelle"),
    ("CA Sorelle-Marvigny", "Communauté d’agglomération de Sorelle et Marvigny"),
    ("CU de Tresne", "Métropole de Tresne"),
    ("EPCI Val de Tresne", "Communautés de communes Val de Tresne"),
    ("Université de Sorelle", "IUT de Sorelle"),
    ("IAE de Sorelle, laboratoire", "université Sorelle"),
]
TWO_ACTORS = [
    ("CCI", "CMA"),
    ("Région", "Le Mouvement associatif, antenne régionale"),
    ("Chambre d’agriculture", "CCI"),
    ("CC des Monts", "CC du Val"),
    ("Métropole", "CC des Monts"),
    ("Université de Sorelle", "Université de Tresne"),
    ("Université de Sorelle", "CC de Sorelle"),
    ("de la", "CCI"),
    ("", ""),
    ("Sorelle CC", "CU de Sorelle"),
    ("DREETS", "DDETS"),
]


@pytest.mark.parametrize(("one", "other"), ONE_ACTOR)
def test_two_usual_names_are_one_actor(one, other):
    assert is_same_actor(one, other)
    assert is_same_actor(other.upper(), one)


@pytest.mark.parametrize(("one", "other"), TWO_ACTORS)
def test_two_names_are_two_actors(one, other):
    assert not is_same_actor(one, other)
    assert not is_same_actor(other, one)


def test_a_chamber_is_a_cci_or_a_cma():
    assert all(map(is_chamber, ["CCI", "cma 35", "Chambre de commerce", "Chambres de métiers"]))
    assert not any(
        map(is_chamber, ["Chambre d’agriculture", "CRESS", "Chambre régionale de l’ESS"])
    )


@pytest.mark.parametrize(
    ("statement", "unit", "values"),
    [
        ("Réunir 120 associations et 80 élus", "", (120, 80)),
        ("1 200, 1\u202f300, 1\u00a0400, 1.500 ou 12,5", "", (1200, 1300, 1400, 1500, 12.5)),
        ("D’ici 2029, en 1900, puis 2100 mais pas 1899 ni 2101", "", (1899, 2101)),
        ("Au 10e étage, salle A12, 3D et 20K€", "", ()),
        ("ODD 17, axe 12, action 8, objectif 9, article 140, loi 901, phase 11, n° 15, N°16", "", ()),
        ("15 %, 20 pour cent, 30 €, 40 K€, 50 M€, 60 euros, 7 ans, 8 années, 9 mois", "élus", ()),
        ("6 semaines, 7 jours, 8 heures, 9 h, 10 minutes, le 12 mars et le 15 août", "élus", ()),
        ("Suivre à 6 et 12 mois, de 10 à 20 %, 5 ou 6 jours, 30 - 40 h", "élus", ()),
        ("Réunir 6 clubs et 12 mois", "", (6,)),
        ("De 40 à 20 jours", "jours ouvrés", (40, 20)),
        ("50 pour cent des 12 mois", "% des partenariats", (50,)),
        ("50 heures", "habitants", ()),
        ("50 € et 60 K€", "K€", (60,)),
        ("15 animations, 20 hôtes", "élus", (15, 20)),
        ("Aucun", "", ()),
    ],
)  # fmt: skip
def test_a_statement_tells_numbers_of_its_objective(statement, unit, values):
    assert numbers_of(statement, unit).values == values


@pytest.mark.parametrize(
    ("statement", "joins"),
    [
        ("120 associations et 80 entreprises", True),
        ("120 associations, 80 entreprises", True),
        ("120 associations,80 entreprises", True),
        ("120 associations et de 80 entreprises", True),
        ("120 associations et les 80 entreprises", True),
        ("20 clubs et d’11 élus", True),
        ("120 associations et environ 80 entreprises", False),
        ("120 associations puis 80 entreprises", False),
        ("120 associations et 8 entreprises", False),
        ("9 associations et 80 entreprises", False),
        ("entre 15 et 20 rencontres", False),
        ("entre les 15 et les 20 rencontres", False),
        ("entre 15, 20 rencontres", True),
        ("rencontres entre élus : 15 et 20 par an", True),
        ("20 rencontres en 2027 et 30 clubs", False),
        ("20 rencontres, 3 clubs, 30 élus", False),
    ],
)
def test_a_statement_may_join_two_targets(statement, joins):
    assert numbers_of(statement, "élus").joins_targets is joins


def test_the_same_words_are_the_same_set():
    assert (
        words("L’Évaluation des impacts")
        == words("impacts, ÉVALUATION")
        == {"evaluation", "impacts"}
    )
    assert words("De du des la le les l d et a au aux en un une à") == frozenset()
