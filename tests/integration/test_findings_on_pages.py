"""The points to discuss on the pages, and the choices made on purpose."""

import json
import re

import pytest
from django.urls import reverse

from diagnostics.domain.coherence import RULES, find_coherence
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Acknowledgement, Event
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.answers import save_answer
from diagnostics.services.workflow import submit_diagnostic
from tests.situations import (
    BASE_URL,
    Cast,
    answer_document,
    demo_document,
    html_of,
    make_cast,
    step_data,
)

pytestmark = pytest.mark.django_db

REASON = "Convention à signer au <b>second</b> semestre"


@pytest.fixture
def cast() -> Cast:
    cast = make_cast()
    cast.diagnostic.answers.all().delete()
    answer_document(cast.diagnostic, demo_document("sorelle"), user=cast.lead)
    return cast


def point(cast: Cast, rule: str):
    found = find_coherence(load_diagnostic_document(cast.diagnostic))
    return next(finding for finding in found if finding.rule == rule)


def address(cast: Cast, name: str, *arguments: object) -> str:
    return reverse(name, args=[cast.diagnostic.pk, *arguments])


def acknowledge(cast: Cast, rule: str, *, role: str = "lead", **changes: str):
    data = {"finding": point(cast, rule).fingerprint, "step": "", "reason": REASON} | changes
    return cast.client(role).post(address(cast, "finding_acknowledge"), data)


# --- Where they show --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "contributor", "reader", "facilitator"])
def test_the_check_page_lists_them_for_everybody(cast, role):
    page = html_of(cast.client(role).get(address(cast, "diagnostic_check")))
    for rule in ("R11", "R14", "R17", "R31"):
        assert f'id="point-{point(cast, rule).fingerprint}"' in page
    assert ("C’est un choix assumé" in page) == (role in {"lead", "contributor"})


def test_a_step_shows_those_that_concern_it_and_leads_to_the_other_side(cast):
    client, found = cast.client("lead"), point(cast, "R14")
    assert found.steps == (StepKey.ACCOMPANIMENT_SCOPE, StepKey.ALLIANCES)
    for here, there in (found.steps, reversed(found.steps)):
        page = html_of(client.get(address(cast, "diagnostic_step", here)))
        assert f'id="point-{found.fingerprint}"' in page
        other = address(cast, "diagnostic_step", there)
        assert f'href="{other}#id_{there}-' in page
        assert f'href="#id_{here}-' in page
    page = html_of(client.get(address(cast, "diagnostic_step", StepKey.VISION)))
    assert "Points à discuter" not in page


def test_the_home_counts_those_of_each_axis(cast):
    page = html_of(cast.client("lead").get(address(cast, "diagnostic_home")))
    found = re.findall(r"(\d) points? à discuter<span[^>]*> dans l’axe ([^<]+)", page)
    assert found == [
        ("1", "Ambition de la structure"),
        ("2", "Missions et activités"),
        ("1", "Stratégie de moyens"),
    ]


def test_every_rule_is_explained(cast):
    page = html_of(cast.client("reader").get(address(cast, "coherence")))
    for rule in RULES.values():
        assert f'id="{rule.id}"' in page
    assert point(cast, "R17").message in page.replace("&#x27;", "'")


# --- Choices made on purpose ------------------------------------------------------------------


@pytest.mark.parametrize("role", ["lead", "contributor"])
def test_a_choice_is_kept_printed_as_text_and_journalled(cast, role):
    response = acknowledge(cast, "R14", role=role)
    assert response.status_code == 302
    assert response.url == address(cast, "diagnostic_check") + "#points"
    page = html_of(cast.client("facilitator").get(response.url))
    assert "Convention à signer au &lt;b&gt;second&lt;/b&gt; semestre" in page
    assert page.index("Choix assumés") < page.index(point(cast, "R14").fingerprint)
    assert point(cast, "R14").acknowledgement == REASON
    assert (
        Event.objects.filter(kind="finding_acknowledged", diagnostic=cast.diagnostic).count() == 1
    )
    home = html_of(cast.client("lead").get(address(cast, "diagnostic_home")))
    assert '1 point à discuter<span class="visually-hidden"> dans l’axe Missions' in home


