"""« Choix assumé »: stored, attributed, counted; open again when the finding changes."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from diagnostics.domain.answers import (
    AccompanimentScope,
    Alliances,
    Answer,
    Objectives,
    TerritorialScales,
)
from diagnostics.domain.coherence import CoherenceFinding, find_coherence
from diagnostics.domain.vocabulary import EventKind, State
from diagnostics.models import Acknowledgement, Diagnostic, Event, Kit
from diagnostics.queries import (
    get_diagnostic,
    load_check_page,
    load_diagnostic_document,
    load_home,
    thresholds_of,
)
from diagnostics.services.answers import save_answer
from diagnostics.services.coherence import (
    FindingGone,
    acknowledge_finding,
    withdraw_acknowledgement,
)
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from diagnostics.services.structures import update_structure
from tests.coherence_cases import objectives, partner, scope
from tests.scene import Scene, bring_to, make_scene
from tests.threads import at_once

pytestmark = pytest.mark.django_db

RULE, ROWS, REASON = "R14", ["formalise"], "Convention à signer au second semestre."


@pytest.fixture
def scene() -> Scene:
    """A diagnostic whose accompaniment names no partner for one step."""
    scene = make_scene()
    save(
        scene, AccompanimentScope.model_validate(scope(formalise=partner())["accompaniment_scope"])
    )
    return scene


def save(scene: Scene, answer: Answer) -> None:
    stored = scene.diagnostic.answers.filter(step=answer.step.value).first()
    revision = stored.revision if stored else 0
    save_answer(
        scene.diagnostic, answer, internal_note="", base_revision=revision, user=scene.contributor
    )


def assume(scene: Scene, role: str = "contributor", **changes: object) -> Acknowledgement:
    choice = {"rule": RULE, "rows": ROWS, "reason": REASON, "user": getattr(scene, role)} | changes
    return acknowledge_finding(scene.diagnostic, **choice)


def finding(scene: Scene, rule: str = RULE) -> CoherenceFinding:
    document = load_diagnostic_document(Diagnostic.objects.get(pk=scene.diagnostic.pk))
    (found,) = [f for f in find_coherence(document) if f.rule == rule]
    return found


def kept(scene: Scene) -> dict:
    return Diagnostic.objects.get(pk=scene.diagnostic.pk).indicators


# --- Making and taking back a choice ------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "contributor"])
def test_a_choice_is_kept_with_who_made_it(scene, role):
    before = kept(scene)
    assert finding(scene).is_open

    choice = assume(scene, role, reason=f"  {REASON}\n")

    assert finding(scene).acknowledgement == REASON
    assert choice.made_by == getattr(scene, role)
    after = kept(scene)
    assert after["attention"] == before["attention"] - 1
    assert after["acknowledged"] == before["acknowledged"] + 1 == 1
    assert after["axes"]["missions"]["acknowledged"] == 1
    event = Event.objects.get(kind=EventKind.FINDING_ACKNOWLEDGED.value)
    assert (event.actor, event.detail) == (getattr(scene, role), {"rule": RULE, "rows": ROWS})


def test_a_second_reason_replaces_the_first(scene):
    assume(scene)
    assume(scene, "lead", reason="Les avocats ont signé")

    (choice,) = scene.diagnostic.acknowledgements.all()
    assert (choice.reason, choice.made_by) == ("Les avocats ont signé", scene.lead)
    assert Event.objects.filter(kind=EventKind.FINDING_ACKNOWLEDGED.value).count() == 2


def test_a_choice_is_taken_back(scene):
    before = kept(scene)
    assume(scene)
    withdraw_acknowledgement(scene.diagnostic, rule=RULE, rows=ROWS, user=scene.lead)

    assert finding(scene).is_open
    assert kept(scene) == before
    event = Event.objects.get(kind=EventKind.ACKNOWLEDGEMENT_WITHDRAWN.value)
    assert (event.actor, event.detail) == (scene.lead, {"rule": RULE, "rows": ROWS})
    with pytest.raises(FindingGone):
        withdraw_acknowledgement(scene.diagnostic, rule=RULE, rows=ROWS, user=scene.lead)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"rule": "R15"}, FindingGone),
        ({"rows": ["match"]}, FindingGone),
        ({"rows": []}, FindingGone),
        ({"rule": "'; DROP TABLE"}, FindingGone),
        ({"fingerprint": "0" * 12}, FindingGone),
        ({"reason": " \n "}, ServiceError),
        ({"reason": "x" * 1001}, ServiceError),
        ({"reason": "a\x00b"}, ServiceError),
    ],
)
def test_what_is_no_answer_to_a_point_is_refused(scene, changes, refusal):
    before = kept(scene)
    with pytest.raises(refusal):
        assume(scene, **changes)
    assert not scene.diagnostic.acknowledgements.exists()
    assert kept(scene) == before
    assert not Event.objects.filter(kind=EventKind.FINDING_ACKNOWLEDGED.value).exists()


def test_the_point_must_still_say_what_the_person_read(scene):
    assert assume(scene, fingerprint=finding(scene).fingerprint).reason == REASON


@pytest.mark.parametrize("role", ["reader", "stranger", "facilitator", "staff"])
def test_who_may_not_edit_may_not_answer_for_the_structure(scene, role):
    assume(scene)
    with pytest.raises(NotAllowed):
        assume(scene, role)
    with pytest.raises(NotAllowed):
        withdraw_acknowledgement(scene.diagnostic, rule=RULE, rows=ROWS, user=getattr(scene, role))
    assert scene.diagnostic.acknowledgements.get().made_by == scene.contributor


@pytest.mark.parametrize("state", [State.SUBMITTED, State.VALIDATED, State.ADOPTED])
def test_choices_are_closed_with_the_answers(scene, state):
    assume(scene)
    bring_to(scene, state)
    with pytest.raises(WrongState):
        assume(scene)
    with pytest.raises(WrongState):
        withdraw_acknowledgement(scene.diagnostic, rule=RULE, rows=ROWS, user=scene.lead)
    if state is not State.ADOPTED:
        version = scene.diagnostic.versions.get()
        assert version.content["acknowledgements"][0]["reason"] == REASON


# --- Open again when the finding changes ----------------------------------------------------------


def test_a_choice_is_open_again_when_the_rows_change_the_finding(scene):
    assume(scene)
    save(scene, AccompanimentScope.model_validate(
        scope(formalise=partner() | {"note": "à voir"})["accompaniment_scope"]
    ))  # fmt: skip
    assert not finding(scene).is_open
    assert kept(scene)["acknowledged"] == 1


def test_a_changed_figure_opens_the_point_again(scene):
    unquantified = {"kind": "quantitative", "unit": "", "target_value": 3, "deadline_year": 2029}
    save(scene, Objectives.model_validate(objectives(unquantified)["objectives"]))
    assume(scene, rule="R06", rows=["o1"], reason="L’unité viendra")
    counts = kept(scene)
    save(scene, Objectives.model_validate(
        objectives(unquantified | {"deadline_year": None})["objectives"]
    ))  # fmt: skip

    changed = finding(scene, "R06")
    assert changed.is_open
    assert changed.former_reason == "L’unité viendra"
    assert kept(scene)["attention"] == counts["attention"] + 1
    assume(scene, rule="R06", rows=["o1"], reason="L’unité et la date viendront")
    assert finding(scene, "R06").acknowledgement == "L’unité et la date viendront"
    assert scene.diagnostic.acknowledgements.count() == 1


# --- Reading ------------------------------------------------------------------------------------------


def test_a_diagnostic_comes_with_its_choices(scene, django_assert_num_queries):
    assume(scene)
    loaded = get_diagnostic(scene.reader, scene.diagnostic.pk)
    with django_assert_num_queries(2):
        document = load_diagnostic_document(loaded.diagnostic)
    for page in (load_home(loaded, user=scene.reader), load_check_page(loaded, user=scene.reader)):
        assert page.document == document
    assert [choice.reason for choice in document.acknowledgements] == [REASON]
    assert document == load_diagnostic_document(Diagnostic.objects.get(pk=scene.diagnostic.pk))


def test_a_diagnostic_read_before_a_choice_reads_it_again(scene):
    """A page that answers a point and shows itself again has one object in hand."""
    diagnostic = get_diagnostic(scene.lead, scene.diagnostic.pk).diagnostic
    choice = {"rule": RULE, "rows": ROWS, "user": scene.lead}
    acknowledge_finding(diagnostic, reason=REASON, **choice)
    assert len(load_diagnostic_document(diagnostic).acknowledgements) == 1
    withdraw_acknowledgement(diagnostic, **choice)
    assert load_diagnostic_document(diagnostic).acknowledgements == []


def test_thresholds_are_those_of_the_kit(scene):
    assert thresholds_of(scene.diagnostic).max_roles == 3
    Kit.objects.filter(pk=scene.diagnostic.kit_id).update(thresholds={"max_roles": 5})
    diagnostic = Diagnostic.objects.select_related("kit").get(pk=scene.diagnostic.pk)
    assert thresholds_of(diagnostic).max_roles == 5


def test_indicators_follow_the_thresholds_of_the_kit_at_the_next_save(scene):
    answers = objectives(*[{"kind": "qualitative"}] * 2)["objectives"]
    save(scene, Objectives.model_validate(answers))
    assert "R08" not in {f.rule for f in find_coherence(load_diagnostic_document(scene.diagnostic))}
    info = kept(scene)["axes"]["ambition"]["info"]
    Kit.objects.filter(pk=scene.diagnostic.kit_id).update(thresholds={"max_objectives": 1})
    scene.diagnostic.kit.refresh_from_db()
    answers["rows"][0]["indicator"] = "Autre"
    save(scene, Objectives.model_validate(answers))
    assert kept(scene)["axes"]["ambition"]["info"] == info + 1


def test_indicators_follow_the_base_scale_of_the_structure(scene):
    save(scene, TerritorialScales.model_validate({"rows": [{"id": "s1", "scale": "region"}]}))
    save(scene, Alliances.model_validate({"rows": [{"id": "l1", "actor": "CCI"}]}))
    attention = kept(scene)["axes"]["missions"]["attention"]
    update_structure(scene.structure, user=scene.lead, base_scale="region")
    assert kept(scene)["axes"]["missions"]["attention"] == attention - 1
    update_structure(scene.structure, user=scene.lead, base_scale="epci")
    assert kept(scene)["axes"]["missions"]["attention"] == attention


def test_indicators_of_all_diagnostics_can_be_computed_again(scene):
    before = {d.pk: d.indicators for d in Diagnostic.objects.all()}
    Diagnostic.objects.update(indicators={})
    out = StringIO()
    call_command("refresh_indicators", stdout=out)
    assert {d.pk: d.indicators for d in Diagnostic.objects.all()} == before
    assert out.getvalue() == "Indicateurs recalculés : 2\u00a0diagnostics.\n"


# --- What the database keeps true ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("acknowledgement_rule_is_a_rule", {"rule": "r14"}),
        ("acknowledgement_rule_is_a_rule", {"rule": ""}),
        ("acknowledgement_rule_is_a_rule", {"rule": "S"}),
        ("acknowledgement_has_a_reason", {"reason": ""}),
        ("acknowledgement_once_per_finding", {"rows": ["match"]}),
        ("acknowledgement_verdict_is_known", {"verdict": "perhaps"}),
    ],
)
def test_a_choice_is_well_formed(scene, name, changes):
    row = {"diagnostic": scene.diagnostic, "rule": RULE, "reason": REASON, "made_by": scene.lead}
    Acknowledgement.objects.create(**row, rows=["match"])
    other = Acknowledgement.objects.create(**row, rows=["match", "evaluate"])
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Acknowledgement.objects.filter(pk=other.pk).update(**changes)


def test_a_choice_about_very_many_rows_is_kept(scene):
    rows = [f"a{n:040d}" for n in range(200)]
    Acknowledgement.objects.create(
        diagnostic=scene.diagnostic, rule="R12", rows=rows, reason="oui", made_by=scene.lead
    )
    assert scene.diagnostic.acknowledgements.get().rows == rows


@pytest.mark.django_db(transaction=True)
def test_two_people_who_answer_at_once_leave_one_choice():
    scene = make_scene()
    save(
        scene, AccompanimentScope.model_validate(scope(formalise=partner())["accompaniment_scope"])
    )
    reasons = at_once(
        lambda: assume(scene, "lead", reason="lead").reason,
        lambda: assume(scene, "contributor", reason="contributor").reason,
    )
    assert sorted(reasons) == ["contributor", "lead"]
    (choice,) = scene.diagnostic.acknowledgements.all()
    assert choice.reason == choice.made_by.name.split()[1].lower()
    assert kept(scene)["acknowledged"] == 1
