"""What may be erased for good, and what remains of it.

Append-only rows of a structure go when the transaction says that it erases
(``diagnostics/services/erasure.py``); those of a kit and of erasures stay even then. A structure that
was deleted needs no lead any more.
"""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

before = import_module("diagnostics.migrations.0002_protect_history")

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION diagnostics_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND current_setting('diagnostics.erasing', true) = 'on'
        AND TG_TABLE_NAME IN (
            'diagnostics_version', 'diagnostics_versionrecord', 'diagnostics_answerrevision',
            'diagnostics_event', 'diagnostics_paper'
        )
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of % are append-only', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only';
END $$;
"""
KEEP_A_LEAD = """
CREATE OR REPLACE FUNCTION diagnostics_keep_a_lead() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.role = 'lead'
        AND EXISTS (
            SELECT 1 FROM diagnostics_structure WHERE id = OLD.structure_id AND deleted_at IS NULL
        )
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
"""


def former(code: str) -> str:
    """Return the first statement of a migration of before, to put its function back."""
    return code.split("$$;")[0].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION", 1) + "$$;"


TABLE = "diagnostics_erasure"


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0033_journal_of_the_site")]

    operations = [
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("structure", "Structure"), ("draft", "Brouillon abandonné")],
                        max_length=10,
                        verbose_name="quoi",
                    ),
                ),
                (
                    "done_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="le"),
                ),
                ("counts", models.JSONField(default=dict, verbose_name="lignes effacées")),
                (
                    "done_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={"verbose_name": "effacement", "ordering": ["-done_on", "-pk"]},
        ),
        migrations.AddConstraint(
            model_name="erasure",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=["structure", "draft"]), name="erasure_kind_is_known"
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="effacé le"
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("erased_at", None),
                    models.Q(
                        ("is_active", False),
                        ("is_facilitator", False),
                        ("is_staff", False),
                        ("is_superuser", False),
                    ),
                    _connector="OR",
                ),
                name="user_erased_has_no_right",
                violation_error_message="Un compte effacé ne se réactive pas.",
            ),
        ),
        migrations.RunSQL(REFUSE_CHANGE, former(before.REFUSE_CHANGE)),
        migrations.RunSQL(KEEP_A_LEAD, former(before.KEEP_A_LEAD)),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION diagnostics_refuse_change();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
    ]
