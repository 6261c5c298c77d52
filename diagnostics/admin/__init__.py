"""The administration of Le RAMEAU: people, who follows which structure, the kit's texts.

Answers and versions are not here: they are read in the application by those who may. The journal is read
here, and written nowhere.
"""

from __future__ import annotations

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.admin import journal as journal
from diagnostics.admin import kit as kit
from diagnostics.admin import people as people


def _lead_to_the_site_s_own(
    request: HttpRequest, extra_context: dict[str, Any] | None = None
) -> HttpResponseBase:
    return redirect("account_change_password")


admin.site.site_header = "Diagnostic ambition – administration"
admin.site.site_title = "Diagnostic ambition"
admin.site.index_title = "Comptes, structures et textes du kit"
# One door: the site's own sign-in, with its limits on attempts. Putting it in the method's place is
# allauth's documented way; the types of a class know none.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # see above
# And one place for passwords: that of the site asks for the second factor, and ends the other sessions.
admin.site.password_change = _lead_to_the_site_s_own  # type: ignore[method-assign, assignment]  # as above
# No groups here; addresses and second factors follow the accounts; the queue holds the text of mails.
for model in (Group, EmailAddress, Authenticator, ProcrastinateJob):
    admin.site.unregister(model)
