"""Who may do what at an address, declared where the address is: whoever adds one has to say it.

Reading is a GET or a HEAD, sending a POST; nothing else is ever answered. The middleware refuses an
address that declares nothing, and asks for a sign-in wherever visitors are not named; what a person is to
the object of an address is asked by its loader (``queries/access.py``) and by its view. The access matrix
(``tests/routes.py``) holds both to what is declared here, and docs/access.md is written from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls import path as django_path

READING = frozenset({"GET", "HEAD"})
SENDING = frozenset({"POST"})


@dataclass(frozen=True)
class Who:
    """People, by what they are to the object of an address: ``words`` say it in the documentation.

    ``roles`` are those of ``tests.scene``; a *stranger* is signed in and nothing to it. ``only_some``:
    of these people, those whom the words name.
    """

    words: str
    roles: frozenset[str]
    only_some: bool = False

    @property
    def are_signed_in(self) -> bool:
        """Tell whether they signed in first."""
        return "anonymous" not in self.roles


@dataclass(frozen=True)
class Policy:
    """Who may read an address, and who may send a form to it; None: nobody."""

    get: Who | None
    post: Who | None

    def of(self, method: str | None) -> Who | None:
        """Return who may use a method."""
        if method in READING:
            return self.get
        return self.post if method in SENDING else None

    @property
    def is_public(self) -> bool:
        """Tell whether a page says the same to every visitor: it may be kept on the way."""
        return self.get is EVERYBODY


_SIGNED_IN = frozenset({"stranger", "reader", "contributor", "lead", "facilitator", "staff"})
_ALL = _SIGNED_IN | {"anonymous"}

EVERYBODY = Who("everybody", _ALL)
VISITORS = Who("whoever signs in or up", _ALL)
LINK_HOLDERS = Who("whoever was sent the link", _ALL)
SIGNED_IN = Who("whoever is signed in", _SIGNED_IN)
OWNER = Who("the person whose session it is", _SIGNED_IN, only_some=True)
VIEWERS = Who("the team, facilitators", frozenset({"reader", "contributor", "lead", "facilitator"}))
EDITORS = Who("the lead, contributors", frozenset({"lead", "contributor"}))
LEAD = Who("the lead", frozenset({"lead"}))
LEAD_OR_ONESELF = Who(
    "the lead, and the member for themselves",
    frozenset({"reader", "contributor", "lead"}),
    only_some=True,
)
LEAD_OR_PREPARER = Who(
    "the lead; while there is none, facilitators",
    frozenset({"lead", "facilitator"}),
    only_some=True,
)
FACILITATORS = Who("facilitators", frozenset({"facilitator"}))
LEAD_AND_FACILITATORS = Who("the lead, facilitators", frozenset({"lead", "facilitator"}))
TALKERS = Who("the team, facilitators: who may do what to a thread", VIEWERS.roles, only_some=True)
AUTHOR = Who("the author of the message", VIEWERS.roles, only_some=True)
STAFF = Who("staff", frozenset({"staff"}))

OPEN = Policy(EVERYBODY, None)
SIGNING_IN = Policy(VISITORS, VISITORS)
BY_LINK = Policy(LINK_HOLDERS, LINK_HOLDERS)
OWN_ACCOUNT = Policy(SIGNED_IN, SIGNED_IN)
ADMINISTRATION = Policy(STAFF, STAFF)


# --- Declaring ------------------------------------------------------------------------------------


def path(
    route: str,
    view: Callable[..., Any],
    get: Who | None,
    post: Who | None = None,
    *,
    name: str,
) -> URLPattern:
    """Return an address, as Django's own, with who may read it and who may send a form to it."""
    pattern = django_path(route, view, name=name)
    vars(pattern)["policy"] = Policy(get, post)
    return pattern


def declare(
    included: URLResolver, policies: Mapping[str, Policy], *, others: Policy | None = None
) -> URLResolver:
    """Return the addresses of a library with their policies, by name; ``others``: of those that are not
    named, which none may have (then a new release's new address is refused until it is declared)."""
    vars(included)["policies"] = policies
    vars(included)["other_policy"] = others
    return included


# --- Asking ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Address:
    """An address of the site as the resolver knows it, and what was declared of it."""

    route: str
    name: str | None
    policy: Policy | None


def addresses(resolver: URLResolver | None = None) -> Iterator[Address]:
    """Walk all addresses of the site, declared or not."""
    yield from _walk(resolver or get_resolver(), "", None)


def _walk(resolver: URLResolver, start: str, around: URLResolver | None) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        own = str(entry.pattern)
        route = start + (own.removeprefix("^") if start else own)  # as a match is told its route
        if isinstance(entry, URLResolver):
            yield from _walk(entry, route, entry if "policies" in vars(entry) else around)
            continue
        policy = vars(entry).get("policy")
        if policy is None and around is not None:
            declared = vars(around)
            policy = declared["policies"].get(entry.name or "", declared["other_policy"])
        yield Address(route, entry.name, policy)


def policy_of(request: HttpRequest) -> Policy | None:
    """Return what was declared of the address that a request was resolved to, if anything."""
    match = request.resolver_match
    urlconf = getattr(request, "urlconf", settings.ROOT_URLCONF)
    return _policies(urlconf).get(match.route) if match else None


@cache
def _policies(urlconf: str) -> dict[str, Policy | None]:
    return {address.route: address.policy for address in addresses(get_resolver(urlconf))}
