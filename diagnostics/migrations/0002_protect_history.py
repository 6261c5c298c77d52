"""What the database itself keeps true: append-only rows, and exactly one lead per structure."""

from django.db import migrations

APPEND_ONLY = ["diagnostics_version", "diagnostics_answerrevision", "diagnostics_event"]

REFUSE_CHANGE = """
CREATE FUNCTION diagnostics_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
"""

# Checked at commit, so that the lead may be handed over in one transaction; silent when the
# structure itself goes.
KEEP_A_LEAD = """
CREATE FUNCTION diagnostics_keep_a_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.role = 'lead'
        AND EXISTS (SELECT 1 FROM diagnostics_structure WHERE id = OLD.structure_id)
        AND NOT EXISTS (
            SELECT 1 FROM diagnostics_membership
            WHERE structure_id = OLD.structure_id AND role = 'lead'
        )
    THEN
        RAISE EXCEPTION 'the structure would have no lead'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'membership_keeps_a_lead';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER membership_keeps_a_lead
    AFTER UPDATE OR DELETE ON diagnostics_membership
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION diagnostics_keep_a_lead();
"""


def _append_only(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION diagnostics_refuse_change();",
        f"DROP TRIGGER {table}_append_only ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION diagnostics_refuse_change();"),
        *[_append_only(table) for table in APPEND_ONLY],
        migrations.RunSQL(
            KEEP_A_LEAD,
            "DROP TRIGGER membership_keeps_a_lead ON diagnostics_membership;"
            "DROP FUNCTION diagnostics_keep_a_lead();",
        ),
    ]
