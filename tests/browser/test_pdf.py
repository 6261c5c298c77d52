"""Downloading a PDF: at once, after a moment, or not at all; each is said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from diagnostics.printing import NeedsTheWorker, Progress
from diagnostics.report.renderer import RendererFailed, RenderingStopped
from diagnostics.report.turns import Busy
from tests.browser.helpers import a_diagnostic
from tests.browser.inspection import Inspector


def raise_in_view(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> None:
    """Let what is not kept fail so many times, and then be printed."""
    from diagnostics.views import reports

    waiting, obtained = list(errors), reports._obtained

    def obtain(printable: object) -> object:
        if waiting:
            raise waiting.pop(0)
        return obtained(printable)

    monkeypatch.setattr(reports, "_obtained", obtain)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Busy(), 202),
        (RenderingStopped("time"), 503),
        # The same page with other words, which tests/integration/test_printing_refused.py reads.
        pytest.param(RendererFailed("x"), 503, marks=pytest.mark.thorough),
    ],
    ids=["Busy", "RenderingStopped", "RendererFailed"],
)
def test_the_page_that_says_there_is_no_pdf(open_browser, kit, monkeypatch, error, status):
    diagnostic, lead = a_diagnostic()
    raise_in_view(monkeypatch, *[error] * 9)
    inspector = Inspector(open_browser(lead))
    inspector.visit(f"/diagnostics/{diagnostic.pk}/rapport.pdf", status=status)
    page = inspector.page
    page.get_by_role("link", name="Lire le rapport à l’écran").click()
    expect(page).to_have_url(f"/diagnostics/{diagnostic.pk}/rapport/")
    page.goto("/kit.pdf")
    page.get_by_role("link", name="Aller à l’accueil").click()
    expect(page).to_have_url("/")
    assert inspector.problems == []


def test_the_page_of_a_long_report_that_the_worker_prints(open_browser, kit, monkeypatch):
    diagnostic, lead = a_diagnostic()
    raise_in_view(monkeypatch, *[NeedsTheWorker()] * 9)
    inspector = Inspector(open_browser(lead))
    inspector.visit(f"/diagnostics/{diagnostic.pk}/rapport.pdf", status=202)
    page = inspector.page
    expect(page.get_by_label("Il attend son tour")).to_be_visible()
    expect(page.get_by_role("link", name="Télécharger en Word")).to_be_visible()
    page.get_by_role("link", name="Lire le rapport à l’écran").click()
    expect(page).to_have_url(f"/diagnostics/{diagnostic.pk}/rapport/")
    assert inspector.problems == []


# With JavaScript too it is the browser that asks again, as the answer's Refresh says, which
# tests/integration/test_printing_refused.py reads.
@pytest.mark.parametrize(
    "script",
    [True, pytest.param(False, marks=pytest.mark.thorough)],
    ids=["script", "no script"],
)
def test_the_page_that_waits_starts_the_download_by_itself(
    open_browser, kit, monkeypatch, quick_pdf, script
):
    diagnostic, lead = a_diagnostic()
    raise_in_view(monkeypatch, NeedsTheWorker(), NeedsTheWorker())
    monkeypatch.setattr("diagnostics.views.reports.PROGRESS_AFTER", 1)
    progress = Progress(None, before=1, pages=0, expected=1, is_long=False)
    monkeypatch.setattr("diagnostics.views.reports.ask_worker", lambda printable: progress)
    page = open_browser(lead, java_script_enabled=script)
    page.goto(f"/diagnostics/{diagnostic.pk}/rapport/")
    with page.expect_download() as started:
        page.get_by_role("link", name="Télécharger le PDF").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Le PDF se prépare")
    assert started.value.suggested_filename.endswith(".pdf")
    assert len(quick_pdf) == 1
    if script:  # without, the page cannot know it
        expect(page.get_by_role("heading", level=1)).to_have_text("Le PDF est arrivé")
        page.get_by_role("link", name="Revenir au diagnostic").click()
        page.get_by_role("link", name="Rapport", exact=True).click()
    else:
        page.get_by_role("link", name="Lire le rapport à l’écran").click()
    expect(page.get_by_role("link", name="Télécharger le PDF (1 Ko, 1 page)")).to_be_visible()
