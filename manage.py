#!/usr/bin/env python3
"""Command line of the project; without ``DATABASE_URL`` it reaches the embedded PostgreSQL."""

import contextlib
import os
import sys


def main() -> None:
    """Run a management command with the embedded PostgreSQL up when it is the database in use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rameau_diag.settings")
    from django.core.management import execute_from_command_line

    from rameau_diag.environment import RefusedVariable

    database: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if not os.environ.get("DATABASE_URL", "").strip():  # never in production
        from rameau_diag.standalone.embedded_postgres import ensure_running

        database = ensure_running(sys.argv)
    try:
        with database:
            execute_from_command_line(sys.argv)
    except RefusedVariable as error:  # one sentence says what is wrong with the environment
        sys.exit(str(error))


if __name__ == "__main__":
    main()
