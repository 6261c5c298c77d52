"""What ``make run`` does with Django before it serves, in a process of its own.

``check`` reads the settings; ``prepare`` brings the database and the static files up to date.
The last words for the person go to the standard output; the rest goes to a log.
"""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from rameau_diag.processes import speak_utf8


def main() -> int:
    """Run the step named on the command line."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rameau_diag.settings")
    from django.db import OperationalError

    from rameau_diag.environment import RefusedVariable

    speak_utf8()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            check() if sys.argv[1] == "check" else prepare()
    except RefusedVariable as error:
        print(error)
    except OperationalError as error:
        print(f"La base de données ne répond pas : {str(error).strip().splitlines()[-1]}")
    else:
        return 0
    return 1


def check() -> None:
    """Read the settings: a bad value is refused with its own sentence."""
    from django.conf import settings

    _ = settings.DATABASES


def prepare() -> None:
    """Bring the database and the static files up to date."""
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("load_kit", verbosity=0)
    call_command("load_demo", verbosity=0)
    connections.close_all()
    root = Path(settings.STATIC_ROOT)
    stamp = root / ".sources"
    sources = _digest_of_sources()
    if not stamp.exists() or stamp.read_text() != sources:
        # What no page asks for: Bootstrap's parts, mirrored versions and scripts, the sources of what is
        # minified. Two thirds of all there is to compress.
        unused = ["*.rtl.*", "bootstrap-grid*", "bootstrap-reboot*", "bootstrap-utilities*"]
        unused += ["bootstrap.css*", "bootstrap.js*", "bootstrap.min.js*", "bootstrap.bundle*"]
        unused += [
            "bootstrap.esm*",
            "bootstrap-icons.css",
            "bootstrap-icons.[sj]*",
            "htmax-*",
            "htmx-4*",
        ]
        call_command(
            "collectstatic", interactive=False, clear=True, verbosity=0, ignore_patterns=unused
        )
        stamp.write_text(sources)


def _digest_of_sources() -> str:
    """Answer a digest of every static file's name, size and date."""
    digest = hashlib.sha256()
    for name, path in sorted(_static_files()):
        found = path.stat()
        digest.update(f"{name}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _static_files() -> Iterator[tuple[str, Path]]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in finder.list([]):
            yield name, Path(storage.path(name))


if __name__ == "__main__":
    sys.exit(main())
