"""What people write, and what it becomes: texts that word processors paste, numbers, years, months."""

from __future__ import annotations

import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.reading import Unit, read_month, read_number, read_text, read_year

NB, NNB = "\u00a0", "\u202f"
KEUR, FTE, PERCENT, PEOPLE, DAYS, VOTES, VALUE = Unit

# What is read for certain in the unit that is asked.
READ = [
    ("125", KEUR, "125"),
    ("125 K€", KEUR, "125"),
    ("125k€", KEUR, "125"),
    ("125 k", KEUR, "125"),
    ("125 Ke", KEUR, "125"),
    ("125 KEUR", KEUR, "125"),
    ("125 k euros", KEUR, "125"),
    ("125 milliers d’euros", KEUR, "125"),
    ("125 K€ par an", KEUR, "125"),
    ("125 K€/an", KEUR, "125"),
    ("1 250,5 K€", KEUR, "1250.5"),
    (f"1{NB}250 K€", KEUR, "1250"),
    (f"1{NNB}250,50", KEUR, "1250.5"),
    ("1\u2009250", KEUR, "1250"),
    ("1'250", KEUR, "1250"),
    ("1’250,5", KEUR, "1250.5"),
    ("1.250.000", KEUR, "1250000"),
    ("1 250 000", KEUR, "1250000"),
    ("1,250,000", KEUR, "1250000"),
    ("1,250.50", KEUR, "1250.5"),
    ("1.250,50", KEUR, "1250.5"),
    ("-12", KEUR, "-12"),
    ("− 12,5", KEUR, "-12.5"),
    ("+12", KEUR, "12"),
    ("12.", KEUR, "12"),
    (",5", KEUR, "0.5"),
    ("0", KEUR, "0"),
    ("\u200b125\ufeff", KEUR, "125"),
    ("１２５", KEUR, "125"),
    ("2,5", FTE, "2.5"),
    ("2.5", FTE, "2.5"),
    ("2,5 ETP", FTE, "2.5"),
    ("2,5 etp", FTE, "2.5"),
    ("2,5 E.T.P.", FTE, "2.5"),
    ("2 équivalents temps plein", FTE, "2"),
    ("1 équivalent temps-plein", FTE, "1"),
    ("33", PERCENT, "33"),
    ("33 %", PERCENT, "33"),
    (f"33{NB}%", PERCENT, "33"),
    ("33%", PERCENT, "33"),
    ("33,3 %", PERCENT, "33.3"),
    ("33 pour cent", PERCENT, "33"),
    ("33 pourcent", PERCENT, "33"),
    ("33 p. 100", PERCENT, "33"),
    ("12", PEOPLE, "12"),
    ("12,0", PEOPLE, "12"),
    ("12.00", PEOPLE, "12"),
    ("12 personnes", PEOPLE, "12"),
    ("12 pers.", PEOPLE, "12"),
    ("12 bénévoles", PEOPLE, "12"),
    ("45 000 habitants", PEOPLE, "45000"),
    ("45 000 hab.", PEOPLE, "45000"),
    ("1 bénévole", PEOPLE, "1"),
    ("120 bénévoles actifs", PEOPLE, "120"),
    ("1 200 bénévoles", PEOPLE, "1200"),
    ("20 j", DAYS, "20"),
    ("20 j.", DAYS, "20"),
    ("20 jours", DAYS, "20"),
    ("20 jours par an", DAYS, "20"),
    ("20 j/an", DAYS, "20"),
    ("20 par an", DAYS, "20"),
    ("1 jour", DAYS, "1"),
    ("20 jours-homme", DAYS, "20"),
    ("400", VALUE, "400"),
    ("4 000", VALUE, "4000"),
    ("15 par an", VALUE, "15"),
    ("15/an", VALUE, "15"),
    ("0,5", VALUE, "0.5"),
]
# What is offered in the unit that is asked.
OFFERED = [
    ("1,2 M€", KEUR, "1200"),
    ("1.2M€", KEUR, "1200"),
    ("1,2 million d’euros", KEUR, "1200"),
    ("2 millions d'euros", KEUR, "2000"),
    ("2 millions", KEUR, "2000"),
    ("1 Md€", KEUR, "1000000"),
    ("125 000 €", KEUR, "125"),
    ("125000€", KEUR, "125"),
    ("125 000 euros", KEUR, "125"),
    ("92 500 € par an", KEUR, "92.5"),
    ("1.250", KEUR, "1250"),
    ("1,250", KEUR, "1250"),
    ("environ 125", KEUR, "125"),
    ("env. 125 K€", KEUR, "125"),
    ("~125", KEUR, "125"),
    ("≈ 125 K€", KEUR, "125"),
    ("125 environ", KEUR, "125"),
    ("près de 125 K€", KEUR, "125"),
    ("de l'ordre de 125", KEUR, "125"),
    ("250 – 300 K€", KEUR, "250"),
    ("entre 250 et 300", KEUR, "250"),
    ("250 à 300 K€", KEUR, "250"),
    ("au moins 70", KEUR, "70"),
    ("moins de 70 K€", KEUR, "70"),
    ("≥ 70", KEUR, "70"),
    ("12,345", KEUR, "12345"),
    ("12,3456", KEUR, "12.35"),
    ("mi-temps", FTE, "0.5"),
    ("un mi-temps", FTE, "0.5"),
    ("à mi-temps", FTE, "0.5"),
    ("2 mi-temps", FTE, "1"),
    ("deux mi-temps", FTE, "1"),
    ("temps plein", FTE, "1"),
    ("un temps plein", FTE, "1"),
    ("2 temps pleins", FTE, "2"),
    ("trois quarts temps", FTE, "0.75"),
    ("3/4 temps", FTE, "0.75"),
    ("½", FTE, "0.5"),
    ("1/2", FTE, "0.5"),
    ("80 %", FTE, "0.8"),
    ("50%", FTE, "0.5"),
    ("35 h", FTE, "1"),
    ("3 salariés", FTE, "3"),
    ("3 salarié·e·s", FTE, "3"),
    ("0,5 poste", FTE, "0.5"),
    ("17h30", FTE, "0.5"),
    ("17,5 heures par semaine", FTE, "0.5"),
    ("7 heures", FTE, "0.2"),
    ("2 jours par semaine", FTE, "0.4"),
    ("un", FTE, "1"),
    ("deux", FTE, "2"),
    ("deux ETP", FTE, "2"),
    ("environ 2,5 ETP", FTE, "2.5"),
    ("aucun", FTE, "0"),
    ("un tiers", PERCENT, "33.33"),
    ("le tiers", PERCENT, "33.33"),
    ("1/3", PERCENT, "33.33"),
    ("⅓", PERCENT, "33.33"),
    ("deux tiers", PERCENT, "66.67"),
    ("2/3", PERCENT, "66.67"),
    ("la moitié", PERCENT, "50"),
    ("un quart", PERCENT, "25"),
    ("trois quarts", PERCENT, "75"),
    ("la totalité", PERCENT, "100"),
    ("33,3333", PERCENT, "33.33"),
    ("environ 30 %", PERCENT, "30"),
    ("30-35 %", PERCENT, "30"),
    ("une quinzaine", PEOPLE, "15"),
    ("une dizaine de bénévoles", PEOPLE, "10"),
    ("une centaine", PEOPLE, "100"),
    ("12,5", PEOPLE, "12"),
    ("douze", PEOPLE, "12"),
    ("12 adhérents", PEOPLE, "12"),
    ("10 à 15", PEOPLE, "10"),
    ("néant", PEOPLE, "0"),
    ("2 jours par mois", DAYS, "24"),
    ("2 j/mois", DAYS, "24"),
    ("3 semaines", DAYS, "15"),
    ("environ 20 jours", DAYS, "20"),
    ("400 associations", VALUE, "400"),
    ("entre 15 et 20", VALUE, "15"),
    ("2 à 3 par an", VALUE, "2"),
    ("au moins 70", VALUE, "70"),
    ("une vingtaine d'événements", VALUE, "20"),
    ("3 milliers", VALUE, "3000"),
    ("plus de 100 entreprises", VALUE, "100"),
]
# What says nothing for certain: the sentence says what to write, with an example of what was typed.
REFUSED = [
    ("beaucoup", KEUR, "12"),
    ("à définir", KEUR, "12"),
    ("?", FTE, "12"),
    ("cf. annexe 3", KEUR, "3"),
    ("125 $", KEUR, "125"),
    ("selon le budget 2026", KEUR, "2026"),
    ("12 + 5", PEOPLE, "12"),
    ("1e5", KEUR, "1"),
    ("12 €", FTE, "12"),
    ("N/A", PERCENT, "12"),
    ("nan", KEUR, "12"),
    ("infinity", KEUR, "12"),
    ("0x1f", VALUE, "0"),
    ("-", KEUR, "12"),
    ("…", KEUR, "12"),
    ("9" * 80, KEUR, "12"),
]
YEARS = [
    ("2029", 2029),
    (" 2029 ", 2029),
    (f"2{NB}029", 2029),
    ("fin 2029", 2029),
    ("Fin 2029", 2029),
    ("début 2029", 2029),
    ("mi-2029", 2029),
    ("d’ici 2029", 2029),
    ("d'ici fin 2029", 2029),
    ("en 2029", 2029),
    ("septembre 2029", 2029),
    ("sept. 2029", 2029),
    ("1er septembre 2029", 2029),
    ("15 juin 2029", 2029),
    ("fin juin 2029", 2029),
    ("09/2029", 2029),
    ("31/12/2029", 2029),
    ("31-12-2029", 2029),
    ("2029-09", 2029),
    ("2029-09-30", 2029),
    ("T3 2029", 2029),
    ("3e trimestre 2029", 2029),
    ("1er semestre 2029", 2029),
    ("S2 2029", 2029),
    ("été 2029", 2029),
    ("rentrée 2029", 2029),
    ("2029 (fin)", 2029),
    ("1998", 1998),
    ("1234", 1234),
    ("29", None),
    ("bientôt", None),
    ("2029-2031", None),
    ("2029 ou 2030", None),
    ("12029", None),
    ("l’an prochain", None),
    ("", None),
]
MONTHS = [
    ("", ""),
    ("2026-09", "2026-09"),
    ("2026/9", "2026-09"),
    ("09/2026", "2026-09"),
    ("9/2026", "2026-09"),
    ("09-2026", "2026-09"),
    ("09 2026", "2026-09"),
    ("septembre 2026", "2026-09"),
    ("Septembre 2026", "2026-09"),
    ("sept. 2026", "2026-09"),
    ("sep 2026", "2026-09"),
    ("juin 2026", "2026-06"),
    ("juillet 2026", "2026-07"),
    ("juil. 2026", "2026-07"),
    ("août 2026", "2026-08"),
    ("aout 2026", "2026-08"),
    ("févr. 2026", "2026-02"),
    ("fevrier 2026", "2026-02"),
    ("fin septembre 2026", "2026-09"),
    ("décembre 2100", "2100-12"),
    ("13/2026", None),
    ("2026-00", None),
    ("septembre", None),
    ("2026", None),
    ("brumaire 2026", None),
]
TEXTS = [
    ("a\ufffeb\uffffc\U0001ffffd\ufdd0e", "abcde"),  # no characters, says Unicode
    ("un\r\ndeux", "un\ndeux"),
    ("un\rdeux", "un\ndeux"),
    ("un\x0bdeux", "un\ndeux"),
    ("un\x0cdeux", "un\ndeux"),
    ("un\u2028deux", "un\ndeux"),
    ("un\u2029deux", "un\ndeux"),
    ("un\x85deux", "un\ndeux"),
    ("l\x92ann\u00e9e\x85", "l’année…"),
    ("\x93ambition\x94", "“ambition”"),
    ("c\x9cur", "cœur"),
    ("10 \x80", "10 €"),
    ("\uf0b7 un", "• un"),
    ("\uf0a7\tun", "•\tun"),
    ("\uf0fc fait", "• fait"),
    ("a \uf0e0 b", "a → b"),
    ("e\u0301te\u0301", "été"),
    ("zéro\u200blargeur", "zérolargeur"),
    ("\ufeffdébut", "début"),
    ("co\u00adopération", "coopération"),
    ("\u202ea\u202c", "a"),
    ("\u2066a\u2069", "a"),
    ("👩\u200d🌾", "👩\u200d🌾"),
    ("☀\ufe0f", "☀\ufe0f"),
    (f"1{NB}%", f"1{NB}%"),
    ("a\x07b", "ab"),
    ("a\tb", "a\tb"),
    ("a\x00b", "a\x00b"),
]


