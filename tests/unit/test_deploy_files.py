"""The files that bring the project to a machine: what they leave out, and what they agree upon."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import translate
from importlib.machinery import SourceFileLoader
from types import ModuleType, SimpleNamespace

import pytest

from rameau_diag import front, web_server
from rameau_diag.folders import REPOSITORY
from rameau_diag.standalone import serve

# Beside compose.yaml, as docs/deployment.md has them.
SECRET = (
    ".env",
    ".env.production",
    "tls/privkey.pem",
    "sauvegarde.rameau",
    "sauvegarde.rameau.1234.dump",
    "copies/2026-11-30T023000.rameau",
)
NEEDED = ("manage.py", "rameau_diag/settings.py", "rameau_diag/environment.py", "deploy/rameau")


def read(path: str) -> str:
    return (REPOSITORY / path).read_text(encoding="utf-8")


def is_left_out(path: str, patterns: list[str], *, anywhere: bool) -> bool:
    """Tell whether a pattern names a file or one of its folders.

    ``anywhere``: a pattern without « / » does so at any depth, as git reads it and Docker does not.
    """
    parts = path.split("/")
    folders = ["/".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    for pattern in patterns:
        plain = pattern.strip("/")
        free = anywhere and "/" not in pattern.rstrip("/") or plain.startswith("**/")
        for folder in folders:
            name = folder.rsplit("/", 1)[-1] if free else folder
            if re.match(translate(plain.removeprefix("**/")), name):
                return True
    return False


@pytest.mark.parametrize(("file", "anywhere"), [(".dockerignore", False), (".gitignore", True)])
def test_no_secret_goes_into_an_image_or_a_commit(file, anywhere):
    lines = [line for line in read(file).splitlines() if line and not line.startswith("#")]
    assert not [line for line in lines if line.startswith("!")]  # none is taken back
    left = [path for path in SECRET if not is_left_out(path, lines, anywhere=anywhere)]
    assert left == []
    assert [path for path in NEEDED if is_left_out(path, lines, anywhere=anywhere)] == []


# --- Commands read the settings as services do ------------------------------------------------------

# Each as systemd 252 reads it.
SETTINGS = r"""
# a comment
; another
KEY=abc==
QUOTED="x = y"
SINGLE='si\mple "q"'
SPACED=  spaced out
WITHIN=un"quoted"x
LONG=a\
b
ESCAPED="a\"b\\c\qd"
EMPTY=
 INDENTED =v
