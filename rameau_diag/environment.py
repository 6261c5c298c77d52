"""Reads the environment: each variable is right, or refused with a sentence that says how.

An empty variable counts as absent. The values themselves are never printed where they may hold
a password.
"""

import importlib.util
import os
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from rameau_diag.folders import REPOSITORY, data_dir, secret_key_file

T = TypeVar("T")
_env = Env()


class RefusedVariable(ImproperlyConfigured):
    """An environment variable is wrong; the message is a French sentence for the person."""


def _read(name: str, parse: Callable[[str], T], default: T, wanted: str) -> T:
    if not given(name):
        return default
    try:
        return parse(name)
    except (EnvError, ValueError):
        raise RefusedVariable(f"{name} est refusé : il faut {wanted}.") from None


def given(name: str) -> bool:
    """Tell whether a variable says something."""
    return bool(os.environ.get(name, "").strip())


def _must(holds: object) -> None:
    if not holds:
        raise ValueError


def text(name: str, default: str) -> str:
    """Answer a text."""
    return os.environ.get(name, "").strip() or default


def line(name: str, default: str) -> str:
    """Answer a short text on one line, such as a name."""

    def parse(name: str) -> str:
        value = os.environ[name].strip()
        _must(len(value) <= 60 and value.isprintable())
        return value

    return _read(name, parse, default, "un nom sur une ligne, de 60 caractères au plus")


def site_url(name: str, *, hosts: list[str], origins: list[str], https: bool) -> str:
    """Answer the address of the site without its last slash.

    By default the first trusted origin, else the first host that is served, with the port of
    ``make run`` on this machine.
    """

    def parse(name: str) -> str:
        value = os.environ[name].strip().rstrip("/")
        _must(re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value))
        return value

    host = next((host for host in hosts if not host.startswith((".", "*"))), "127.0.0.1")
    port = f":{text('PORT', '8000')}" if host in ("127.0.0.1", "localhost") and not https else ""
    default = f"http{'s' if https else ''}://{host}{port}"
    if origins and "*" not in origins[0]:
        default = origins[0].rstrip("/")
    return _read(name, parse, default, "une adresse, par exemple « https://diagnostic.exemple.fr »")


def whole(name: str, default: int, most: int) -> int:
    """Answer a whole number from zero to ``most``."""

    def parse(name: str) -> int:
        value = int(os.environ[name])
        _must(0 <= value <= most)
        return value

    return _read(name, parse, default, f"un nombre entier, de 0 à {most}")


def boolean(name: str, default: bool) -> bool:
    """Answer yes or no."""
    return _read(name, _env.bool, default, "« true » ou « false »")


def number(name: str, default: int, least: int, most: int) -> int:
    """Answer a whole number within bounds."""

    def parse(name: str) -> int:
        value = int(os.environ[name])
        _must(least <= value <= most)
        return value

    return _read(name, parse, default, f"un nombre entier entre {least} et {most}")


def production() -> bool:
    """Tell whether this is a site that people rely on: it has a database of its own, and is not what
    ``make run`` serves (whose supervisor says so to its children)."""
    return boolean("PRODUCTION", given("DATABASE_URL"))


# What the law has a site say of who publishes it and where it is kept (LCEN), and to whom one writes
# about personal data: each variable with what it is and what it says while nobody relies on the site.
LEGAL = {
    "LEGAL_EDITOR": ("le nom et la forme juridique de l’éditeur", "Éditeur à renseigner"),
    "LEGAL_SEAT": ("l’adresse de son siège", "siège à renseigner"),
    "LEGAL_PHONE": ("son numéro de téléphone", "téléphone à renseigner"),
    "LEGAL_DIRECTOR": (
        "le nom du directeur ou de la directrice de la publication",
        "directeur ou directrice de la publication à renseigner",
    ),
    "LEGAL_CONTACT": (
        "l’adresse e-mail où écrire au sujet de ses données et de l’accessibilité",
        "contact@diagnostic.example",
    ),
    "LEGAL_HOST": ("le nom de l’hébergeur", "hébergeur à renseigner"),
    "LEGAL_HOST_ADDRESS": ("l’adresse de l’hébergeur", "adresse de l’hébergeur à renseigner"),
    "LEGAL_HOST_PHONE": (
        "le numéro de téléphone de l’hébergeur",
        "téléphone de l’hébergeur à renseigner",
    ),
}


def legal() -> dict[str, str]:
    """Answer what the legal pages say, by the end of each variable's name (« editor »)."""

    def parse(name: str) -> str:
        value = os.environ[name].strip()
        _must(len(value) <= 200 and value.isprintable())
        _must(name != "LEGAL_CONTACT" or re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value))
        return value

    wanted = "une ligne de 200 caractères au plus"
    return {
        name.removeprefix("LEGAL_").lower(): _read(
            name, parse, without, "une adresse e-mail" if name == "LEGAL_CONTACT" else wanted
        )
        for name, (_what, without) in LEGAL.items()
    }


