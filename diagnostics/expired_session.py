"""What was sent while the session had expired: kept until the person signs in again.

It stays in the anonymous session (whose content survives the sign-in), for the person who was signed in
last in that browser, which a cookie says: somebody else who signs in there gets nothing of it. A step is
saved then, after the check of the person's rights, as their page would have saved it. Any other form is
shown on the page that it was sent from, with what was typed in it, to be sent now: its own view checks
the rights.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, TooManyFieldsSent
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve, reverse

from diagnostics.domain.vocabulary import StepKey
from diagnostics.forms.base import TamperedForm
from diagnostics.forms.saving import keep_unsaved, posted_form, save_posted
from diagnostics.models import User
from diagnostics.queries import get_diagnostic, get_structure, load_step
from diagnostics.services.errors import ServiceError

# Fields that a page fills in by itself.
_WRITTEN = re.compile(
    r"(_FORMS|-id|-result|(\A|-)seen|-revision)\Z"
    r"|\A(next|asked|once|confirm|structure|back|finding|step|gap|base_revision|list|add|take|offered"
    r"|place|sort|row|message_pk|deed|undo|version|verdict|was|had|counted|trial|save|count)\Z"
    r"|\Areview-(vision|ambition|missions|means)-"
)
# Passwords and codes are sent there.
_OF_SIGNING_IN = ("account_", "mfa_")
SESSION_KEY = "pending_step"
FORM_KEY = "pending_form"
MOST = 3  # of each kind that one browser has kept: tabs that were open when the session ended
KEPT_FOR = 60 * 60 * 12  # seconds
# Characters that are kept within an hour, of one network address and of all (each process of the site
# counts its own, unless they share a cache): whoever signed in once could fill the database.
WINDOW = 60 * 60  # seconds
OF_A_NETWORK = 5_000_000
OF_ALL = 20_000_000
_ALL = "kept-without-session"
NO_ROOM = (
    "Votre session est terminée, et ce site garde déjà trop de textes en attente\u00a0: copiez le "
    "vôtre ci-dessous, puis connectez-vous."
)

PERSON_COOKIE = "personne"
PERSON_KEPT_FOR = 60 * 60 * 24 * 30  # seconds


def remember(request: HttpRequest, response: HttpResponseBase, user: Any) -> None:
    """Have the browser say who was signed in, once the session has ended: a signed number."""
    if _person(request) != str(user.pk):
        response.set_signed_cookie(
            PERSON_COOKIE,
            str(user.pk),
            salt=PERSON_COOKIE,
            max_age=PERSON_KEPT_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def _person(request: HttpRequest) -> str:
    """Return who was signed in last in the browser; nothing when nobody was, or when it was changed."""
    kept = request.get_signed_cookie(
        PERSON_COOKIE, default=None, salt=PERSON_COOKIE, max_age=PERSON_KEPT_FOR
    )
    return kept or ""


@dataclass(frozen=True)
class SentForm:
    """A form that was sent without a session: its address and fields, and what a person typed in it."""

    address: str
    fields: list[tuple[str, str]]
    texts: list[str]


def keep(request: HttpRequest, *, network: str) -> str:
    """Keep a POST in the session of a person who is not signed in; return the page to come back to,
    or nothing when that is where the request went.

    Only for somebody whom the browser's cookie names, of what they may see (of a step: may fill in), and
    bounded by ``network``: PermissionDenied with a page that gives the text back when there is no room.
    Passwords and codes are never kept.
    """
    match = request.resolver_match
    if request.method != "POST" or match is None:
        return ""
    if (match.url_name or "").startswith(_OF_SIGNING_IN):
        return ""
    is_step = match.url_name == "diagnostic_step"
    posted = request.POST.copy()
    posted.pop("csrfmiddlewaretoken", None)
    user = _may_come_back(_person(request), match)
    if user and not any("password" in name.lower() for name in posted):
        text = posted.urlencode()
        if not _has_room(network, len(text)):
            raise PermissionDenied(NO_ROOM)
        kept = {"posted": text, "person": str(user.pk)}
        if is_step:
            kept |= {"diagnostic": str(match.kwargs["pk"]), "step": match.kwargs["step"].value}
            _add(request, SESSION_KEY, kept | {"page": posted.get("page", "")}, but="posted")
        else:
            _add(request, FORM_KEY, kept | {"address": request.path})
        request.session.set_expiry(KEPT_FOR)
    return "" if is_step else _page_of(request)


def holds_something(request: HttpRequest) -> bool:
    """Tell whether something is kept until a sign-in."""
    return bool(_held(request, SESSION_KEY) or _held(request, FORM_KEY))


def _may_come_back(person: str, match: ResolverMatch) -> User | None:
    """Return who was signed in in the browser, if what they sent can be of use to them once they are
    back: an active account, and an object that they see."""
    user = User.objects.filter(pk=person, is_active=True).first() if person else None
    if user is None:
        return None
    try:
        if match.route.startswith("diagnostics/"):
            access = get_diagnostic(user, match.kwargs["pk"]).access
            return user if access.has_editing_role or match.url_name != "diagnostic_step" else None
        if match.route.startswith("structures/<"):
            get_structure(user, match.kwargs["pk"])
    except Http404:
        return None
    return user


def _has_room(network: str, size: int) -> bool:
    """Tell whether so many characters more are kept, and count them."""
    for name, most in ((f"kept-without-session-{network}", OF_A_NETWORK), (_ALL, OF_ALL)):
        if cache.add(name, size, WINDOW):
            total = size
        else:
            try:
                total = cache.incr(name, size)
            except ValueError:  # the hour has just ended
                total = size
        if total > most:
            return False
    return True


def _add(request: HttpRequest, key: str, kept: dict[str, str], *, but: str = "") -> None:
    """Add what was sent to what the session holds; what one page sends again takes its own place."""

    def place(one: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in one.items() if name != but}

    others = [one for one in _held(request, key) if place(one) != place(kept)]
    request.session[key] = [*others, kept][-MOST:]


def _held(request: HttpRequest, key: str) -> list[dict[str, str]]:
    """Return what the session holds; one form alone, as an earlier release kept it, is a list of one."""
    held = request.session.get(key, [])
    return [held] if isinstance(held, dict) else held


def _page_of(request: HttpRequest) -> str:
    """Return the page that a form was sent from; the start page when it is not one of ours."""
    referer = urlsplit(request.headers.get("Referer", ""))
    if referer.netloc == request.get_host():
        with suppress(Resolver404):
            resolve(referer.path)
            return f"{referer.path}?{referer.query}" if referer.query else referer.path
    return reverse("start")


def take_form(request: HttpRequest) -> SentForm | None:
    """Return a form that was kept, once: the page that shows it offers to send it. Another one waits
    for the next page."""
    held = _held(request, FORM_KEY)
    if not held:
        return None
    theirs = [one for one in held if one.get("person") == str(request.user.pk)]
    request.session[FORM_KEY] = theirs[1:]
    if not theirs[1:]:
        del request.session[FORM_KEY]
    _last_as_long_as_asked(request)
    if not theirs:
        return None
    posted = QueryDict(theirs[0]["posted"])
    fields = [(name, value) for name, values in posted.lists() for value in values]
    texts = [value for name, value in fields if value.strip() and not _WRITTEN.search(name)]
    return SentForm(theirs[0]["address"], fields, texts)


def _last_as_long_as_asked(request: HttpRequest) -> None:
    """Take back what :func:`keep` said of how long the session lasts; what the person chose at the sign-in
    stays."""
    if request.session.get("_session_expiry") == KEPT_FOR:
        request.session.set_expiry(None)


def adopt(request: HttpRequest, user: Any) -> bool:
    """Save the kept texts for the person who has just signed in; tell whether anything was saved or kept
    for them.

    Nothing happens when they hold no right on that diagnostic. What cannot be saved is kept for them; what
    the database has no time for (others hold the lock) is offered to be sent, as any other form.
    """
    held = _held(request, SESSION_KEY)
    if not held:
        return False
    del request.session[SESSION_KEY]
    _last_as_long_as_asked(request)
    theirs = [one for one in held if one.get("person") == str(user.pk)]
    adopted = []
    for one in theirs:
        try:
            adopted.append(_adopt_one(one, user))
        except OperationalError:  # a sign-in that failed here would leave the texts in no session
            path = {"pk": one["diagnostic"], "step": StepKey(one["step"])}
            address = reverse("diagnostic_step", kwargs=path)
            kept = {"posted": one["posted"], "person": one["person"], "address": address}
            _add(request, FORM_KEY, kept)
    return any(adopted)


def _adopt_one(kept: dict[str, str], user: Any) -> bool:
    try:
        diagnostic = get_diagnostic(user, UUID(kept["diagnostic"]))
    except Http404:
        return False
    if not diagnostic.access.has_editing_role:
        return False
    loaded = load_step(diagnostic, StepKey(kept["step"]), user=user)
    with suppress(TamperedForm, TooManyFieldsSent):
        posted = QueryDict(kept["posted"], mutable=True)
        if not re.fullmatch(r"[0-9]{1,9}", posted.get("base_revision", "")):
            posted["base_revision"] = "0"  # whatever is stored is then to be chosen from
        form = posted_form(loaded, posted)
        try:
            save_posted(form, posted, loaded)
        except ServiceError:
            keep_unsaved(form, loaded)
        return True
    return False  # of another release, whose fields were others
