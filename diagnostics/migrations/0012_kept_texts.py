"""Drafts of whole steps become texts kept by place; saves know the page that sent them."""

import re
from urllib.parse import urlencode

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.http import QueryDict

STEPS = [
    "vision",
    "roles",
    "objectives",
    "positioning",
    "activities",
    "accompaniment_scope",
    "territorial_scales",
    "economic_model",
    "alliances",
    "organisation",
    "board_decisions",
]
ROW = re.compile(r"(\w+)-(\d+)-(\w+)")


def by_place(step: str, data: QueryDict) -> list[tuple[str, str]]:
    """Return (place, text) of what a draft held: « objectives-rows-0-statement » of the row ``o1``
    is at « rows/o1/statement »."""
    prefix, found = f"{step}-", []
    for name, values in data.lists():
        if not name.startswith(prefix) or name.endswith(("_FORMS", "-id")):
            continue
        field = name.removeprefix(prefix)
        row = ROW.fullmatch(field)
        if row:
            row_set, index, column = row.groups()
            # A row that had no id yet gets one: it comes after those that are stored.
            key = data.get(f"{prefix}{row_set}-{index}-id") or f"n{index}"
            place = f"{row_set}/{key}/{column}"
        else:
            place = field.replace("-", "/")
        found += [(place, value) for value in values if value.strip()]
    return found


def convert(apps, schema_editor):
    KeptText = apps.get_model("diagnostics", "KeptText")
    for kept in KeptText.objects.all():
        kept.texts = urlencode(by_place(kept.step, QueryDict(kept.texts)))
        kept.save(update_fields=["texts"])


class Migration(migrations.Migration):
    dependencies = [("diagnostics", "0011_recentanswer")]

    operations = [
        migrations.RemoveConstraint("draft", "draft_once_per_person_and_step"),
        migrations.RemoveConstraint("draft", "draft_step_is_known"),
        migrations.RenameModel("Draft", "KeptText"),
        migrations.RenameField("KeptText", "form_data", "texts"),
        migrations.RenameField("KeptText", "saved_at", "kept_at"),
        migrations.RemoveField("KeptText", "base_revision"),
        migrations.AlterModelOptions(
            "KeptText", {"verbose_name": "texte gardé", "verbose_name_plural": "textes gardés"}
        ),
        *(
            migrations.AlterField(
                "KeptText",
                name,
                models.ForeignKey(
                    on_delete=django.db.models.deletion.CASCADE, related_name="kept_texts", to=model
                ),
            )
            for name, model in (
                ("diagnostic", "diagnostics.diagnostic"),
                ("user", settings.AUTH_USER_MODEL),
            )
        ),
        migrations.AddConstraint(
            "KeptText",
            models.UniqueConstraint(
                fields=("diagnostic", "step", "user"), name="kept_text_once_per_person_and_step"
            ),
        ),
        migrations.AddConstraint(
            "KeptText",
            models.CheckConstraint(
                condition=models.Q(("step__in", STEPS)), name="kept_text_step_is_known"
            ),
        ),
        *(
            migrations.AddField(
                model,
                "sent_by",
                models.CharField(blank=True, default="", max_length=24, verbose_name="page"),
            )
            for model in ("Answer", "AnswerRevision", "RecentAnswer")
        ),
        migrations.RunPython(convert, migrations.RunPython.noop, elidable=True),
    ]
