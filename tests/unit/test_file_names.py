"""The files that people download have names that every system keeps."""

from __future__ import annotations

import pytest

from diagnostics.views.file_names import MAX_BYTES, file_name


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Œuvres d’Été – Pays d'Orbe", "oeuvres-d-ete-pays-d-orbe-v12.docx"),
        ("協会と企業のパートナーシップ 2026", "2026-v12.docx"),
        ("協会と企業のパートナーシップ", "diagnostic-v12.docx"),
        ("جمعية الشراكات", "diagnostic-v12.docx"),
        ("\u202eשותפויות\u202c 🤝👩🏽‍🤝‍👩🏽 Élan", "elan-v12.docx"),
        ('../"; filename="x.exe\r\n', "filename-x-exe-v12.docx"),
        ("", "diagnostic-v12.docx"),
    ],
)
def test_a_name_is_in_letters_of_every_system(words, name):
    assert file_name(words, "", "v12", ending=".docx") == name


def test_a_long_name_is_cut_after_a_word_and_keeps_what_follows():
    words = "Fédération " + "des réseaux d’épiceries " * 12
    name = file_name(words, "synthese", "v3", ending=".pdf")
    assert name == "federation" + "-des-reseaux-d-epiceries" * 7 + "-des-synthese-v3.pdf"
    assert file_name(words, ending=".xlsx").removesuffix(".xlsx").split("-")[-1] in {
        "des", "reseaux", "d", "epiceries",
    }  # fmt: skip


@pytest.mark.parametrize("length", range(180, 215))
def test_whatever_its_length_it_has_at_most_200_bytes(length):
    one_word, words = "é" * length, ("é" * 9 + " ") * (length // 10)
    for text in (one_word, words, "協" * length, f"x {one_word}"):
        name = file_name(text, "v3", ending=".json")
        assert len(name.encode()) <= MAX_BYTES
        assert name.endswith("-v3.json")
    assert file_name("é" * length, ending=".pdf") == "e" * min(length, MAX_BYTES - 4) + ".pdf"
