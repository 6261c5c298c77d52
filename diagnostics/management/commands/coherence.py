"""``manage.py coherence FILE``: what the rules find in documents, without any database."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from diagnostics.domain.coherence import findings_json
from diagnostics.domain.document import read_document
from diagnostics.domain.malformed import Malformed
from diagnostics.typography import count


class Command(BaseCommand):
    """Print, for each document (one JSON per line), one line of JSON: the list of its findings."""

    help = (
        "Lit des documents, un JSON par ligne, et imprime pour chacun une ligne de JSON : la liste "
        "des points à discuter. N’enregistre rien et n’a besoin d’aucune base de données. Une "
        'ligne illisible donne {"error": …} avec le chemin JSON et la raison.'
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the file."""
        parser.add_argument("path", help="fichier de documents, ou « - » pour l’entrée standard")

    def handle(self, *args: Any, path: str, **options: Any) -> None:
        """Read line by line; unreadable lines are told where they are, and at the end."""
        try:
            lines = opened(path)
        except OSError as error:
            raise CommandError(f"Lecture impossible de « {path} » : {error.strerror}.") from error
        with lines:
            total, unreadable = self._answer(lines)
        if unreadable:
            lines_told = count(unreadable, "ligne illisible", "lignes illisibles")
            raise CommandError(f"{lines_told} sur {total}.")

    def _answer(self, lines: Iterable[bytes]) -> tuple[int, int]:
        """Answer each line that holds something; return how many there were, and unreadable."""
        total = unreadable = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            total += 1
            try:
                answer: Any = findings_json(read_document(line))
            except Malformed as error:
                unreadable += 1
                answer = {"error": {"line": number, **as_json(error)}}
            self._print(answer)
        return total, unreadable

    def _print(self, value: Any) -> None:
        try:
            self.stdout.write(json.dumps(value, ensure_ascii=False))
        except UnicodeEncodeError:  # a terminal of another age, or half a character
            self.stdout.write(json.dumps(value))


def opened(path: str) -> BinaryIO:
    """Open a file for reading, or the standard input for ``-``; bytes, since JSON is in UTF-8."""
    return open(sys.stdin.fileno(), "rb", closefd=False) if path == "-" else Path(path).open("rb")


def as_json(error: Malformed) -> dict[str, Any]:
    """Return the first problem, and the others when there are any."""
    first, *others = error.problems
    return first.as_json() | ({"others": [p.as_json() for p in others]} if others else {})
