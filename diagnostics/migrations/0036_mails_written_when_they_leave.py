from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0035_shared_values")]

    operations = [
        migrations.AddField(
            model_name="queuedmail",
            name="written_from",
            field=models.JSONField(
                blank=True,
                db_default=models.Value({}, models.JSONField()),
                default=dict,
                verbose_name="à écrire avec",
            ),
        ),
    ]
