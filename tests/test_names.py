"""The names that documentation, docstrings and comments give exist: files, folders, symbols.

Only what is clearly ours is looked at: a path or a file in backticks, a reference such as
``:func:``, a dotted name that begins with one of our packages.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
FOLDERS = ("diagnostics", "rameau_diag", "scripts", "tests", "docs", "static", "templates")
PACKAGES = ("diagnostics", "rameau_diag", "tests")
TICKED = re.compile(
    r"(?<!`)(?::(?P<role>mod|func|class|meth|data|attr):)?(`{1,2})~?(?P<name>[^`\n]+)\2(?!`)"
)
FILE = re.compile(r"(?:[\w-]+/)*[\w-]+\.(?:py|md|html|css|js|mjs)")
FOLDER = re.compile(r"(?:[\w-]+/)+")
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*")
MADE = {"node_modules/", "staticfiles/"}


@cache
def files() -> list[str]:
    """Every file of ours, from the root."""
    found = [path for folder in (*FOLDERS, "fixtures") for path in (ROOT / folder).rglob("*")]
    found += ROOT.glob("*")
    return [
        path.relative_to(ROOT).as_posix() + "/" * path.is_dir()
        for path in found
        if "__pycache__" not in path.parts
    ]


def exists(path: str) -> bool:
    return any(name == path or name.endswith("/" + path) for name in files())


def read() -> Iterator[tuple[str, int, str]]:
    """Every line that may name something, with its file and number."""
    for name in files():
        if name.endswith((".py", ".md")) and name != "tests/test_names.py":
            lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
            yield from ((name, number, line) for number, line in enumerate(lines, 1))


def has(thing: object, names: list[str]) -> bool:
    """Tell whether an object has an attribute, an attribute of that one, and so on."""
    for name in names:
        fields = getattr(thing, "model_fields", {}) | getattr(thing, "__annotations__", {})
        if not hasattr(thing, name):
            return name in fields
        thing = getattr(thing, name)
    return True


def resolves(name: str) -> bool:
    """Tell whether a dotted name that begins with one of our packages leads to something."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        module = ".".join(parts[:length])
        if exists(module.replace(".", "/") + ".py") or exists(module.replace(".", "/") + "/"):
            return has(importlib.import_module(module), parts[length:])
    return False


def is_stale(file: str, role: str | None, name: str) -> bool:
    """Tell whether a name in backticks is clearly a name of ours, and leads nowhere."""
    if FILE.fullmatch(name):
        return not exists(name)
    if FOLDER.fullmatch(name):
        return name not in MADE and not exists(name)
    if not DOTTED.fullmatch(name):
        return False
    if name.partition(".")[0] in PACKAGES and "." in name:
        return not resolves(name)
    if role:
        module = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        found = importlib.import_module(module)
        places = [found]
        if role in {"attr", "meth"}:
            places += [thing for thing in vars(found).values() if isinstance(thing, type)]
        return not any(has(place, name.split(".")) for place in places)
    first = name.partition(".")[0]
    if "." in name and any(exists(f"diagnostics/{first}{end}") for end in (".py", "/")):
        return not resolves(f"diagnostics.{name}")
    return False


def test_what_is_named_exists():
    assert [
        f"{file}:{number}: {found['name']}"
        for file, number, line in read()
        for found in TICKED.finditer(line)
        if is_stale(file, found["role"], found["name"].removesuffix("()"))
    ] == []


def test_a_stale_name_is_seen():
    seen = [is_stale("README.md", None, name) for name in (
        "report/nowhere.py", "nowhere.html", "diagnostics/nowhere/", "diagnostics.domain.nowhere",
        "queries.nowhere", "diagnostics.domain.permissions.Access.nowhere",
    )]  # fmt: skip
    assert seen == [True] * 6
    assert is_stale("diagnostics/domain/permissions.py", "class", "Nowhere")
    known = ("domain/thread.py", "diagnostics/domain/", "diagnostics.domain.permissions.Access")
    assert [is_stale("README.md", None, name) for name in known] == [False] * 3
