"""What migrations make of data that were there before them."""

from importlib import import_module

import pytest
from django.db import connection
from django.http import QueryDict

from diagnostics.models import Diagnostic, Part
from tests import factories

pytestmark = pytest.mark.django_db


def test_axis_codes_follow_in_kits_and_figures():
    diagnostic = factories.DiagnosticFactory()
    kept = {"steps_total": 10, "axes": {"moyens": {"total": 3}, "vision": {"total": 1}}}
    Diagnostic.objects.update(indicators=kept)
    never_saved = factories.DiagnosticFactory(indicators={})
    Part.objects.filter(key="means").update(key="moyens")
    renaming = import_module("diagnostics.migrations.0007_axis_codes").renaming

    def run(before: str, after: str) -> dict:
        with connection.cursor() as cursor:
            for sql in renaming(before, after):
                cursor.execute(sql)
        diagnostic.refresh_from_db()
        never_saved.refresh_from_db()
        assert never_saved.indicators == {}
        return diagnostic.indicators

    assert run("moyens", "means") == {
        "steps_total": 10,
        "axes": {"means": {"total": 3}, "vision": {"total": 1}},
    }
    assert Part.objects.filter(key="means").exists()
    assert not Part.objects.filter(key="moyens").exists()
    assert run("means", "moyens") == kept
    assert Part.objects.filter(key="moyens").exists()


def test_drafts_become_texts_kept_by_place():
    """What a person had typed and not saved stands in its fields, in the rows that are stored and in
    new ones."""
    by_place = import_module("diagnostics.migrations.0012_kept_texts").by_place
    data = QueryDict(
        "objectives-mark=&objectives-internal_note=Entre+nous&objectives-rows-TOTAL_FORMS=2"
        "&objectives-rows-INITIAL_FORMS=0&objectives-rows-0-id=o1"
        "&objectives-rows-0-statement=Avec+un%00dedans&objectives-rows-0-serves=r1"
        "&objectives-rows-0-serves=r2&objectives-rows-1-id=&objectives-rows-1-statement=Neuf"
        "&economic_model-now-fte=ailleurs"
    )

    assert by_place("objectives", data) == [
        ("internal_note", "Entre nous"),
        ("rows/o1/statement", "Avec un\x00dedans"),
        ("rows/o1/serves", "r1"),
        ("rows/o1/serves", "r2"),
        ("rows/n1/statement", "Neuf"),
    ]
    of_groups = QueryDict("economic_model-now-fte=beaucoup&economic_model-needs_now=")
    assert by_place("economic_model", of_groups) == [("now/fte", "beaucoup")]
