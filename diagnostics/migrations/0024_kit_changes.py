"""Where a text of the kit stands, and texts that the kit's file replaced; changes are append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "diagnostics_kitchange"


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0023_delete_changerequest")]

    operations = [
        migrations.AddField(
            model_name="kitchange",
            name="path",
            field=models.CharField("chemin", max_length=300, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="kitchange",
            name="name",
            field=models.CharField("nom du champ", max_length=40, default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="kitchange",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                null=True,
                blank=True,
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION diagnostics_refuse_change();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
    ]
