"""A text of the kit as people read it: in the history, and where two people wrote at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from diagnostics.domain.coherence import RULES
from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.kit.prefill import told_prefill
from diagnostics.forms.kit.texts import write_paragraphs
from diagnostics.forms.kit.thresholds import label_of
from diagnostics.models import KitChange
from diagnostics.typography import NBSP, number


def words_of_value(path: str, name: str, value: Any) -> str:
    """Return what a text of the kit says, in lines; ``path``: where it stands (KitChange).

    What cannot be read as its field says it is given as it is stored.
    """
    if value in (None, "", [], {}):
        return ""
    if name == "introduction":
        return write_paragraphs(value)
    if name == "payload":
        return _prefill(path, value)
    if name == "thresholds" and isinstance(value, dict):
        return "\n".join(f"{label_of(key)}{NBSP}: {number(said)}" for key, said in value.items())
    if name == "trials" and isinstance(value, list):
        return "\n".join(f"{rule}{NBSP}: {RULES[rule].title}" for rule in value if rule in RULES)
    if isinstance(value, list):
        return "\n".join(map(_line, value))
    return str(value)


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return " — ".join(str(part) for part in value.values() if part)
    return str(value)


def _prefill(path: str, value: Any) -> str:
    key = path.split("/")[1] if path.startswith("steps/") else ""
    if key not in set(StepKey):
        return str(value)
    added = told_prefill(StepKey(key), value)
    lines = [
        f"{one.title} ({', '.join(f'{n}{NBSP}: {v}' for n, v in one.fields)})" for one in added
    ]
    return "\n".join(lines) or str(value)


@dataclass(frozen=True)
class ToldChange:
    """A change of a text, in words; ``who``: empty when the kit's file changed it."""

    change: KitChange
    who: str
    before: str
    after: str


def told_changes(changes: Iterable[KitChange]) -> list[ToldChange]:
    """Say changes in words: what each text said, and says since."""
    return [
        ToldChange(
            change=change,
            who=change.changed_by.display_name if change.changed_by else "",
            before=words_of_value(change.path, change.name, change.before),
            after=words_of_value(change.path, change.name, change.after),
        )
        for change in changes
    ]
