"""``manage.py access_table``: docs/access.md, written from what each address declares."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from diagnostics.policies import ADMINISTRATION, Address, Who, addresses

FILE = Path("docs") / "access.md"
HEAD = """# Who may do what

Written by `manage.py access_table` from what is declared beside each address (`diagnostics/policies.py`,
`diagnostics/urls.py`, `rameau_diag/urls.py`); a test compares. An address that declares nothing is
refused to everybody, and a test is red.

*Read* is GET and HEAD, *sent* is a form (POST); « — » is nobody, and any other method is refused (405). An
address that is only sent to leads whoever opens it to the page of its form. Who is not named gets:

- the sign-in page, when nobody is signed in; an account that was deactivated is nobody;
- 404 on what belongs to a structure, for whoever is neither of its team nor a facilitator, staff included;
- 403 otherwise.

What the state of a diagnostic allows comes on top (`domain/workflow.py`): 409 with the reason.
« Facilitators » are those who are not of the structure's own team.

| address | read by | sent by |
|---|---|---|
"""


def table() -> str:
    """Return the whole file."""
    lines = [f"| `/{route}` | {read} | {sent} |" for route, read, sent in _rows()]
    return HEAD + "\n".join(lines) + "\n"


def _rows() -> Iterator[tuple[str, str, str]]:
    administration = []
    for address in addresses():
        if address.policy is ADMINISTRATION:
            administration.append(address)
        else:
            yield _row(address)
    if administration:
        _, read, sent = _row(administration[0])
        yield "administration/…", read, sent


def _row(address: Address) -> tuple[str, str, str]:
    policy = address.policy
    if policy is None:
        return address.route, "undeclared", "undeclared"
    return address.route.replace("|", "\\|"), _words(policy.get), _words(policy.post)


def _words(who: Who | None) -> str:
    return who.words if who else "—"


class Command(BaseCommand):
    """Write the table of who may do what; no database is needed."""

    help = "Écrit docs/access.md\u00a0: qui peut lire chaque adresse, et qui peut y envoyer."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say so."""
        (Path(settings.BASE_DIR) / FILE).write_text(table(), encoding="utf-8")
        self.stdout.write(f"{FILE} est écrit.")
