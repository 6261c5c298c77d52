"""The site that is put to the test, and the table of what was measured (docs/figures.md)."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.site import Site
from tests.smtp import MailServer, take

_table: list[tuple[str, str]] = []


@pytest.fixture(scope="session")
def mails() -> Iterator[MailServer]:
    """The mail server of the site."""
    server = MailServer(take, silent=False)
    threading.Thread(target=server.serve, daemon=True).start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def site(mails: MailServer) -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # root's server has another account
        site = Site(Path(folder) / "data", EMAIL_URL=mails.url)
        try:
            site.start()
            yield site
        finally:
            site.stop()


@pytest.fixture
def note() -> Callable[[str, str], None]:
    """Note what a fault did, for the table."""
    return lambda fault, seen: _table.append((fault, seen))


@pytest.fixture
def kills() -> int:
    """How often each of the two that are killed is: half of KILLS, which is 10 unless it says else."""
    return int(os.environ.get("KILLS") or 10) // 2


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for fault, seen in _table:
        terminalreporter.write_line(f"| {fault} | {seen} |")
