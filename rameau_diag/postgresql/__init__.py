"""PostgreSQL as Django's own backend reaches it, but no answer to a person waits for it for long.

``base`` is the backend (setting ``DATABASES``, « ENGINE »), ``waiting`` what bounds the waiting.
"""
