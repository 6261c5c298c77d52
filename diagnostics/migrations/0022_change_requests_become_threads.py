"""Requests of one text for the whole diagnostic become threads, with their history; what is submitted
has a review; diagnostics know since when they are in their state."""

from django.db import migrations


def move_change_requests(apps, schema_editor):
    """Each request is a thread, and what addressed it a message of who submitted again."""
    models = {
        name: apps.get_model("diagnostics", name)
        for name in ("ChangeRequest", "Thread", "Message", "Version")
    }
    for asked in models["ChangeRequest"].objects.select_related("diagnostic").order_by("pk"):
        is_over = asked.diagnostic.state in {"validated", "adopted"}
        state = "pending" if asked.addressed_at is None else "accepted" if is_over else "addressed"
        thread = models["Thread"].objects.create(
            diagnostic_id=asked.diagnostic_id,
            audience="facilitation",
            kind="request",
            state=state,
            ends_at_submission=True,
            opened_by_id=asked.requested_by_id,
            opened_at=asked.requested_at,
            changed_at=asked.addressed_at or asked.requested_at,
        )
        models["Message"].objects.create(
            thread=thread,
            author_id=asked.requested_by_id,
            text=asked.reason,
            written_at=asked.requested_at,
        )
        if asked.addressed_at is None:
            continue
        versions = models["Version"].objects.filter(diagnostic_id=asked.diagnostic_id)
        again = (
            versions.filter(submitted_at__gte=asked.addressed_at).order_by("number").first()
            or versions.order_by("-number").first()
        )
        if again is not None:
            models["Message"].objects.create(
                thread=thread,
                author_id=again.submitted_by_id,
                act="addressed",
                written_at=asked.addressed_at,
            )


def open_reviews(apps, schema_editor):
    """The last version of what is submitted or was validated has its review."""
    diagnostics = apps.get_model("diagnostics", "Diagnostic").objects
    events = apps.get_model("diagnostics", "Event").objects
    review = apps.get_model("diagnostics", "Review")
    outcomes = {"changes_requested": "changes_requested", "validated": "validated", "adopted": "validated"}
    for diagnostic in diagnostics.exclude(state="draft"):
        version = diagnostic.versions.order_by("-number").first()
        if version is None:
            continue
        outcome = outcomes.get(diagnostic.state, "")
        ended = events.filter(diagnostic=diagnostic, kind=outcome).order_by("-created_at").first()
        closing = {}
        if outcome:
            closing = {
                "outcome": outcome,
                "closed_by_id": ended.actor_id if ended else version.submitted_by_id,
                "closed_at": ended.created_at if ended else diagnostic.updated_at,
            }
        review.objects.create(
            diagnostic=diagnostic,
            version=version,
            submitted_from="draft" if version.number == 1 else "changes_requested",
            **closing,
        )


SINCE = """
UPDATE diagnostics_diagnostic SET state_since = CASE state
    WHEN 'draft' THEN created_at
    WHEN 'submitted' THEN submitted_at
    WHEN 'validated' THEN validated_at
    WHEN 'adopted' THEN adopted_at
    ELSE COALESCE(
        (SELECT max(requested_at) FROM diagnostics_changerequest asked
         WHERE asked.diagnostic_id = diagnostics_diagnostic.id), submitted_at)
END
"""


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0021_conversation_and_reviews")]

    operations = [
        migrations.RunSQL(SINCE, migrations.RunSQL.noop),
        migrations.RunPython(move_change_requests, migrations.RunPython.noop),
        migrations.RunPython(open_reviews, migrations.RunPython.noop),
    ]
