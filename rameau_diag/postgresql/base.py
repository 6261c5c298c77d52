"""Django's backend for PostgreSQL, whose connections are those of ``waiting``."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import base

from rameau_diag.postgresql import waiting


class DatabaseWrapper(base.DatabaseWrapper):
    """Gives a connection of the process's pool, or says soon that there is none."""

    def get_connection_params(self) -> dict[str, Any]:
        """Add what the server is told of how long a statement may take."""
        params: dict[str, Any] = super().get_connection_params()
        given = params.get("options", "")
        return params | {"options": f"{waiting.bounds().options} {given}".strip()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Take a connection from the pool; without waiting while the database is away.

        Raises psycopg.OperationalError.
        """
        watch = waiting.watch
        if watch.connect is None:
            watch.connect = waiting.knocking(conn_params)
        if watch.is_away:
            raise waiting.Silent("The database is away")
        try:
            if self.pool is None:
                return super().get_new_connection(conn_params)
            self.isolation_level = self.Database.IsolationLevel.READ_COMMITTED
            self.pool.open()
            return waiting.take(self.pool)
        except self.Database.OperationalError:
            watch.knock()
            raise
