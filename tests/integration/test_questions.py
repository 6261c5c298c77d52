"""The questions of a kit: what came of each, one put on trial, figures changed once their effect is told."""

from __future__ import annotations

import pytest
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from diagnostics.domain.answers import AccompanimentScope, Roles
from diagnostics.domain.coherence import RULES
from diagnostics.domain.vocabulary import State, Verdict
from diagnostics.models import Diagnostic, Kit, KitChange, PortfolioLine
from diagnostics.queries import load_diagnostic_document
from diagnostics.queries.questions import get_kit, load_questions
from diagnostics.queries.versions import read_version
from diagnostics.services.coherence import FindingGone, acknowledge_finding, judge_question
from diagnostics.services.errors import NotAllowed, WrongState
from diagnostics.services.questions import (
    change_question,
    mark_of_question,
    refresh_batch,
    refresh_what_was_never_counted,
)
from tests.coherence_cases import partner, scope
from tests.pages import page_of
from tests.scene import Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db

ROWS = ["formalise"]
WHY = "Nos avocats le font déjà"
MESSAGE = "le partenaire n’est pas nommé"  # what R14 says
FOUR_ROLES = ["influence_reference", "network", "scout", "spread"]


@pytest.fixture
def scene() -> Scene:
    """Two diagnostics whose accompaniment names no partner for one step (R14)."""
    scene = make_scene()
    said = AccompanimentScope.model_validate(scope(formalise=partner())["accompaniment_scope"])
    scene.store(said)
    other = Diagnostic.objects.get(structure=scene.stranger.memberships.get().structure)
    here, scene.diagnostic = scene.diagnostic, other
    scene.store(said, user=scene.stranger)
    scene.diagnostic = here
    return scene


def kit() -> Kit:
    return get_kit()


def change(scene: Scene, rule: str = "R14", **changes: object) -> list[KitChange]:
    told = {"thresholds": {}, "is_on_trial": False, "user": scene.facilitator} | changes
    return change_question(kit(), rule, **{"seen": mark_of_question(kit(), rule)} | told)


def shown(scene: Scene, role: str, name: str, *args: str) -> str:
    return page_of(scene.client(role).get(reverse(name, args=[scene.diagnostic.pk, *args]))).text


def question(rule: str):
    return next(one for one in load_questions(kit()) if one.rule.id == rule)


def page(scene: Scene, rule: str = "R14"):
    return scene.client("facilitator").get(reverse("question", args=[rule]))


def send(scene: Scene, rule: str = "R14", **data: str):
    """What the page of a question sends, as it is shown now."""
    address = reverse("question", args=[rule])
    client = scene.client("facilitator")
    form = page_of(client.get(address)).form_to(f"{address}?kit=rameau-2013")
    kept = {k: v[0] for k, v in form.data.items() if k not in {"count", "save"}}
    return client.post(address, kept | data)


def counted(answer) -> str:
    return answer.context["counted"]


# --- What came of it --------------------------------------------------------------------------------


def test_each_rule_tells_how_often_it_spoke_and_what_was_said(scene):
    named = {"rule": "R14", "rows": ROWS}
    other = Diagnostic.objects.exclude(pk=scene.diagnostic.pk).get()
    judge_question(
        scene.diagnostic, **named, verdict=Verdict.NOT_FOR_US, reason=WHY, user=scene.lead
    )
    acknowledge_finding(other, **named, reason="Exprès", user=scene.stranger)
    told = question("R14")
    assert (told.diagnostics, told.points) == (2, 2)
    assert (told.useful, told.not_for_us, told.assumed) == (0, 1, 1)
    assert [(said.reason, said.diagnostic.structure.name) for said in told.why] == [
        (WHY, scene.structure.name)
    ]
    assert load_questions(kit())[0].rule.id == "R14"  # the most often set aside
    assert (question("R02").diagnostics, question("R02").not_for_us) == (0, 0)
    answer = scene.client("facilitator").get(reverse("questions"))
    heard = [one.rule.id for one in load_questions(kit()) if one.points or one.rule.id == "R14"]
    assert [one.rule.id for one in answer.context["questions"]] == heard
    silent = {one.rule.id for one in answer.context["silent"]}
    assert silent == set(RULES) - set(heard)
    listed = page_of(answer).text
    assert f"{len(silent)} questions" in listed
    assert WHY in listed
    assert "Exprès" not in listed
    one = page_of(page(scene)).text
    assert "mise de côté 1 fois, assumée 1 fois" in one
    assert WHY in one
    assert "Exprès" in one


