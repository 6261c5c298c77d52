"""Second factors: who must have one, who has one, and taking them away from who has lost them."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import User
from diagnostics.services.journal import record_event

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


def remove_factors(user: User, *, actor: User) -> bool:
    """Take every factor and recovery code away from a person who has lost them; journalled, in one
    transaction. Tell whether they had any."""
    with transaction.atomic():
        kinds = sorted(set(_factors_of(user).select_for_update().values_list("type", flat=True)))
        Authenticator.objects.filter(user=user).delete()
        for kind in kinds:
            record_event(EventKind.FACTOR_REMOVED, actor=actor, person=user, factor=kind)
    return bool(kinds)


def _factors_of(user: User) -> QuerySet[Any]:
    found: QuerySet[Any] = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS)
    return found