def test_a_choice_made_beside_a_step_leads_back_to_it(cast):
    response = acknowledge(cast, "R14", step="alliances")
    assert response.url == address(cast, "diagnostic_step", "alliances")


def test_it_comes_back_as_open_when_what_it_says_changes(cast):
    acknowledge(cast, "R14")
    scope = load_diagnostic_document(cast.diagnostic).answers.accompaniment_scope
    rows = [row.model_copy(update={"partner": row.partner and "Un notaire"}) for row in scope.rows]
    changed = scope.model_copy(update={"rows": rows})
    save_answer(cast.diagnostic, changed, internal_note="", base_revision=1, user=cast.lead)
    found = point(cast, "R14")
    assert found.is_open
    assert found.former_reason == REASON
    page = html_of(cast.client("lead").get(address(cast, "diagnostic_check")))
    assert "Choix assumé avant ce changement" in page


def test_a_choice_is_put_back_in_discussion(cast):
    acknowledge(cast, "R14")
    data = {"finding": point(cast, "R14").fingerprint, "step": ""}
    assert cast.client("contributor").post(address(cast, "finding_reopen"), data).status_code == 302
    assert point(cast, "R14").is_open
    assert not Acknowledgement.objects.exists()


# --- What is refused --------------------------------------------------------------------------


def test_without_a_reason_nothing_is_stored_and_the_form_says_so(cast):
    response = acknowledge(cast, "R14", reason="  ")
    assert response.status_code == 200
    page = html_of(response)
    assert "Dites en une phrase pourquoi vous faites ce choix." in page
    assert len(re.findall(r'<details class="point-answer"[^>]* open>', page)) == 1
    assert 'class="error-summary"' in page
    assert not Acknowledgement.objects.exists()


def test_without_a_reason_beside_a_step_one_stays_on_the_step(cast):
    key = point(cast, "R14").fingerprint
    response = acknowledge(cast, "R14", reason=" ", step="alliances")
    assert response.status_code == 200
    page = html_of(response)
    assert "data-step-form" in page
    assert 'name="alliances-rows-0-actor"' in page
    assert page.index(f'href="#reason-{key}"') < page.index(f'id="reason-{key}-error"')
    assert 'name="step" value="alliances"' in page
    assert not Acknowledgement.objects.exists()


def test_a_choice_made_while_the_diagnostic_is_submitted_shows_the_page_anew(cast, monkeypatch):
    from diagnostics.views import coherence

    acknowledged = coherence.acknowledge_finding

    def then_submit(diagnostic, **what):
        acknowledged(diagnostic, **what)
        submit_diagnostic(diagnostic, user=cast.lead, base_url=BASE_URL)

    monkeypatch.setattr(coherence, "acknowledge_finding", then_submit)
    found = point(cast, "R14")
    data = {"finding": found.fingerprint, "step": "alliances", "reason": REASON}
    response = cast.client("contributor").post(
        address(cast, "finding_acknowledge"), data, headers={"HX-Request": "true"}
    )
    assert (response.status_code, response.headers["HX-Refresh"]) == (200, "true")
    assert Acknowledgement.objects.get().reason == REASON


def test_a_script_gets_the_notes_of_the_step_and_nothing_else(cast):
    client, data = cast.client("lead"), {"finding": point(cast, "R14").fingerprint}
    data |= {"step": "alliances", "reason": ""}
    script = {"HTTP_HX_REQUEST": "true"}
    refused = html_of(client.post(address(cast, "finding_acknowledge"), data, **script))
    assert refused.count("<form") == refused.count('name="finding"') >= 1
    assert 'id="step-side"' in refused
    assert "Dites en une phrase" in refused

    kept = client.post(address(cast, "finding_acknowledge"), data | {"reason": "Oui"}, **script)
    page = html_of(kept)
    assert "Choix assumé enregistré." in page
    assert "data-step-form" not in page
    assert f'id="point-{data["finding"]}"' not in page
    assert Acknowledgement.objects.get().reason == "Oui"
    assert "Choix assumé enregistré." not in html_of(client.get(address(cast, "diagnostic_home")))


