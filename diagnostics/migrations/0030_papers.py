"""Papers of versions are kept apart from what was printed of drafts, and stay.

A paper that is kept already moves where it certainly is what was submitted: printed before anything
else happened to its diagnostic. The others are printed again when they are asked for.
"""

from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.migrations.exceptions import IrreversibleError

TABLE = "diagnostics_paper"
HAPPENED = [
    "changes_requested",
    "validated",
    "submission_withdrawn",
    "reopened",
    "adopted",
]


def move_papers(apps: Any, schema_editor: object) -> None:
    of_versions = apps.get_model("diagnostics", "Rendering").objects.filter(version__isnull=False)
    for rendering in of_versions.iterator(chunk_size=20):
        keep(rendering, apps)
    of_versions.delete()


def keep(rendering: Any, apps: Any) -> None:
    """Keep what was printed of a version as its paper, if it is."""
    Event, Paper, Version = (
        apps.get_model("diagnostics", name) for name in ("Event", "Paper", "Version")
    )
    kind, at = rendering.subject.partition("/")[0], rendering.rendered_at
    diagnostic = rendering.diagnostic_id
    is_own, is_made = rendering.subject.endswith("/own"), rendering.size > 0
    if is_own or not is_made or kind not in {"report", "synthesis"}:
        return
    version = Version.objects.filter(
        diagnostic=diagnostic, number=rendering.version, submitted_at__lte=at
    ).first()
    if version is None:
        return
    since = Event.objects.filter(diagnostic=diagnostic, kind__in=HAPPENED)
    if since.filter(created_at__gt=version.submitted_at, created_at__lte=at).exists():
        return
    Paper.objects.create(
        version=version,
        kind=kind,
        edition="submitted",
        key=rendering.key,
        file=rendering.pdf,
        size=rendering.size,
        pages=rendering.pages,
        made_at=at,
    )


def forget_renderings(apps: Any, schema_editor: object) -> None:
    """Going back: what is not a version's is printed again."""
    apps.get_model("diagnostics", "Rendering").objects.all().delete()


def refuse_to_lose(apps: Any, schema_editor: object) -> None:
    """Going back: what everybody has of a submitted version has no other place."""
    count = apps.get_model("diagnostics", "Paper").objects.filter(edition="submitted").count()
    if count:
        raise IrreversibleError(
            f"{count} papers of submitted versions would be lost. To go back all the same, keep a copy "
            f"of the table {TABLE}, then empty it with TRUNCATE."
        )


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0029_questions")]

    operations = [
        migrations.CreateModel(
            name="Paper",
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
                        choices=[
                            ("report", "rapport (PDF)"),
                            ("synthesis", "synthèse (PDF)"),
                            ("word", "rapport (Word)"),
                        ],
                        max_length=10,
                        verbose_name="document",
                    ),
                ),
                ("edition", models.CharField(max_length=20, verbose_name="édition")),
                ("key", models.CharField(max_length=64, verbose_name="empreinte")),
                ("file", models.BinaryField(verbose_name="fichier")),
                ("size", models.PositiveIntegerField(verbose_name="taille en octets")),
                ("pages", models.PositiveIntegerField(default=0, verbose_name="pages")),
                (
                    "made_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="imprimé le"
                    ),
                ),
                (
                    "release",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="empreinte du programme"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="diagnostics.version",
                    ),
                ),
            ],
            options={
                "verbose_name": "document d’une version",
                "verbose_name_plural": "documents des versions",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("version", "kind", "edition"), name="paper_once_per_edition"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["report", "synthesis", "word"])),
                        name="paper_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("edition__in", ("submitted", "validated", "adopted"))),
                        name="paper_edition_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__gt", 0),
                            models.Q(("pages__gt", 0), ("kind", "word"), _connector="OR"),
                        ),
                        name="paper_is_not_empty",
                    ),
                ],
            },
        ),
        migrations.RunPython(move_papers, migrations.RunPython.noop),
        # What was just inserted is checked now: the tables change below.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION diagnostics_refuse_change();"
            f"CREATE TRIGGER {TABLE}_submitted_stays BEFORE DELETE ON {TABLE} "
            "FOR EACH ROW WHEN (OLD.edition = 'submitted') "
            "EXECUTE FUNCTION diagnostics_refuse_change();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};"
            f"DROP TRIGGER {TABLE}_submitted_stays ON {TABLE};",
        ),
        migrations.RenameField("rendering", "pdf", "file"),
        migrations.RenameField("rendering", "rendered_at", "made_at"),
        migrations.RemoveConstraint("rendering", "rendering_has_pages_unless_stopped"),
        migrations.RemoveField("rendering", "version"),
        migrations.AddConstraint(
            "rendering",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("size__gt", 0), ("stopped", "")),
                    models.Q(models.Q(("stopped", ""), _negated=True), ("pages", 0), ("size", 0)),
                    _connector="OR",
                ),
                name="rendering_has_a_size_unless_stopped",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_renderings),
        migrations.RunPython(migrations.RunPython.noop, refuse_to_lose),
    ]
