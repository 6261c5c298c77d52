"""Pasted lists and tables: what each becomes, and nothing of it is lost."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.cells import MAX_CHARACTERS, UnreadableTable, clean
from diagnostics.domain.columns import Column
from diagnostics.domain.pasted import Pasted, read_pasted
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.columns import columns_of, pasted_sets
from tests.posting import context_of, form_of
from tests.scene import demo_document
from tests.shapes import patient

SETS = [(step.value, name) for step in StepKey for name in pasted_sets(step)]


@cache
def columns(step: str, name: str = "rows") -> tuple[Column, ...]:
    document = demo_document()
    form = form_of(context_of(document, StepKey(step)), StepKey(step))
    return tuple(columns_of(form.formsets[name], name=name, document=document))


def read(text: str, step: str = "activities", name: str = "rows") -> Pasted:
    return read_pasted(text, columns(step, name))


def names(text: str, **where: str) -> list[str]:
    """What names each row of a pasted list."""
    pasted = read(text, **where)
    return [row.texts["text"][0] for row in pasted.rows]


def rows(text: str, step: str, name: str = "rows") -> list[dict[str, str]]:
    """The fields of each pasted row that hold something."""
    return [
        {field: ",".join(values) for field, values in row.texts.items() if any(values)}
        for row in read(text, step, name).rows
    ]


def test_the_sets_that_can_be_pasted():
    assert SETS == [
        ("vision", "statements"),
        ("objectives", "rows"),
        ("positioning", "rows"),
        ("activities", "rows"),
        ("territorial_scales", "rows"),
        ("economic_model", "levers"),
        ("alliances", "rows"),
        ("board_decisions", "decisions"),
        ("board_decisions", "calendar"),
    ]


# --- Lists: from Word, LibreOffice, e-mails and PDF -----------------------------------------------

LISTS = {
    "plain lines": ("Forum\nClub\nLettre", ["Forum", "Club", "Lettre"]),
    "Windows line ends, blank lines": ("Forum\r\n\r\n  Club \r\n\r\n", ["Forum", "Club"]),
    "old Mac line ends": ("Forum\rClub", ["Forum", "Club"]),
    "Word, soft returns": ("Forum\x0bClub", ["Forum", "Club"]),
    "Word, bullets and tabulations": ("•\tForum\n•\tClub", ["Forum", "Club"]),
    "Word, Symbol font": ("\uf0b7\tForum\n\uf0a7\tClub", ["Forum", "Club"]),
    "Word, second level": ("•\tForum\no\tClub\n\t▪\tLettre", ["Forum", "Club", "Lettre"]),
    "Word, numbers": ("1.\tForum\n2.\tClub", ["Forum", "Club"]),
    "Word, letters": ("a)\tForum\nb)\tClub", ["Forum", "Club"]),
    "Word, chapters": ("1.1.\tForum\n1.2.\tClub", ["Forum", "Club"]),
    "LibreOffice": ("– Forum\n– Club", ["Forum", "Club"]),
    "hyphens": ("- Forum\n-Club\n— Lettre", ["Forum", "Club", "Lettre"]),
    "stars": ("* Forum\n* Club", ["Forum", "Club"]),
    "ticks": ("✓ Forum\n☐ Club\n[x] Lettre", ["Forum", "Club", "Lettre"]),
    "arrows": ("→ Forum\n➢ Club", ["Forum", "Club"]),
    "numbers in all writings": (
        "1) Un\n2. Deux\n(3) Trois\n4° Quatre\n5/ Cinq\n6 - Six\n7 : Sept\n8.Huit",
        ["Un", "Deux", "Trois", "Quatre", "Cinq", "Six", "Sept", "Huit"],
    ),
    "Roman numbers": ("i. Un\nii. Deux\nIII. Trois\nIV) Quatre", ["Un", "Deux", "Trois", "Quatre"]),
    "codes": (
        "O1 : Un\nA2 – Deux\nL3. Trois\nObjectif 4 : Quatre\nAction n°5 - Cinq\nobj. 6 : Six",
        ["Un", "Deux", "Trois", "Quatre", "Cinq", "Six"],
    ),
    "French punctuation of lists": (
        "- Forum ;\n- Club\u00a0;\n- Lettre.",
        ["Forum", "Club", "Lettre."],
    ),
    "PDF, lines cut": (
        "• Organiser un forum annuel des\nassociations du territoire\n• Animer un club",
        ["Organiser un forum annuel des associations du territoire", "Animer un club"],
    ),
    "PDF, bullets on lines of their own": ("•\nForum\n•\nClub", ["Forum", "Club"]),
    "e-mail, quoted": ("> Forum\n> > Club\n> Lettre", ["Forum", "Club", "Lettre"]),
    "e-mail, quoted bullets": ("> - Forum\n> - Club", ["Forum", "Club"]),
    "Excel, one column": ("Forum\r\nClub\r\n", ["Forum", "Club"]),
    "Excel, a line break in a cell": ('"Forum\nannuel"\r\nClub\r\n', ["Forum\nannuel", "Club"]),
    "Excel, a quotation mark in a cell": ('"Un ""club"""\nForum', ['Un "club"', "Forum"]),
    "marks of one's own": ('"Forum"\n« Club »', ['"Forum"', "« Club »"]),
    "an open mark": ('"Forum\nClub', ['"Forum', "Club"]),
    "a heading": ("Activités\nForum\nClub", ["Forum", "Club"]),
    "a heading, accents lost": ("ACTIVITE :\nForum", ["Forum"]),
    # What begins a text stays.
    "numbers that mean something": (
        "200 associations\n3.2 millions\n-5 % de frais\n2026 : bilan\n10 - 15 associations\n1er forum",
        [
            "200 associations",
            "3.2 millions",
            "-5 % de frais",
            "2026 : bilan",
            "10 - 15 associations",
            "1er forum",
        ],
    ),
    "letters that mean something": (
        "A. Dupont\no Forum\nA6.5 km\nAxe 2 : emploi",
        ["A. Dupont", "o Forum", "A6.5 km", "Axe 2 : emploi"],
    ),
    "prose with semicolons": ("Forum ; club\nLettre ; site", ["Forum ; club", "Lettre ; site"]),
    "commas": ("Forum, club\nLettre, site", ["Forum, club", "Lettre, site"]),
    "nothing": (" \n\n\u200b\n", []),
    "a bullet alone": ("•", []),
    "NUL and controls": ("Fo\x00rum\u200b\x07\nClub", ["Forum", "Club"]),
}


