"""What the project changes in allauth's second factor: its words, its secrets encrypted, and who keeps one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from diagnostics.services.factors import fernet, is_last_of

if TYPE_CHECKING:
    from diagnostics.models import User


class FactorAdapter(DefaultMFAAdapter):
    """The second factor in French; a copy of the database alone opens no account."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "add_email_blocked": (
            "Un compte protégé par la double authentification ne reçoit pas d’autre adresse\u00a0: "
            "retirez-la d’abord, puis ajoutez l’adresse."
        ),
        "cannot_delete_authenticator": (
            "Votre rôle demande une double authentification\u00a0: ajoutez un autre moyen avant de "
            "retirer celui-ci."
        ),
        "cannot_generate_recovery_codes": (
            "Les codes de secours viennent après une application de codes ou une clé d’accès."
        ),
        "incorrect_code": "Ce code n’est pas le bon. Tapez celui que l’application affiche maintenant.",
        "incorrect_key": "Cette clé d’accès n’a pas été reconnue\u00a0: réessayez, ou prenez un autre moyen.",
        "unverified_email": (
            "Une adresse de votre compte n’est pas confirmée\u00a0: suivez le lien que vous avez reçu, "
            "ou retirez-la, puis revenez ici."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a secret with a key made of the site's secret key."""
        return fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret; raises InvalidToken when the key that encrypted it is no longer given."""
        return fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last one of whoever must have one."""
        return not is_last_of(authenticator.user, authenticator.pk)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Propose a name for a new passkey."""
        count = Authenticator.objects.filter(user_id=user.pk, type=type).count()
        return "Ma clé d’accès" if count == 0 else f"Ma clé d’accès n° {count + 1}"
