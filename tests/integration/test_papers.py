"""Papers of versions: the same bytes whoever asks and whatever happens, and one per state."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from django.urls import reverse

from diagnostics.domain.vocabulary import State
from diagnostics.editions import edition_of
from diagnostics.models import Kit, Paper, Part, Review, Step, Structure
from diagnostics.printing import Kind, printable_report
from diagnostics.report.pdf import Printed
from diagnostics.services.workflow import validate_diagnostic
from tests.pages import page_of
from tests.printing import address, rewrite
from tests.scene import BASE_URL, IN_SPITE, Scene, make_scene

pytestmark = pytest.mark.django_db

NAMES = ("report_pdf", "report_synthesis_pdf", "report_docx")


@pytest.fixture
def never_twice(monkeypatch) -> Iterator[int]:
    """Make papers of which no two are the same: who makes one again is seen."""
    numbers = itertools.count(1)

    def made() -> bytes:
        return b"%%PDF %d" % next(numbers)

    monkeypatch.setattr(
        "diagnostics.report.renderer.render", lambda html, bounds=None: Printed(made(), 1)
    )
    monkeypatch.setattr("diagnostics.printing.build_report_docx", lambda content: made())
    return numbers


def papers(scene: Scene, role: str = "reader", **query: str) -> list[bytes]:
    client = scene.client(role)
    responses = [client.get(address(scene, name), query) for name in NAMES]
    assert [response.status_code for response in responses] == [200] * 3
    return [response.content for response in responses]


def validated(scene: Scene) -> None:
    validate_diagnostic(
        scene.diagnostic, user=scene.facilitator, base_url=BASE_URL, in_spite=IN_SPITE
    )
    scene.diagnostic.refresh_from_db()


def everything_else_changes(scene: Scene, monkeypatch) -> None:
    """The kit has other words, thresholds and another credit line; the structure another name; it is
    another release."""
    Kit.objects.update(thresholds={"new_money": 90}, credit="Un autre crédit")
    Step.objects.filter(key="vision").update(title="Titre retouché", short_title="Retouché")
    Part.objects.filter(key="means").update(short_title="Moyens rebaptisés")
    Kit.objects.get().save()
    Structure.objects.filter(pk=scene.structure.pk).update(name="Un autre nom")
    monkeypatch.setattr("diagnostics.printing.fingerprint", lambda: "another")


@pytest.mark.usefixtures("never_twice")
def test_a_version_keeps_its_papers_whatever_happens(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    before = papers(scene, version="1")
    assert len(set(before)) == 3
    everything_else_changes(scene, monkeypatch)
    assert papers(scene, "facilitator", version="1") == before
    assert papers(scene) == before  # nothing happened since: the diagnostic is its version
    validated(scene)
    since = papers(scene)
    assert not set(since) & set(before)
    assert papers(scene, "lead", version="1") == before


@pytest.mark.usefixtures("never_twice")
def test_what_happened_since_is_printed_once_until_it_says_something_else(monkeypatch):
    scene = make_scene(State.SUBMITTED)
    validated(scene)
    before = papers(scene)
    everything_else_changes(scene, monkeypatch)
    assert papers(scene) == before
    review = Review.objects.get(diagnostic=scene.diagnostic)
    Review.objects.filter(pk=review.pk).update(opinion="Un avis complété")
    after = papers(scene)
    assert not set(after) & set(before)
    assert papers(scene, "lead") == after
    editions = Paper.objects.order_by("kind").values_list("kind", "edition", "release")
    assert list(editions) == [
        ("report", "validated", "another"),
        ("synthesis", "validated", "another"),
        ("word", "validated", "another"),
    ]


@pytest.mark.usefixtures("never_twice")
def test_a_draft_s_word_is_kept_until_the_draft_changes():
    scene = make_scene()
    before = papers(scene)
    assert papers(scene, "lead") == before
    rewrite(scene, "Un autre énoncé")
    assert not set(papers(scene)) & set(before)
    assert not Paper.objects.exists()


def test_of_two_that_were_made_the_first_is_everybody_s():
    """Two machines may print at once: their locks are their own."""
    scene = make_scene(State.SUBMITTED)
    printable = printable_report(edition_of(scene.diagnostic))
    first, second = (printable.keep(Printed(made, 1)) for made in (b"%PDF 1", b"%PDF 2"))
    assert bytes(first.file) == bytes(second.file) == b"%PDF 1"
    assert bytes(Paper.objects.get().file) == b"%PDF 1"


@pytest.mark.usefixtures("never_twice")
def test_who_has_the_word_document_already_gets_304():
    scene = make_scene(State.SUBMITTED)
    client, at = scene.client("reader"), address(scene, "report_docx")
    tag = client.get(at)["ETag"]
    assert client.get(at, headers={"If-None-Match": tag}).status_code == 304


@pytest.mark.usefixtures("never_twice")
def test_who_may_not_read_it_gets_none_that_is_kept():
    scene = make_scene(State.SUBMITTED)
    papers(scene, version="1")
    for name in NAMES:
        for role, status in {"stranger": 404, "staff": 404, "anonymous": 302}.items():
            answer = scene.client(role).get(address(scene, name), {"version": "1"})
            assert answer.status_code == status
        assert scene.client("lead").get(address(scene, name), {"version": "2"}).status_code == 404
    ended = Scene.ended(scene.lead).get(address(scene), {"version": "1"})
    assert ended.status_code == 302
    assert ended["Location"].startswith("/accounts/login/?next=")


def test_the_paper_as_submitted_says_so_once_the_board_has_it(quick_pdf):
    """« Projet », and no word of what happened since."""
    scene = make_scene(State.VALIDATED)
    client = scene.client("reader")
    client.get(address(scene), {"version": "1"})
    client.get(address(scene))
    heads = [html.partition("<body")[2].partition(">")[0] for html in quick_pdf]
    assert ["r-project" in head for head in heads] == [True, False]
    assert [IN_SPITE in html for html in quick_pdf] == [False, True]
    page = page_of(client.get(reverse("report", args=[scene.diagnostic.pk]), {"version": "1"}))
    assert [f"{address(scene, name)}?version=1" in page.links for name in NAMES] == [True] * 3


def test_every_kind_has_its_row(quick_pdf):
    scene = make_scene(State.SUBMITTED)
    for name in NAMES:
        scene.client("reader").get(address(scene, name))
    kept = Paper.objects.order_by("kind").values_list("kind", "edition", "pages")
    assert [*kept] == [(kind.value, "submitted", int(kind != Kind.WORD)) for kind in sorted(Kind)]
