"""What holds across all templates and all models."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines
from django.urls import get_resolver

from diagnostics.domain.retention import BACKUP_DAYS
from diagnostics.domain.vocabulary import StepKey

ROOT = Path(settings.BASE_DIR)
TEMPLATES = ROOT / "templates"
# Found by Django and allauth by their names alone.
ERROR_PAGES = {"400.html", "403.html", "404.html", "429.html", "500.html", "403_csrf.html"}
OF_ALLAUTH = {"account/password_reset_help_text.html"}


@cache
def templates() -> dict[str, str]:
    return {
        path.relative_to(TEMPLATES).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(TEMPLATES.rglob("*"))
        if path.is_file()
    }


@cache
def python_strings() -> set[str]:
    """Every string of the code; the parts that a formatted string leaves open become ``*``."""
    found = set()
    for folder in ("diagnostics", "rameau_diag"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
                elif isinstance(node, ast.JoinedStr):
                    parts = (p.value if isinstance(p, ast.Constant) else "*" for p in node.values)
                    found.add("".join(str(part) for part in parts))
    return found


def sentences(folder: str) -> set[str]:
    """What the code of a folder says to people: its strings but docstrings and descriptions."""
    found = set()
    for path in sorted((ROOT / "diagnostics" / folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        left_out = set()
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Expr)
                or isinstance(node, ast.keyword)
                and node.arg == "description"
            ):
                left_out.add(node.value)
            elif (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node not in left_out
            ):
                found.add(node.value)
    return found


def of_a_package(name: str) -> bool:
    """Tell whether a template takes the place of one of an installed package."""
    folders = [Path(config.path) / "templates" for config in apps.get_app_configs()]
    return any((folder / name).exists() for folder in folders)


def without_comments(source: str) -> str:
    source = re.sub(r"\{#.*?#\}", "", source)
    return re.sub(r"\{% comment.*?endcomment %\}", "", source, flags=re.DOTALL)


# A space that lets a line break before the sign it belongs to.
PLAIN_SPACE = re.compile(r"« | [;:!?»](?=\s|$)|(?<=\d) (?=[%€]|K€)")
PAGES = [name for name in templates() if name.endswith(".html")]


def test_every_template_is_used():
    quoted = set()
    for source in templates().values():
        quoted |= set(re.findall(r"""["']([\w./-]+\.(?:html|txt))["']""", source))
    made = {name for name in python_strings() if "*" in name and "/" in name}
    patterns = [re.compile(re.escape(name).replace(r"\*", r"[\w-]+")) for name in made]
    mails = {string for string in python_strings() if string.isidentifier()}

    def used(name: str) -> bool:
        if name in quoted | python_strings() | ERROR_PAGES | OF_ALLAUTH or of_a_package(name):
            return True
        if name.startswith("emails/"):
            return Path(name).stem in mails
        if name.startswith("steps/"):
            parts = name.split("/")
            return parts[1] in set(StepKey) and any(p.fullmatch(name) for p in patterns)
        return any(pattern.fullmatch(name) for pattern in patterns)

    assert [name for name in templates() if not used(name)] == []


@pytest.mark.parametrize("step", list(StepKey))
def test_every_step_has_its_form(step: StepKey):
    assert f"steps/{step.value}/form.html" in templates()


def test_every_template_compiles():
    for name in templates():
        engines["django"].get_template(name)


def found_in(
    names: Iterable[str], pattern: str, read: Callable[[str], str] = without_comments
) -> list[str]:
    """Each place of these templates that a pattern finds, with its file."""
    return [
        f"{name}: {found.group()}"
        for name in names
        for found in re.finditer(pattern, read(templates()[name]), re.DOTALL)
    ]


def text_of(source: str) -> str:
    """What people read of a template: neither tags nor comments."""
    return re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", "", without_comments(source))


def test_a_page_has_nothing_inline():
    """The content security policy would refuse it; mails have no other way than ``style``."""
    served = [name for name in PAGES if not name.startswith("emails/")]
    assert found_in(served, r"<[a-zA-Z][^<>]*\sstyle\s*=[^<>]*>|<style\b") == []
    assert found_in(PAGES, r"<[a-zA-Z][^<>]*\son[a-z]+\s*=[^<>]*>") == []
    assert found_in(PAGES, r"<script(?![^<>]*src=)[^<>]*>|\bjavascript:") == []


def test_nothing_is_declared_safe():
    assert found_in(templates(), r"\|\s*safe(seq)?\b", str) == []
    marked_up = [name for name in templates() if not name.endswith(".txt")]
    assert found_in(marked_up, "autoescape off", str) == []


def test_a_form_that_posts_is_protected():
    forms = found_in(PAGES, r"<form\b[^>]*method=\"post\".*?</form>", str)
    assert len(forms) > 20
    assert [form for form in forms if "{% csrf_token %}" not in form] == []


def test_pages_use_french_quotes():
    assert found_in(PAGES, '[^\n]*"[^\n]*', text_of) == []
    assert found_in(PAGES, r"\w'\w", text_of) == [], "an apostrophe is ’"


def test_no_line_of_a_page_or_mail_can_start_with_a_sign():
    assert found_in(templates(), PLAIN_SPACE.pattern, text_of) == []


# A line of a mail as text is a paragraph.
LINE_LIMIT = 160


def test_a_template_can_be_read_line_by_line():
    """What changed in a longer line, nobody sees in a diff."""
    assert [
        f"{name}:{number}: {len(line)} characters"
        for name in PAGES
        for number, line in enumerate(templates()[name].splitlines(), 1)
        if len(line) > LINE_LIMIT
    ] == []


@pytest.mark.parametrize(
    "folder", ["domain", "services", "forms", "views", "report", "notifications"]
)
def test_no_line_of_a_sentence_can_start_with_a_sign(folder: str):
    assert [text for text in sentences(folder) if PLAIN_SPACE.search(text)] == []


def test_every_name_of_an_address_is_used_once():
    names = [
        pattern.name
        for pattern in get_resolver().url_patterns[-1].url_patterns
        if hasattr(pattern, "name")
    ]
    assert len(names) == len(set(names))


def test_names_of_models_are_lower_case():
    """Django puts them in the middle of its own sentences."""
    for model in apps.get_app_config("diagnostics").get_models():
        names = [str(model._meta.verbose_name), str(model._meta.verbose_name_plural)]
        names += [str(field.verbose_name) for field in model._meta.fields if not field.primary_key]
        assert [name for name in names if name[0].isupper()] == [], model


def test_drawings_take_their_colours_from_the_tokens():
    folders = ("report/diagrams", "report/word/styles.py", "report/blocks")
    found = []
    for place in folders:
        path = Path(settings.BASE_DIR) / "diagnostics" / place
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            found += [
                f"{file.name}: {c}" for c in re.findall(r"#[0-9a-fA-F]{6}\b", file.read_text())
            ]
    assert found == []


def test_backups_go_as_soon_as_pages_promise():
    """« find » counts whole days, and asks once a day: what it leaves may be two days older than it says."""
    unit = (ROOT / "deploy" / "systemd" / "rameau-backup.service").read_text(encoding="utf-8")
    assert [int(days) + 2 for days in re.findall(r"-mtime \+(\d+) -delete", unit)] == [BACKUP_DAYS]
