"""What is wrong with a value that is no document: where (JSON path) and why, in French."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from diagnostics.typography import NBSP, count, quoted

# By type of pydantic's errors; ``{…}`` are the values of its context.
_REASONS = {
    "missing": "manque",
    "extra_forbidden": "clé inconnue",
    "string_type": "un texte est attendu",
    "string_unicode": "ce texte contient une moitié de caractère",
    "string_pattern_mismatch": "ce texte n’a pas la forme attendue ({pattern})",
    "string_too_short": "ce texte est vide",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_parsing_size": "un nombre plus petit est attendu",
    "int_from_float": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "finite_number": "un nombre fini est attendu",
    "bool_type": "vrai ou faux est attendu",
    "greater_than": "plus de {gt} est attendu",
    "greater_than_equal": "{ge} au moins est attendu",
    "less_than": "moins de {lt} est attendu",
    "less_than_equal": "{le} au plus est attendu",
    "list_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "model_attributes_type": "un objet est attendu",
    "date_type": "une date AAAA-MM-JJ est attendue",
    "date_parsing": "une date AAAA-MM-JJ est attendue",
    "date_from_datetime_parsing": "une date AAAA-MM-JJ est attendue",
    "date_from_datetime_inexact": "une date sans heure est attendue",
    "enum": "valeur inconnue (attendu{nbsp}: {expected})",
    "literal_error": "valeur inconnue (attendu{nbsp}: {expected})",
    "none_required": "null est attendu",
}

_UNREADABLE: dict[type[OSError], str] = {
    FileNotFoundError: "ce fichier n’existe pas",
    IsADirectoryError: "c’est un dossier",
    PermissionError: "ce compte n’a pas le droit de le lire",
}


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the JSON path (``answers.roles.rows[0].role``; ``$`` is the whole)."""

    path: str
    reason: str

    def __str__(self) -> str:
        return self.reason if self.path == "$" else f"{self.path}{NBSP}: {self.reason}"

    def as_json(self) -> dict[str, str]:
        """Return the problem as plain JSON."""
        return {"path": self.path, "reason": self.reason}


class Malformed(ValueError):
    """A value that is not what it should be; ``problems`` says everything that is wrong."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(" ; ".join(str(problem) for problem in problems))


def problems_of(error: ValidationError) -> list[Problem]:
    """Say in French what pydantic refused."""
    return [Problem(_path(e["loc"]), _reason(e)) for e in error.errors(include_url=False)]


def _path(location: Iterable[str | int]) -> str:
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path or "$"


def _reason(error: Any) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if isinstance(error["input"], str):  # a bound told after another check of the text
        kind = {"too_long": "string_too_long", "too_short": "string_too_short"}.get(kind, kind)
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind == "string_too_long":
        return f"{count(context['max_length'], 'caractère', 'caractères')} au plus"
    if kind == "too_long":
        return f"{count(context['max_length'], 'ligne', 'lignes')} au plus"
    if kind == "too_short":
        return f"{count(context['min_length'], 'ligne', 'lignes')} au moins"
    if kind in {"enum", "literal_error"}:
        context = {"expected": str(context["expected"]).replace(" or ", " ou ")}
    # Bounds of decimal fields are floats: 100.0 is written 100.
    context = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in context.items()
    }
    reason = _REASONS.get(kind)
    return reason.format(nbsp=NBSP, **context) if reason else str(error["msg"])


def why_unreadable(error: OSError) -> str:
    """Say in French why a file cannot be read; the system's own words when they are rare."""
    return _UNREADABLE.get(type(error)) or error.strerror or str(error)


def parse_json(text: str | bytes) -> Any:
    """Read JSON written in UTF-8; raises Malformed, with the place."""
    try:
        written = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(written, parse_constant=_refuse_constant)
    except Malformed:
        raise
    except json.JSONDecodeError as error:
        where = f"ligne {error.lineno}, colonne {error.colno}"
        raise Malformed([Problem("$", f"ce n’est pas du JSON ({where})")]) from error
    except UnicodeDecodeError as error:
        raise Malformed([Problem("$", "ce n’est pas de l’UTF-8")]) from error
    except RecursionError as error:
        raise Malformed([Problem("$", "trop de niveaux imbriqués")]) from error
    except ValueError as error:
        raise Malformed([Problem("$", f"nombre illisible{NBSP}: {error}")]) from error


def _refuse_constant(name: str) -> float:
    raise Malformed([Problem("$", f"{quoted(name)} n’est pas du JSON")])
