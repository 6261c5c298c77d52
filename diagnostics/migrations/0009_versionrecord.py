"""What each version was made of, beside it: the versions themselves are never altered.

A version that is there already gets its record now: the canonical JSON of its content where that
gives its SHA-256, what the rules find in it, its kit's thresholds and texts. These are made by the
domain's own readers, which read documents of every age.
"""

import hashlib

import django.db.models.deletion
from django.db import migrations, models

TABLE = "diagnostics_versionrecord"


def record_versions(apps, schema_editor):
    from diagnostics.domain.coherence import findings_json, load_thresholds
    from diagnostics.domain.document import canonical_json, load_document
    from diagnostics.domain.kit_texts import read_texts

    Step = apps.get_model("diagnostics", "Step")
    Version = apps.get_model("diagnostics", "Version")
    VersionRecord = apps.get_model("diagnostics", "VersionRecord")
    versions = Version.objects.filter(record=None).select_related("diagnostic__kit").order_by("pk")
    for version in versions.iterator(chunk_size=50):
        diagnostic, kit = version.diagnostic, version.diagnostic.kit
        exact = canonical_json(version.content)
        thresholds = load_thresholds(kit.thresholds)
        try:
            findings = findings_json(load_document(version.content), thresholds)
        except ValueError:  # written by hand: it is kept, and shown as what it is
            findings = []
        steps = Step.objects.filter(kit=kit).select_related("part")
        texts = read_texts(kit.credit, steps).at(diagnostic.horizon_years)
        VersionRecord.objects.create(
            version=version,
            document=exact if hashlib.sha256(exact).hexdigest() == version.sha256 else None,
            findings=findings,
            thresholds=thresholds.model_dump(mode="json"),
            texts=texts.model_dump(mode="json"),
        )


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0008_steps_by_code")]

    operations = [
        migrations.CreateModel(
            name="VersionRecord",
            fields=[
                (
                    "version",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="record",
                        serialize=False,
                        to="diagnostics.version",
                    ),
                ),
                ("document", models.BinaryField(null=True, verbose_name="document")),
                (
                    "findings",
                    models.JSONField(blank=True, default=list, verbose_name="points à discuter"),
                ),
                (
                    "thresholds",
                    models.JSONField(blank=True, default=dict, verbose_name="seuils de cohérence"),
                ),
                ("texts", models.JSONField(verbose_name="textes du kit")),
            ],
            options={
                "verbose_name": "contenu d’une version",
                "verbose_name_plural": "contenus des versions",
            },
        ),
        migrations.RunPython(record_versions, migrations.RunPython.noop),
        migrations.RunSQL(
            f"CREATE TRIGGER {TABLE}_append_only BEFORE UPDATE OR DELETE ON {TABLE} "
            "FOR EACH ROW EXECUTE FUNCTION diagnostics_refuse_change();",
            f"DROP TRIGGER {TABLE}_append_only ON {TABLE};",
        ),
    ]
