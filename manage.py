#!/usr/bin/env python3
"""Command line of the project; without ``DATABASE_URL`` it reaches the embedded PostgreSQL."""

import os
import sys


def main() -> None:
    """Run a management command with the embedded PostgreSQL up when it is the database in use."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rameau_diag.settings")
    from django.core.management import execute_from_command_line

    from rameau_diag import embedded_postgres
    from rameau_diag.environment import RefusedVariable

    try:
        with embedded_postgres.ensure_running():
            execute_from_command_line(sys.argv)
    except RefusedVariable as error:  # one sentence says what is wrong with the environment
        sys.exit(str(error))


if __name__ == "__main__":
    main()