@pytest.mark.parametrize(("text", "expected"), LISTS.values(), ids=LISTS)
def test_lists(text: str, expected: list[str]):
    assert names(text) == expected


def test_a_title_gives_its_mission_to_what_follows():
    text = "Sensibiliser :\n- Forum\n- Club\nAnalyser, diffuser\n- Lettre"
    assert rows(text, "activities") == [
        {"mission": "raise_awareness", "text": "Forum"},
        {"mission": "raise_awareness", "text": "Club"},
        {"mission": "analyse_share", "text": "Lettre"},
    ]


def test_a_title_that_means_nothing_is_left_over():
    pasted = read("Nos idées :\n- Forum\n- Club")
    assert [row.texts["text"] for row in pasted.rows] == [["Forum"], ["Club"]]
    assert [str(left) for left in pasted.leftovers] == [
        "ligne\u00a01\u00a0: «\u00a0Nos idées\u00a0:\u00a0» est un titre\u00a0: laissé de côté."
    ]


def test_a_calendar_in_lines():
    text = "septembre 2026 : lancer\n01/2027 – dresser le bilan\nSans date"
    assert rows(text, "board_decisions", "calendar") == [
        {"month": "septembre 2026", "milestone": "lancer"},
        {"month": "01/2027", "milestone": "dresser le bilan"},
        {"milestone": "Sans date"},
    ]


# --- Tables: from Excel, Word, CSV files ----------------------------------------------------------

