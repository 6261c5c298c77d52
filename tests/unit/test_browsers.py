"""What a browser says of itself, in words that its owner recognises."""

import pytest

from diagnostics.domain.browsers import browser_in_words

MOZILLA = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("(X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Linux"),
        (f"(Windows NT 10.0; Win64; x64) {WEBKIT}Chrome/140.0 Safari/537.36", "Chrome sur Windows"),
        (f"(Windows NT 10.0) {WEBKIT}Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        (f"(X11; CrOS x86_64) {WEBKIT}Chrome/140.0 Safari/537.36", "Chrome sur Chromebook"),
        (f"(Linux; Android 14; K) {WEBKIT}Chrome/140.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("(Macintosh; Intel Mac OS X 14_5) Version/17.5 Safari/605.1.15", "Safari sur Mac"),
        (
            "(iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1",
            "Safari sur iPhone",
        ),
        ("(iPad; CPU OS 17_5 like Mac OS X) CriOS/126.0 Safari/604.1", "Chrome sur iPad"),
    ],
)
def test_browser_and_system(said, words):
    assert browser_in_words(MOZILLA + said) == words


@pytest.mark.parametrize(
    ("said", "words"),
    [("", ""), ("curl/8.5", ""), ("<b>Windows</b>\n", "Windows"), ("x" * 9000, "")],
)
def test_what_is_not_known_is_not_shown(said, words):
    assert browser_in_words(said) == words
