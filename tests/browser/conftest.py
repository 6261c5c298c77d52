"""What the browser tests share: people who are signed in, and pages that tell what went wrong."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from playwright.sync_api import Browser, BrowserContext, Page

from diagnostics.models import Structure, User
from diagnostics.services.demo import load_demo
from tests import saved_rows
from tests.browser.helpers import TIMEOUT, watch, with_session
from tests.factories import MembershipFactory, UserFactory, the_kit

DEMO = Path(settings.BASE_DIR) / "fixtures" / "demo"


@pytest.fixture(autouse=True)
def _quick_passwords(settings):
    """Hash passwords fast: the tests check pages, not hashes."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def kit(live_server):
    """The kit of 2013, in the database that the live server reads."""
    saved_rows.restore("kit", the_kit)
    return the_kit()


@pytest.fixture
def demo(live_server):
    """The demo structures with the kit, by name."""
    saved_rows.restore("demo", _load_demo)
    return {structure.name: structure for structure in Structure.objects.all()}


def _load_demo() -> None:
    the_kit()
    load_demo(DEMO, password="unused")


@pytest.fixture
def colleague(diagnostic):
    """A second person of the team of the module's diagnostic."""
    user = UserFactory(name="Karim Contributeur")
    MembershipFactory(structure=diagnostic.structure, user=user)
    return user


@pytest.fixture
def site_at_rest(live_server):
    """Return what waits until the site answers nobody: a page that closes may still send a draft,
    and the database is emptied next."""
    running = 0
    lock = threading.Lock()

    def count(by: int) -> None:
        nonlocal running
        with lock:
            running += by

    def started(**_: object) -> None:
        count(1)

    def finished(**_: object) -> None:
        count(-1)

    def wait() -> None:
        deadline = time.monotonic() + 10
        quiet = 0
        while quiet < 3:
            assert time.monotonic() < deadline, "the site is still answering somebody"
            quiet = 0 if running > 0 else quiet + 1
            time.sleep(0.03)

    request_started.connect(started)
    request_finished.connect(finished)
    yield wait
    request_started.disconnect(started)
    request_finished.disconnect(finished)


@pytest.fixture
def open_browser(browser: Browser, browser_context_args, live_server, site_at_rest):
    """Open a browser of one's own; each page adds what goes wrong in it to ``problems``."""
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def _open(user: User | None = None, **options) -> Page:
        arguments = browser_context_args | {"base_url": live_server.url} | options
        context = browser.new_context(**arguments)
        context.set_default_timeout(TIMEOUT)
        contexts.append(context)
        if user is not None:
            with_session(context, live_server.url, user)
        page = context.new_page()
        watch(page, problems, live_server.url)
        return page

    _open.problems = problems
    yield _open
    for context in contexts:
        context.close()
    site_at_rest()
    assert problems == []


@pytest.fixture
def no_script(open_browser) -> Callable[..., Page]:
    """Open a browser where JavaScript is off."""

    def _open(user: User | None = None) -> Page:
        return open_browser(user, java_script_enabled=False)

    return _open
