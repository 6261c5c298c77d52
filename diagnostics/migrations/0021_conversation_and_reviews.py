"""What is said of a diagnostic, its reviews, what boards decided, cohorts, mails that left."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('diagnostics', '0020_rules_of_other_families'),
    ]

    operations = [
        migrations.CreateModel(
            name='BoardSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('held_on', models.DateField(verbose_name='jour du conseil')),
                ('content', models.JSONField(verbose_name='décisions du conseil')),
                ('recorded_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='enregistrée le')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='annulée le')),
            ],
            options={
                'verbose_name': 'séance du conseil',
                'verbose_name_plural': 'séances du conseil',
                'ordering': ['-recorded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Cohort',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, unique=True, verbose_name='nom')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='créée le')),
            ],
            options={
                'verbose_name': 'cohorte',
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='KitChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=300, verbose_name='où')),
                ('field', models.CharField(max_length=300, verbose_name='champ')),
                ('before', models.JSONField(blank=True, null=True, verbose_name='avant')),
                ('after', models.JSONField(blank=True, null=True, verbose_name='après')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='le')),
            ],
            options={
                'verbose_name': 'modification du kit',
                'verbose_name_plural': 'modifications du kit',
                'ordering': ['-changed_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='LeftOutRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('vision', 'vision'), ('roles', 'roles'), ('objectives', 'objectives'), ('positioning', 'positioning'), ('activities', 'activities'), ('accompaniment_scope', 'accompaniment_scope'), ('territorial_scales', 'territorial_scales'), ('economic_model', 'economic_model'), ('alliances', 'alliances'), ('organisation', 'organisation'), ('board_decisions', 'board_decisions')], max_length=30, verbose_name='étape')),
                ('row', models.CharField(max_length=40, verbose_name='ligne')),
                ('reason', models.TextField(verbose_name='pourquoi')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='écrit le')),
            ],
            options={
                'verbose_name': 'ligne laissée',
                'verbose_name_plural': 'lignes laissées',
                'ordering': ['step', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('act', models.CharField(blank=True, choices=[('addressed', 'a traité la demande'), ('accepted', 'a accepté la réponse'), ('asked_again', 'a redemandé'), ('withdrawn', 'a retiré la demande'), ('resolved', 'a résolu l’échange'), ('reopened', 'a rouvert l’échange')], max_length=20, verbose_name='fait')),
                ('text', models.TextField(blank=True, verbose_name='texte')),
                ('written_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='écrit le')),
                ('edited_at', models.DateTimeField(blank=True, null=True, verbose_name='modifié le')),
            ],
            options={
                'verbose_name': 'message',
                'ordering': ['written_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='QueuedMail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=200, unique=True)),
                ('kind', models.CharField(max_length=40, verbose_name='nature')),
                ('address', models.EmailField(max_length=254, verbose_name='adresse e-mail')),
                ('subject', models.CharField(max_length=400, verbose_name='objet')),
                ('text', models.TextField(verbose_name='texte')),
                ('html', models.TextField(verbose_name='texte mis en forme')),
                ('headers', models.JSONField(blank=True, default=dict, verbose_name='en-têtes')),
                ('queued_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='écrit le')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='parti le')),
            ],
            options={
                'verbose_name': 'message envoyé',
                'verbose_name_plural': 'messages envoyés',
                'ordering': ['-queued_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='ReadVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('read_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='lue le')),
            ],
            options={
                'verbose_name': 'version lue',
            },
        ),
        migrations.CreateModel(
            name='Remark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(blank=True, choices=[('vision', 'vision'), ('roles', 'roles'), ('objectives', 'objectives'), ('positioning', 'positioning'), ('activities', 'activities'), ('accompaniment_scope', 'accompaniment_scope'), ('territorial_scales', 'territorial_scales'), ('economic_model', 'economic_model'), ('alliances', 'alliances'), ('organisation', 'organisation'), ('board_decisions', 'board_decisions')], max_length=30, verbose_name='étape')),
                ('text', models.TextField(verbose_name='remarque')),
                ('is_shared', models.BooleanField(default=False, verbose_name='partagée avec l’équipe')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='écrite le')),
            ],
            options={
                'verbose_name': 'remarque',
                'ordering': ['created_at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('submitted_from', models.CharField(choices=[('draft', 'Brouillon'), ('submitted', 'Soumis'), ('changes_requested', 'Modifications demandées'), ('validated', 'Validé'), ('adopted', 'Adopté')], default='draft', max_length=20, verbose_name='soumis depuis l’état')),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='pris en charge le')),
                ('opinion', models.TextField(blank=True, verbose_name='avis')),
                ('appreciations', models.JSONField(blank=True, default=list, verbose_name='appréciations')),
                ('questions', models.JSONField(blank=True, default=list, verbose_name='questions pour la séance')),
                ('lacking', models.JSONField(blank=True, default=list, verbose_name='ce qui manquait')),
                ('in_spite', models.TextField(blank=True, verbose_name='pourquoi valider malgré tout')),
                ('revision', models.PositiveIntegerField(default=0, verbose_name='révision')),
                ('outcome', models.CharField(blank=True, choices=[('withdrawn', 'Soumission retirée'), ('changes_requested', 'Modifications demandées'), ('validated', 'Validé')], max_length=20, verbose_name='issue')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='terminée le')),
            ],
            options={
                'verbose_name': 'relecture',
                'ordering': ['-version__number'],
            },
        ),
        migrations.CreateModel(
            name='StepReviewed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('vision', 'vision'), ('roles', 'roles'), ('objectives', 'objectives'), ('positioning', 'positioning'), ('activities', 'activities'), ('accompaniment_scope', 'accompaniment_scope'), ('territorial_scales', 'territorial_scales'), ('economic_model', 'economic_model'), ('alliances', 'alliances'), ('organisation', 'organisation'), ('board_decisions', 'board_decisions')], max_length=30, verbose_name='étape')),
                ('reviewed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='le')),
            ],
            options={
                'verbose_name': 'étape relue',
            },
        ),
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(blank=True, choices=[('vision', 'vision'), ('roles', 'roles'), ('objectives', 'objectives'), ('positioning', 'positioning'), ('activities', 'activities'), ('accompaniment_scope', 'accompaniment_scope'), ('territorial_scales', 'territorial_scales'), ('economic_model', 'economic_model'), ('alliances', 'alliances'), ('organisation', 'organisation'), ('board_decisions', 'board_decisions')], max_length=30, verbose_name='étape')),
                ('row', models.CharField(blank=True, max_length=40, verbose_name='ligne')),
                ('row_name', models.CharField(blank=True, max_length=300, verbose_name='nom de la ligne')),
                ('audience', models.CharField(choices=[('facilitation', 'Avec la facilitation'), ('team', 'Entre nous'), ('facilitators', 'Entre facilitateurs')], max_length=20, verbose_name='lu par')),
                ('kind', models.CharField(choices=[('comment', 'Commentaire'), ('request', 'Demande')], max_length=10, verbose_name='nature')),
                ('state', models.CharField(choices=[('open', 'Ouvert'), ('resolved', 'Résolu'), ('pending', 'En attente'), ('addressed', 'Traitée par la structure'), ('accepted', 'Acceptée'), ('withdrawn', 'Retirée')], max_length=10, verbose_name='état')),
                ('ends_at_submission', models.BooleanField(default=False, editable=False)),
                ('opened_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='ouvert le')),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='dernier message le')),
            ],
            options={
                'verbose_name': 'échange',
                'ordering': ['opened_at', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='diagnostic',
            name='state_since',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='dans cet état depuis'),
        ),
        migrations.AddField(
            model_name='user',
            name='absent_from',
            field=models.DateField(blank=True, null=True, verbose_name='absent·e du'),
        ),
        migrations.AddField(
            model_name='user',
            name='absent_until',
            field=models.DateField(blank=True, null=True, verbose_name='au'),
        ),
        migrations.AddField(
            model_name='user',
            name='comment_mails',
            field=models.CharField(choices=[('at_once', 'Tout de suite'), ('daily', 'Une fois par jour'), ('never', 'Jamais')], default='at_once', max_length=10, verbose_name='mails des commentaires'),
        ),
        migrations.AddField(
            model_name='user',
            name='portfolio_view',
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name='user',
            name='reminder_mails',
            field=models.BooleanField(default=True, verbose_name='mails de rappel'),
        ),
        migrations.AddField(
            model_name='user',
            name='stand_in',
            field=models.ForeignKey(blank=True, limit_choices_to={'is_facilitator': True}, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='remplacé·e par'),
        ),
        migrations.AddField(
            model_name='versionrecord',
            name='previous',
            field=models.JSONField(blank=True, null=True, verbose_name='diagnostic précédent'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('structure_created', 'Structure créée'), ('member_invited', 'Invitation envoyée'), ('invitation_resent', 'Invitation renvoyée'), ('member_joined', 'Arrivée dans l’équipe'), ('member_role_changed', 'Rôle modifié'), ('member_removed', 'Départ de l’équipe'), ('structure_deleted', 'Structure supprimée'), ('diagnostic_opened', 'Diagnostic ouvert'), ('diagnostic_deleted', 'Diagnostic supprimé'), ('answers_imported', 'Réponses importées'), ('finding_acknowledged', 'Choix assumé'), ('acknowledgement_withdrawn', 'Choix remis en discussion'), ('submitted', 'Diagnostic soumis'), ('changes_requested', 'Modifications demandées'), ('validated', 'Diagnostic validé'), ('submission_withdrawn', 'Soumission retirée'), ('reopened', 'Diagnostic rouvert'), ('adopted', 'Diagnostic adopté par le conseil'), ('review_taken', 'Relecture prise en charge'), ('review_handed_over', 'Relecture confiée'), ('facilitator_changed', 'Facilitation confiée'), ('request_made', 'Demande faite'), ('request_addressed', 'Demande traitée'), ('request_accepted', 'Réponse acceptée'), ('request_asked_again', 'Demande renouvelée'), ('request_withdrawn', 'Demande retirée')], max_length=30, verbose_name='fait'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('absent_from', None), ('absent_until', None)), models.Q(('absent_from__isnull', False), ('absent_until__gte', models.F('absent_from')), ('absent_until__isnull', False)), _connector='OR'), name='user_absence_ends_after_it_begins', violation_error_message='L’absence finit après avoir commencé.'),
        ),
        migrations.AddField(
            model_name='boardsession',
            name='diagnostic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='board_sessions', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='boardsession',
            name='recorded_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='cohort',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='cohort_has_a_name'),
        ),
        migrations.AddField(
            model_name='structure',
            name='cohorts',
            field=models.ManyToManyField(blank=True, related_name='structures', to='diagnostics.cohort', verbose_name='cohortes'),
        ),
        migrations.AddField(
            model_name='kitchange',
            name='changed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='kitchange',
            name='kit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='diagnostics.kit'),
        ),
        migrations.AddField(
            model_name='leftoutrow',
            name='diagnostic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='left_out', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='leftoutrow',
            name='written_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='diagnostic',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='queuedmail',
            name='person',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='readversion',
            name='diagnostic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='readversion',
            name='reader',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='readversion',
            name='version',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='diagnostics.version'),
        ),
        migrations.AddField(
            model_name='remark',
            name='author',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='closed_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='review',
            name='diagnostic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='review',
            name='taken_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='pris en charge par'),
        ),
        migrations.AddField(
            model_name='review',
            name='version',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='diagnostics.version'),
        ),
        migrations.AddField(
            model_name='stepreviewed',
            name='review',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps_reviewed', to='diagnostics.review'),
        ),
        migrations.AddField(
            model_name='stepreviewed',
            name='reviewed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='thread',
            name='diagnostic',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='diagnostics.diagnostic'),
        ),
        migrations.AddField(
            model_name='thread',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='message',
            name='thread',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='diagnostics.thread'),
        ),
        migrations.AddConstraint(
            model_name='boardsession',
            constraint=models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('diagnostic',), name='board_session_one_standing'),
        ),
        migrations.AddConstraint(
            model_name='leftoutrow',
            constraint=models.UniqueConstraint(fields=('diagnostic', 'step', 'row'), name='left_out_row_once'),
        ),
        migrations.AddConstraint(
            model_name='leftoutrow',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='left_out_row_has_a_reason'),
        ),
        migrations.AddIndex(
            model_name='queuedmail',
            index=models.Index(fields=['person', '-queued_at'], name='mail_by_person'),
        ),
        migrations.AddIndex(
            model_name='queuedmail',
            index=models.Index(fields=['diagnostic', '-queued_at'], name='mail_by_diagnostic'),
        ),
        migrations.AddConstraint(
            model_name='readversion',
            constraint=models.UniqueConstraint(fields=('diagnostic', 'reader'), name='read_version_once'),
        ),
        migrations.AddConstraint(
            model_name='remark',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='remark_has_a_text'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.UniqueConstraint(condition=models.Q(('closed_at', None)), fields=('diagnostic',), name='review_one_open'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_by', None), ('outcome', '')), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='review_closed_at_matches_outcome'),
        ),
        migrations.AddConstraint(
            model_name='review',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('taken_at', None), ('taken_by', None)), models.Q(('taken_at__isnull', False), ('taken_by__isnull', False)), _connector='OR'), name='review_taken_at_matches_taken_by'),
        ),
        migrations.AddConstraint(
            model_name='stepreviewed',
            constraint=models.UniqueConstraint(fields=('review', 'step'), name='step_reviewed_once'),
        ),
        migrations.AddIndex(
            model_name='thread',
            index=models.Index(fields=['diagnostic', 'state'], name='thread_by_state'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'comment'), ('state__in', ['open', 'resolved'])), models.Q(('kind', 'request'), ('state__in', ['accepted', 'addressed', 'pending', 'withdrawn'])), _connector='OR'), name='thread_state_matches_kind'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.CheckConstraint(condition=models.Q(('kind', 'comment'), ('audience', 'facilitation'), _connector='OR'), name='thread_request_is_for_the_structure'),
        ),
        migrations.AddConstraint(
            model_name='thread',
            constraint=models.CheckConstraint(condition=models.Q(('row', ''), models.Q(('step', ''), _negated=True), _connector='OR'), name='thread_row_is_of_a_step'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('act', ''), _negated=True), _connector='OR'), name='message_says_or_does_something'),
        ),
    ]