def secret_key() -> str:
    """Answer the secret key, or the one that ``make run`` keeps with its data."""
    kept = secret_key_file()
    found = text("SECRET_KEY", "") or (kept.read_text().strip() if kept.exists() else "")
    if not found:
        raise RefusedVariable(
            "SECRET_KEY manque : avec DATABASE_URL, il faut une clé secrète longue et aléatoire, "
            "la même pour tous les processus."
        )
    return found


def former_keys(name: str) -> list[str]:
    """Answer the secret keys that were in use before, separated by commas: what they signed is still
    accepted."""
    return [key.strip() for key in text(name, "").split(",") if key.strip()]


def token(name: str) -> str:
    """Answer a secret that a program shows, empty when there is none."""

    def parse(name: str) -> str:
        value = os.environ[name].strip()
        _must(re.fullmatch(r"[!-~]{20,200}", value))
        return value

    return _read(name, parse, "", "un texte de 20 signes au moins, sans espace ni accent")


def hosts(name: str, default: list[str]) -> list[str]:
    """Answer host names, separated by commas."""

    def parse(name: str) -> list[str]:
        found = [host.strip() for host in os.environ[name].split(",") if host.strip()]
        _must(found and not any(set(host) & set("/ \t") for host in found))
        return found

    return _read(
        name, parse, default, "des noms d'hôtes séparés par des virgules, sans « https:// »"
    )


def origins(name: str) -> list[str]:
    """Answer origins (scheme and host), separated by commas."""

    def parse(name: str) -> list[str]:
        found = [origin.strip() for origin in os.environ[name].split(",") if origin.strip()]
        _must(all(origin.startswith(("https://", "http://")) for origin in found))
        return found

    return _read(name, parse, [], "des adresses séparées par des virgules, avec « https:// »")


def sender(name: str, default: str) -> str:
    """Answer the sender of mails."""

    def parse(name: str) -> str:
        value = os.environ[name].strip()
        user, at, host = parseaddr(value)[1].rpartition("@")
        _must(user and at and host and "\n" not in value)
        return value

    return _read(name, parse, default, "une adresse, par exemple « Diagnostic <nom@exemple.fr> »")


def folder(name: str, default: str) -> str:
    """Answer a folder; a relative one is below the repository, the default below the data."""
    given = text(name, "")
    return str(REPOSITORY / Path(given).expanduser() if given else data_dir() / default)


def database(name: str) -> dict[str, Any]:
    """Answer a PostgreSQL database, empty when the embedded one is to be used."""

    def parse(name: str) -> dict[str, Any]:
        found = dict(_env.dj_db_url(name))
        _must(found.get("ENGINE") == "django.db.backends.postgresql" and found.get("NAME"))
        return found

    wanted = "une base PostgreSQL, par exemple « postgres://nom:motdepasse@hôte:5432/base »"
    return _read(name, parse, {}, wanted)


def email(name: str) -> dict[str, Any]:
    """Answer the settings of mail, empty when mails are to be written to files."""

    def parse(name: str) -> dict[str, Any]:
        scheme = os.environ[name].partition(":")[0].strip()
        _must(scheme in ("smtp", "submission", "console", "file"))
        found = dict(_env.dj_email_url(name))
        if scheme in ("smtp", "submission"):
            _must("://" in os.environ[name] and found["EMAIL_HOST"])
            found["EMAIL_BACKEND"] = "rameau_diag.smtp.EmailBackend"
        if found["EMAIL_TIMEOUT"] is None:  # not said: ours, rather than to wait for ever
            del found["EMAIL_TIMEOUT"]
        if scheme == "file":
            _must(found["EMAIL_FILE_PATH"])
            found["EMAIL_FILE_PATH"] = "/" + found["EMAIL_FILE_PATH"]
        return found

    wanted = "« smtp://nom:motdepasse@hôte:25 », « submission://…@hôte:587 » (TLS), « console: » "
    return _read(name, parse, {}, wanted + "ou « file:///dossier »")


def cache(name: str) -> dict[str, Any]:
    """Answer the cache, by default a table of the database: processes count tries together."""

    def parse(name: str) -> dict[str, Any]:
        found = dict(_env.dj_cache_url(name))
        if "Redis" in found["BACKEND"]:
            _must(importlib.util.find_spec("redis"))
        return found

    default = {"BACKEND": "diagnostics.shared_cache.SharedCache"}
    wanted = "« locmem:// », « file:///dossier » ou, avec le paquet redis, « redis://hôte:6379/0 »"
    return _read(name, parse, default, wanted)
