"""When a kit was last edited, kept by the database, so that processes may keep its texts."""

import django.utils.timezone
from django.db import migrations, models

# clock_timestamp(): the moment of the statement, not of its transaction.
KIT_CHANGED = """
CREATE FUNCTION diagnostics_kit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.changed_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER kit_changed BEFORE UPDATE ON diagnostics_kit
    FOR EACH ROW EXECUTE FUNCTION diagnostics_kit_changed();
"""
KIT_UNCHANGED = """
DROP TRIGGER kit_changed ON diagnostics_kit;
DROP FUNCTION diagnostics_kit_changed();
"""

# Any row written in these tables edits a kit; once per statement, whichever way it is written.
PARTS_CHANGED = """
CREATE FUNCTION diagnostics_kit_parts_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE diagnostics_kit SET changed_at = clock_timestamp();
    RETURN NULL;
END $$;
"""
TABLES = ["part", "step", "question", "example"]


def _touches_the_kit(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_changes_the_kit "
        f"AFTER INSERT OR UPDATE OR DELETE ON diagnostics_{table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION diagnostics_kit_parts_changed();",
        f"DROP TRIGGER {table}_changes_the_kit ON diagnostics_{table};",
    )


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0002_protect_history")]

    operations = [
        migrations.AddField(
            model_name="kit",
            name="changed_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, editable=False, verbose_name="modifié le"
            ),
        ),
        migrations.RunSQL(KIT_CHANGED, KIT_UNCHANGED),
        migrations.RunSQL(PARTS_CHANGED, "DROP FUNCTION diagnostics_kit_parts_changed();"),
        *[_touches_the_kit(table) for table in TABLES],
    ]
