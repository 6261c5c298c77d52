"""What ``make run`` needs on a machine of its own, and production never loads.

``serve`` supervises the whole, ``embedded_postgres`` is the database, ``local_secret`` the secret
key. ``settings.py`` and ``manage.py`` come here only when ``DATABASE_URL`` is absent.
"""