def told(found) -> str:
    return str(found).rstrip("0").rstrip(".") if "." in str(found) else str(found)


@pytest.mark.parametrize(("typed", "unit", "value"), READ)
def test_what_is_read(typed, unit, value):
    decimals = 0 if unit in (PEOPLE, DAYS) else 2
    found = read_number(typed, unit, decimals=decimals)
    assert (found.value, found.offer, found.problem) == (Decimal(value), None, "")


@pytest.mark.parametrize(("typed", "unit", "offer"), OFFERED)
def test_what_is_offered(typed, unit, offer):
    decimals = 0 if unit in (PEOPLE, DAYS) else 2
    found = read_number(typed, unit, decimals=decimals)
    assert (found.value, found.offer, found.problem) == (None, Decimal(offer), "")


@pytest.mark.parametrize(("typed", "unit", "example"), REFUSED)
def test_what_is_told(typed, unit, example):
    found = read_number(typed, unit)
    assert (found.value, found.offer) == (None, None)
    assert f"par exemple {example}" in found.problem.replace(NNB, "")
    assert unit.value in found.problem


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", NB])
def test_nothing_typed_is_no_number_and_no_problem(typed):
    found = read_number(typed, KEUR)
    assert (found.value, found.offer, found.problem) == (None, None, "")


