"""The request that our views get, for type checkers."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from diagnostics.models import User
from diagnostics.queries import LoadedStep


class SignedInRequest(HttpRequest):
    """A request of somebody who signed in: LoginRequiredMiddleware lets no other reach the views."""

    user: User
    loaded_step: LoadedStep  # of the guided steps
    htmx: HtmxDetails