TABLES = {
    "headings, choices, a year in words": (
        ("activities", "rows"),
        "Activité\tMission\tPriorité\tÉtat\tDémarrage\tObjectifs servis\n"
        "Forum\tsensibiliser\t1\tà créer\tfin 2027\tO1, O3\n"
        "Club\tAnalyser\tImportantes\tExistant\t\to2 et o4\n",
        [
            {
                "text": "Forum",
                "mission": "raise_awareness",
                "priority": "1",
                "state": "to_create",
                "start_year": "fin 2027",
                "serves": "o1,o3",
            },
            {
                "text": "Club",
                "mission": "analyse_share",
                "priority": "2",
                "state": "existing",
                "serves": "o2,o4",
            },
        ],
    ),
    "no headings: by what stands in the cells": (
        ("activities", "rows"),
        "Forum\tMettre en relation\tP2\tà renforcer\t2027\nClub\tanalyser, diffuser\t1\texistante\t2028",
        [
            {
                "text": "Forum",
                "mission": "connect_networks",
                "priority": "2",
                "state": "to_strengthen",
                "start_year": "2027",
            },
            {
                "text": "Club",
                "mission": "analyse_share",
                "priority": "1",
                "state": "existing",
                "start_year": "2028",
            },
        ],
    ),
    "headings in another order, lines numbered": (
        ("objectives", "rows"),
        "N°\tÉchéance\tObjectifs\tCible\tDe\n1\t2029\tAccompagner\t200\t28\n2\tfin 2028\tFormer\t15 à 20\t",
        [
            {
                "deadline_year": "2029",
                "statement": "Accompagner",
                "target_value": "200",
                "baseline_value": "28",
            },
            {"deadline_year": "fin 2028", "statement": "Former", "target_value": "15 à 20"},
        ],
    ),
    "CSV with semicolons, quoted cells": (
        ("objectives", "rows"),
        'Objectif;Valeur actuelle;Cible;Unité\r\n"Deux\nlignes";1,2;200;associations\r\n"A ; B";;"15 %";%\r\n',
        [
            {
                "statement": "Deux\nlignes",
                "baseline_value": "1,2",
                "target_value": "200",
                "unit": "associations",
            },
            {"statement": "A ; B", "target_value": "15 %", "unit": "%"},
        ],
    ),
    "CSV with commas, by its headings": (
        ("alliances", "rows"),
        '"Acteur","Relation"\n"CCI, antenne","à approcher"',
        [{"actor": "CCI, antenne", "relation": "to_approach"}],
    ),
    "Excel says its separator": (
        ("alliances", "rows"),
        "sep=;\nCCI;existant",
        [{"actor": "CCI", "relation": "existing"}],
    ),
    "CSV with semicolons, no headings": (
        ("economic_model", "levers"),
        "Région;publique;40 K€\nMécénat;ressources privées;50",
        [
            {"text": "Région", "family": "public", "amount_target_keur": "40 K€"},
            {"text": "Mécénat", "family": "private", "amount_target_keur": "50"},
        ],
    ),
    "amounts under their years": (
        ("economic_model", "levers"),
        "Ressource\tMontant 2026\tMontant 2029\tStatut\nVentes\t1,2 M€\t-12\tAcquise",
        [
            {
                "text": "Ventes",
                "amount_now_keur": "1,2 M€",
                "amount_target_keur": "-12",
                "state": "secured",
            }
        ],
    ),
    "the only number is the target": (
        ("objectives", "rows"),
        "Accompagner des associations\t200\tassociations\t2029",
        [
            {
                "statement": "Accompagner des associations",
                "target_value": "200",
                "unit": "associations",
                "deadline_year": "2029",
            }
        ],
    ),
    "allies with their families": (
        ("alliances", "rows"),
        "CCI\tInstitutionnels\tDépartemental\texistant\nMEDEF\tréseaux d'entreprises\tlocal\tà approcher",
        [
            {
                "actor": "CCI",
                "family": "institutions",
                "level": "departmental",
                "relation": "existing",
            },
            {
                "actor": "MEDEF",
                "family": "business_networks",
                "level": "local",
                "relation": "to_approach",
            },
        ],
    ),
    "échelons of activities, missions, and others": (
        ("territorial_scales", "rows"),
        "A1\tdépartement\tLoire\nSensibiliser\tRégion\t\nTruc\tbassin de vie\tPlaine",
        [
            {"subject": "activity:a1", "scale": "department", "territory": "Loire"},
            {"subject": "mission:raise_awareness", "scale": "region"},
            {"label": "Truc", "scale": "living_area", "territory": "Plaine"},
        ],
    ),
    "actors of the two circles": (
        ("positioning", "rows"),
        "Citoyens\t1er cercle\tun appui\nLa MJC\t2\tun partenaire",
        [
            {"actor_type": "citizens", "circle": "1", "posture": "un appui"},
            {"actor_type": "other", "label": "La MJC", "circle": "2", "posture": "un partenaire"},
        ],
    ),
    "a calendar": (
        ("board_decisions", "calendar"),
        "sept. 2026\tlancer\noctobre 2026\tbilan",
        [
            {"month": "sept. 2026", "milestone": "lancer"},
            {"month": "octobre 2026", "milestone": "bilan"},
        ],
    ),
    "the id of a row": (
        ("board_decisions", "decisions"),
        "Décision proposée;Identifiant (à laisser)\nAdopter;d1\nVoter;",
        [{"text": "Adopter"}, {"text": "Voter"}],
    ),
    "formulas made inert": (
        ("board_decisions", "calendar"),
        "Jalon;Mois\n'=1+1;09/2026\n''dit;10/2026",
        [{"milestone": "=1+1", "month": "09/2026"}, {"milestone": "'dit", "month": "10/2026"}],
    ),
}


