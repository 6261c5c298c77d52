"""When an invitation's mail was sent last: it can be sent again, not too often."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0018_schema_2")]

    operations = [
        migrations.AddField(
            model_name='invitation',
            name='sent_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='partie le'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('structure_created', 'Structure créée'), ('member_invited', 'Invitation envoyée'), ('invitation_resent', 'Invitation renvoyée'), ('member_joined', 'Arrivée dans l’équipe'), ('member_role_changed', 'Rôle modifié'), ('member_removed', 'Départ de l’équipe'), ('structure_deleted', 'Structure supprimée'), ('diagnostic_opened', 'Diagnostic ouvert'), ('diagnostic_deleted', 'Diagnostic supprimé'), ('answers_imported', 'Réponses importées'), ('finding_acknowledged', 'Choix assumé'), ('acknowledgement_withdrawn', 'Choix remis en discussion'), ('submitted', 'Diagnostic soumis'), ('changes_requested', 'Modifications demandées'), ('validated', 'Diagnostic validé')], max_length=30, verbose_name='fait'),
        ),
        migrations.AlterField(
            model_name='invitation',
            name='created_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='faite le'),
        ),
        # Those of before were sent once, when they were made.
        migrations.RunSQL(
            "UPDATE diagnostics_invitation SET sent_at = created_at", migrations.RunSQL.noop
        ),
    ]
