"""What is written of pieces says what Django's own functions say, and nothing typed is markup."""

import pytest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.markup import markup, markup_for, markup_of

ODD = "<b onclick='x'>l’« eau » & \"sel\"</b> {} {0} %s"


class Shown:
    def __html__(self) -> str:
        return "<i>montré</i>"


class Text(str):
    """A text of another class: typed, whatever it is called."""


PIECES = [ODD, mark_safe("<b>x</b>"), Text(ODD), 3, None, 1.5, Shown(), gettext_lazy("Save & go")]


@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_is_written_as_django_writes_it(piece: object):
    written = markup('<p title="{}">{}</p>', piece, piece)
    assert written == format_html('<p title="{}">{}</p>', piece, piece)
    assert type(written) is SafeString
    assert markup_of([piece, piece]) == format_html_join("", "{}", [(piece,), (piece,)])
    rows = [(piece, ODD), (ODD, piece)]
    assert markup_for("<p>{}{}</p>", rows) == format_html_join("", "<p>{}{}</p>", rows)


@given(st.lists(st.text()))
def test_no_text_is_markup(texts: list[str]):
    assert markup_of(texts) == format_html_join("", "{}", ((text,) for text in texts))
    assert "<" not in markup_of(texts)
    assert markup("{}" * len(texts) or "-", *texts) in {markup_of(texts), "-"}


def test_nothing_is_nothing():
    assert (markup_of([]), markup_for("<p>{}</p>", [])) == ("", "")
    assert type(markup_of([])) is SafeString
