"""The points to discuss on the pages, and the choices made on purpose."""

import re
from html import unescape

import pytest
from django.urls import reverse

from diagnostics.domain.coherence import RULES, find_coherence
from diagnostics.domain.vocabulary import State, StepKey
from diagnostics.models import Acknowledgement, Event
from diagnostics.queries import load_diagnostic_document
from diagnostics.services.answers import save_answer
from diagnostics.services.coherence import refresh_indicators
from diagnostics.services.workflow import submit_diagnostic
from tests.pages import html_of, step_data
from tests.scene import BASE_URL, Scene

pytestmark = pytest.mark.django_db

REASON = "Convention à signer au <b>second</b> semestre"


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.store_demo("sorelle")
    refresh_indicators(scene.diagnostic)
    return scene


def point(scene: Scene, rule: str):
    found = find_coherence(load_diagnostic_document(scene.diagnostic))
    return next(finding for finding in found if finding.rule == rule)


def address(scene: Scene, name: str, *arguments: object) -> str:
    return reverse(name, args=[scene.diagnostic.pk, *arguments])


def acknowledge(scene: Scene, rule: str, *, role: str = "lead", **changes: str):
    data = {"finding": point(scene, rule).fingerprint, "step": "", "reason": REASON} | changes
    return scene.client(role).post(address(scene, "finding_acknowledge"), data)


# --- Where they show --------------------------------------------------------------------------


def test_the_check_page_lists_them_for_everybody(scene):
    points = [point(scene, rule).fingerprint for rule in ("R14", "R17", "R31", "C5", "M4")]
    for role in ("lead", "contributor", "reader", "facilitator"):
        page = html_of(scene.client(role).get(address(scene, "diagnostic_check")))
        assert [key for key in points if f'id="point-{key}"' not in page] == [], role
        assert ("C’est un choix assumé" in page) == (role in {"lead", "contributor"}), role


def test_a_step_shows_those_that_concern_it_and_leads_to_the_other_side(scene):
    client, found = scene.client("lead"), point(scene, "R14")
    assert found.steps == (StepKey.ACCOMPANIMENT_SCOPE, StepKey.ALLIANCES)
    for here, there in (found.steps, reversed(found.steps)):
        page = html_of(client.get(address(scene, "diagnostic_step", here)))
        assert f'id="point-{found.fingerprint}"' in page
        other = address(scene, "diagnostic_step", there)
        assert f'href="{other}#id_{there}-' in page
        assert f'href="#id_{here}-' in page
    page = html_of(client.get(address(scene, "diagnostic_step", StepKey.VISION)))
    assert "Points à discuter" not in page


def test_the_home_counts_those_of_each_axis(scene):
    page = html_of(scene.client("lead").get(address(scene, "diagnostic_home")))
    found = re.findall(r"(\d) points? à discuter<span[^>]*> dans l’axe ([^<]+)", page)
    assert found == [
        ("1", "Ambition de la structure"),
        ("2", "Missions et activités"),
        ("2", "Stratégie de moyens"),
    ]


def test_the_answers_of_both_sides_are_quoted(scene):
    page = html_of(scene.client("lead").get(address(scene, "diagnostic_check")))
    (quoted,) = re.findall(
        rf'id="point-{point(scene, "M4").fingerprint}".*?<dl>(.*?)</dl>', page, re.DOTALL
    )
    assert re.findall(r"#id_([a-z_-]+)", quoted) == [
        "economic_model-levers",
        "economic_model-target-budget_min_keur",
    ]
    assert "<dd>2029 : 265 – 295 K€</dd>" in quoted.replace("\u00a0", " ")


def test_the_rules_that_find_something_come_first_and_the_others_are_folded(scene):
    page = html_of(scene.client("reader").get(address(scene, "coherence")))
    own, _, others = page.partition('<details class="rules-folded"')
    ids = r'<article [^>]*id="([A-Z]\d+)"'
    assert re.findall(ids, own) == ["R14", "R17", "M4", "R31", "C5"]
    assert set(re.findall(ids, others)) == set(RULES) - {"R14", "R17", "M4", "R31", "C5"}


def test_every_rule_is_explained(scene):
    page = html_of(scene.client("reader").get(address(scene, "coherence")))
    for rule in RULES.values():
        assert f'id="{rule.id}"' in page
    assert point(scene, "R17").message in page.replace("&#x27;", "'")


# --- Choices made on purpose ------------------------------------------------------------------


