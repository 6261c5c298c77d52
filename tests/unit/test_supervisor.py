"""What cannot be started again for now is tried again: the rest goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from rameau_diag.folders import REPOSITORY
from rameau_diag.standalone import serve
from rameau_diag.standalone.children import Child
from rameau_diag.standalone.postgres_account import EmbeddedPostgresError
from rameau_diag.standalone.serve import Supervisor


class StoppedCluster:
    """A database that has ended, and starts again once there is room on the disk."""

    def __init__(self) -> None:
        self.files = SimpleNamespace(log="postgres.log")
        self.tries, self.has_room, self.is_running = 0, False, False

    def is_down(self) -> bool:
        return not self.is_running

    def start_server(self) -> None:
        self.tries += 1
        if not self.has_room:
            raise EmbeddedPostgresError("La base de données n'a pas démarré.")
        self.is_running = True


def test_a_database_that_does_not_start_again_is_tried_again(monkeypatch, capsys):
    supervisor = Supervisor()
    cluster = supervisor.cluster = StoppedCluster()
    monkeypatch.setattr(serve, "PAUSE_BEFORE_DATABASE", 0.0)

    for _ in range(3):
        supervisor.look_after()
    said = capsys.readouterr().out
    cluster.has_room = True
    supervisor.look_after()
    supervisor.look_after()

    assert (cluster.tries, cluster.is_down()) == (4, False)
    assert said.count("est relancée") == 1
    assert said.count("n'a pas démarré") == 1


def test_it_is_not_tried_without_a_pause(monkeypatch):
    supervisor = Supervisor()
    cluster = supervisor.cluster = StoppedCluster()
    monkeypatch.setattr(serve, "PAUSE_BEFORE_DATABASE", 1000.0)

    for _ in range(3):
        supervisor.look_after()

    assert cluster.tries == 1


def test_a_process_that_the_system_does_not_start_is_tried_again(tmp_path, capsys):
    """The folder of its log stands for a disk without room."""
    log = tmp_path / "journaux" / "web.log"
    child = Child("Le serveur web", ["-c", "pass"], log, signal.SIGKILL)
    child.restart_at = time.monotonic()

    child.look()
    assert child.process is None
    assert "ne peut pas être relancé pour l'instant" in capsys.readouterr().out
    log.parent.mkdir()
    child.restart_at = time.monotonic()
    child.look()

    assert child.process is not None
    assert child.process.wait() == 0


# The child asks its parent to end before it is the program it will be, and gives it the time to hear it
# within ``Popen``, as it would if it were not made to wait.
ASKED_MEANWHILE = """
import os, signal, sys, time
from pathlib import Path
from rameau_diag.standalone import children, embedded_postgres, serve

end_with_parent = children.end_with_parent

def asking(signum):
    arm, parent = end_with_parent(signum), os.getpid()
    def ask():
        arm()
        os.kill(parent, signal.SIGTERM)
        time.sleep(0.3)
    return ask

serve.end_with_parent = children.end_with_parent = embedded_postgres.end_with_parent = asking
embedded_postgres.account_of = lambda folder: None
embedded_postgres.program_of = lambda name, account: sys.argv[3]
embedded_postgres.ClusterFiles.create = lambda files, account: None
embedded_postgres.ClusterFiles.check_version = lambda files: None
signal.signal(signal.SIGTERM, serve._stop)
supervisor = serve.Supervisor()
supervisor.logs.mkdir(parents=True)
supervisor.cluster.files.folder.mkdir()
child = children.Child("", ["-c", "import time; time.sleep(60)"], Path(sys.argv[1]), signal.SIGKILL)
try:
    if sys.argv[2] == "preparation":
        supervisor.run_preparation("check")
    elif sys.argv[2] == "database":
        supervisor.cluster.start_server()
    else:
        child.start()
except serve.Stopped:
    process = supervisor.preparation or supervisor.cluster._server or child.process
    blocked = [line for line in open(f"/proc/{process.pid}/status") if line.startswith("SigBlk")]
    supervisor.children = [child]
    supervisor.stop()
    supervisor.cluster.stop()
    print(int(blocked[0].split()[1], 16), process.returncode is not None)
"""


@pytest.mark.parametrize("what", ["preparation", "child", "database"])
def test_what_starts_when_the_end_is_asked_for_is_ended_as_well(what, tmp_path):
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", ASKED_MEANWHILE, str(tmp_path / "log"), what, str(program)],
        env=os.environ | {"DATA_DIR": str(tmp_path / "data")},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0 True\n", "")
