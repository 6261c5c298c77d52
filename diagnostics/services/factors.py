"""Second factors: who must have one, who has one, and taking them away from who has lost them."""

from __future__ import annotations

import base64
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import User
from diagnostics.services.journal import record_event

SALT = "diagnostics.factors"
UNREADABLE = (
    "Vos codes ne peuvent plus être vérifiés\u00a0: demandez à l’administration de retirer votre double "
    "authentification."
)
# What recovery codes replace: they are no factor by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def must_have_factor(user: User) -> bool:
    """Tell whether a person may do nothing without a second factor (setting REQUIRE_MFA)."""
    return settings.REQUIRE_MFA and (user.is_facilitator or user.is_staff)


def lacks_factor(user: User) -> bool:
    """Tell whether a person must have a second factor and has none (one query for who must)."""
    return must_have_factor(user) and not _factors_of(user).exists()


def is_last_of(user: User, pk: int) -> bool:
    """Tell whether a factor is the last one of a person who must have one."""
    return must_have_factor(user) and not _factors_of(user).exclude(pk=pk).exists()


def remove_factors(user: User, *, actor: User | None) -> bool:
    """Take every factor and recovery code away from a person who has lost them; journalled, in one
    transaction. ``actor``: None at a terminal. Tell whether they had any."""
    with transaction.atomic():
        kinds = sorted(set(_factors_of(user).select_for_update().values_list("type", flat=True)))
        Authenticator.objects.filter(user=user).delete()
        for kind in kinds:
            record_event(EventKind.FACTOR_REMOVED, actor=actor, person=user, factor=kind)
    return bool(kinds)


def fernet() -> MultiFernet:
    """Return what encrypts with the secret key, and decrypts with the former ones as well."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [salted_hmac(SALT, "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def reencrypt_factors() -> tuple[int, int]:
    """Encrypt all that a former secret key encrypted with the one of now; return how many factors were
    written, and how many no key given can read."""
    written = unreadable = 0
    keys = fernet()
    for pk in Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=pk).first()
            if factor is None:
                continue  # it was taken away meanwhile
            try:
                for name in {"secret", "seed"} & set(factor.data):
                    factor.data[name] = keys.rotate(factor.data[name].encode()).decode()
            except InvalidToken:
                unreadable += 1
                continue
            factor.save(update_fields=["data"])
            written += 1
    return written, unreadable


def _factors_of(user: User) -> QuerySet[Any]:
    found: QuerySet[Any] = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)
    return found
