"""Production loads nothing of what only ``make run`` needs."""

import os
import subprocess
import sys

from rameau_diag.folders import REPOSITORY

PRODUCTION = {"DATABASE_URL": "postgres://nom:mot@hote:5432/base", "SECRET_KEY": "k" * 50}
SHOW = "; print([name for name in sys.modules if name.startswith('rameau_diag.standalone')])"
SITE = "import sys, rameau_diag.wsgi, rameau_diag.urls, rameau_diag.web_server"
COMMAND = "import sys, manage; sys.argv = ['manage.py', 'version']; manage.main()"


def loaded(program: str, data: str, **environment: str) -> list[str]:
    """Answer the modules of the sub-package that a program has loaded, each time it says them."""
    bare = {"PATH": os.environ["PATH"], "DATA_DIR": data}
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=REPOSITORY, env=bare | environment, capture_output=True, text=True, check=True
    )
    return [line for line in done.stdout.splitlines() if line.startswith("[")]


def test_production_never_loads_what_make_run_needs(tmp_path):
    """Neither a command nor the site: one process is each in turn."""
    both = f"{COMMAND}{SHOW}; {SITE}{SHOW}"
    assert loaded(both, str(tmp_path), **PRODUCTION) == ["[]", "[]"]
    # Without a database of its own it does, or the line above would prove nothing.
    assert "rameau_diag.standalone.embedded_postgres" in loaded(SITE + SHOW, str(tmp_path))[0]
