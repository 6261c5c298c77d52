"""The renderer's processes: bounded, started again when killed, gone with whoever started them."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pypdf
import pytest
from django.conf import settings

from diagnostics.report import renderer, warm
from diagnostics.report.renderer import Bounds, RendererFailed, RenderingStopped
from diagnostics.report.turns import Busy, a_turn, alone_for

SHORT = '<!doctype html><html lang="fr"><title>x</title><body><p>Bonjour</p></body></html>'
# Some seconds of work.
LONG = SHORT.replace("<p>Bonjour</p>", "<p>Bonjour à toutes et à tous.</p>" * 20_000)
LITTLE_MEMORY = 24 * 1024 * 1024


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid: int) -> bool:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return status_of(pid)["State"][0] not in "ZX"
    return False


def wait_until(condition, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def first_line(data: bytes) -> str:
    return pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().splitlines()[0]


def warm_pid() -> int:
    return renderer._running().process.pid


def memory_of_warm() -> int:
    """Bytes that the warm process has written to, which its children share."""
    return int(status_of(warm_pid())["VmData"].split()[0]) * 1024


# --- What it prints ----------------------------------------------------------------------------


def test_a_document_is_printed_by_another_process():
    printed = renderer.render(SHORT)
    assert first_line(printed.pdf) == "Bonjour"
    assert printed.pages == 1


def test_pages_are_told_while_they_are_laid_out():
    told: list[int] = []
    long = SHORT.replace("<p>Bonjour</p>", '<p style="break-after: page">Bonjour</p>' * 12)
    printed = renderer.render(long, Bounds(on_page=told.append))
    assert (told, printed.pages) == ([5, 10], 12)


def test_one_warm_process_prints_everything_a_process_asks_for():
    pids = set()
    for _ in range(3):
        renderer.render(SHORT)
        pids.add(warm_pid())
    assert len(pids) == 1


def test_several_threads_print_at_once_and_each_gets_its_own():
    texts = [f"Texte {number}" for number in range(6)]
    found: dict[str, str] = {}

    def render(text: str) -> None:
        printed = renderer.render(SHORT.replace("Bonjour", text))
        found[text] = first_line(printed.pdf)

    threads = [threading.Thread(target=render, args=[text]) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {text: text for text in texts}


def test_it_knows_no_secret(monkeypatch, capfd):
    """And tells what it refuses, in the same start of it, which takes seconds."""
    for name in (
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "METRICS_TOKEN",
        "POSTGRES_PASSWORD",
        "LATER",
    ):
        monkeypatch.setenv(name, "canari")
    monkeypatch.setenv("DATABASE_URL", "postgres://a:canari@host/base")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    renderer.stop()  # the next one writes where this test reads
    renderer.render(SHORT.replace("Bonjour", '<img src="http://127.0.0.1:9/a" alt="x">'))
    known = renderer._environment()
    assert known["LC_ALL"] == "C.UTF-8"
    assert "canari" not in repr(known)
    environment = Path(f"/proc/{warm_pid()}/environ")
    if os.access(environment, os.R_OK):  # another name space hides it from others than root
        assert b"canari" not in environment.read_bytes()
    renderer.stop()
    said = "the report's renderer refused the address 'http://127.0.0.1:9/a'\n"
    assert capfd.readouterr().err == said


# --- Bounds ------------------------------------------------------------------------------------


def test_what_takes_too_long_is_stopped():
    with pytest.raises(RenderingStopped, match="time"):
        renderer.render(LONG, Bounds(seconds=0.2))
    assert renderer.render(SHORT).pages == 1
    wait_until(lambda: children_of(warm_pid()) == [])


def test_what_takes_too_much_memory_is_stopped():
    with pytest.raises(RenderingStopped, match="memory"):
        renderer.render(LONG, Bounds(memory=memory_of_warm() + LITTLE_MEMORY))
    assert renderer.render(SHORT).pages == 1


def test_the_kernel_keeps_the_bounds():
    """Neither a loop in C nor a library that catches errors can go on."""
    bounds = Bounds(seconds=1.0, memory=400_000_000)
    found: dict[str, str] = {}

    def look(pid: int, child: int) -> None:
        wait_until(lambda: nice_of(child) == warm.NICENESS)  # the last thing it does first
        for line in Path(f"/proc/{child}/limits").read_text().splitlines():
            found[line[:25].strip()] = line[25:].split()[0]

    (error,) = while_printing(look, bounds)
    assert str(error) == "time"
    assert (found["Max cpu time"], found["Max data size"]) == ("1", "400000000")


def nice_of(pid: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, pid)


def test_the_bounds_of_a_document():
    assert Bounds() == Bounds(seconds=30, memory=512 * 2**20)


def test_its_session_gives_way_to_all_others():
    """Linux shares the processor among sessions first: at the same niceness a paper slows every page."""
    pid = warm_pid()
    assert os.getsid(pid) == pid != os.getsid(0)
    group = Path(f"/proc/{pid}/autogroup")
    if not group.exists():
        pytest.skip("this Linux groups no processes by session")
    wait_until(lambda: group.read_text().split()[-1] == str(warm.NICENESS))


# --- When something dies -----------------------------------------------------------------------


def while_printing(action, bounds: Bounds = Bounds(seconds=1.5)) -> list[object]:  # noqa: B008  (it cannot be changed)
    """Print something long in a thread, and do something once a child is at it."""
    result: list[object] = []

    def render() -> None:
        try:
            result.append(renderer.render(LONG, bounds))
        except renderer.RenderingError as error:
            result.append(error)

    pid = warm_pid()
    wait_until(lambda: children_of(pid) == [])  # the last one of before
    thread = threading.Thread(target=render)
    thread.start()
    wait_until(lambda: children_of(pid) != [])
    action(pid, children_of(pid)[0])
    thread.join()
    return result


def test_a_child_that_is_killed_is_started_once_more():
    (error,) = while_printing(lambda pid, child: os.kill(child, signal.SIGKILL))
    assert isinstance(error, RenderingStopped)
    assert str(error) == "time"  # by another one, until its bound


def test_a_child_that_is_killed_twice_is_told_and_the_next_document_is_printed():
    def kill_both(pid: int, child: int) -> None:
        os.kill(child, signal.SIGKILL)
        wait_until(lambda: children_of(pid) not in ([], [child]))
        os.kill(children_of(pid)[-1], signal.SIGKILL)

    (error,) = while_printing(kill_both)
    assert isinstance(error, RenderingStopped)
    assert str(error) == "memory"  # who kills twice is a machine without memory
    assert renderer.render(SHORT).pages == 1


def test_a_warm_process_that_is_killed_is_started_again_and_takes_its_children_along():
    seen = []

    def kill(pid: int, child: int) -> None:
        seen.extend([pid, child])
        os.kill(pid, signal.SIGKILL)

    (error,) = while_printing(kill)
    assert isinstance(error, RenderingStopped)  # once more, by another one, until its bound
    assert str(error) == "time"
    wait_until(lambda: not any(is_there(pid) for pid in seen))
    assert warm_pid() != seen[0]
    assert renderer.render(SHORT).pages == 1


def test_a_renderer_that_does_not_start_is_a_failure_of_the_renderer(monkeypatch, tmp_path):
    renderer.stop()
    monkeypatch.setattr(settings, "NODE_MODULES", tmp_path)
    with pytest.raises(RendererFailed):
        renderer.render(SHORT)
    monkeypatch.undo()
    assert renderer.render(SHORT).pages == 1


def test_a_process_that_cannot_be_started_leaves_nothing_behind(monkeypatch, tmp_path):
    pairs = []

    def pair(*arguments):
        pairs.append(socket.socketpair(*arguments))
        return pairs[-1]

    def refuse(*arguments, **options):
        assert [path.name[:11] for path in tmp_path.iterdir()] == ["rameau-pdf-"]
        raise OSError(errno.EAGAIN, "Resource temporarily unavailable")

    renderer.stop()
    monkeypatch.setattr(renderer.tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(renderer, "socket", SimpleNamespace(**vars(socket) | {"socketpair": pair}))
    monkeypatch.setattr(renderer.subprocess, "Popen", refuse)
    with pytest.raises(RendererFailed, match="no more processes"):
        renderer.render(SHORT)
    assert list(tmp_path.iterdir()) == []
    assert [end.fileno() for ends in pairs for end in ends] == [-1, -1]
    monkeypatch.undo()
    assert renderer.render(SHORT).pages == 1


SCRIPT = f"""
import os, select, signal, sys, threading, time
# What a shell starts in the background ignores Ctrl-C, and its children with it.
signal.signal(signal.SIGINT, signal.default_int_handler)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from diagnostics.report import renderer
renderer.render({SHORT!r})
warm = renderer._warm
children = f"/proc/{{warm.process.pid}}/task/{{warm.process.pid}}/children"
while open(children).read():  # until that child has ended
    time.sleep(0.01)
