"""A PostgreSQL of the tests' own, the queue's tables, and the browser.

Nothing starts until a test asks for the database. The processes of one run (xdist) share one
server, in a temporary folder that goes with the run; each has a database in it.
"""

import contextlib
import gc
import os
import shutil
from functools import cache
from pathlib import Path

import pytest
from hypothesis import Phase, settings

TESTS = Path(__file__).resolve().parent

# What a Chromium with windows does without. Its address bar loads two pages of its own beside each
# page of a test; the others are those of Playwright's own list that ours replaces.
NO_FEATURES = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades"),
    *("HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"),
    *("ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect"),
    *("OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"),
]

# The same examples in every run: what one machine finds, any other finds again. New ones with
# « pytest --hypothesis-profile=explore »; what it finds becomes a case of its own. To explain an
# example, hypothesis may run a test a thousand times more: hours for one that prints.
_PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
settings.register_profile("same", derandomize=True, phases=_PHASES)
settings.register_profile("explore", derandomize=False, phases=_PHASES)
settings.load_profile("same")


# The application, its tests and what they keep are a large heap: going through it at every 700 new
# objects, as Python does, takes a tenth of the run.
gc.set_threshold(50_000, 50, 50)


def pytest_itemcollected(item: pytest.Item) -> None:
    if item.path.is_relative_to(TESTS / "browser"):
        item.add_marker("browser")


@pytest.hookimpl(trylast=True)  # after they are shuffled
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Those that commit empty the database, the kit included, which the others share. Those in a browser
    # come last: Playwright leaves an event loop and threads behind, which a fork does not expect.
    items.sort(key=lambda item: (_commits(item), item.get_closest_marker("browser") is not None))


def _commits(item: pytest.Item) -> bool:
    """Tell whether a test commits, and has the database emptied after it."""
    marker = item.get_closest_marker("django_db")
    names = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(names or (marker and marker.kwargs.get("transaction")))


# --- Database ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix):
    """Have the server up before the first database is made and until the last is removed."""
    from rameau_diag.folders import data_dir
    from rameau_diag.standalone.embedded_postgres import Cluster

    with contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            stack.enter_context(Cluster(data_dir(), durable=False).joined_or_started())
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Have the kit of 2013 in the database once, for all the tests that commit nothing."""
    from tests.factories import the_kit

    with django_db_blocker.unblock():
        the_kit()


@pytest.fixture(scope="module")
def rows_of_the_module(django_db_setup, django_db_blocker):
    """Let fixtures of a module write rows that all its tests find, each as they were first.

    For modules in which no test commits: what a test writes is undone at its end, within this.
    """
    from django.db import transaction

    with django_db_blocker.unblock():
        around = transaction.atomic()
        around.__enter__()
    yield django_db_blocker
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def no_kit(db):
    """Take the kit out of the database, as before its first loading."""
    from diagnostics.models import Kit

    Kit.objects.all().delete()


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """Tests make the machine busy, and drafts are not printed ahead then."""
    monkeypatch.setattr("diagnostics.report.turns.is_crowded", lambda: False)


@pytest.fixture(autouse=True, scope="session")
def _emptied_quickly():
    """Empty the database after a test that commits in our own way, the queue's tables included."""
    from django.test import TransactionTestCase

    from tests import saved_rows

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: saved_rows.empty())
        yield


# --- PDF --------------------------------------------------------------------------------------


@pytest.fixture(autouse=True, scope="session")
def _drawn_once():
    """Draw a picture for Word once: most documents of the tests have those of a demo."""
    from diagnostics.report.word import pieces

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "svg_to_png", cache(pieces.svg_to_png))
        yield


@pytest.fixture(autouse=True, scope="session")
def _patience_for_papers():
    """What prints gives way to all that the tests keep busy, and waits for its turn behind the papers of
    other tests: it may take longer than people would wait."""
    from diagnostics.report import renderer, turns

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renderer, "in_a_request", renderer.Bounds(seconds=120.0))
        patch.setattr(turns, "PATIENCE", 120.0)
        yield


@pytest.fixture
def quick_pdf(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Render nothing, in no time; the list gets every HTML that would have been. Nor is Word written."""
    from diagnostics.report.pdf import Printed

    printed: list[str] = []

    def render(html: str, bounds: object = None) -> Printed:
        printed.append(html)
        return Printed(b"%PDF-1.7", 1)

    monkeypatch.setattr("diagnostics.report.renderer.render", render)
    monkeypatch.setattr("diagnostics.printing.build_report_docx", lambda content: b"PK")
    return printed


# --- Browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Use the machine's Chromium, without windows if it has that one; root has no sandbox for it."""
    shell = shutil.which("chromium-headless-shell")
    chromium = shell or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.fail("Chromium manque : lancez « make test », qui l'installe.", pytrace=False)
    arguments = ["--disable-dev-shm-usage"]  # /dev/shm may be tiny
    if shell is None:
        arguments.append(f"--disable-features={','.join(NO_FEATURES)}")
    else:
        # To paint in a process of its own takes a tenth more, and each frame waits for two.
        arguments += ["--disable-gpu", "--in-process-gpu", "--num-raster-threads=1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return browser_type_launch_args | {"executable_path": chromium, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return browser_context_args | {
        "locale": "fr-FR",
        "timezone_id": "Europe/Paris",
        # A page that glides to what is clicked makes each click wait for almost a second.
        "reduced_motion": "reduce",
    }
