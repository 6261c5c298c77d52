#!/usr/bin/env python3
"""Command line of the project; without ``DATABASE_URL`` it reaches the embedded PostgreSQL."""

import contextlib
import os
import sys


def main() -> None:
    """Run a management command with the embedded PostgreSQL up when it is the database in use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rameau_diag.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    database: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if not os.environ.get("DATABASE_URL", "").strip():  # never in production
        from rameau_diag.standalone.embedded_postgres import ensure_running

        database = ensure_running(sys.argv)
    try:
        with database:
            if "worker" in sys.argv[1:3]:
                import django

                django.setup()
                from rameau_diag.durability import refuse_forgetful_database

                refuse_forgetful_database()
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:  # a sentence says what is wrong with the environment
        sys.exit(str(error))


if __name__ == "__main__":
    main()