@pytest.mark.parametrize(("where", "text", "expected"), TABLES.values(), ids=TABLES)
def test_tables(where: tuple[str, str], text: str, expected: list[dict[str, str]]):
    assert rows(text, *where) == expected


def test_a_file_says_which_rows_it_has():
    pasted = read("Décision;Identifiant\nAdopter;d1\nVoter;", "board_decisions", "decisions")
    assert [row.row_id for row in pasted.rows] == ["d1", ""]


def test_what_is_left_over_is_told_with_its_line_and_column():
    text = "Acteur\tContact\tRelation\nCCI\tMme X\texistante\nMEDEF\t\tBof\n"
    pasted = read(text, "alliances")
    assert len(pasted.rows) == 2
    assert [str(left) for left in pasted.leftovers] == [
        "ligne\u00a02, colonne «\u00a0Contact\u00a0»\u00a0: «\u00a0Mme X\u00a0» n’est d’aucune colonne de l’étape.",
        "ligne\u00a03, colonne «\u00a0Relation\u00a0»\u00a0: «\u00a0Bof\u00a0» n’est pas dans la liste\u00a0: "
        "«\u00a0Existant\u00a0» ou «\u00a0À approcher\u00a0».",
    ]


def test_links_to_rows_that_are_not_there_are_told():
    pasted = read("Activité\tObjectifs\nForum\tO1, O99", "activities")
    assert pasted.rows[0].texts["serves"] == ["o1"]
    assert [(left.text, left.number) for left in pasted.leftovers] == [("O99", 2)]


def test_what_is_too_long_says_so():
    with pytest.raises(UnreadableTable, match="trop long"):
        read("a" * (MAX_CHARACTERS + 1))
    with pytest.raises(UnreadableTable, match="trop grand"):
        read("a\n" * 2_000)
    with pytest.raises(UnreadableTable, match="trop grand"):
        read("\t".join("a" * 100))


# --- Properties ---------------------------------------------------------------------------------------

ANYTHING = st.text(max_size=60) | st.lists(
    st.sampled_from(
        [
            *(
                "\t",
                "\n",
                ";",
                ",",
                '"',
                '""',
                " ",
                "\r\n",
                "•",
                "- ",
                "1. ",
                "O1",
                ": ",
                "> ",
                "'",
                "=",
            ),
            *(
                "Activité",
                "Mission",
                "Objectif",
                "Cible",
                "à créer",
                "Sensibiliser",
                "2029",
                "12",
                "x",
            ),
            *(
                "Forum annuel",
                "septembre 2026",
                "1,2 M€",
                "A1",
                "Nom",
                "o  ",
                "sep=;\n",
                "Identifiant",
            ),
        ]
    ),
    max_size=40,
).map("".join)


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


@pytest.mark.parametrize(("step", "name"), SETS)
@patient
@given(text=ANYTHING)
def test_no_text_is_lost(step: str, name: str, text: str):
    pasted = read(text, step, name)
    told = [text for row in pasted.rows for values in row.texts.values() for text in values]
    told += [left.text for left in pasted.leftovers] + pasted.recognised
    assert words(clean(text)) - words(" ".join(told)) == set()


LINE = st.text("abcdefg éà", min_size=3, max_size=20).map(str.strip).filter(lambda t: len(t) > 2)
BULLETS = st.sampled_from(["", "- ", "• ", "•\t", "* ", "\uf0b7\t", "  – "])


@patient
@given(lines=st.lists(LINE.map(str.capitalize), min_size=2, max_size=30), bullet=BULLETS)
def test_one_line_is_one_row(lines: list[str], bullet: str):
    assert names("\n".join(bullet + line for line in lines)) == lines


@patient
@given(table=st.lists(st.tuples(LINE, st.sampled_from(["1", "2", "3"])), min_size=1, max_size=20))
def test_one_line_of_a_table_is_one_row(table: list[tuple[str, str]]):
    text = "\n".join("\t".join(cells) for cells in table)
    assert rows(text, "activities") == [{"text": text, "priority": rank} for text, rank in table]
