"""What a migration must not do: fail to go back, break the release that still serves, lock for long.

While a release is being replaced, the former code works on the new tables for some minutes, and for longer
when one goes back to it (docs/deployment.md). ``manage.py lint_migrations`` asks, as does ``make lint``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

APP = "diagnostics"
# They were applied everywhere before these rules were, and are as they were. Nothing is added here: a later
# migration that has a reason says it itself (``accepted = {rule: reason}`` of its class).
STANDING = {
    "removes": {"0012", "0023", "0030"},
    "renames": {"0012", "0030"},
    "requires": {
        "0003",
        "0004",
        "0012",
        "0016",
        "0019",
        "0021",
        "0024",
        "0025",
        "0029",
        "0031",
        "0032",
    },
    "loosens": {"0024"},
    "mixes": {"0012", "0018", "0020", "0030", "0031"},
}
SENTENCES = {
    "irreversible": "cannot go back: give RunPython or RunSQL its reverse",
    "removes": "removes what the former code reads: first a release that does not, then this one",
    "renames": "renames what the former code names: add, copy, and remove a release later",
    "requires": "requires a value that the former code does not write: null=True or db_default",
    "loosens": "lets in NULL, and does not go back once there is one: say what one does instead",
    "mixes": "rewrites rows while it holds the locks of a change of tables: two migrations",
}
REMOVE = (migrations.RemoveField, migrations.DeleteModel)
RENAME = (migrations.RenameField, migrations.RenameModel)
CHANGE_TABLES = (
    *REMOVE,
    *RENAME,
    migrations.AddField,
    migrations.AlterField,
    migrations.AddConstraint,
)


def find_problems(name: str, migration: migrations.Migration, before: ProjectState) -> list[str]:
    """Return what is wrong with a migration, a sentence each; ``before``: the tables that it finds."""
    accepted = getattr(migration, "accepted", {})
    found = dict.fromkeys(_rules_broken(migration.operations, before))
    standing = {rule for rule, numbers in STANDING.items() if name[:4] in numbers}
    return [
        f"{name}: {SENTENCES[rule]}."
        for rule in found
        if rule not in standing and not accepted.get(rule)
    ]


def _rules_broken(operations: Sequence[Operation], before: ProjectState) -> Iterator[str]:
    made = {op.name_lower for op in operations if isinstance(op, migrations.CreateModel)}
    on_former = [op for op in operations if getattr(op, "model_name_lower", None) not in made]
    for operation in operations:
        if not operation.reversible:
            yield "irreversible"
    for operation in on_former:
        if isinstance(operation, REMOVE):
            yield "removes"
        if isinstance(operation, RENAME):
            yield "renames"
        if isinstance(operation, migrations.AddField) and _must_be_written(operation.field):
            yield "requires"
        if isinstance(operation, migrations.AlterField) and _lets_in_null(operation, before):
            yield "loosens"
    rewrites = any(isinstance(operation, migrations.RunPython) for operation in operations)
    if rewrites and any(isinstance(operation, CHANGE_TABLES) for operation in on_former):
        yield "mixes"


def _must_be_written(field: models.Field) -> bool:
    """Tell whether an INSERT that does not name a column is refused."""
    return not (field.null or field.many_to_many or field.has_db_default())


def _lets_in_null(operation: migrations.AlterField, before: ProjectState) -> bool:
    """Tell whether a column that refused NULL takes it: the reverse of it refuses the rows written since."""
    table = before.models.get((APP, operation.model_name_lower))
    former = table.fields.get(operation.name) if table else None
    return former is not None and operation.field.null and not former.null


def problems_of_all() -> list[str]:
    """Return what is wrong with the migrations of the application."""
    problems, before = [], ProjectState()
    for (app, name), migration in sorted(MigrationLoader(None).disk_migrations.items()):
        if app == APP:
            problems += find_problems(name, migration, before)
            before = migration.mutate_state(before, preserve=False)
    return problems
