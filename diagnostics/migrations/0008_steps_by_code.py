"""The kit alone names the steps: their codes have no labels any more."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0007_axis_codes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='answer',
            name='step',
            field=models.CharField(max_length=30, verbose_name='étape'),
        ),
        migrations.AlterField(
            model_name='draft',
            name='step',
            field=models.CharField(max_length=30, verbose_name='étape'),
        ),
    ]
