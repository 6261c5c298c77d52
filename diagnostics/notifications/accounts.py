"""The mails of one's account, which allauth asks for by the name of its template.

They may carry keys that open an account: they are written when they leave, and stored nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.timezone import localtime

from diagnostics.notifications.letters import Button, Letter, Part, Words
from diagnostics.typography import french_moment, one_line

Context = Mapping[str, Any]

NOT_YOU = "Si ce n’était pas vous, ignorez ce message."


def account_letter(name: str, context: Context) -> Letter | None:
    """Return a mail of an account by the name of allauth's template; None for one that we have not.

    ``context`` is what allauth gives to the template.
    """
    write = ACCOUNT_LETTERS.get(name)
    return write(context) if write else None


def letter_of_allauth(template: str, context: Context) -> tuple[str, str]:
    """Return the subject and the text of a mail in allauth's own words, for one that we have not.

    ``template``: the prefix of its templates, « mfa/email/totp_activated ».
    """
    site = SimpleNamespace(name=settings.SITE_NAME, domain=context["base_url"])
    given = {**context, "current_site": site}
    subject, text = (
        render_to_string(f"{template}_{part}.txt", given) for part in ("subject", "message")
    )
    return one_line(subject), text.strip() + "\n"


def _confirmation(context: Context, subject: str, sentence: str, otherwise: str) -> Letter:
    return Letter(
        subject,
        (
            Words(sentence),
            Button("Confirmer mon adresse", context["activate_url"]),
            Words(f"Vous n’avez rien demandé\u202f? {otherwise}", small=True),
        ),
    )


def _signing_up(context: Context) -> Letter:
    return _confirmation(
        context,
        "Confirmez votre adresse pour terminer votre inscription",
        "Il ne reste qu’à confirmer votre adresse pour terminer votre inscription.",
        "Ignorez ce message, aucun compte ne sera utilisable à votre nom.",
    )


def _adding_an_address(context: Context) -> Letter:
    return _confirmation(
        context,
        "Confirmez votre adresse",
        "Vous avez donné cette adresse pour votre compte. Il reste à la confirmer.",
        "Ignorez ce message.",
    )


def _forgotten(context: Context) -> Letter:
    return Letter(
        "Choisir un nouveau mot de passe",
        (
            Words("Vous avez demandé à changer votre mot de passe."),
            Button("Choisir un nouveau mot de passe", context["password_reset_url"]),
            Words(
                "Vous n’avez rien demandé\u202f? Ignorez ce message\u00a0: votre mot de passe reste "
                "le même.",
                small=True,
            ),
        ),
    )


def _has_one_already(context: Context) -> Letter:
    return Letter(
        "Vous avez déjà un compte",
        (
            Words(
                f"Une inscription vient d’être demandée avec l’adresse {context['email']}, mais un "
                "compte existe déjà à cette adresse."
            ),
            Words(
                "Si c’était vous, connectez-vous. Mot de passe oublié\u202f? Choisissez-en un autre."
            ),
            Button("Choisir un nouveau mot de passe", context["password_reset_url"]),
            Words(NOT_YOU, small=True),
        ),
    )


def _unknown(context: Context) -> Letter:
    return Letter(
        "Aucun compte à cette adresse",
        (
            Words(
                "Vous, ou quelqu’un d’autre, avez demandé un nouveau mot de passe pour l’adresse "
                f"{context['email']}. Aucun compte n’existe à cette adresse."
            ),
            Button("Créer un compte", context["signup_url"]),
            Words(NOT_YOU, small=True),
        ),
    )


def _notice(subject: str, sentence: str) -> Callable[[Context], Letter]:
    """Return how a change of the account is told; ``sentence`` may name what allauth knows of it."""

    def write(context: Context) -> Letter:
        when = french_moment(localtime(context["timestamp"]))
        parts: tuple[Part, ...] = (
            Words(sentence.format_map(context)),
            Words(
                "Si ce changement ne vient pas de vous, changez tout de suite votre mot de passe et "
                "prévenez votre facilitateur·rice."
            ),
            Words(
                f"Il a été demandé le {when}, depuis l’adresse IP {context['ip']}, avec le navigateur "
                f"{context['user_agent']}.",
                small=True,
            ),
        )
        return Letter(subject, parts)

    return write


ACCOUNT_LETTERS: dict[str, Callable[[Context], Letter]] = {
    "email_confirmation_signup": _signing_up,
    "email_confirmation": _adding_an_address,
    "password_reset_key": _forgotten,
    "account_already_exists": _has_one_already,
    "unknown_account": _unknown,
    "email_changed": _notice(
        "Votre adresse a été changée",
        "L’adresse de votre compte est passée de {from_email} à {to_email}.",
    ),
    "email_confirm": _notice(
        "Votre adresse est confirmée", "Une adresse de votre compte vient d’être confirmée."
    ),
    "email_deleted": _notice(
        "Une adresse a été retirée de votre compte",
        "L’adresse {deleted_email} a été retirée de votre compte.",
    ),
    "password_changed": _notice(
        "Votre mot de passe a été changé", "Le mot de passe de votre compte a été changé."
    ),
    "password_reset": _notice(
        "Votre mot de passe a été changé", "Le mot de passe de votre compte a été réinitialisé."
    ),
    "password_set": _notice(
        "Un mot de passe a été choisi", "Un mot de passe a été choisi pour votre compte."
    ),
    "totp_activated": _notice(
        "Une application de codes a été ajoutée",
        "Une application de codes a été ajoutée à votre compte\u00a0: la connexion demande désormais un de "
        "ses codes.",
    ),
    "totp_deactivated": _notice(
        "L’application de codes a été retirée",
        "L’application de codes a été retirée de votre compte\u00a0: la connexion ne demande plus ses codes.",
    ),
    "webauthn_added": _notice(
        "Une clé d’accès a été ajoutée",
        "Une clé d’accès a été ajoutée à votre compte\u00a0: elle l’ouvre.",
    ),
    "webauthn_removed": _notice(
        "Une clé d’accès a été retirée", "Une clé d’accès a été retirée de votre compte."
    ),
    "recovery_codes_generated": _notice(
        "De nouveaux codes de secours",
        "De nouveaux codes de secours ont été faits pour votre compte\u00a0: les anciens ne servent plus.",
    ),
}
