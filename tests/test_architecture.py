"""The layers of the code, read from its imports: they go downwards only."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from procrastinate.contrib.django import app

from diagnostics.domain.workflow import TRANSITIONS

ROOT = Path(settings.BASE_DIR)
# From the bottom up; a module may import its own layer and those below. The longest prefix counts.
LAYERS = [
    ["domain", "typography", "markup"],
    ["models", "migrations"],
    ["queries", "services", "passwords", "shared_cache"],
    [
        "forms",
        "report",
        "notifications",
        "expired_session",
        "accounts",
        "factors",
        "known_browsers",
        "limits",
        "sessions",
    ],
    ["editions"],
    ["wizard", "printing", "requests", "policies"],
    ["tasks", "templatetags", "middleware", "uploads"],
    ["views", "admin", "management", "bench", "apps", "worker"],
    ["urls"],
]
LAYER = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# Only these know the library, wherever it comes from.
ONLY_IN = {
    "formtools": {"wizard"},
    "weasyprint": {"report.pdf", "report.whole_lines", "bench.floor"},
    "docx": {"report.word"},
    "resvg_py": {"report.pictures"},
    "openpyxl": {"forms.workbook"},
    "fontTools": {"report.pdf", "report.pictures"},
    "pydantic": {"domain", "services", "forms", "report"},
    "allauth": {
        "accounts",
        "admin",
        "factors",
        "forms",
        "known_browsers",
        "limits",
        "models.people",
        "services",
        "urls",
    },
    # Where a test compares what each asks with what its query set asks.
    "rameau_diag.postgresql.written_once": {"queries", "services"},
}
WRITES = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "bulk_update"}


def module_name(path: Path) -> str:
    """``queries``, ``views.reports``: the name inside the application."""
    parts = path.relative_to(ROOT / "diagnostics").with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


@cache
def sources() -> dict[str, str]:
    return {
        module_name(path): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "diagnostics").rglob("*.py"))
    }


@cache
def modules() -> dict[str, ast.Module]:
    return {name: ast.parse(source) for name, source in sources().items()}


@cache
def imports(tree: ast.AST) -> set[str]:
    """Every module that a module imports, inside functions too; names are given with theirs."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@cache
def ours(tree: ast.AST) -> set[str]:
    prefix = "diagnostics."
    return {name.removeprefix(prefix) for name in imports(tree) if name.startswith(prefix)}


def starts_with(name: str, start: str) -> bool:
    return name == start or name.startswith(start + ".")


def test_every_module_has_a_layer():
    assert {name.partition(".")[0] for name in modules()} - {""} <= set(LAYER)


def test_what_is_guarded_exists():
    """A rule for a module that is gone, or not there yet, guards nothing."""
    guarded = {
        *LAYER,
        *(place for places in ONLY_IN.values() for place in places),
        *("domain", "report", "queries", "services", "views", "wizard", "migrations"),
    }
    assert {name for name in guarded if name not in modules()} == set()


def test_imports_go_downwards():
    upwards = [
        f"{name} imports {imported}"
        for name, tree in modules().items()
        for imported in ours(tree)
        if LAYER[imported.partition(".")[0]] > LAYER.get(name.partition(".")[0], 99)
    ]
    assert upwards == []


def test_queries_know_no_service():
    found = [
        (name, imported)
        for name, tree in modules().items()
        if starts_with(name, "queries")
        for imported in ours(tree)
        if starts_with(imported, "services")
    ]
    assert found == []


@pytest.mark.parametrize("folder", ["domain", "report"])
def test_what_reads_a_document_knows_neither_models_nor_requests(folder: str):
    forbidden = ("diagnostics.models", "diagnostics.queries", "diagnostics.services", "django.db")
    forbidden += ("django.http", "django.forms", "rameau_diag")
    found = [
        f"{name} imports {imported}"
        for name, tree in modules().items()
        for imported in imports(tree)
        if starts_with(name, folder) and any(starts_with(imported, start) for start in forbidden)
    ]
    assert found == []


def test_the_domain_is_plain_python():
    found = [
        f"{name} imports {imported}"
        for name, tree in modules().items()
        if starts_with(name, "domain")
        for imported in imports(tree)
        if imported.partition(".")[0] in {"django", "procrastinate", "rameau_diag"}
    ]
    assert found == []


@pytest.mark.parametrize("library", ONLY_IN)
def test_a_library_is_known_in_few_places(library: str):
    users = {
        name
        for name, tree in modules().items()
        if any(starts_with(imported, library) for imported in imports(tree))
    }
    assert {
        user for user in users if not any(starts_with(user, place) for place in ONLY_IN[library])
    } == set()


def test_whoever_prints_goes_through_the_renderer():
    """In a process of its own, bounded; only the bench prints as WeasyPrint alone would."""
    inside = "diagnostics.report.pdf.print_html"
    assert [name for name, tree in modules().items() if inside in imports(tree)] == []
    whole = {name for name, tree in modules().items() if "report.pdf" in ours(tree)}
    assert whole == {"bench.floor", "report.fingerprint", "report.warm"}


def test_services_see_no_request():
    for name, tree in modules().items():
        if not starts_with(name, "services"):
            continue
        assert "django.http.HttpRequest" not in imports(tree), name
        assert not [i for i in imports(tree) if starts_with(i, "django.shortcuts")], name
        for node in ast.walk(tree):
            if isinstance(node, ast.arguments):
                arguments = [*node.posonlyargs, *node.args, *node.kwonlyargs]
                assert "request" not in {argument.arg for argument in arguments}, name


def test_views_write_no_model():
    found = [
        f"{name}:{node.lineno} calls {node.func.attr}"
        for name, tree in modules().items()
        if starts_with(name, "views") or name == "wizard"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES | {"delete"}
    ]
    assert found == []


def test_there_are_no_signals_of_our_own():
    for name, tree in modules().items():
        for imported in imports(tree):
            assert not starts_with(imported, "django.dispatch"), name
            assert "signals" not in imported.split("."), name


def test_nothing_is_marked_safe_without_a_reason():
    """``mark_safe`` (or a SafeString made by hand) says on its line why what it marks is safe."""
    found = []
    for name, tree in modules().items():
        lines = sources()[name].splitlines()
        found += [
            f"{name}:{node.lineno}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"mark_safe", "SafeString", "SafeText"}
            and "# safe: " not in lines[node.lineno - 1]
        ]
    assert found == []


def test_every_job_that_is_deferred_is_registered():
    """An unknown name is accepted in silence by the queue, and its job would never run."""
    app.perform_import_paths()
    deferred = set()
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "configure_task"
            ):
                if ast.unparse(node.args[0]) == "transition.mail":
                    deferred |= {transition.mail for transition in TRANSITIONS}
                    continue
                assert isinstance(node.args[0], ast.Constant), f"{name}:{node.lineno}"
                deferred.add(node.args[0].value)
    assert deferred, "no job is deferred any more: does the test still look for the right thing?"
    assert deferred <= set(app.tasks)


def test_sizes_that_ring_a_bell():
    """An alarm, not a law: a module of this size has more than one reason to change."""
    long = {
        name: len(ast.unparse(tree).splitlines())
        for name, tree in modules().items()
        # Comments and blank lines do not count, and the formatter leaves no two statements a line:
        # a short file is a short module.
        if not starts_with(name, "migrations") and len(sources()[name].splitlines()) > 400
    }
    assert {name: lines for name, lines in long.items() if lines > 400} == {}
