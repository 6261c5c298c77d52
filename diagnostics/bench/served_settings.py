"""Settings of the site that the bench serves: the project's, with the bench's own database."""

import os

from rameau_diag.settings import *  # noqa: F403  (settings are read so)
from rameau_diag.settings import DATABASES, STORAGES

DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]
# Nothing was collected for this site.
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
