"""Small words for the browser tests: signing in, rows, saving, waiting for the server."""

import re
import time
from collections.abc import Callable

from django.conf import settings
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from diagnostics.models import Diagnostic, User
from tests.factories import PASSWORD, DiagnosticFactory, StructureFactory, UserFactory
from tests.sessions import session_of

TIMEOUT = 30_000  # milliseconds; patience for a machine that is busy, nothing waits for its end
expect.set_options(timeout=TIMEOUT)

# What the console says of a page whose status is an error on purpose.
_EXPECTED_STATUS = re.compile(r"the server responded with a status of (4\d\d|503)")
_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error(`CSP: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}`);
});
"""


def with_session(context: BrowserContext, address: str, user: User) -> None:
    """Sign a person in without going through the form."""
    name, key = settings.SESSION_COOKIE_NAME, session_of(user)
    context.add_cookies([{"name": name, "value": key, "url": address}])


# What htmx says of a request that ends because the page is left.
_LEFT = re.compile(r"htmx:(afterRequest|sendAbort)\b")


def watch(page: Page, problems: list[str], site: str) -> None:
    """Note console errors, uncaught exceptions, violations of the content policy, and requests to
    another site than ours."""

    def on_message(message: ConsoleMessage) -> None:
        expected = _EXPECTED_STATUS.search(message.text) or _LEFT.match(message.text)
        if message.type == "error" and not expected:
            problems.append(f"{page.url}: {message.text}")

    def on_request(request: Request) -> None:
        if not request.url.startswith((site, "data:", "blob:", "about:")):
            problems.append(f"{page.url} asks elsewhere: {request.url}")

    page.on("console", on_message)
    page.on("request", on_request)
    page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
    page.add_init_script(_TELL_VIOLATIONS)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Fill in the sign-in form that is on the page."""
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_label("Mot de passe").fill(password)
    page.get_by_role("button", name="Se connecter").click()


def a_diagnostic(name: str = "Maison des Alliances") -> tuple[Diagnostic, User]:
    """Return an empty diagnostic and its lead, who can sign in."""
    lead = UserFactory(name="Claire Référente", verified=True)
    structure = StructureFactory(name=name, lead=lead)
    return DiagnosticFactory(structure=structure, created_by=lead), lead


def step_path(diagnostic: Diagnostic, step: str) -> str:
    """Return the address of a step."""
    return f"/diagnostics/{diagnostic.pk}/etapes/{step}/"


def row(page: Page, noun: str, number: int) -> Locator:
    """Return a row by what its heading says, such as « Énoncé 2 »."""
    return page.get_by_role("region", name=f"{noun} {number}", exact=True)


def opened(line: Locator) -> Locator:
    """Open the details of a row, unless they are."""
    closed = line.locator("[data-more]:not([open]) > summary")
    if closed.count():
        closed.click()
    return line


def take_example(page: Page, start: str) -> None:
    """Press the example of the kit whose text starts so."""
    page.locator("#exemples").get_by_role("button", name=start).first.click()


def save(page: Page) -> None:
    """Press the button that saves the step, and wait for the next page."""
    before = page.url
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.wait_for_url(lambda url: url.split("#")[0] != before.split("#")[0])


def download_pdf(page: Page, address: str) -> None:
    """Download a report with the person's session; it is made on the spot."""
    answer = page.request.get(address, timeout=6 * TIMEOUT)
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait for something that no page shows, such as a row written by a request in background."""
    limit = time.monotonic() + TIMEOUT / 1000
    while not condition():
        assert time.monotonic() < limit, what
        time.sleep(0.02)
