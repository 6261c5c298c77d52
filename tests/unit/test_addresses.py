"""One spelling per e-mail address, and the lists that people paste."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.domain.addresses import normalise_address, read_addresses, readable_address


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("ref@exemple.fr", "ref@exemple.fr"),
        ("  Ref@EXEMPLE.Fr ", "ref@exemple.fr"),
        ("ref@exemple.fr.", "ref@exemple.fr"),
        ("ref@exämple.example", "ref@xn--exmple-cua.example"),
        ("Ref@EXÄMPLE.example", "ref@xn--exmple-cua.example"),
        ("ref@XN--EXMPLE-CUA.example", "ref@xn--exmple-cua.example"),
        # The same letter in two code points, full-width letters, Japanese full stops, a soft hyphen.
        ("ref@exa\u0308mple.example", "ref@xn--exmple-cua.example"),
        ("ref@ｅxämple．example", "ref@xn--exmple-cua.example"),
        ("ref@exämple。example", "ref@xn--exmple-cua.example"),
        ("ref@exä\u00admple.example", "ref@xn--exmple-cua.example"),
        # Not the same domain: Python's own codec would say strasse.
        ("ref@straße.example", "ref@xn--strae-oqa.example"),
        ("ref@strasse.example", "ref@strasse.example"),
        ("ref@ΟΔΟΣ.example", "ref@xn--pxavbq.example"),
        # No addresses: for the form to refuse.
        ("", ""),
        ("ref", "ref"),
        ("@", "@"),
    ],
)
def test_one_spelling(typed, kept):
    assert normalise_address(typed) == kept


@given(
    st.one_of(st.text(max_size=40), st.emails(), st.builds("{}@{}".format, st.text(), st.text()))
)
def test_normalising_twice_changes_nothing_more(typed):
    once = normalise_address(typed)
    assert normalise_address(once) == once


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("ref@exemple.fr", "ref@exemple.fr"),
        ("ref@xn--exmple-cua.example", "ref@exämple.example"),
        # Cyrillic letters that read as Latin ones (« аррӏе »), and what is no code at all.
        ("ref@xn--80ak6aa92e.example", "ref@xn--80ak6aa92e.example"),
        ("ref@xn--a.example", "ref@xn--a.example"),
        ("ref@xn--99999999.example", "ref@xn--99999999.example"),
    ],
)
def test_addresses_are_shown_as_people_write_them(kept, shown):
    assert readable_address(kept) == shown


NO_ADDRESS = "Il n’y a pas d’adresse ici."
IN_TWO = "Une espace coupe l’adresse en deux\u00a0: écrivez-la d’un seul tenant."
INCOMPLETE = "L’adresse n’est pas complète\u00a0: écrivez par exemple prenom@exemple.fr."
ACCENT = "Une adresse n’a pas d’accent avant l’@."

# What is pasted → the addresses read.
LISTS = [
    ("", []),
    (" \n ; ,\t", []),
    ("a@b.fr", ["a@b.fr"]),
    ("a@b.fr; c@d.fr, e@f.fr", ["a@b.fr", "c@d.fr", "e@f.fr"]),
    ("a@b.fr c@d.fr", ["a@b.fr", "c@d.fr"]),
    ("a@b.fr\r\nc@d.fr\re@f.fr\u2028g@h.fr", ["a@b.fr", "c@d.fr", "e@f.fr", "g@h.fr"]),
    ("a@b.fr et c@d.fr.", ["a@b.fr", "c@d.fr"]),
    ("a@b.fr;c@d.fr;", ["a@b.fr", "c@d.fr"]),
    # Outlook, Thunderbird, Gmail.
    ("Jeanne Martin <a@b.fr>; c@d.fr, e@f.fr", ["a@b.fr", "c@d.fr", "e@f.fr"]),
    ("MARTIN Jeanne <a@b.fr>; Dupont, Paul <c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ("Martin, Jeanne <a@b.fr>, Dupont, Paul <c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ("a@b.fr, Dupont, Paul <c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ('"Martin; Jeanne" <a@b.fr>, "Dupont, Paul" <c@d.fr>', ["a@b.fr", "c@d.fr"]),
    ("“Martin, Jeanne” <a@b.fr>; « Dupont, Paul » <c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ("'a@b.fr' <a@b.fr>", ["a@b.fr"]),
    ("vieille@b.fr <neuve@b.fr>", ["neuve@b.fr"]),
    ("<a@b.fr>,<c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ("Jeanne <a@b.fr> Paul <c@d.fr>", ["a@b.fr", "c@d.fr"]),
    ("Jeanne (C.A.) <a@b.fr>", ["a@b.fr"]),
    ("Jeanne <a@b.fr> (présidente) ; c@d.fr", ["a@b.fr", "c@d.fr"]),
    ("Jeanne <a@b.fr> (présidente), Paul <c@d.fr> (trésorier)", ["a@b.fr", "c@d.fr"]),
    ("Jeanne <a@b.fr>\tPrésidente", ["a@b.fr"]),
    ("Martin;Jeanne;<a@b.fr>", ["a@b.fr"]),
    ("Martin;Jeanne;a@b.fr<mailto:a@b.fr>", ["a@b.fr"]),
    ("À : Jeanne <a@b.fr>\nCc : c@d.fr", ["a@b.fr", "c@d.fr"]),
    ("Cc:c@d.fr", ["c@d.fr"]),
    # Word, web pages.
    ("a@b.fr<mailto:a@b.fr>", ["a@b.fr"]),
    ("mailto:a@b.fr?subject=Bonjour%20toi", ["a@b.fr"]),
    ("MAILTO:a@b.fr", ["a@b.fr"]),
    ("[a@b.fr](mailto:a@b.fr)", ["a@b.fr"]),
    (
        "• a@b.fr\n- c@d.fr\n-e@f.fr\n1. g@h.fr\n\uf0b7 i@j.fr",
        ["a@b.fr", "c@d.fr", "e@f.fr", "g@h.fr", "i@j.fr"],
    ),
    ("Jeanne (a@b.fr), Paul : c@d.fr !", ["a@b.fr", "c@d.fr"]),
    ("«\u00a0a@b.fr\u00a0»", ["a@b.fr"]),
    ("‘a@b.fr’ ; “c@d.fr”", ["a@b.fr", "c@d.fr"]),
    ("a@b.fr\u00a0; c@d.fr\u202f;", ["a@b.fr", "c@d.fr"]),
    ("\u200ba@b.fr\u200b, \ufeffc@d.fr, e\u00ad@f.fr", ["a@b.fr", "c@d.fr", "e@f.fr"]),
    ("a＠b.fr", ["a@b.fr"]),
    # Excel, LibreOffice, CSV.
    ("Martin\tJeanne\ta@b.fr\nDupont\tPaul\tc@d.fr", ["a@b.fr", "c@d.fr"]),
    ("Nom;Prénom;E-mail\nMartin;Jeanne;a@b.fr\nDupont;Paul;c@d.fr", ["a@b.fr", "c@d.fr"]),
    ("Adresse mail\na@b.fr", ["a@b.fr"]),
    ("Martin,Jeanne,a@b.fr,Présidente", ["a@b.fr"]),
    ('"a@b.fr"\n"c@d.fr"', ["a@b.fr", "c@d.fr"]),
    # Spellings of one address.
    ("A@B.fr, a@b.fr; a@b.FR.", ["a@b.fr"]),
    ("ref@exämple.example\nRef@xn--exmple-cua.example", ["ref@xn--exmple-cua.example"]),
    ("d’hermite@b.fr", ["d'hermite@b.fr"]),
    ("jeanne.martin+ca@b-c.asso.fr", ["jeanne.martin+ca@b-c.asso.fr"]),
    # What is refused, and why.
    ("Paul", [("Paul", NO_ADDRESS)]),
    ("a@b.fr; Paul; c@d.fr", ["a@b.fr", ("Paul", NO_ADDRESS), "c@d.fr"]),
    ("Jeanne <a@b.fr>; Paul Dupont", ["a@b.fr", ("Paul Dupont", NO_ADDRESS)]),
    ("Paul ; Jeanne <a@b.fr>", [("Paul", NO_ADDRESS), "a@b.fr"]),
    ('"Martin, Jeanne" <a@b.fr>; Paul', ["a@b.fr", ("Paul", NO_ADDRESS)]),
    ("Jeanne <a@b.fr>, Paul Dupont", ["a@b.fr", ("Paul Dupont", NO_ADDRESS)]),
    ("a@b.fr, Paul, c@d.fr", ["a@b.fr", ("Paul", NO_ADDRESS), "c@d.fr"]),
    ("a@b.fr\nPaul Dupont\nc@d.fr", ["a@b.fr", ("Paul Dupont", NO_ADDRESS), "c@d.fr"]),
    ("jeanne @b.fr", [("jeanne @b.fr", IN_TWO)]),
    ("jeanne@ b.fr; c@d.fr", [("jeanne@ b.fr", IN_TWO), "c@d.fr"]),
    ("jeanne @ b.fr", [("jeanne @ b.fr", IN_TWO)]),
    ("jeanne@", [("jeanne@", INCOMPLETE)]),
    ("@b.fr", [("@b.fr", INCOMPLETE)]),
    ("jeanne@b", [("jeanne@b", INCOMPLETE)]),
    ("hélène@b.fr", [("hélène@b.fr", ACCENT)]),
]


@pytest.mark.parametrize(("pasted", "expected"), LISTS)
def test_pasted_lists(pasted, expected):
    read = [
        (piece.typed, piece.problem) if piece.problem else piece.address
        for piece in read_addresses(pasted)
    ]
    assert read == expected


@given(
    st.lists(
        st.sampled_from([*"a@.,;<>\"' \t\n:(é-", "b.fr", "mailto:", "\x02", "\x03"]), max_size=30
    )
)
def test_any_text_is_read_in_pieces_that_say_what_they_are(parts):
    for piece in read_addresses("".join(parts)):
        assert bool(piece.address) != bool(piece.problem)
        assert piece.typed.strip()
        assert piece.address == normalise_address(piece.address)
