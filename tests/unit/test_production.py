"""Production loads nothing of what only ``make run`` needs."""

import os
import subprocess
import sys

import pytest

from rameau_diag.folders import REPOSITORY

PRODUCTION = {"DATABASE_URL": "postgres://nom:mot@hote:5432/base", "SECRET_KEY": "k" * 50}
SHOW = "; print([name for name in sys.modules if name.startswith('rameau_diag.standalone')])"
SITE = "import sys, rameau_diag.wsgi, rameau_diag.urls, rameau_diag.web_server" + SHOW
COMMAND = "import sys, manage; sys.argv = ['manage.py', 'version']; manage.main()" + SHOW


def loaded(program: str, data: str, **environment: str) -> str:
    """Answer the modules of the sub-package that a program has loaded at its end."""
    bare = {"PATH": os.environ["PATH"], "DATA_DIR": data}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=bare | environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("program", [SITE, COMMAND], ids=["site", "command"])
def test_production_never_loads_what_make_run_needs(tmp_path, program):
    assert loaded(program, str(tmp_path), **PRODUCTION) == "[]"
    # Without a database of its own it does, or the line above would prove nothing.
    assert "rameau_diag.standalone.embedded_postgres" in loaded(program, str(tmp_path))