def test_a_choice_is_kept_printed_as_text_and_journalled(scene):
    response = acknowledge(scene, "R14", role="contributor")
    assert response.status_code == 302
    assert response.url == address(scene, "diagnostic_check") + "#points"
    page = html_of(scene.client("facilitator").get(response.url))
    assert "Convention à signer au &lt;b&gt;second&lt;/b&gt; semestre" in page
    assert page.index("Choix assumés") < page.index(point(scene, "R14").fingerprint)
    assert point(scene, "R14").acknowledgement == REASON
    assert (
        Event.objects.filter(kind="finding_acknowledged", diagnostic=scene.diagnostic).count() == 1
    )
    home = html_of(scene.client("lead").get(address(scene, "diagnostic_home")))
    assert '1 point à discuter<span class="visually-hidden"> dans l’axe Missions' in home


def test_a_choice_made_beside_a_step_leads_back_to_it(scene):
    response = acknowledge(scene, "R14", step="alliances")
    assert response.url == address(scene, "diagnostic_step", "alliances")


def test_it_comes_back_as_open_when_what_it_says_changes(scene):
    acknowledge(scene, "R14")
    scope = load_diagnostic_document(scene.diagnostic).answers.accompaniment_scope
    rows = [row.model_copy(update={"partner": row.partner and "Un notaire"}) for row in scope.rows]
    changed = scope.model_copy(update={"rows": rows})
    save_answer(scene.diagnostic, changed, internal_note="", base_revision=1, user=scene.lead)
    found = point(scene, "R14")
    assert found.is_open
    assert found.former_reason == REASON
    page = html_of(scene.client("lead").get(address(scene, "diagnostic_check")))
    assert "Choix assumé avant ce changement" in page


def test_a_choice_is_put_back_in_discussion(scene):
    acknowledge(scene, "R14")
    data = {"finding": point(scene, "R14").fingerprint, "step": ""}
    assert (
        scene.client("contributor").post(address(scene, "finding_reopen"), data).status_code == 302
    )
    assert point(scene, "R14").is_open
    assert not Acknowledgement.objects.exists()


# --- What is refused --------------------------------------------------------------------------


def test_without_a_reason_nothing_is_stored_and_the_form_says_so(scene):
    response = acknowledge(scene, "R14", reason="  ")
    assert response.status_code == 200
    page = html_of(response)
    assert "Dites en une phrase pourquoi vous faites ce choix." in page
    assert len(re.findall(r'<details class="point-answer"[^>]* open>', page)) == 1
    assert 'class="error-summary"' in page
    assert not Acknowledgement.objects.exists()


def test_without_a_reason_beside_a_step_one_stays_on_the_step(scene):
    key = point(scene, "R14").fingerprint
    response = acknowledge(scene, "R14", reason=" ", step="alliances")
    assert response.status_code == 200
    page = html_of(response)
    assert "data-step-form" in page
    assert 'name="alliances-rows-0-actor"' in page
    assert page.index(f'href="#reason-{key}"') < page.index(f'id="reason-{key}-error"')
    assert 'name="step" value="alliances"' in page
    assert not Acknowledgement.objects.exists()


def test_a_choice_made_while_the_diagnostic_is_submitted_shows_the_page_anew(scene, monkeypatch):
    from diagnostics.views import coherence

    acknowledged = coherence.acknowledge_finding

    def then_submit(diagnostic, **what):
        acknowledged(diagnostic, **what)
        submit_diagnostic(diagnostic, user=scene.lead, base_url=BASE_URL)

    monkeypatch.setattr(coherence, "acknowledge_finding", then_submit)
    found = point(scene, "R14")
    data = {"finding": found.fingerprint, "step": "alliances", "reason": REASON}
    response = scene.client("contributor").post(
        address(scene, "finding_acknowledge"), data, headers={"HX-Request": "true"}
    )
    assert (response.status_code, response.headers["HX-Refresh"]) == (200, "true")
    assert Acknowledgement.objects.get().reason == REASON


def test_a_script_gets_the_notes_of_the_step_and_nothing_else(scene):
    client, data = scene.client("lead"), {"finding": point(scene, "R14").fingerprint}
    data |= {"step": "alliances", "reason": ""}
    script = {"HTTP_HX_REQUEST": "true"}
    refused = html_of(client.post(address(scene, "finding_acknowledge"), data, **script))
    assert refused.count("<form") == refused.count('name="finding"') >= 1
    assert 'id="step-side"' in refused
    assert "Dites en une phrase" in refused

    kept = client.post(address(scene, "finding_acknowledge"), data | {"reason": "Oui"}, **script)
    page = html_of(kept)
    assert "Choix assumé enregistré." in page
    assert "data-step-form" not in page
    assert f'id="point-{data["finding"]}"' not in page
    assert Acknowledgement.objects.get().reason == "Oui"
    assert "Choix assumé enregistré." not in html_of(client.get(address(scene, "diagnostic_home")))