def test_too_long_a_reason_is_shown_again(cast):
    response = acknowledge(cast, "R14", reason="é" * 1001)
    assert "é" * 1001 in html_of(response)
    assert "1000 caractères au plus" in html_of(response)


@pytest.mark.parametrize("name", ["finding_acknowledge", "finding_reopen"])
def test_a_point_that_is_gone(cast, name):
    data = {"finding": "0123456789ab", "step": "", "reason": "Une raison <i>tapée</i>"}
    response = cast.client("lead").post(address(cast, name), data)
    assert response.status_code == 409
    assert "Une raison &lt;i&gt;tapée&lt;/i&gt;" in html_of(response)


@pytest.mark.parametrize(
    "changes", [{"finding": "x"}, {"finding": ""}, {"finding": "\x00" * 12}, {"step": "nowhere"}]
)
def test_what_no_page_sends(cast, changes):
    assert acknowledge(cast, "R14", **changes).status_code == 400
    assert not Acknowledgement.objects.exists()


def test_a_closed_diagnostic_keeps_its_choices(cast):
    acknowledge(cast, "R17")
    submit_diagnostic(cast.diagnostic, user=cast.lead, base_url=BASE_URL)
    cast.diagnostic.refresh_from_db()
    assert cast.diagnostic.state == State.SUBMITTED
    response = acknowledge(cast, "R14")
    assert response.status_code == 409
    assert "second&lt;/b&gt; semestre" in html_of(response)
    assert [entry.rule for entry in Acknowledgement.objects.all()] == ["R17"]
    assert cast.diagnostic.versions.get().content["acknowledgements"][0]["reason"] == REASON


@pytest.mark.parametrize("reason", ["", "é" * 1001, "avant\x00après"])
def test_a_closed_diagnostic_refuses_a_bad_reason_too(cast, reason):
    submit_diagnostic(cast.diagnostic, user=cast.lead, base_url=BASE_URL)
    response = acknowledge(cast, "R14", reason=reason)
    assert response.status_code == 409
    assert reason[:5] in html_of(response)
    assert not Acknowledgement.objects.exists()


def test_a_bad_reason_for_a_point_that_is_gone_is_shown_again(cast):
    data = {"finding": "0123456789ab", "step": "", "reason": "é" * 1001}
    response = cast.client("lead").post(address(cast, "finding_acknowledge"), data)
    assert response.status_code == 409
    assert "é" * 1001 in html_of(response)


# --- « Enregistrer » in place -----------------------------------------------------------------


def test_saving_in_place_answers_what_changes_around_the_form(cast):
    client, step = cast.client("lead"), StepKey.ALLIANCES
    where = address(cast, "diagnostic_step", step)
    data = step_data(client, where)
    total = int(data[f"{step}-rows-TOTAL_FORMS"][0])
    data |= {
        "stay": ["1"],
        f"{step}-rows-TOTAL_FORMS": [str(total + 2)],
        f"{step}-rows-{total}-actor": [""],  # a blank row is dropped
        f"{step}-rows-{total + 1}-actor": ["Barreau de Sorelle, avocats"],
    }
    response = client.post(where, data, headers={"HX-Request": "true"})
    assert response.status_code == 200
    saved = json.loads(response.headers["HX-Trigger"])["step:saved"]
    answer = cast.diagnostic.answers.get(step=step.value)
    assert saved["revision"] == answer.revision == 2
    assert saved["rows"]["rows"][total] == ""
    assert [i for i in saved["rows"]["rows"] if i] == [row["id"] for row in answer.value["rows"]]
    page = html_of(response)
    assert 'id="step-side"' in page
    assert 'id="saved-at" hx-swap-oob="true"' in page
    assert 'id="rail-steps" hx-swap-oob="true"' in page
    assert "<form id=" not in page


def test_saving_in_place_without_a_script_stays_on_the_step(cast):
    for step in (StepKey.VISION, StepKey.BOARD_DECISIONS):
        where = address(cast, "diagnostic_step", step)
        data = step_data(cast.client("lead"), where) | {"stay": ["1"]}
        data[f"{step}-board_question"] = ["Une autre question ?"]
        response = cast.client("lead").post(where, data)
        assert response.url == where
