import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics import typography as typo
from tests.shapes import patient


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (18.0, "18"),
        (2.5, "2,5"),
        (0.25, "0,25"),
        (1250, "1\u202f250"),
        (1234567.5, "1\u202f234\u202f567,5"),
        (33.333, "33,33"),
    ],
)
def test_numbers_are_written_the_french_way(value, text):
    assert typo.number(value) == text


def test_units_keep_to_their_figure():
    assert typo.percent(33.3) == "33,3\u00a0%"
    assert typo.keur(1250) == "1\u202f250\u00a0K€"
    assert typo.measure(120, "associations") == "120\u00a0associations"
    assert typo.measure(120, "") == "120"


def test_a_budget_is_a_range_one_figure_or_nothing():
    assert typo.keur_range(250, 300) == "250\u00a0–\u00a0300\u00a0K€"
    assert typo.keur_range(150, 150) == "150\u00a0K€"
    assert typo.keur_range(None, 80) == "80\u00a0K€"
    assert typo.keur_range(None, None) == ""


def test_the_plural_starts_at_two():
    texts = [typo.count(n, "activité", "activités") for n in (0, 1, 1.5, 2)]
    assert texts == [
        "0\u00a0activité",
        "1\u00a0activité",
        "1,5\u00a0activité",
        "2\u00a0activités",
    ]


def test_dates_are_written_in_full():
    assert typo.french_date(dt.date(2027, 1, 1)) == "1er\u00a0janvier\u00a02027"
    assert typo.french_date(dt.date(2026, 6, 18)) == "18\u00a0juin\u00a02026"
    assert typo.french_month("2026-08") == "août\u00a02026"
    assert typo.french_month("") == ""


def test_names_are_joined_as_in_a_sentence():
    assert typo.enumeration([]) == ""
    assert typo.enumeration(["A1"]) == "A1"
    assert typo.enumeration(["A1", "A2", "A3"]) == "A1, A2 et A3"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("L'association", "L’association"),
        ("Qui signe ?", "Qui signe\u202f?"),
        ("un but : agir", "un but\u00a0: agir"),
        ("« être au service »", "«\u00a0être au service\u00a0»"),
        ("40 % du budget", "40\u00a0% du budget"),
        ("12 x 2 000 €", "12 x 2\u202f000\u00a0€"),
        ("en 2026 200 associations", "en 2026 200 associations"),
        ("12 × 2 000 €", "12\u00a0×\u00a02\u202f000\u00a0€"),
        ("dans 3 ans, décret n° 12", "dans 3\u00a0ans, décret n°\u00a012"),
        ('un "vrai" club, dit "local".', "un “vrai” club, dit “local”."),
        ('une vis de 3" et un écran de 5"', 'une vis de 3" et un écran de 5"'),
        ("https://exemple.fr/?a=1", "https://exemple.fr/?a=1"),
        ("e\u0301largi", "élargi"),
    ],
)
def test_typed_text_gets_french_spaces_and_apostrophes(typed, shown):
    assert typo.typeset(typed) == shown


@patient
@given(st.text(max_size=60))
def test_typesetting_adds_and_removes_nothing(text):
    text = unicodedata.normalize("NFC", text)
    shown = typo.typeset(text)

    assert len(shown) == len(text)
    changed = {(a, b) for a, b in zip(text, shown, strict=True) if a != b}
    assert changed <= {(" ", "\u202f"), (" ", "\u00a0"), ("'", "’"), ('"', "“"), ('"', "”")}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        # a vowel, with its accents, ligatures and capitals, however they are written
        ("Alliances du Val", "d’Alliances du Val"),
        ("Élan solidaire", "d’Élan solidaire"),
        ("E\u0301lan solidaire", "d’E\u0301lan solidaire"),
        ("Œuvres communes", "d’Œuvres communes"),
        ("île de Ré active", "d’île de Ré active"),
        ("ÉCOUTE", "d’ÉCOUTE"),
        ("Yvelines Actives", "d’Yvelines Actives"),
        ("Yaourts solidaires", "de Yaourts solidaires"),
        ("ESS Grand Est", "d’ESS Grand Est"),
        # no elision before these vowels
        ("Onze communes", "de la structure Onze communes"),
        ("Oui au village", "de la structure Oui au village"),
        # a consonant
        ("Brumelle", "de Brumelle"),
        ("Çà et là", "de Çà et là"),
        ("Lien & Brumelle", "de Lien & Brumelle"),
        ("GIP Territoires", "de GIP Territoires"),
        # h, muet or aspiré: only a dictionary knows
        ("Hélianthe", "de la structure Hélianthe"),
        ("Hameaux réunis", "de la structure Hameaux réunis"),
        # spelt out, or read as a word?
        ("MJC de Sorelle", "de la structure MJC de Sorelle"),
        ("RAMEAU", "de la structure RAMEAU"),
        # what « de » contracts or clashes with
        ("Le RAMEAU", "de la structure Le RAMEAU"),
        ("LES AMIS", "de la structure LES AMIS"),
        ("La Ruche", "de la structure La Ruche"),
        ("L’Escale", "de la structure L’Escale"),
        ("L'Escale", "de la structure L'Escale"),
        ("D’un lien à l’autre", "de la structure D’un lien à l’autre"),
        ("À petits pas", "de la structure À petits pas"),
        ("De fil en aiguille", "de la structure De fil en aiguille"),
        ("Léger & Cie", "de Léger & Cie"),
        # quotes, figures, signs, other letters
        ("« Alliances »", "de la structure « Alliances »"),
        ("“Alliances”", "de la structure “Alliances”"),
        ("1001 alliances", "de la structure 1001 alliances"),
        ("3e lieu", "de la structure 3e lieu"),
        ("@telier", "de la structure @telier"),
        ("Ёлка", "de la structure Ёлка"),
        # as it is typed, on one line
        ("  Arvelle\r\nBcc: x ", "d’Arvelle Bcc: x"),
        ("", "de la structure "),
    ],
)
def test_de_before_a_name_elides_when_it_is_sure(name, expected):
    assert typo.of_name(name) == expected


@pytest.mark.parametrize(
    ("cut", "kept"),
    [
        ("un dirigeant sait à qui s’adresser, une", "un dirigeant sait à qui s’adresser"),
        ("Être un acteur d’influence et de", "Être un acteur d’influence"),
        ("des projets innovants grâce à une", "des projets innovants"),
        ("CRESS régionale d’", "CRESS régionale"),
        ("Retenir le plan A", "Retenir le plan A"),
        ("Vitamine D", "Vitamine D"),
        ("de la", "de la"),
        ("——", "——"),
        ("", ""),
    ],
)
def test_a_text_that_is_cut_ends_on_a_word_that_can_end(cut, kept):
    assert typo.without_loose_end(cut) == kept


def test_a_name_in_a_sentence_ends_on_a_word_that_can_end():
    name = "Renforcer la sélection des projets innovants grâce à une grille partagée"
    assert typo.shortened(name) == "Renforcer la sélection des projets innovants…"
