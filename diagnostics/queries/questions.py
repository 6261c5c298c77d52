"""What the questions of the rules are worth: how often each speaks, and what structures answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import Http404

from diagnostics.domain.coherence import RULES, Rule, RulesInForce, load_thresholds
from diagnostics.domain.document import DiagnosticDocument
from diagnostics.domain.vocabulary import State, Verdict
from diagnostics.models import Acknowledgement, Diagnostic, Kit, KitChange
from diagnostics.queries.documents import build_document, said_in

REASONS_OF_A_LINE = 2
REASONS_OF_A_PAGE = 50
LAST_CHANGES = 10
# The diagnostics whose questions somebody still answers.
NOT_CLOSED = [State.DRAFT.value, State.SUBMITTED.value, State.CHANGES_REQUESTED.value]
# Counted while somebody waits, some twenty milliseconds each; more are a sample.
COUNTED_AT_ONCE = 100


@dataclass(frozen=True)
class Question:
    """A rule with what came of it. ``diagnostics``: in how many it speaks now, ``points`` how many times;
    the answers are all those that were given, be the point gone since; ``why``: the last reasons of
    « pas pour nous »."""

    rule: Rule
    diagnostics: int
    points: int
    useful: int
    not_for_us: int
    assumed: int
    is_on_trial: bool
    why: list[Acknowledgement]

    @property
    def is_silent(self) -> bool:
        """Tell whether nothing came of it: it speaks nowhere, and nobody has answered it."""
        return not (self.points or self.useful or self.not_for_us or self.assumed)


def load_kits() -> list[Kit]:
    """Return the kits, without their texts: there are few."""
    return list(Kit.objects.only("slug", "title", "thresholds", "trials").order_by("slug"))


def get_kit(slug: str = "") -> Kit:
    """Return a kit by its name; without one, the first. Http404 when there is none."""
    return kit_among(load_kits(), slug)


def kit_among(kits: Sequence[Kit], slug: str) -> Kit:
    """Return the kit of a name, the first without one; Http404 when there is none."""
    kit = next((kit for kit in kits if slug in {"", kit.slug}), None)
    if kit is None:
        raise Http404
    return kit


def rules_in_force(kit: Kit) -> RulesInForce:
    """Return the rules of a kit as they are now."""
    return RulesInForce(load_thresholds(kit.thresholds), frozenset(kit.trials))


def load_questions(kit: Kit) -> list[Question]:
    """Return all rules with what came of them, those that were set aside most often first (three
    queries, over figures that are kept: no document is read)."""
    spoke = _spoke(kit)
    said: dict[str, dict[str, int]] = {}
    answers = _answers(kit).order_by().values("rule", "verdict").annotate(number=Count("pk"))
    for entry in answers:
        said.setdefault(entry["rule"], {})[entry["verdict"]] = entry["number"]
    why: dict[str, list[Acknowledgement]] = {}
    for reason in _last_reasons(kit):
        why.setdefault(reason.rule, []).append(reason)
    questions = [
        _question(rule, spoke, said.get(rule.id, {}), why.get(rule.id, []), kit)
        for rule in RULES.values()
    ]
    return sorted(questions, key=lambda one: (-one.not_for_us, -one.diagnostics))


def load_question(kit: Kit, rule: Rule) -> Question:
    """Return one rule with what came of it (two queries)."""
    answers = _answers(kit, rule).order_by().values("verdict").annotate(number=Count("pk"))
    said = {entry["verdict"]: entry["number"] for entry in answers}
    return _question(rule, _spoke(kit), said, [], kit)


def _question(
    rule: Rule,
    spoke: dict[str, tuple[int, int]],
    said: dict[str, int],
    why: list[Acknowledgement],
    kit: Kit,
) -> Question:
    diagnostics, points = spoke.get(rule.id, (0, 0))
    return Question(
        rule,
        diagnostics,
        points,
        useful=said.get(Verdict.USEFUL.value, 0),
        not_for_us=said.get(Verdict.NOT_FOR_US.value, 0),
        assumed=said.get(Verdict.ASSUMED.value, 0),
        is_on_trial=rule.id in kit.trials,
        why=why,
    )


def reasons_of(kit: Kit, rule: Rule, page: str = "1") -> Page[Acknowledgement]:
    """Return a page of the reasons that were given to the questions of a rule, whatever the answer, the
    last first, with their structure (two queries)."""
    told = _answers(kit, rule).exclude(reason="").select_related("diagnostic__structure")
    return Paginator(told.order_by("-made_at", "-pk"), REASONS_OF_A_PAGE).get_page(page)


def changes_of_questions(kit: Kit) -> QuerySet[KitChange]:
    """Return what was last changed of the rules of a kit."""
    changed = kit.changes.filter(path="", name__in=["thresholds", "trials"])
    return changed.select_related("changed_by")[:LAST_CHANGES]


def documents_to_count(kit: Kit) -> tuple[list[DiagnosticDocument], int]:
    """Return the documents of the diagnostics that are not closed, and how many there are: a sample when
    they are too many, always the same, whatever was written last (four queries)."""
    everything = Diagnostic.objects.filter(kit=kit, state__in=NOT_CLOSED)
    total = everything.count()
    # Their keys are drawn at random: the first of them are a sample.
    sample = everything.with_surroundings().order_by("pk")[:COUNTED_AT_ONCE]
    found = sample.prefetch_related("answers", "acknowledgements")
    return [
        build_document(one, list(one.answers.all()), said_in(one.acknowledgements.all()))
        for one in found
    ], total


def _answers(kit: Kit, rule: Rule | None = None) -> QuerySet[Acknowledgement]:
    of_kit = Q(diagnostic__kit=kit, diagnostic__deleted_at=None)
    return Acknowledgement.objects.filter(of_kit, **({"rule": rule.id} if rule else {}))


def _last_reasons(kit: Kit) -> QuerySet[Acknowledgement]:
    aside = _answers(kit).filter(verdict=Verdict.NOT_FOR_US.value).exclude(reason="")
    last = Window(RowNumber(), partition_by="rule", order_by=[F("made_at").desc(), F("pk").desc()])
    told = aside.annotate(place=last).filter(place__lte=REASONS_OF_A_LINE)
    return told.select_related("diagnostic__structure").order_by("rule", "place")


def _spoke(kit: Kit) -> dict[str, tuple[int, int]]:
    """Return by rule in how many diagnostics it speaks, and how many times, as their indicators say."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT spoke.key, count(*), sum(spoke.value::int)
            FROM diagnostics_diagnostic, jsonb_each_text(indicators->'rules') spoke
            WHERE kit_id = %s AND deleted_at IS NULL
            GROUP BY spoke.key
            """,
            [kit.pk],
        )
        return {rule: (int(diagnostics), int(points)) for rule, diagnostics, points in cursor}
