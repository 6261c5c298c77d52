"""What holds across all templates and all models."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.template import engines
from django.urls import get_resolver

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
def test_every_step_has_its_two_templates(step: StepKey):
    assert f"steps/{step.value}/form.html" in templates()
    assert f"steps/{step.value}/display.html" in templates()


def test_every_template_compiles():
    for name in templates():
        engines["django"].get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_nothing_inline(name: str):
    """The content security policy would refuse it; mails have no other way than ``style``."""
    source = without_comments(templates()[name])
    tags = re.findall(r"<[a-zA-Z][^<>]*>", source)
    if not name.startswith("emails/"):
        assert not [tag for tag in tags if re.search(r"\sstyle\s*=", tag)]
        assert not re.search(r"<style\b", source)
    assert not [tag for tag in tags if re.search(r"\son[a-z]+\s*=", tag)]
    assert not [tag for tag in tags if tag.startswith("<script") and "src=" not in tag]
    assert not re.search(r"\bjavascript:", source)


@pytest.mark.parametrize("name", templates())
def test_nothing_is_declared_safe(name: str):
    source = templates()[name]
    assert not re.search(r"\|\s*safe(seq)?\b", source)
    if not name.endswith(".txt"):
        assert "autoescape off" not in source


@pytest.mark.parametrize("name", PAGES)
def test_a_form_that_posts_is_protected(name: str):
    for form in re.findall(r'<form\b[^>]*method="post".*?</form>', templates()[name], re.DOTALL):
        assert "{% csrf_token %}" in form


@pytest.mark.parametrize("name", PAGES)
def test_pages_use_french_quotes(name: str):
    text = re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", "", without_comments(templates()[name]))
    assert '"' not in text
    assert not re.search(r"\w'\w", text), "an apostrophe is ’"


@pytest.mark.parametrize("name", templates())
def test_no_line_of_a_page_or_mail_can_start_with_a_sign(name: str):
    text = re.sub(r"<[^>]*>|\{[{%].*?[%}]\}", "", without_comments(templates()[name]))
    assert PLAIN_SPACE.findall(text) == []


@pytest.mark.parametrize("folder", ["domain", "services", "forms", "views", "report"])
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
