"""What migrations make of data that were there before them."""

from importlib import import_module

import pytest
from django.db import connection

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