@pytest.mark.parametrize(("typed", "year"), YEARS)
def test_years(typed, year):
    assert read_year(typed) == year


@pytest.mark.parametrize(("typed", "month"), MONTHS)
def test_months(typed, month):
    assert read_month(typed) == month


@pytest.mark.parametrize(("typed", "text"), TEXTS)
def test_texts(typed, text):
    assert read_text(typed) == text


def test_a_line_has_no_line_end():
    assert read_text("un\u2028deux\x0btrois\tquatre", is_line=True) == "un deux trois quatre"


@given(st.text(), st.booleans())
def test_reading_a_text_twice_changes_nothing_more(typed, is_line):
    text = read_text(typed, is_line=is_line)
    assert read_text(text, is_line=is_line) == text
    assert unicodedata.is_normalized("NFC", text)
    assert is_line is False or "\n" not in text


@given(st.decimals(-(10**6), 10**6, places=2), st.sampled_from(list(Unit)))
def test_every_number_is_read_as_it_is_shown(value, unit):
    for spelled in (f"{value}", f"{value}".replace(".", ","), f"{value:,}".replace(",", NNB)):
        found = read_number(spelled, unit)
        assert found.value == value


@given(st.text(max_size=80), st.sampled_from(list(Unit)))
def test_any_text_is_a_number_an_offer_or_a_problem(typed, unit):
    found = read_number(typed, unit)
    said = [found.value is not None, found.offer is not None, bool(found.problem)]
    assert sum(said) == 1 or (sum(said) == 0 and not read_text(typed).strip(" .;:\n\t" + NB))
    read_year(typed)
    read_month(typed)
