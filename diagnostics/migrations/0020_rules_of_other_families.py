"""A choice on purpose may answer a slip or a further question (S1, C5…), and no kit is refused by the
new figures of R11 (22.5 and 30, for 10 and 25)."""

from typing import Any

from django.db import migrations, models

FORMER_INFO = 10


def in_order(thresholds: dict[str, Any]) -> dict[str, Any]:
    """Return a kit's thresholds with the figure that R11 spoke from, where it had only the other."""
    attention = thresholds.get("pace_attention")
    if attention is None or "pace_info" in thresholds:
        return thresholds
    return {**thresholds, "pace_info": min(FORMER_INFO, attention)}


def keep_in_order(apps: Any, schema_editor: Any) -> None:
    """Write them down, for the kits that have a figure of their own."""
    for kit in apps.get_model("diagnostics", "Kit").objects.exclude(thresholds={}):
        kit.thresholds = in_order(kit.thresholds)
        kit.save(update_fields=["thresholds"])


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0019_invitations_sent_again")]

    operations = [
        migrations.RunPython(keep_in_order, migrations.RunPython.noop, elidable=True),
        migrations.RemoveConstraint("acknowledgement", "acknowledgement_rule_is_a_rule"),
        migrations.AddConstraint(
            "acknowledgement",
            models.CheckConstraint(
                condition=models.Q(rule__regex="^[A-Z][0-9]{1,2}$"),
                name="acknowledgement_rule_is_a_rule",
            ),
        ),
    ]
