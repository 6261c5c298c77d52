"""What the project changes in django-allauth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from diagnostics import expired_session, limits
from diagnostics.domain.vocabulary import EventKind
from diagnostics.models import Invitation
from diagnostics.services import team
from diagnostics.services.account_mails import queue_account_mail
from diagnostics.services.journal import count_failed_sign_in, record_event
from diagnostics.services.open_sessions import end_sessions

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.http import HttpRequest

    from diagnostics.models import User

# The link followed by somebody who is not signed in yet.
INVITATION_KEY = "invitation_token"

# What allauth tells of an account and its owner is written of, by the name of its mail.
SECURITY_EVENTS: dict[str, tuple[EventKind, dict[str, Any]]] = {
    "password_changed": (EventKind.PASSWORD_CHANGED, {}),
    "password_set": (EventKind.PASSWORD_CHANGED, {}),
    "password_reset": (EventKind.PASSWORD_CHANGED, {"by": "mail"}),
    "email_changed": (EventKind.ADDRESS_CHANGED, {}),
    "email_deleted": (EventKind.ADDRESS_REMOVED, {}),
    "totp_activated": (EventKind.FACTOR_ADDED, {"factor": "totp"}),
    "totp_deactivated": (EventKind.FACTOR_REMOVED, {"factor": "totp"}),
    "webauthn_added": (EventKind.FACTOR_ADDED, {"factor": "webauthn"}),
    "webauthn_removed": (EventKind.FACTOR_REMOVED, {"factor": "webauthn"}),
    "recovery_codes_generated": (EventKind.RECOVERY_CODES_MADE, {}),
}

# The ways of proving who one is, by allauth's name.
REAUTHENTICATION = {
    "reauthenticate": "Taper votre mot de passe",
    "mfa_reauthenticate": "Taper un code de l’application ou de secours",
    "mfa_reauthenticate:webauthn": "Utiliser une clé d’accès",
}


def display_name(user: User) -> str:
    """Return the name under which a person is shown to the others."""
    return user.display_name


def network_of(request: HttpRequest) -> str:
    """Return the network address that a request came from, behind the proxies that are trusted."""
    return str(get_adapter(request).get_client_ip(request))


def mail_folder() -> str:
    """Return where mails are written, or nothing when they are really sent."""
    return settings.MAIL_FOLDER if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend") else ""


def invitation_followed(request: HttpRequest) -> Invitation | None:
    """Return the invitation whose link was followed in this session, while it is open."""
    token = request.session.get(INVITATION_KEY)
    invitation = team.find_invitation(token) if token else None
    if invitation is None or invitation.cancelled_at or invitation.accepted_at:
        return None
    return None if invitation.is_expired else invitation


def _first_page(user: User | AnonymousUser, usual: str) -> str:
    """Return the form of the structure to whoever comes alone: there is nothing else to do.

    Somebody invited chooses on the start page; the facilitators find their portfolio there.
    """
    is_alone = user.is_authenticated and not user.is_facilitator and not team.has_a_team(user)
    return reverse("structure_create") if is_alone else usual


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by e-mail address, in French; the link of an invitation proves its address."""

    error_messages = DefaultAccountAdapter.error_messages | {
        # The same for an address without an account, one that is not confirmed yet, a wrong password.
        "email_password_mismatch": (
            "L’adresse ou le mot de passe n’est pas le bon. Vous venez de vous inscrire\u202f? Ouvrez "
            "d’abord le lien du message reçu."
        ),
        # Of a second factor.
        "too_many_login_attempts": (
            "Trop d’essais en peu de temps\u00a0: réessayez dans quelques minutes."
        ),
        "tries_here": (
            "Trop d’essais avec un mauvais mot de passe. Réessayez dans dix minutes, ou suivez "
            "«\u00a0Mot de passe oublié\u202f?\u00a0»\u00a0: le lien reçu par mail vous connecte aussitôt."
        ),
        "tries_elsewhere": (
            "Quelqu’un a essayé beaucoup de mots de passe sur ce compte, ou depuis votre réseau. Suivez "
            "«\u00a0Mot de passe oublié\u202f?\u00a0»\u00a0: le lien reçu par mail vous connecte aussitôt. "
            "Vous pouvez aussi réessayer plus tard, ou depuis un navigateur où vous vous êtes déjà "
            "connecté·e."
        ),
        "rate_limited": "Trop de demandes en peu de temps : réessayez dans quelques minutes.",
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the network address by which tries are counted."""
        return limits.address_of(request)

    @sensitive_variables("credentials")
    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Read a password, once: the same work for an account, none, and one that is not confirmed.

        Django would ask each of the backends, which hash as often as there are. Who has not confirmed
        their address is refused as for a wrong password: else whoever signs up with the address of
        somebody else would learn by it whether there was an account.
        """
        address = credentials.get("email") or ""
        tries = limits.count_sign_in(request, address)
        if tries.reached:
            is_here = tries.reached in ("here", "known")
            raise self.validation_error("tries_here" if is_here else "tries_elsewhere")
        proven = EmailAddress.objects.filter(email=address, verified=True)
        owners = set(proven.values_list("user_id", flat=True))
        AuthenticationBackend.unstash_authenticated_user()
        user = AuthenticationBackend().authenticate(request, **credentials)
        user = user or AuthenticationBackend.unstash_authenticated_user()
        if user is None or not (user.pk in owners or request.user.is_authenticated):
            self.authentication_failed(request, **credentials)
            return None
        tries.take_back()
        return user

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Name the ways of proving who one is, in French."""
        methods = super().get_reauthentication_methods(user)
        return [way | {"description": REAUTHENTICATION[way["id"]]} for way in methods]

    def set_password(self, user: User, password: str) -> None:
        """Change or reset a password: all sessions end but the one where it is changed."""
        super().set_password(user, password)
        is_theirs = self.request.user.pk == user.pk
        end_sessions(user, but=(self.request.session.session_key or "") if is_theirs else "")

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> Any:
        """Journal the sign-in; give back what was typed at a step while the session had expired."""
        steps = get_authentication_records(request, user)
        ways = [step.get("type") or step["method"] for step in steps]
        record_event(EventKind.SIGNED_IN, actor=user, person=user, ways=ways)
        if expired_session.adopt(request, user):
            messages.success(
                request, "Ce que vous tapiez quand la session s’est terminée est gardé."
            )
        return super().post_login(request, user, **kwargs)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Journal that an address was proved: from then on it opens the account."""
        is_confirmed = super().confirm_email(request, email_address)
        if is_confirmed:
            owner = email_address.user
            record_event(EventKind.ADDRESS_ADDED, actor=owner, person=owner)
        return is_confirmed

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a refused sign-in; whose address was tried is not kept."""
        count_failed_sign_in()

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Journal what touches the security of an account, and write to its owner."""
        told = SECURITY_EVENTS.get(template_prefix.rpartition("/")[2])
        if told is None:  # an address that was confirmed: its owner just did it
            return
        kind, detail = told
        record_event(kind, actor=user, person=user, **detail)
        # The mail is queued under the person whose account it is.
        super().send_notification_mail(
            template_prefix, user, {**(context or {}), "user": user}, email
        )

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Lead a person who signed up to the structure that they joined, or to creating theirs."""
        invitation = team.find_invitation(request.session.pop(INVITATION_KEY, "") or "")
        if invitation is None:
            return _first_page(request.user, super().get_signup_redirect_url(request))
        if invitation.accepted_by_id == request.user.pk:
            return reverse("structure_detail", args=[invitation.structure_id])
        return reverse("invitation_accept", args=[team.invitation_token(invitation)])

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead whoever confirmed an address where their work is."""
        usual = super().get_email_verification_redirect_url(email_address)
        return _first_page(self.request.user, usual)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue a mail: no page waits for a mail server. Its key is made when it leaves."""
        queue_account_mail(
            template_prefix,
            email,
            person=context.get("user"),
            base_url=self.request.build_absolute_uri("/").rstrip("/"),
            context=context,
        )
