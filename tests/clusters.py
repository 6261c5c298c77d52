"""Another database than the tests' own, empty, in a cluster that is made for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from rameau_diag.standalone.embedded_postgres import PORT, Cluster
from rameau_diag.standalone.postgres_files import DATABASE, ROLE


@contextmanager
def another_cluster(folder: Path) -> Iterator:
    """Answer the context within which « default » is the empty database, as the commands see it."""
    for step in (folder, *folder.parents[:2]):
        step.chmod(0o755)  # root's server runs under another account
    cluster = Cluster(folder, durable=False)
    where = {"HOST": str(cluster.files.socket_folder), "PORT": PORT, "USER": ROLE, "NAME": DATABASE}
    ours = connections["default"]
    theirs = type(ours)(ours.settings_dict | where | {"OPTIONS": {}}, alias="default")

    @contextmanager
    def inside() -> Iterator[None]:
        connections["default"] = theirs
        try:
            yield
        finally:
            theirs.close()
            connections["default"] = ours

    with cluster.joined_or_started():
        yield inside
