"""The events of a diagnostic, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from diagnostics.domain.adoption import DecisionResult
from diagnostics.domain.coherence import RULES
from diagnostics.domain.vocabulary import EventKind, Verdict
from diagnostics.typography import count, french_date, quoted

PARIS = ZoneInfo("Europe/Paris")
RESULT_COUNTS = {
    DecisionResult.ADOPTED: ("adoptée", "adoptées"),
    DecisionResult.AMENDED: ("amendée", "amendées"),
    DecisionResult.POSTPONED: ("reportée", "reportées"),
    DecisionResult.REJECTED: ("rejetée", "rejetées"),
}


def tell_event(kind: EventKind, detail: Mapping[str, Any]) -> str:
    """Say an event after the name of who did it; ``detail``: what the journal keeps of it.

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
        EventKind.ADOPTED: f"a enregistré l’adoption en séance{held}{_results(detail)}",
    }.get(kind, f"\u00a0: {kind.label}")


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