# --- En essai ---------------------------------------------------------------------------------------


def test_what_a_rule_on_trial_finds_is_the_facilitators_alone(scene):
    places = (
        ("diagnostic_check",),
        ("coherence",),
        ("diagnostic_step", "accompaniment_scope"),
    )
    for name, *args in places:
        assert MESSAGE in shown(scene, "lead", name, *args), name
    assert MESSAGE in shown(scene, "facilitator", "report")
    change(scene, is_on_trial=True)
    for name, *args in places:
        assert MESSAGE not in shown(scene, "lead", name, *args), name
    for name in ("diagnostic_check", "coherence"):  # a step that is closed to one tells no points
        assert MESSAGE in shown(scene, "facilitator", name), name
    assert (
        'id="R14"'
        not in scene.client("lead")
        .get(reverse("coherence", args=[scene.diagnostic.pk]))
        .content.decode()
    )
    for role in ("lead", "facilitator"):
        assert MESSAGE not in shown(scene, role, "report")
        export = scene.client(role).get(reverse("document_json", args=[scene.diagnostic.pk]))
        assert "R14" not in [entry["rule"] for entry in export.json()["findings"]]


def test_nobody_answers_a_question_that_they_do_not_read(scene):
    change(scene, is_on_trial=True)
    with pytest.raises(FindingGone):
        judge_question(
            scene.diagnostic, rule="R14", rows=ROWS, verdict=Verdict.USEFUL, user=scene.lead
        )


def test_a_version_has_nothing_of_a_rule_on_trial_and_keeps_its_figures(scene):
    change(scene, is_on_trial=True)
    bring_to(scene, State.SUBMITTED)
    version = scene.diagnostic.versions.get()
    change(scene)
    assert "R14" not in [finding.rule for finding in read_version(version).findings]
    before = version.record.thresholds
    change(scene, "R02", thresholds={"max_roles": 1})
    assert scene.diagnostic.versions.get().record.thresholds == before


def test_the_counts_of_the_lists_follow(scene):
    def points() -> int:
        return PortfolioLine.objects.get(diagnostic=scene.diagnostic).points

    before = points()
    updated = Diagnostic.objects.get(pk=scene.diagnostic.pk).updated_at
    change(scene, is_on_trial=True)
    (job,) = ProcrastinateJob.objects.filter(task_name="refresh_indicators")
    refresh_batch(**job.args)
    assert points() == before - 1
    assert Diagnostic.objects.get(pk=scene.diagnostic.pk).updated_at == updated
    assert question("R14").diagnostics == 2  # what it would find is told all the same
    change(scene)
    refresh_batch(kit().pk)
    assert points() == before


def test_the_worker_goes_on_batch_by_batch(scene, monkeypatch):
    monkeypatch.setattr("diagnostics.services.questions.BATCH", 1)
    change(scene, is_on_trial=True)
    done = 0
    while job := ProcrastinateJob.objects.filter(
        id__gt=done, task_name="refresh_indicators"
    ).first():
        refresh_batch(**job.args)
        done = job.id
    lines = PortfolioLine.objects.exclude(diagnostic=None)
    assert lines.count() == 2
    assert {line.diagnostic.indicators["attention"] for line in lines} == {
        line.points for line in lines
    }
    assert ProcrastinateJob.objects.filter(task_name="refresh_indicators").count() == 3


def test_what_was_saved_before_rules_were_counted_is_counted_at_night(scene):
    assert refresh_what_was_never_counted() == 0
    Diagnostic.objects.filter(pk=scene.diagnostic.pk).update(indicators={})
    assert question("R14").diagnostics == 1
    assert refresh_what_was_never_counted() == 1
    refresh_batch(kit().pk)
    assert question("R14").diagnostics == 2


# --- The effect, before one saves -------------------------------------------------------------------


