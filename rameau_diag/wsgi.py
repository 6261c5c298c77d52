"""WSGI entry point for gunicorn."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from rameau_diag.postgresql.waiting import serve_people

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rameau_diag.settings")
serve_people()  # who waits for an answer does not wait for the database for long
try:
    application = get_wsgi_application()
    from rameau_diag.durability import refuse_forgetful_database

    refuse_forgetful_database()
except ImproperlyConfigured as error:
    print(error, file=sys.stderr)
    sys.exit(3)  # gunicorn's master then ends as well, instead of trying again
