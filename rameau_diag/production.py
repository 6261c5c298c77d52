"""What a site that people rely on refuses: each danger is told by a sentence that says what to write.

``settings.py`` asks at its end, so that no process of such a site starts: neither the web server, nor the
worker, nor a command. ``PRODUCTION=false`` (a rehearsal, the tests) asks for nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from rameau_diag.environment import LEGAL, RefusedVariable, given

# A random text of this length is out of reach; Django's own check (security.W009) asks for the same.
SHORTEST_KEY = 50
FEWEST_SIGNS = 10  # different ones: a key in hexadecimal has sixteen
# What keys of examples are made of.
NOT_SECRET = ("insecure", "secret", "change", "password", "motdepasse", "example", "exemple")

MAKE_A_KEY = "faites-en une avec « python3 -c 'import secrets; print(secrets.token_urlsafe(50))' »"
NOBODY_READS = ("console", "dummy", "filebased", "locmem")


def refuse_dangers(settings: Mapping[str, Any]) -> None:
    """Raise ``RefusedVariable`` when the settings would be a danger, with all the sentences."""
    dangers = list(find_dangers(settings))
    if dangers:
        raise RefusedVariable("\n".join(dangers))


def find_dangers(settings: Mapping[str, Any]) -> Iterator[str]:
    """Say what is dangerous, each in one French sentence that begins with the variable's name."""
    if settings["DEBUG"]:
        yield (
            "DEBUG est refusé en production : ses pages d’erreur montrent les réglages et les données "
            "à tout le monde."
        )
    if not given("DATABASE_URL"):
        yield (
            "DATABASE_URL manque : une base de données à elle, par exemple "
            "« postgres://nom:motdepasse@hôte:5432/base »."
        )
    yield from _of_keys(settings["SECRET_KEY"], settings["SECRET_KEY_FALLBACKS"])
    if not given("HTTPS"):
        yield (
            "HTTPS manque : écrivez « true » derrière un proxy qui termine TLS ; « false », sur un réseau "
            "fermé seulement, laisse circuler les mots de passe en clair."
        )
    yield from _of_addresses(settings)
    yield from _of_mail(settings["EMAIL_BACKEND"])
    yield from _of_the_law()
    if "locmem" in settings["CACHES"]["default"]["BACKEND"]:
        yield (
            "CACHE_URL est refusé en production : chaque processus compterait pour lui seul les essais de "
            "mots de passe ; laissez la variable vide, ou donnez une adresse redis."
        )


def _of_keys(key: str, fallbacks: list[str]) -> Iterator[str]:
    for name, value in [("SECRET_KEY", key), *(("SECRET_KEY_FALLBACKS", k) for k in fallbacks)]:
        if len(value) < SHORTEST_KEY:
            yield f"{name} est trop courte ({SHORTEST_KEY} caractères au moins) : {MAKE_A_KEY}."
        elif is_guessable(value):
            yield f"{name} se devine : {MAKE_A_KEY}."


def is_guessable(key: str) -> bool:
    """Tell whether a key is plainly not random: few signs, one text repeated, words of an example."""
    few = len(set(key)) < FEWEST_SIGNS
    repeated = key in (key + key)[1:-1]
    return few or repeated or any(word in key.lower() for word in NOT_SECRET)


def _of_addresses(settings: Mapping[str, Any]) -> Iterator[str]:
    if not given("ALLOWED_HOSTS"):
        yield (
            "ALLOWED_HOSTS manque : écrivez le nom du site, par exemple « diagnostic.exemple.fr »."
        )
    elif "*" in settings["ALLOWED_HOSTS"]:
        yield (
            "ALLOWED_HOSTS est refusé : « * » laisserait n’importe qui choisir l’adresse qu’écrivent "
            "les messages ; écrivez le nom du site."
        )
    if settings["HTTPS"] and not settings["SITE_URL"].startswith("https://"):
        yield "SITE_URL est refusé : avec HTTPS, l’adresse du site commence par « https:// »."


def _of_mail(backend: str) -> Iterator[str]:
    if any(name in backend for name in NOBODY_READS):
        yield (
            "EMAIL_URL est refusé en production : les messages ne partiraient pas, et personne ne "
            "pourrait confirmer son compte ; écrivez par exemple "
            "« submission://nom:motdepasse@hôte:587 »."
        )
    if not given("DEFAULT_FROM_EMAIL"):
        yield (
            "DEFAULT_FROM_EMAIL manque : écrivez l’expéditeur des messages, une adresse de votre domaine."
        )


def _of_the_law() -> Iterator[str]:
    """Name at once all that the legal pages have to say and that is missing."""
    missing = [f"{name} ({what})" for name, (what, _example) in LEGAL.items() if not given(name)]
    if missing:
        told = ", ".join(missing)
        yield f"{told} : voilà ce qui manque aux mentions légales, que la loi demande."
