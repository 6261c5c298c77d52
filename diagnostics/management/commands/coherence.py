"""``manage.py coherence FILE``: what the rules find in documents, without any database."""

from __future__ import annotations

import datetime as dt
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from diagnostics.domain.coherence import (
    DEFAULT_THRESHOLDS,
    BadThresholds,
    Thresholds,
    findings_json,
    load_thresholds,
)
from diagnostics.domain.document import read_document
from diagnostics.domain.malformed import Malformed, parse_json, why_unreadable
from diagnostics.typography import count


class Command(BaseCommand):
    """Print, for each document (one JSON per line, or one over all lines), one line of JSON: the list of its findings."""

    help = (
        "Lit des documents, un JSON par ligne (ou un seul, sur plusieurs lignes), et imprime pour chacun une ligne de JSON : la liste "
        "des points à discuter. N’enregistre rien et n’a besoin d’aucune base de données. Une "
        'ligne illisible donne {"error": …} avec le chemin JSON et la raison.'
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the files."""
        parser.add_argument("path", help="fichier de documents, ou « - » pour l’entrée standard")
        parser.add_argument(
            "--thresholds",
            metavar="FILE",
            help="fichier des seuils qui diffèrent, un objet JSON comme dans un kit : "
            '{"pace_info": 12}',
        )
        parser.add_argument(
            "--today",
            metavar="AAAA-MM-JJ",
            help="jour auquel la date du conseil est comparée (S13) ; sans elle, celui d’aujourd’hui",
        )

    def handle(
        self,
        *args: Any,
        path: str,
        thresholds: str | None = None,
        today: str | None = None,
        **options: Any,
    ) -> None:
        """Read line by line; unreadable lines are told where they are, and at the end."""
        self._today = dt.date.today() if today is None else day(today)
        limits = thresholds_in(thresholds) if thresholds is not None else DEFAULT_THRESHOLDS
        with opened(path) as lines:
            total, unreadable = self._answer(documents_in(lines), limits)
        if unreadable:
            lines_told = count(unreadable, "ligne illisible", "lignes illisibles")
            raise CommandError(f"{lines_told} sur {total}.")

    def _answer(self, lines: Iterable[bytes], thresholds: Thresholds) -> tuple[int, int]:
        """Answer each line that holds something; return how many there were, and unreadable."""
        total = unreadable = 0
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            total += 1
            try:
                answer: Any = findings_json(read_document(line), thresholds, today=self._today)
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


def day(text: str) -> dt.date:
    """Read the day of an option, spelt in the one way that its help tells."""
    try:
        read = dt.date.fromisoformat(text)
        if read.isoformat() != text:
            raise ValueError(text)
    except ValueError as error:
        raise CommandError(
            f"« {text} » n’est pas un jour AAAA-MM-JJ : écrivez par exemple --today 2026-05-15."
        ) from error
    return read


def opened(path: str) -> BinaryIO:
    """Open a file for reading, or the standard input for ``-``; bytes, since JSON is in UTF-8."""
    if path == "-":
        return open(sys.stdin.fileno(), "rb", closefd=False)
    try:
        return Path(path).open("rb")
    except OSError as error:
        raise CommandError(
            f"Lecture impossible de « {path} » : {why_unreadable(error)}."
        ) from error


def documents_in(file: BinaryIO) -> Iterable[bytes]:
    """Return the documents of a file: one a line, or one over all its lines when the first opens it."""
    first = file.readline()
    return [first + file.read()] if first.strip() == b"{" else chain([first], file)


def thresholds_in(path: str) -> Thresholds:
    """Read the thresholds of a file, refused in the words that refuse those of a kit."""
    with opened(path) as file:
        text = file.read()
    try:
        return load_thresholds(parse_json(text))
    except (Malformed, BadThresholds) as error:
        problems = "\n".join(f"  {problem}" for problem in error.problems)
        raise CommandError(f"Seuils refusés dans « {path} » :\n{problems}") from error


def as_json(error: Malformed) -> dict[str, Any]:
    """Return the first problem, and the others when there are any."""
    first, *others = error.problems
    return first.as_json() | ({"others": [p.as_json() for p in others]} if others else {})