threading.Thread(target=renderer.render, args=[{SHORT!r}.replace("Bonjour", "mot " * 300_000)],
                 daemon=True).start()
print(warm.process.pid, warm.folder, flush=True)
# A signal that comes just before a read that has no end would be seen after it.
while not select.select([sys.stdin], [], [], 0.1)[0]:
    pass
"""


# Who does not listen to SIGTERM ends by it as by SIGKILL; Ctrl-C ends a program as its last line does.
@pytest.mark.parametrize(
    "signum",
    [
        pytest.param(signal.SIGTERM, marks=pytest.mark.thorough),
        pytest.param(signal.SIGINT, marks=pytest.mark.thorough),
        signal.SIGKILL,
        None,
    ],
)
def test_nothing_is_left_of_it_when_its_process_ends(signum):
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=settings.BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        pid, folder = process.stdout.readline().split(maxsplit=1)
        pids = [int(pid)]
        wait_until(lambda: children_of(pids[0]) != [])
        pids += children_of(pids[0])
        assert all(is_there(pid) for pid in pids)
        assert list(Path(folder.strip()).iterdir())
        if signum is None:
            process.stdin.close()
        else:
            process.send_signal(signum)
        process.wait(10)
    wait_until(lambda: not any(is_there(pid) for pid in pids))
    wait_until(lambda: not Path(folder.strip()).exists())


FORK = f"""
import os
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
from diagnostics.report import renderer
pages = [renderer.render({SHORT!r}).pages]
parent, pid = renderer._warm, renderer._warm.process.pid
child = os.fork()
pages.append(renderer.render({SHORT!r}).pages)
if child == 0:
    os._exit(0 if renderer._warm.process.pid != pid and pages == [1, 1] else 1)
