"""A structure may be centuries old: a chamber of 1848."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0009_versionrecord'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='structure',
            name='structure_founded_year_is_a_year',
        ),
        migrations.AddConstraint(
            model_name='structure',
            constraint=models.CheckConstraint(condition=models.Q(('founded_year', None), ('founded_year__range', (1000, 2100)), _connector='OR'), name='structure_founded_year_is_a_year'),
        ),
    ]
