"""A line of the portfolio says who took the review that is open: what somebody took is among hers, even
when somebody else follows the structure."""

from __future__ import annotations

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

FORMER = import_module("diagnostics.migrations.0026_portfolio").REFRESH.replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1
)

# The same function with one column more: where it is named, read and written.
REFRESH = (
    FORMER.replace("diagnostic_id, facilitator_id, name_key", "diagnostic_id, facilitator_id, reviewer_id, name_key", 1)
    .replace(
        "COALESCE(d.id, s.id), s.id, d.id, f.id,",
        """COALESCE(d.id, s.id), s.id, d.id, f.id,
        (SELECT taken_by_id FROM diagnostics_review
            WHERE diagnostic_id = d.id AND closed_at IS NULL),""",
        1,
    )
    .replace(
        "facilitator_id = EXCLUDED.facilitator_id, name_key",
        "facilitator_id = EXCLUDED.facilitator_id, reviewer_id = EXCLUDED.reviewer_id, name_key",
        1,
    )
)

# One call for all the rows of a statement, as for the tables that were followed before.
REVIEWS = """
CREATE FUNCTION portfolio_review_changed() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off AS $$
DECLARE asked uuid[];
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT array_agg(DISTINCT diagnostic_id) INTO asked FROM came
        WHERE taken_by_id IS NOT NULL AND closed_at IS NULL;
    ELSIF TG_OP = 'DELETE' THEN
        SELECT array_agg(DISTINCT diagnostic_id) INTO asked FROM gone
        WHERE taken_by_id IS NOT NULL AND closed_at IS NULL;
    ELSE
        SELECT array_agg(DISTINCT concerned.pk) INTO asked
        FROM came JOIN gone ON gone.id = came.id
        CROSS JOIN LATERAL (VALUES (came.diagnostic_id), (gone.diagnostic_id)) concerned(pk)
        WHERE (came.diagnostic_id, came.taken_by_id, came.closed_at IS NULL)
            IS DISTINCT FROM (gone.diagnostic_id, gone.taken_by_id, gone.closed_at IS NULL);
    END IF;
    IF asked IS NOT NULL THEN
        SELECT array_agg(DISTINCT structure_id) INTO asked
        FROM diagnostics_portfolioline WHERE id = ANY(asked);
        PERFORM portfolio_refresh(asked);
    END IF;
    RETURN NULL;
END $$;
"""
WRITTEN = {
    "insert": "NEW TABLE AS came",
    "update": "NEW TABLE AS came OLD TABLE AS gone",
    "delete": "OLD TABLE AS gone",
}
FILL = """
UPDATE diagnostics_portfolioline line SET reviewer_id = review.taken_by_id
FROM diagnostics_review review
WHERE review.diagnostic_id = line.id AND review.closed_at IS NULL AND review.taken_by_id IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("diagnostics", "0027_reasons_written"),
    ]

    operations = [
        migrations.AddField(
            model_name="portfolioline",
            name="reviewer",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunSQL(REFRESH, FORMER),
        migrations.RunSQL(
            REVIEWS
            + "".join(
                f"CREATE TRIGGER portfolio_review_{event} AFTER {event} ON diagnostics_review "
                f"REFERENCING {written} FOR EACH STATEMENT "
                "EXECUTE FUNCTION portfolio_review_changed();"
                for event, written in WRITTEN.items()
            ),
            "".join(
                f"DROP TRIGGER portfolio_review_{event} ON diagnostics_review;" for event in WRITTEN
            )
            + "DROP FUNCTION portfolio_review_changed();",
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
