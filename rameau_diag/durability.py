"""What is acknowledged must be on the disk: a PostgreSQL that may forget it is refused at the start."""

import logging

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import Error, connection

logger = logging.getLogger(__name__)

# Each of them off may lose acknowledged saves, or the whole database, when the machine stops.
NEEDED = ("fsync", "synchronous_commit", "full_page_writes")


def what_is_off() -> list[str]:
    """Return those of PostgreSQL's settings that durability needs and that are off for us."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(NEEDED)])
        found = dict(cursor.fetchall())
    return [name for name in NEEDED if found[name] == "off"]


def refuse_forgetful_database() -> None:
    """Raise ``ImproperlyConfigured`` in production when PostgreSQL may lose what it acknowledged.

    A database that does not answer yet refuses nothing: the site starts, and says so by itself.
    """
    if not (settings.PRODUCTION and settings.DURABILITY_CHECK):
        return
    try:
        off = what_is_off()
    except Error:
        logger.warning("The durability of the database is not known: it does not answer")
        return
    finally:
        connection.close()
    if off:
        raise ImproperlyConfigured(
            f"PostgreSQL perdrait ce qui a été enregistré (réglages coupés : {', '.join(off)}) : "
            "remettez-les à « on », ou écrivez DURABILITY_CHECK=false si l’hébergeur de la base garantit "
            "autrement ce qu’il acquitte."
        )
