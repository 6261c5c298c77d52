"""Addresses of the site; those of libraries get their policies here."""

from django.contrib import admin
from django.urls import include, path

from diagnostics.policies import (
    ADMINISTRATION,
    BY_LINK,
    OWN_ACCOUNT,
    SIGNING_IN,
    VISITORS,
    Policy,
    declare,
)
from rameau_diag.together import keep_together

# django-allauth; an address that a later release adds is refused until it stands here.
ACCOUNTS = {
    "account_login": SIGNING_IN,
    "account_signup": SIGNING_IN,
    "account_logout": SIGNING_IN,
    "account_inactive": Policy(VISITORS, None),
    "account_email_verification_sent": SIGNING_IN,
    "account_confirm_email": BY_LINK,
    "account_confirm_login_code": SIGNING_IN,
    "account_reset_password": SIGNING_IN,
    "account_reset_password_done": Policy(VISITORS, None),
    "account_reset_password_from_key": BY_LINK,
    "account_reset_password_from_key_done": Policy(VISITORS, None),
    "account_email": OWN_ACCOUNT,
    "account_change_password": OWN_ACCOUNT,
    "account_set_password": OWN_ACCOUNT,
    "account_reauthenticate": OWN_ACCOUNT,
    # The second factor.
    "mfa_authenticate": SIGNING_IN,
    "mfa_trust": SIGNING_IN,
    "mfa_login_webauthn": SIGNING_IN,
    "mfa_index": OWN_ACCOUNT,
    "mfa_reauthenticate": OWN_ACCOUNT,
    "mfa_activate_totp": OWN_ACCOUNT,
    "mfa_deactivate_totp": OWN_ACCOUNT,
    "mfa_view_recovery_codes": OWN_ACCOUNT,
    "mfa_generate_recovery_codes": OWN_ACCOUNT,
    "mfa_download_recovery_codes": OWN_ACCOUNT,
    "mfa_list_webauthn": OWN_ACCOUNT,
    "mfa_add_webauthn": OWN_ACCOUNT,
    "mfa_edit_webauthn": OWN_ACCOUNT,
    "mfa_remove_webauthn": OWN_ACCOUNT,
    "mfa_reauthenticate_webauthn": OWN_ACCOUNT,
}
# Who signs in there is not staff yet.
OUTSIDE_THE_ADMINISTRATION = {"login": SIGNING_IN, "logout": OWN_ACCOUNT}

keep_together()

urlpatterns = [
    declare(path("accounts/", include("allauth.urls")), ACCOUNTS),
    declare(
        path("administration/", admin.site.urls), OUTSIDE_THE_ADMINISTRATION, others=ADMINISTRATION
    ),
    path("", include("diagnostics.urls")),
]

handler400 = "diagnostics.views.errors.bad_request"
handler403 = "diagnostics.views.errors.permission_denied"
handler404 = "diagnostics.views.errors.page_not_found"
handler500 = "diagnostics.views.errors.server_error"
