"""Migrations go back, and leave the former code alive; each rule has a migration that breaks it."""

import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState

from rameau_diag.migration_lint import SENTENCES, STANDING, find_problems, problems_of_all


def nothing(*arguments: object) -> None: ...


NEW = migrations.CreateModel("Thing", [("id", models.BigAutoField(primary_key=True))])
COUNT = models.IntegerField(default=0)
MAY_LACK = models.IntegerField(null=True)
FORMER = [("id", models.BigAutoField(primary_key=True)), ("step", COUNT), ("mark", MAY_LACK)]


def problems(*operations, name: str = "0099_new", **more: object) -> list[str]:
    migration = type("Migration", (migrations.Migration,), {"operations": operations, **more})
    before = ProjectState({("diagnostics", "answer"): ModelState("diagnostics", "Answer", FORMER)})
    told = find_problems(name, migration(name, "diagnostics"), before)
    rules = {f"{name}: {sentence}.": rule for rule, sentence in SENTENCES.items()}
    return [rules[sentence] for sentence in told]


def test_the_migrations_that_stand_keep_the_rules():
    assert problems_of_all() == []


@pytest.mark.parametrize(
    ("operations", "broken"),
    [
        ([migrations.RunPython(nothing)], ["irreversible"]),
        ([migrations.RunPython(nothing, nothing)], []),
        ([migrations.RunSQL("SELECT 1")], ["irreversible"]),
        ([migrations.RunSQL("SELECT 1", "SELECT 1")], []),
        ([migrations.RemoveField("answer", "step")], ["removes"]),
        ([migrations.DeleteModel("answer")], ["removes"]),
        ([migrations.RenameField("answer", "step", "key")], ["renames"]),
        ([migrations.RenameModel("answer", "reply")], ["renames"]),
        ([migrations.AddField("answer", "seen", COUNT)], ["requires"]),
        ([migrations.AlterField("answer", "step", MAY_LACK)], ["loosens"]),
        ([migrations.AlterField("answer", "step", models.IntegerField(default=1))], []),
        ([migrations.AlterField("answer", "mark", MAY_LACK)], []),
        ([migrations.AddField("answer", "seen", models.IntegerField(null=True))], []),
        ([migrations.AddField("answer", "seen", models.IntegerField(db_default=0))], []),
        ([NEW, migrations.AddField("thing", "seen", COUNT)], []),
        (
            [
                migrations.AddField("answer", "seen", models.IntegerField(null=True)),
                migrations.RunPython(nothing, nothing),
            ],
            ["mixes"],
        ),
    ],
)
def test_each_rule_sees_what_it_is_for(operations, broken):
    assert problems(*operations) == broken


def test_a_reason_is_said_by_the_migration_and_only_former_ones_stand():
    operation = migrations.RemoveField("answer", "step")
    assert problems(operation, accepted={"removes": "no release reads it since 2027"}) == []
    assert problems(operation, accepted={"removes": ""}) == ["removes"]
    assert problems(operation, name="0012_kept_texts") == []
    assert max(number for numbers in STANDING.values() for number in numbers) == "0032"