def test_the_effect_is_counted_before_anything_is_saved(scene):
    scene.store(
        Roles.model_validate(
            {"rows": [{"id": f"r{n}", "role": role} for n, role in enumerate(FOUR_ROLES)]}
        )
    )
    assert "R02" in [f["rule"] for f in told_findings(scene)]
    answer = send(scene, "R02", max_roles="4", save="1")  # nobody has read its effect
    effect = answer.context["effect"]
    assert (effect.counted, effect.total, effect.more, effect.less) == (2, 2, 0, 1)
    assert "0 diagnostic aurait ce point de plus, 1 de moins" in page_of(answer).text
    assert kit().thresholds == {}
    answer = send(scene, "R02", max_roles="4", save="1", counted=counted(answer))
    assert answer.status_code == 302
    assert kit().thresholds == {"max_roles": 4}
    noted = KitChange.objects.get()
    assert (noted.name, noted.after, noted.changed_by) == (
        "thresholds",
        {"max_roles": 4},
        scene.facilitator,
    )
    assert "par Fanny Facilitator" in page_of(page(scene, "R02")).text
    assert "R02" not in [f["rule"] for f in told_findings(scene)]


def told_findings(scene: Scene) -> list[dict]:
    address = reverse("document_json", args=[scene.diagnostic.pk])
    return scene.client("lead").get(address).json()["findings"]


def test_another_choice_than_the_one_that_was_counted_is_counted_first(scene):
    answer = send(scene, "R02", max_roles="4")
    answer = send(scene, "R02", max_roles="5", save="1", counted=counted(answer))
    assert (answer.status_code, kit().thresholds) == (200, {})


def test_closed_diagnostics_are_not_counted_and_many_are_a_sample(scene, monkeypatch):
    bring_to(scene, State.VALIDATED)
    effect = send(scene, trial="on").context["effect"]
    assert (effect.counted, effect.total, effect.less) == (1, 1, 1)
    monkeypatch.setattr("diagnostics.queries.questions.COUNTED_AT_ONCE", 0)
    answer = send(scene, trial="on")
    assert "Compté sur 0 diagnostics tirés au sort, des 1" in page_of(answer).text


def test_a_change_that_somebody_else_made_meanwhile_is_told(scene):
    first = send(scene, "R02", max_roles="4")
    seen = first.context["form"].cleaned_data["seen"]
    change(scene, "R02", thresholds={"max_roles": 2})
    data = {"max_roles": "4", "save": "1", "counted": counted(first), "seen": seen}
    answer = scene.client("facilitator").post(reverse("question", args=["R02"]), data)
    assert answer.status_code == 409
    assert kit().thresholds == {"max_roles": 2}
    assert answer.context["form"]["max_roles"].value() == "4"  # what was typed is there
    again = send(scene, "R02", max_roles="4")
    assert send(scene, "R02", max_roles="4", save="1", counted=counted(again)).status_code == 302
    # The second press of a double click finds it done.
    assert change(scene, "R02", thresholds={"max_roles": 4}, seen=seen) == []


@pytest.mark.parametrize("typed", ["0", "beaucoup", "61"])
def test_a_figure_that_the_rules_cannot_take_is_refused(scene, typed):
    answer = send(scene, "R02", max_roles=typed)
    assert answer.status_code == 422
    assert f'value="{typed}"' in answer.content.decode()
    assert kit().thresholds == {}


@pytest.mark.parametrize("role", ["lead", "staff", "stranger"])
def test_only_facilitators_change_questions(scene, role):
    with pytest.raises(NotAllowed):
        change(scene, is_on_trial=True, user=getattr(scene, role))
    assert kit().trials == []


def test_a_mark_of_long_ago_is_refused(scene):
    with pytest.raises(WrongState):
        change(scene, is_on_trial=True, seen="0" * 12)


def test_a_document_that_is_loaded_says_what_was_said(scene):
    judge_question(
        scene.diagnostic,
        rule="R14",
        rows=ROWS,
        verdict=Verdict.USEFUL,
        reason=WHY,
        user=scene.lead,
    )
    (said,) = load_diagnostic_document(scene.diagnostic).judgements
    assert (said.verdict, said.reason) == (Verdict.USEFUL, WHY)
