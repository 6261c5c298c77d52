"""Names are found as whole words, addresses as whole addresses."""

import pytest

from diagnostics.domain.mentions import addressing, naming, rarest_word


@pytest.mark.parametrize(
    ("name", "text", "is_named"),
    [
        ("e", "Une lettre pour elle", False),
        ("e", "Monsieur E. a écrit", True),
        ("Paris", "Le fonds Parisot", False),
        ("Paris", "« PARIS »", True),
        ("Zoé", "Zoée", False),
        ("Jean  Martin", "Bonjour Jean\nMartin,", True),
        ("Asso (93)", "L’Asso (93) existe", True),
        ("", "Rien", False),
        ("   ", "Rien   du tout", False),
    ],
)
def test_a_name_is_found_as_whole_words(name, text, is_named):
    assert bool(naming(name).search(text)) is is_named


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("Écrivez à a@x.fr.", True),
        ('{"Reply-To": "Aude <A@X.FR>"}', True),
        ("la@x.fr", False),
        ("j.a@x.fr", False),
        ("a@x.fr.example", False),
        ("a@x.france", False),
        ("a@xyfr", False),
    ],
)
def test_an_address_is_found_whole(text, is_there):
    assert bool(addressing(["b@x.fr", "a@x.fr"]).search(text)) is is_there


def test_no_address_is_nowhere():
    assert not addressing([]).search("a@x.fr")
    assert not addressing([""]).search("a@x.fr")


def test_the_longest_word_is_asked_for():
    assert [rarest_word(name) for name in ("Jean  Martin", "e", " ")] == ["Martin", "e", ""]
