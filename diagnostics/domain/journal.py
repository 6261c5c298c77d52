"""The events of a diagnostic, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from diagnostics.domain.adoption import DecisionResult
from diagnostics.domain.coherence import RULES
from diagnostics.domain.vocabulary import EventKind, MembershipRole, Verdict
from diagnostics.typography import count, french_date, quoted

PARIS = ZoneInfo("Europe/Paris")
RESULT_COUNTS = {
    DecisionResult.ADOPTED: ("adoptée", "adoptées"),
    DecisionResult.AMENDED: ("amendée", "amendées"),
    DecisionResult.POSTPONED: ("reportée", "reportées"),
    DecisionResult.REJECTED: ("rejetée", "rejetées"),
}


ROLES = {role.value: role.label for role in MembershipRole}
# What is downloaded, by the word that the journal keeps.
EXPORTS = {
    "report": "le rapport (PDF)",
    "synthesis": "la synthèse (PDF)",
    "word": "le rapport (Word)",
    "document": "le document (JSON)",
    "table": "un tableau (CSV)",
    "workbook": "un tableau (classeur)",
    "personal": "ses données personnelles",
    "portfolio": "la liste du portefeuille",
}
# The steps of a sign-in, as allauth names them.
METHODS = {
    "password": "mot de passe",
    "totp": "code de l’application",
    "webauthn": "clé d’accès",
    "recovery_codes": "code de secours",
}
FACTORS = {
    "totp": "une application de codes",
    "webauthn": "une clé d’accès",
}


def tell_event(kind: EventKind, detail: Mapping[str, Any], *, person: str = "") -> str:
    """Say an event after the name of who did it; ``detail``: what the journal keeps of it.

    ``person``: the name of whom it concerns, when that is somebody else.

    What an event of long ago lacks is left out.
    """
    rule = RULES.get(detail.get("rule", ""))
    point = f"\u00a0: {quoted(rule.title)}" if rule else ""
    version = f" (version\u00a0{detail['version']})" if "version" in detail else ""
    held = f" du {_day(detail['date'])}" if "date" in detail else ""
    steps = detail.get("steps")
    imported = f" de {count(len(steps), 'étape', 'étapes')}" if steps else ""
    from_another = f" en repartant de {quoted(detail['from'])}" if "from" in detail else ""
    rows = len(detail.get("rows", ()))
    left_out = count(rows, "élément", "éléments") if rows > 1 else "un élément"
    has = "ont" if rows > 1 else "a"
    return {
        EventKind.DIAGNOSTIC_OPENED: f"a ouvert le diagnostic{from_another}",
        EventKind.REASONS_WRITTEN: f"a écrit pourquoi {left_out} n’{has} pas été repris",
        EventKind.DIAGNOSTIC_DELETED: "a supprimé le diagnostic",
        EventKind.ANSWERS_IMPORTED: f"a importé les réponses{imported}",
        EventKind.FINDING_ACKNOWLEDGED: f"a dit que c’est un choix assumé{point}",
        EventKind.ACKNOWLEDGEMENT_WITHDRAWN: f"a remis un choix en discussion{point}",
        EventKind.QUESTION_JUDGED: f"a mis une question de côté{point}"
        if detail.get("verdict") == Verdict.NOT_FOR_US
        else f"a dit qu’une question est utile{point}",
        EventKind.JUDGEMENT_WITHDRAWN: f"est revenu sur ce qui était dit d’une question{point}",
        EventKind.SUBMITTED: f"a soumis le diagnostic{version}",
        EventKind.CHANGES_REQUESTED: "a demandé des modifications",
        EventKind.VALIDATED: "a validé le diagnostic",
        EventKind.SUBMISSION_WITHDRAWN: f"a retiré sa soumission{version}",
        EventKind.REQUEST_MADE: "a fait une demande à la structure",
        EventKind.REQUEST_ADDRESSED: "a traité une demande",
        EventKind.REQUEST_ACCEPTED: "a accepté une réponse à une demande",
        EventKind.REQUEST_ASKED_AGAIN: "a renouvelé une demande",
        EventKind.REQUEST_WITHDRAWN: "a retiré une demande",
        EventKind.REVIEW_TAKEN: "a pris la relecture en charge",
        EventKind.REVIEW_HANDED_OVER: "a confié la relecture"
        if detail.get("after")
        else "a rendu la relecture",
        EventKind.FACILITATOR_CHANGED: "a changé qui suit la structure",
        EventKind.REOPENED: f"a rouvert le diagnostic{_moments(detail)}",
        **_of_a_team(detail, person),
        **_of_an_account(detail, person),
        EventKind.EXPORTED: f"a téléchargé {EXPORTS.get(detail.get('what', ''), 'un fichier')}{version}",
        EventKind.ADOPTED: f"a enregistré l’adoption en séance{held}{_results(detail)}",
    }.get(kind, f"\u00a0: {kind.label}")


def _of_a_team(detail: Mapping[str, Any], person: str) -> dict[EventKind, str]:
    """Say what happens to a team."""
    role = ROLES.get(detail.get("role", ""), "")
    as_role = f"\u00a0: {role.lower()}" if role else ""
    after = ROLES.get(detail.get("after", "")) if isinstance(detail.get("after"), str) else None
    whose = f" de {person}" if person else " d’un membre"
    return {
        EventKind.STRUCTURE_CREATED: "a créé la structure",
        EventKind.STRUCTURE_DELETED: "a supprimé la structure",
        EventKind.STRUCTURE_ERASED: "a effacé une structure",
        EventKind.MEMBER_INVITED: f"a invité quelqu’un{as_role}",
        EventKind.INVITATION_RESENT: f"a renvoyé une invitation{as_role}",
        EventKind.INVITATION_CANCELLED: f"a annulé une invitation{as_role}",
        EventKind.MEMBER_JOINED: f"a rejoint l’équipe{as_role}",
        EventKind.MEMBER_ROLE_CHANGED: f"a changé le rôle{whose}"
        + (f"\u00a0: {after.lower()}" if after else ""),
        EventKind.MEMBER_REMOVED: f"a retiré {person} de l’équipe"
        if person
        else "a quitté l’équipe",
    }


def _of_an_account(detail: Mapping[str, Any], person: str) -> dict[EventKind, str]:
    """Say what happens to an account: one's own, or somebody else's."""
    ways = [METHODS[way] for way in detail.get("ways", ()) if way in METHODS]
    with_what = f" ({', '.join(ways)})" if ways else ""
    whose = f" de {person}" if person else ""
    to = f" à {person}" if person else ""
    own = f"le mot de passe de {person}" if person else "son mot de passe"
    account = f"le compte de {person}" if person else "son compte"
    factor = FACTORS.get(detail.get("factor", ""), "un moyen")
    return {
        EventKind.SIGNED_IN: f"s’est connecté·e{with_what}",
        EventKind.SESSIONS_ENDED: f"a fermé des sessions{whose}",
        EventKind.ACCOUNT_CREATED: f"a créé {account}",
        EventKind.ACCOUNT_ACTIVATED: f"a réactivé {account}",
        EventKind.ACCOUNT_DEACTIVATED: f"a désactivé {account}",
        EventKind.ACCOUNT_ERASED: f"a effacé {account}",
        EventKind.STAFF_GIVEN: f"a donné l’accès à l’administration{to}",
        EventKind.STAFF_WITHDRAWN: f"a retiré l’accès à l’administration{to}",
        EventKind.SUPERUSER_GIVEN: f"a donné tous les droits{to}",
        EventKind.SUPERUSER_WITHDRAWN: f"a retiré tous les droits{to}",
        EventKind.FACILITATOR_GIVEN: f"a confié la facilitation{to}",
        EventKind.FACILITATOR_WITHDRAWN: f"a retiré la facilitation{to}",
        EventKind.PASSWORD_CHANGED: f"a changé {own}",
        EventKind.ADDRESS_ADDED: "a confirmé une adresse e-mail de son compte",
        EventKind.ADDRESS_CHANGED: "a changé l’adresse e-mail de son compte",
        EventKind.ADDRESS_REMOVED: "a retiré une adresse e-mail de son compte",
        EventKind.FACTOR_ADDED: f"a ajouté {factor} à sa connexion",
        EventKind.FACTOR_REMOVED: f"a retiré {factor} de la connexion{whose or ' à son compte'}",
        EventKind.RECOVERY_CODES_MADE: "a créé ses codes de secours",
    }


def _day(text: str) -> str:
    """Write the day of a date or of a moment, both as JSON has them, in France."""
    moment = dt.datetime.fromisoformat(text)
    return french_date((moment.astimezone(PARIS) if moment.tzinfo else moment).date())


def _moments(detail: Mapping[str, Any]) -> str:
    """Say when what was opened again had been validated and adopted."""
    told = {"validated_at": "validé", "adopted_at": "adopté"}
    words = [f"{word} le {_day(detail[name])}" for name, word in told.items() if name in detail]
    return f" ({', '.join(words)})" if words else ""


def _results(detail: Mapping[str, Any]) -> str:
    """Say how many decisions were adopted, amended, postponed and rejected."""
    found = detail.get("results") or {}
    words: list[str] = []
    for result, (one, many) in RESULT_COUNTS.items():
        if number := found.get(result.value):
            nouns = (one, many) if words else (f"décision {one}", f"décisions {many}")
            words.append(count(number, *nouns))
    return f"\u00a0: {', '.join(words)}" if words else ""
