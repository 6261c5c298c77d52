"""Horizons of four years; stored answers take the keys of schema 2.

History (versions, revisions) keeps its bytes: the shapes read it as it is.
"""

import re
from typing import Any

from django.db import migrations, models
from django.db.models import Q

_RHYTHM = re.compile(r"(?: ?/ ?| par |^par )an$", re.IGNORECASE)


def in_schema_2(step: str, value: dict[str, Any]) -> dict[str, Any]:
    """Return an answer's value with the keys of schema 2; the value itself where it has them."""
    rows = "rows" if step == "objectives" else "levers"
    row_of = objective if step == "objectives" else lever
    return {**value, rows: [row_of(row) for row in value.get(rows, [])]}


def objective(row: dict[str, Any]) -> dict[str, Any]:
    """A unit « par an » becomes the unit, and that its values are per year."""
    unit = row.get("unit", "").strip()
    plain = _RHYTHM.sub("", unit)
    added = {"target_max_value": None, "target_at_least": False, "per_year": False}
    told = {"unit": plain, "per_year": True} if plain != unit else {}
    return {**added, **row, **told}


def lever(row: dict[str, Any]) -> dict[str, Any]:
    """No range was told."""
    return {"amount_target_max_keur": None, **row}


def migrate_answers(apps: Any, schema_editor: object) -> None:
    """Give the current answers of both steps the keys of schema 2; nobody changed them."""
    answers = apps.get_model("diagnostics", "Answer").objects
    stored = answers.filter(step__in=["objectives", "economic_model"]).only("step", "value")
    for answer in stored.iterator(chunk_size=200):
        value = in_schema_2(answer.step, answer.value)
        if value != answer.value:
            answers.filter(pk=answer.pk).update(value=value)


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0017_one_spelling_per_address")]

    operations = [
        migrations.AlterField(
            model_name="diagnostic",
            name="horizon_years",
            field=models.PositiveSmallIntegerField(
                choices=[(3, "3 ans"), (4, "4 ans"), (5, "5 ans")],
                default=3,
                verbose_name="horizon",
            ),
        ),
        migrations.RemoveConstraint("diagnostic", "diagnostic_horizon_is_3_or_5"),
        migrations.AddConstraint(
            "diagnostic",
            models.CheckConstraint(
                condition=Q(horizon_years__in=[3, 4, 5]), name="diagnostic_horizon_is_3_to_5"
            ),
        ),
        migrations.RunPython(migrate_answers, migrations.RunPython.noop, elidable=True),
    ]
