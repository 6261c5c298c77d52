"""What a version keeps: nothing that is done later changes its JSON, its points or its paper."""

from __future__ import annotations

import hashlib
import json
from html import unescape
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.urls import reverse

from diagnostics.domain.coherence import findings_json
from diagnostics.domain.document import load_document
from diagnostics.domain.kit_texts import default_texts
from diagnostics.editions import edition_of
from diagnostics.models import Kit, Part, Step, Version, VersionRecord
from diagnostics.printing import printable_report
from diagnostics.queries import read_version
from diagnostics.services.workflow import request_changes, submit_diagnostic
from tests.pages import html_of
from tests.scene import BASE_URL, REASON, Scene, answer_document, demo_document, make_scene

pytestmark = pytest.mark.django_db

# Written once: what was submitted is read in these spellings for ever.
GOLDEN = Path(__file__).resolve().parents[1] / "golden"
WITH_FINDINGS = (GOLDEN / "version.json").read_bytes()
SHA256 = "8a6128acc7e5f076baa2609ba070de37c7b96195f1533d80e83ac4a0963f7439"
WITHOUT_FINDINGS = (GOLDEN / "version_without_findings.json").read_bytes()
SHA256_WITHOUT = "880a4454baa0b9b40f4760959fdabec6994e96b0aedbece2df800ae0c6a66212"
MONEY = "46\u00a0% du budget de 2029 sont des ressources que vous n’avez pas encore"


def old_version(scene: Scene, number: int, content: bytes, sha256: str) -> Version:
    return Version.objects.create(
        diagnostic=scene.diagnostic,
        number=number,
        content=json.loads(content),
        sha256=sha256,
        submitted_by=scene.lead,
    )


def golden_version(scene: Scene) -> Version:
    """A version of long ago, with its record."""
    version = old_version(scene, 1, WITH_FINDINGS, SHA256)
    VersionRecord.objects.create(
        version=version,
        document=WITH_FINDINGS,
        findings=json.loads(WITH_FINDINGS)["findings"],
        texts=default_texts().at(3).model_dump(mode="json"),
    )
    return version


def write_records() -> None:
    migration = import_module("diagnostics.migrations.0009_versionrecord")
    migration.record_versions(apps, None)


def page(scene: Scene, name: str, **query: str) -> str:
    address = reverse(name, args=[scene.diagnostic.pk])
    return unescape(html_of(scene.client("reader").get(address, query)))


def json_of(scene: Scene, number: int) -> bytes:
    address = reverse("document_json", args=[scene.diagnostic.pk])
    return scene.client("reader").get(address, {"version": str(number)}).content


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def everything_changes(scene: Scene) -> None:
    """The rules speak from other figures, the kit has other words and another credit line."""
    Kit.objects.update(thresholds={"new_money": 90}, credit="Un autre crédit")
    Step.objects.filter(key="roles").update(short_title="Rôles rebaptisés")
    Part.objects.filter(key="means").update(short_title="Moyens rebaptisés")
    kit = Kit.objects.get()
    kit.save()  # as the administration does: what is kept of the kit is read again
    scene.diagnostic.refresh_from_db()


def test_its_json_is_the_very_bytes_of_its_fingerprint(scene):
    golden_version(scene)
    everything_changes(scene)
    served = json_of(scene, 1)
    assert served == WITH_FINDINGS
    assert hashlib.sha256(served).hexdigest() == SHA256


def test_its_points_and_its_texts_stay(scene):
    scene.diagnostic.answers.all().delete()
    answer_document(scene.diagnostic, demo_document("sorelle"), user=scene.lead)
    version = submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    before = page(scene, "report", version="1")
    assert MONEY in before
    assert "Rôles souhaités" in before
    everything_changes(scene)
    after = page(scene, "report", version="1")
    body = '<article class="r-report'
    assert after.partition(body)[2].partition("</article>") == before.partition(body)[2].partition(
        "</article>"
    )
    kept = read_version(version)
    assert kept.findings
    assert version.record.thresholds["new_money"] == 40
    # What is written now speaks otherwise.
    request_changes(scene.diagnostic, reason=REASON, user=scene.facilitator, base_url=BASE_URL)
    now = page(scene, "report")
    assert MONEY not in now
    assert "Rôles rebaptisés" in now
    assert "Moyens rebaptisés" in now


def test_a_kit_that_is_edited_drops_no_paper_of_a_version(scene):
    submit_diagnostic(scene.diagnostic, user=scene.lead, base_url=BASE_URL)
    scene.diagnostic.refresh_from_db()

    def key() -> str:
        return printable_report(edition_of(scene.diagnostic, 1)).key

    before, edited_at = key(), Kit.objects.get().changed_at
    everything_changes(scene)
    assert Kit.objects.get().changed_at != edited_at
    assert key() == before


def test_versions_from_before_records_get_theirs(scene):
    intact = old_version(scene, 1, WITHOUT_FINDINGS, SHA256_WITHOUT)
    altered = old_version(scene, 2, WITHOUT_FINDINGS, "0" * 64)
    write_records()
    write_records()  # those that have one keep it
    assert bytes(intact.record.document) == json_of(scene, 1) == WITHOUT_FINDINGS
    assert hashlib.sha256(WITHOUT_FINDINGS).hexdigest() == SHA256_WITHOUT
    content = json.loads(WITHOUT_FINDINGS)
    findings = findings_json(load_document(content))  # those of the day of the migration
    assert [finding["rule"] for finding in findings] == ["R14", "R17", "M4", "R31", "C5"]
    assert intact.record.findings == altered.record.findings == findings
    assert altered.record.document is None
    assert json.loads(json_of(scene, 2)) == content | {"findings": findings}
    everything_changes(scene)
    for number in ("1", "2"):
        shown = page(scene, "report", version=number)
        assert MONEY in shown
        assert "Rôles rebaptisés" not in shown
        assert ("qui ne peut plus être vérifiée" in shown) == (number == "2")
    home = page(scene, "diagnostic_home")
    assert home.count("elle ne peut plus être vérifiée") == 1
    assert home.index("empreinte 000000000000 (elle") < home.index("empreinte 880a4454baa0 ·")


def test_a_version_that_cannot_be_read_gets_a_record_too(scene):
    version = old_version(scene, 1, b'{"schema": 1}', "0" * 64)
    write_records()
    assert version.record.findings == []
