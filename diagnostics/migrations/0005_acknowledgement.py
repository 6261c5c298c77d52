import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('diagnostics', '0004_kit_thresholds'),
    ]

    operations = [
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('structure_created', 'Structure créée'), ('member_invited', 'Invitation envoyée'), ('member_joined', 'Arrivée dans l’équipe'), ('member_role_changed', 'Rôle modifié'), ('member_removed', 'Départ de l’équipe'), ('diagnostic_opened', 'Diagnostic ouvert'), ('answers_imported', 'Réponses importées'), ('finding_acknowledged', 'Choix assumé'), ('acknowledgement_withdrawn', 'Choix remis en discussion'), ('submitted', 'Diagnostic soumis'), ('changes_requested', 'Modifications demandées'), ('validated', 'Diagnostic validé')], max_length=30, verbose_name='fait'),
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.CharField(max_length=3, verbose_name='règle')),
                ('rows', models.JSONField(blank=True, default=list, verbose_name='lignes')),
                ('fingerprint', models.CharField(blank=True, max_length=12, verbose_name='empreinte')),
                ('reason', models.CharField(max_length=1000, verbose_name='raison')),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='assumé le')),
                ('diagnostic', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acknowledgements', to='diagnostics.diagnostic')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'choix assumé',
                'verbose_name_plural': 'choix assumés',
                'ordering': ['rule', 'pk'],
                'constraints': [models.UniqueConstraint(models.F('diagnostic'), models.F('rule'), django.db.models.functions.text.MD5(django.db.models.functions.comparison.Cast('rows', models.TextField())), name='acknowledgement_once_per_finding'), models.CheckConstraint(condition=models.Q(('rule__regex', '^R[0-9][0-9]$')), name='acknowledgement_rule_is_a_rule'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='acknowledgement_has_a_reason')],
            },
        ),
    ]
