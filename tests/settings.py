"""The project's settings in an environment of the tests' own.

A settings module and not lines of ``conftest.py``: pytest-django reads the settings before it.
The processes of one run (xdist) inherit the first one's folder.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from rameau_diag import metrics

_VARIABLE = "RAMEAU_TESTS_DATA"

if _VARIABLE not in os.environ:
    _folder = Path(tempfile.mkdtemp(prefix="rameau-tests-"))
    _folder.chmod(0o755)  # root's server runs under another account
    os.environ[_VARIABLE] = str(_folder)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    atexit.register(metrics.start_again)

TESTS_DATA = Path(os.environ[_VARIABLE])
(TESTS_DATA / "static").mkdir(exist_ok=True)  # WhiteNoise warns when it is absent

for _name in [
    "ALLOWED_HOSTS",
    "CACHE_URL",
    "CSRF_TRUSTED_ORIGINS",
    "DATABASE_POOL",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DEMO_PASSWORD",
    "DURABILITY_CHECK",
    "EMAIL_URL",
    "HTTPS",
    "LEGAL_CONTACT",
    "LEGAL_DIRECTOR",
    "LEGAL_EDITOR",
    "LEGAL_HOST",
    "LEGAL_HOST_ADDRESS",
    "LEGAL_HOST_PHONE",
    "LEGAL_PHONE",
    "LEGAL_SEAT",
    "MAIL_FOLDER",
    "METRICS_TOKEN",
    "PORT",
    "SECRET_KEY_FALLBACKS",
    "SITE_NAME",
    "SITE_URL",
    "TRUSTED_PROXIES",
    "STATIC_FOLDER",
    "WEB_CONCURRENCY",
]:
    os.environ.pop(_name, None)
os.environ["DATA_DIR"] = str(TESTS_DATA)
os.environ["PRODUCTION"] = "false"
os.environ["SECRET_KEY"] = "only-for-the-tests-" + "0" * 40
# Playwright keeps an event loop in the thread that the tests use the ORM from.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# They read the environment above.
from rameau_diag.settings import *  # noqa: E402, F403
from rameau_diag.settings import STORAGES  # noqa: E402

# Nothing is collected for the tests: static files go by their plain names.
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}

# Real hashing takes half a second a sign-in; what is tested of passwords is not their hash.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