assert renderer._warm is parent and parent.is_alive
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), pages)
"""


def test_a_fork_leaves_the_renderer_to_its_process():
    """A web server may load the application, and more, before it forks."""
    done = subprocess.run(
        [sys.executable, "-c", FORK],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "0 [1, 1]\n"


# --- Turns -------------------------------------------------------------------------------------


@pytest.fixture
def turns(monkeypatch, settings, tmp_path):
    settings.TURNS_FOLDER = tmp_path / "tours à l'essai"
    monkeypatch.setattr("diagnostics.report.turns.cores", lambda: 3)


def test_who_has_one_core_prints_too(settings, tmp_path, monkeypatch):
    settings.TURNS_FOLDER = tmp_path
    monkeypatch.setattr("diagnostics.report.turns.cores", lambda: 1)
    with a_turn(0), pytest.raises(Busy), a_turn(0):
        pytest.fail("a second one")


@pytest.mark.usefixtures("turns")
def test_one_processor_core_is_left_for_pages():
    with a_turn(0), a_turn(0), pytest.raises(Busy), a_turn(0.1):
        pytest.fail("a third one")
    with a_turn(0):
        pass


@pytest.mark.usefixtures("turns")
def test_one_at_a_time_has_a_key():
    with alone_for("ab12", 0):
        with pytest.raises(Busy), alone_for("ab12", 0):
            pytest.fail("twice")
        with alone_for("cd34", 0):
            pass
    with alone_for("ab12", 0):
        pass


@pytest.mark.usefixtures("turns")
def test_a_turn_comes_back_from_a_process_that_was_killed(settings):
    script = (
        "import fcntl, sys, time\n"
        "files = [open(name, 'a') for name in sys.argv[1:]]\n"
        "[fcntl.flock(file, fcntl.LOCK_EX) for file in files]\n"
        "print('held', flush=True); time.sleep(60)"
    )
    with a_turn(0):
        pass  # makes the folder
    names = [str(settings.TURNS_FOLDER / f"turn-{number}") for number in range(2)]
    arguments = [sys.executable, "-c", script, *names]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        with pytest.raises(Busy), a_turn(0):
            pytest.fail("both are held")
        process.kill()
    with a_turn(2), a_turn(2):
        pass
