"""``manage.py worker``: do the jobs of the queue: mails, papers, what is counted and forgotten at night."""

from __future__ import annotations

import atexit
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app

from diagnostics.worker import run


class Command(BaseCommand):
    """Runs until SIGTERM or Ctrl-C; what is being done then waits again for the next worker."""

    help = "Fait ce qui attend dans la file : mails, documents à imprimer, nettoyages de la nuit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the time that what is being done has to end."""
        parser.add_argument(
            "--grace",
            type=float,
            default=20.0,
            help="secondes laissées à ce qui est en cours quand l’arrêt est demandé (20 par défaut)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do jobs, and end the process: 0 when that was asked, 1 when it could not go on."""
        status = run(app, grace=options["grace"])
        # Threads that wait for a mail server would keep the process alive.
        atexit._run_exitfuncs()  # noqa: SLF001  (the renderer goes, and its folder)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
