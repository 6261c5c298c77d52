"""Production refuses a PostgreSQL that may forget what it acknowledged; the tests' own is one."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from rameau_diag.durability import refuse_forgetful_database, what_is_off


@pytest.mark.django_db(transaction=True)
def test_a_database_that_may_forget_is_refused_in_production_alone(settings):
    """A database of one's own, given to the tests, may be durable but for what they set here."""
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    assert "synchronous_commit" in what_is_off()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = local")  # on its own disk all the same
    assert "synchronous_commit" not in what_is_off()
    with connection.cursor() as cursor:
        cursor.execute("RESET synchronous_commit")
    connection.close()

    refuse_forgetful_database()
    settings.PRODUCTION = True
    if not what_is_off():
        pytest.skip("the database of the tests is durable")
    with pytest.raises(ImproperlyConfigured, match="PostgreSQL perdrait ce qui a été enregistré"):
        refuse_forgetful_database()
    settings.DURABILITY_CHECK = False
    refuse_forgetful_database()