not a variable
LAST=no newline="""
READ = {
    "KEY": "abc==",
    "QUOTED": "x = y",
    "SINGLE": r'si\mple "q"',
    "SPACED": "spaced out",
    "WITHIN": 'un"quoted"x',
    "LONG": "ab",
    "ESCAPED": r'a"b\c\qd',
    "EMPTY": "",
    "INDENTED": "v",
    "LAST": "no newline=",
}


@pytest.fixture
def command() -> ModuleType:
    made = ModuleType("rameau")
    SourceFileLoader("rameau", str(REPOSITORY / "deploy/rameau")).exec_module(made)
    return made


def test_a_command_reads_the_settings_as_the_services_do(command):
    assert command.variables(SETTINGS.replace("spaced out", "spaced out  ")) == READ
    assert command.variables("") == {}


def test_a_command_stays_where_one_is(command, tmp_path, monkeypatch):
    """« rameau backup FILE » writes below the folder where it was typed."""
    told = []
    settings = tmp_path / "environment"
    settings.write_text("SITE_NAME='Un nom'")
    monkeypatch.setattr(command, "ENVIRONMENT", str(settings))
    monkeypatch.setattr(command.pwd, "getpwuid", lambda _: SimpleNamespace(pw_name="rameau"))
    monkeypatch.setattr(command.os, "execv", lambda *given: told.append((*given, os.getcwd())))
    monkeypatch.setenv("RAMEAU_RELEASE", "/srv/rameau/releases/next")
    monkeypatch.setenv("SITE_NAME", "")
    monkeypatch.chdir(tmp_path)
    command.main(["backup", "une sauvegarde.rameau"])
    python = "/srv/rameau/releases/next/.venv/bin/python"
    manage = "/srv/rameau/releases/next/manage.py"
    assert told == [(python, [python, manage, "backup", "une sauvegarde.rameau"], str(tmp_path))]
    assert os.environ["SITE_NAME"] == "Un nom"


# --- What stands in front agrees with what stands behind --------------------------------------------


def seconds(text: str, name: str) -> int:
    (found,) = re.findall(rf"^\s*{name}[ =:](?: )?(\d+)s?;?(?: .*)?$", text, re.MULTILINE)
    return int(found)


def test_each_waits_longer_than_what_it_waits_for():
    assert seconds(read("deploy/nginx/site.conf"), "proxy_read_timeout") > front.REQUEST_WITHIN
    end = web_server.graceful_timeout
    assert end < seconds(read("deploy/systemd/rameau-web.service"), "TimeoutStopSec")
    compose = re.findall(r"stop_grace_period: (\d+)s", read("compose.yaml"))
    assert [end < int(patience) for patience in compose] == [True, True]
    assert serve.GRACE < serve.PATIENCE_AT_STOP


def test_what_nginx_refuses_is_told_in_french():
    site = read("deploy/nginx/site.conf")
    pages = dict(re.findall(r"^error_page (\d+) /nginx-errors/(\S+);", site, re.MULTILINE))
    assert pages == {status: f"{status}.html" for status in ("413", "429", "502", "504")}
    for page in pages.values():
        assert '<html lang="fr">' in read(f"deploy/nginx/errors/{page}")
    for name in ("limit_req_status", "limit_conn_status"):
        assert seconds(site, name) == 429
    for server in ("deploy/nginx/rameau.conf", "deploy/nginx/compose.conf"):
        assert read(server).count("location /nginx-errors/ {") == 1
    assert "./deploy/nginx/errors:/etc/nginx/rameau/errors:ro" in read("compose.yaml")


def test_secret_links_are_in_no_log_of_nginx():
    """Its error log has addresses whole; so has the access log that a server has by default."""
    assert read("deploy/nginx/site.conf").count("\nerror_log /var/log/nginx/error.log alert;") == 1
    for server in ("deploy/nginx/rameau.conf", "deploy/nginx/compose.conf"):
        plain, secure = read(server).split("\nserver {")[1:]
        assert ("error_log" in plain, "access_log off;" in plain) == (True, True)
        assert "/site.conf;" in secure


def test_an_address_of_docker_is_asked_for_anew():
    upstream = re.search(r"upstream rameau \{(.*?)\}", read("deploy/nginx/compose.conf"), re.DOTALL)
    lines = [line.strip() for line in upstream.group(1).splitlines()]
    assert {"zone rameau 64k;", "resolver 127.0.0.11 valid=5s;"} <= set(lines)
    assert "server web:8001 resolve;" in lines
    major, minor = re.search(r"image: nginx:(\d+)\.(\d+)", read("compose.yaml")).groups()
    assert (int(major), int(minor)) >= (1, 28)  # « resolve » came with 1.27.3


# --- Connections wait while the server starts again -------------------------------------------------


def test_the_socket_is_the_service_s():
    assert "ListenStream=127.0.0.1:8001\n" in read("deploy/systemd/rameau-web.socket")
    service = read("deploy/systemd/rameau-web.service")
    assert "\nRequires=rameau-web.socket\n" in service
    assert "--bind" not in service


def test_a_restart_refuses_no_connection():
    """As systemd does it: the socket outlives the server, and whoever connects between two is answered."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = listener.getsockname()
        with served_from(listener):
            assert asked(address) == b"quick"
        with socket.create_connection(address, timeout=30) as waiting:
            waiting.sendall(b"GET /quick HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            with served_from(listener):
                answer = b"".join(iter(lambda: waiting.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"quick")


@contextlib.contextmanager
def served_from(listener: socket.socket) -> Iterator[None]:
    """Start gunicorn with a socket as systemd hands it over: number 3, told by two variables."""
    command = ["-m", "gunicorn", "--config", "python:rameau_diag.web_server", "--workers", "1"]
    code = (
        f"import os, sys; os.dup2({listener.fileno()}, 3); "
        "os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *command, "--threads", "1", "tests.front_app:app"],
        cwd=REPOSITORY,
        pass_fds=[listener.fileno()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


def asked(address: tuple[str, int]) -> bytes:
    client = http.client.HTTPConnection(*address, timeout=30)
    with contextlib.closing(client):
        client.request("GET", "/quick")
        return client.getresponse().read()
