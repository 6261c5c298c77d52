"""« Utile », « pas pour nous »: said by one click, kept, taken back, and open again when the facts change."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from diagnostics.domain.answers import AccompanimentScope
from diagnostics.domain.coherence import CoherenceFinding, find_coherence
from diagnostics.domain.vocabulary import EventKind, State, Verdict
from diagnostics.editions import Edition
from diagnostics.models import Acknowledgement, Diagnostic, Event
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.coherence import acknowledge_finding, judge_question
from diagnostics.services.errors import NotAllowed, ServiceError, WrongState
from tests.coherence_cases import partner, scope
from tests.pages import page_of
from tests.scene import Scene, bring_to, make_scene

pytestmark = pytest.mark.django_db

RULE, ROWS = "R14", ["formalise"]
WHY = "Nos avocats le font déjà"


@pytest.fixture
def scene() -> Scene:
    """A diagnostic whose accompaniment names no partner for one step."""
    scene = make_scene()
    names_no_partner(scene)
    return scene


def names_no_partner(scene: Scene) -> None:
    said = scope(formalise=partner())["accompaniment_scope"]
    scene.store(AccompanimentScope.model_validate(said), user=scene.contributor)


def finding(scene: Scene) -> CoherenceFinding:
    (found,) = [
        f for f in find_coherence(load_diagnostic_document(scene.diagnostic)) if f.rule == RULE
    ]
    return found


def judge(
    scene: Scene, verdict: Verdict = Verdict.NOT_FOR_US, **changes: object
) -> Acknowledgement:
    told = {"rule": RULE, "rows": ROWS, "user": scene.contributor, "verdict": verdict} | changes
    return judge_question(scene.diagnostic, **told)


def counts(scene: Scene) -> tuple[int, int]:
    kept = Diagnostic.objects.get(pk=scene.diagnostic.pk).indicators
    return kept["attention"], kept["acknowledged"]


def press(scene: Scene, verdict: str, role: str = "contributor", **data: str):
    """What a click on one of the buttons sends, with the page as it is now."""
    shown = finding(scene).judgement
    sent = {
        "finding": finding(scene).fingerprint,
        "step": "",
        "verdict": verdict,
        "was": shown.verdict.value if shown else "",
        "had": shown.reason if shown else "",
        "reason": shown.reason if shown else "",
    }
    address = reverse("finding_judge", args=[scene.diagnostic.pk])
    return scene.client(role).post(address, sent | data)


# --- One click --------------------------------------------------------------------------------------


def test_pas_pour_nous_sets_the_point_aside(scene):
    attention, assumed = counts(scene)
    answer = press(scene, "not_for_us")
    assert answer.status_code == 302
    assert answer.url == reverse("diagnostic_check", args=[scene.diagnostic.pk]) + "#points"
    assert finding(scene).is_set_aside
    assert counts(scene) == (attention - 1, assumed)
    stored = Acknowledgement.objects.get()
    assert (stored.verdict, stored.reason, stored.made_by) == ("not_for_us", "", scene.contributor)
    event = Event.objects.get(kind=EventKind.QUESTION_JUDGED.value)
    assert event.detail == {"rule": RULE, "rows": ROWS, "verdict": "not_for_us"}


def test_utile_leaves_the_point_open(scene):
    before = counts(scene)
    press(scene, "useful", reason=WHY)
    found = finding(scene)
    assert (found.is_open, found.verdict, found.judgement.reason) == (True, Verdict.USEFUL, WHY)
    assert counts(scene) == before


def test_the_answer_that_is_pressed_again_is_taken_back(scene):
    press(scene, "not_for_us", reason=WHY)
    press(scene, "not_for_us")
    assert not Acknowledgement.objects.exists()
    assert finding(scene).is_open
    assert Event.objects.filter(kind=EventKind.JUDGEMENT_WITHDRAWN.value).count() == 1


def test_a_double_click_is_one_click(scene):
    for _ in range(2):
        press(scene, "not_for_us", was="", had="")
    assert Acknowledgement.objects.get().verdict == "not_for_us"
    for _ in range(2):
        press(scene, "not_for_us", was="not_for_us")
    assert not Acknowledgement.objects.exists()


def test_a_reason_that_comes_after_is_kept(scene):
    press(scene, "useful")
    press(scene, "useful", reason=WHY)
    assert Acknowledgement.objects.get().reason == WHY


def test_one_answer_replaces_the_other(scene):
    judge(scene, Verdict.USEFUL)
    judge(scene)
    assert Acknowledgement.objects.get().verdict == "not_for_us"
    named = {"rule": RULE, "rows": ROWS, "user": scene.lead}
    acknowledge_finding(scene.diagnostic, **named, reason="Exprès")
    assert finding(scene).acknowledgement == "Exprès"
    with pytest.raises(WrongState, match="choix assumé"):
        judge(scene)
    assert Acknowledgement.objects.get().reason == "Exprès"


def test_a_reason_without_an_answer_is_given_back(scene):
    answer = press(scene, "", reason=WHY)
    assert answer.status_code == 200
    assert "Choisissez « Utile » ou « Pas pour nous »." in page_of(answer).text
    assert f">{WHY}</textarea>" in answer.content.decode()
    assert press(scene, "perhaps").status_code == 400
    assert not Acknowledgement.objects.exists()


# --- Who, when --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["reader", "facilitator", "stranger"])
def test_who_does_not_fill_in_answers_nothing(scene, role):
    with pytest.raises(NotAllowed):
        judge(scene, user=getattr(scene, role))
    assert not Acknowledgement.objects.exists()


def test_nothing_is_said_once_it_is_submitted(scene):
    bring_to(scene, State.SUBMITTED)
    with pytest.raises(WrongState):
        judge(scene)
    answer = press(scene, "useful", reason=WHY)
    assert answer.status_code == 409
    assert WHY in page_of(answer).text  # what was typed is given back


@pytest.mark.parametrize("reason", ["x" * 1001, "a\x07b"])
def test_a_reason_that_cannot_be_kept_is_refused(scene, reason):
    with pytest.raises(ServiceError):
        judge(scene, reason=reason)
    answer = press(scene, "useful", reason="x" * 1001)
    assert "1\u00a0caractère de trop" in answer.content.decode()
    assert "x" * 1001 in answer.content.decode()
    assert not Acknowledgement.objects.exists()


def test_it_is_open_again_when_the_facts_change(scene):
    judge(scene, reason=WHY)
    said = scope(formalise=partner(), evaluate=partner())["accompaniment_scope"]
    kept = Acknowledgement.objects.get()
    kept.fingerprint = "0" * 12
    kept.save()
    scene.store(AccompanimentScope.model_validate(said), user=scene.lead)
    (found,) = [
        f
        for f in find_coherence(load_diagnostic_document(scene.diagnostic))
        if f.rule == RULE and f.rows == tuple(ROWS)
    ]
    assert (found.is_open, found.former_verdict, found.former_reason) == (
        True,
        Verdict.NOT_FOR_US,
        WHY,
    )


# --- Where it shows ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["contributor", "reader", "facilitator"])
def test_the_team_and_the_facilitation_read_what_is_set_aside_and_why(scene, role):
    judge(scene, reason=WHY)
    page = page_of(scene.client(role).get(reverse("diagnostic_check", args=[scene.diagnostic.pk])))
    assert "Mis de côté (1)" in page.text
    assert f"Pas pour nous, dit l’équipe : {WHY}" in page.text
    is_told = reverse("finding_judge", args=[scene.diagnostic.pk]) in page.post_actions
    assert is_told is (role == "contributor")


def test_what_is_set_aside_is_in_no_paper_and_in_no_export(scene):
    message = " ".join(finding(scene).message.split())
    report = reverse("report", args=[scene.diagnostic.pk])
    export = reverse("document_json", args=[scene.diagnostic.pk])
    reader = scene.client("reader")
    digest = Edition(scene.diagnostic, is_own=True).digest
    rules = [entry["rule"] for entry in reader.get(export).json()["findings"]]
    assert message in page_of(reader.get(report)).text
    judge(scene, reason=WHY)
    text = page_of(reader.get(report)).text
    assert message not in text
    assert WHY not in text
    left = reader.get(export).json()
    assert [entry["rule"] for entry in left["findings"]] == [r for r in rules if r != RULE]
    assert left["judgements"][0] | {"fingerprint": ""} == {
        "rule": RULE,
        "rows": ROWS,
        "verdict": "not_for_us",
        "reason": WHY,
        "fingerprint": "",
    }
    # A PDF that is kept says no more what the paper says.
    assert Edition(Diagnostic.objects.get(pk=scene.diagnostic.pk), is_own=True).digest != digest


def test_the_three_answers_stand_under_a_finding_of_each_page(scene):
    names = ("diagnostic_check", "coherence", "diagnostic_step")
    for name in names:
        step = ["accompaniment_scope"] if name == "diagnostic_step" else []
        page = page_of(scene.client("lead").get(reverse(name, args=[scene.diagnostic.pk, *step])))
        for action in ("finding_judge", "finding_acknowledge"):
            assert reverse(action, args=[scene.diagnostic.pk]) in page.post_actions, name


def test_what_is_set_aside_is_folded_apart_where_the_questions_are_explained(scene):
    address = reverse("coherence", args=[scene.diagnostic.pk])
    before, _, silent = _explained(scene, address)
    assert RULE in before
    judge(scene, reason=WHY)
    spoken, aside, left = _explained(scene, address)
    assert (RULE in spoken, aside, left) == (False, [RULE], silent)
    assert spoken == [rule for rule in before if rule != RULE]
    page = page_of(scene.client("lead").get(address))
    assert "1 question mise de côté" in page.text
    assert f"Pas pour nous, dit l’équipe : {WHY}" in page.text
    assert reverse("finding_judge", args=[scene.diagnostic.pk]) in page.post_actions


def _explained(scene: Scene, address: str) -> list[list[str]]:
    """The rules that find something, those that are set aside, those that find nothing."""
    html = scene.client("lead").get(address).content.decode()
    found, _, silent = html.partition('id="silent-title"')
    spoken, _, aside = found.partition('id="mis-de-cote"')
    return [re.findall(r'<article [^>]*id="(\w+)"', part) for part in (spoken, aside, silent)]


def test_one_comes_back_to_the_page_where_one_answered(scene):
    answer = press(scene, "useful", place="coherence")
    assert answer.url == reverse("coherence", args=[scene.diagnostic.pk]) + f"#{RULE}"


def test_beside_a_step_the_notes_alone_are_written_again(scene):
    sent = {"step": "accompaniment_scope", "verdict": "not_for_us"}
    address = reverse("finding_judge", args=[scene.diagnostic.pk])
    posted = sent | {"finding": finding(scene).fingerprint, "was": "", "had": "", "reason": ""}
    answer = scene.client("lead").post(address, posted, headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert html.lstrip().startswith('<div class="side" id="step-side"')
    assert "Le point est mis de côté." in html
    assert "Mis de côté (1)" in html
