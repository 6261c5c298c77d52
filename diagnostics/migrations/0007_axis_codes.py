"""The codes of two axes in the language of all the others: « moyens » → means, « conseil » → board."""

from django.db import migrations

RENAMED = {"moyens": "means", "conseil": "board"}


def renaming(before: str, after: str) -> list[str]:
    """Return what renames an axis: in the kits, and in the figures kept per diagnostic."""
    return [
        f"UPDATE diagnostics_part SET key = '{after}' WHERE key = '{before}'",
        "UPDATE diagnostics_diagnostic SET indicators = jsonb_set("
        f"indicators #- '{{axes,{before}}}', '{{axes,{after}}}', indicators #> '{{axes,{before}}}') "
        f"WHERE indicators #> '{{axes,{before}}}' IS NOT NULL",
    ]


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0006_renderings")]

    operations = [
        migrations.RunSQL(
            [sql for before, after in RENAMED.items() for sql in renaming(before, after)],
            [sql for before, after in RENAMED.items() for sql in renaming(after, before)],
        )
    ]