def test_too_long_a_reason_is_shown_again(scene):
    response = acknowledge(scene, "R14", reason="é" * 1001)
    assert "é" * 1001 in html_of(response)
    assert "1\u00a0caractère de trop\u00a0: 1000 au plus." in html_of(response)


def test_a_point_that_is_gone(scene):
    data = {"finding": "0123456789ab", "step": "", "reason": "Une raison <i>tapée</i>"}
    for name in ("finding_acknowledge", "finding_reopen"):
        response = scene.client("lead").post(address(scene, name), data)
        assert response.status_code == 409
        assert "Une raison &lt;i&gt;tapée&lt;/i&gt;" in html_of(response)


def test_what_no_page_sends(scene):
    for changes in (
        {"finding": "x"},
        {"finding": ""},
        {"finding": "\x00" * 12},
        {"step": "nowhere"},
    ):
        assert acknowledge(scene, "R14", **changes).status_code == 400, changes
        assert not Acknowledgement.objects.exists()


def test_a_closed_diagnostic_keeps_its_choices(scene):
    acknowledge(scene, "R17")
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.refresh_from_db()
    assert scene.diagnostic.state == State.SUBMITTED
    response = acknowledge(scene, "R14")
    assert response.status_code == 409
    assert "second&lt;/b&gt; semestre" in html_of(response)
    assert [entry.rule for entry in Acknowledgement.objects.all()] == ["R17"]
    assert scene.diagnostic.versions.get().content["acknowledgements"][0]["reason"] == REASON


def test_a_closed_diagnostic_refuses_a_bad_reason_too(scene):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    for reason in ("", "é" * 1001, "avant\x00après"):
        response = acknowledge(scene, "R14", reason=reason)
        assert response.status_code == 409
        assert reason[:5] in html_of(response)
        assert not Acknowledgement.objects.exists()


def test_a_bad_reason_for_a_point_that_is_gone_is_shown_again(scene):
    data = {"finding": "0123456789ab", "step": "", "reason": "é" * 1001}
    response = scene.client("lead").post(address(scene, "finding_acknowledge"), data)
    assert response.status_code == 409
    assert "é" * 1001 in html_of(response)


# --- « Enregistrer » in place -----------------------------------------------------------------


def test_saving_in_place_answers_what_changes_around_the_form(scene):
    client, step = scene.client("lead"), StepKey.ALLIANCES
    where = address(scene, "diagnostic_step", step)
    data = step_data(client, where)
    total = int(data[f"{step}-rows-TOTAL_FORMS"][0])
    data |= {
        "autosave": ["1"],
        f"{step}-rows-TOTAL_FORMS": [str(total + 2)],
        f"{step}-rows-{total}-actor": [""],  # a blank row is dropped
        f"{step}-rows-{total + 1}-actor": ["Barreau de Sorelle, avocats"],
    }
    response = client.post(where, data)
    assert response.status_code == 200
    saved = response.json()
    answer = scene.diagnostic.answers.get(step=step.value)
    assert saved["revision"] == answer.revision == 2
    assert len(answer.value["rows"]) == total + 1
    page = unescape(saved["around"])
    for part in ("step-side", "saved-at", "rail-steps", "to-settle", "kept-places"):
        assert f'id="{part}"' in page
    assert scene.lead.display_name in page
    assert "<form id=" not in page


def test_what_the_page_shows_already_is_not_sent_again(scene):
    client, step = scene.client("lead"), StepKey.ALLIANCES
    where = address(scene, "diagnostic_step", step)
    page = html_of(client.get(where))
    marks = re.findall(r'data-is="([0-9a-f]{8})"', page)
    assert len(set(marks)) == 2
    data = step_data(client, where) | {"autosave": ["1"], "shown": marks}
    data[f"{step}-board_question"] = ["Une autre question ?"]
    around = client.post(where, data).json()["around"]
    assert 'id="saved-at"' in around
    assert 'id="step-side"' not in around
    assert 'id="rail-steps"' not in around

    data[f"{step}-mark"] = ["to_review"]
    around = client.post(where, data | {"base_revision": ["2"]}).json()["around"]
    assert 'id="rail-steps"' in around, "its status has changed"
    assert 'id="step-side"' not in around

    for name in [name for name in data if "-rows-" in name and name.endswith(("actor", "note"))]:
        data[name] = [""]
    around = client.post(where, data | {"base_revision": ["3"]}).json()["around"]
    assert 'id="step-side"' in around, "more is missing"


def test_saving_in_place_without_a_script_stays_on_the_step(scene):
    for step in (StepKey.VISION, StepKey.BOARD_DECISIONS):
        where = address(scene, "diagnostic_step", step)
        data = step_data(scene.client("lead"), where) | {"stay": ["1"]}
        data[f"{step}-board_question"] = ["Une autre question ?"]
        response = scene.client("lead").post(where, data)
        assert response.url == where
