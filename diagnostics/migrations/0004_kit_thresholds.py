import diagnostics.models.kit
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0003_kit_changed_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='kit',
            name='thresholds',
            field=models.JSONField(blank=True, default=dict, help_text='Seuls les seuils qui changent : {"pace_info": 12}. Les comptes des listes suivent à l’enregistrement suivant de chaque diagnostic, ou par « manage.py refresh_indicators ».', validators=[diagnostics.models.kit.valid_thresholds], verbose_name='seuils de cohérence'),
        ),
    ]
