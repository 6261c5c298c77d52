"""The files that bring the project to a machine: what they leave out, and what they agree upon."""

from __future__ import annotations

import re
from fnmatch import translate

import pytest

from rameau_diag.folders import REPOSITORY

# Beside compose.yaml, as docs/deployment.md has them.
SECRET = (
    ".env",
    ".env.production",
    "tls/privkey.pem",
    "sauvegarde.rameau",
    "sauvegarde.rameau.1234.dump",
    "copies/2026-11-30T023000.rameau",
)
NEEDED = ("manage.py", "rameau_diag/settings.py", "rameau_diag/environment.py", "deploy/rameau")


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def is_left_out(path: str, patterns: list[str], *, anywhere: bool) -> bool:
    """Tell whether a pattern names a file or one of its folders.

    ``anywhere``: a pattern without « / » does so at any depth, as git reads it and Docker does not.
    """
    parts = path.split("/")
    folders = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    for pattern in patterns:
        plain = pattern.strip("/")
        free = anywhere and "/" not in pattern.rstrip("/") or plain.startswith("**/")
        for folder in folders:
            name = folder.rsplit("/", 1)[-1] if free else folder
            if re.match(translate(plain.removeprefix("**/")), name):
                return True
    return False


@pytest.mark.parametrize(("file", "anywhere"), [(".dockerignore", False), (".gitignore", True)])
def test_no_secret_goes_into_an_image_or_a_commit(file, anywhere):
    lines = [line for line in read(file).splitlines() if line and not line.startswith("#")]
    assert not [line for line in lines if line.startswith("!")]  # none is taken back
    left = [path for path in SECRET if not is_left_out(path, lines, anywhere=anywhere)]
    assert left == []
    assert [path for path in NEEDED if is_left_out(path, lines, anywhere=anywhere)] == []
