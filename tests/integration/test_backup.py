"""A backup holds every row of a moment, and a damaged one is not restored."""

import hashlib
import io
import json
import os
import re
import tarfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.utils import timezone

from diagnostics.domain.vocabulary import State
from diagnostics.models import Event, User, Version
from rameau_diag import backup
from rameau_diag.backup import make_backup, read_manifest, seal
from tests import saved_rows
from tests.clusters import another_cluster
from tests.scene import make_scene

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_but_ours(transactional_db):
    """No copies that other tests keep beside the tables."""
    saved_rows.forget()


@pytest.fixture
def other(tmp_path_factory: pytest.TempPathFactory):
    with another_cluster(tmp_path_factory.mktemp("other")) as inside:
        yield inside


def hashes() -> dict[str, str]:
    """The hash of every row of every table, in the order of their texts."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" AS t ORDER BY 1')
            rows = "\n".join(row for (row,) in cursor.fetchall())
            found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found


def schemas() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^(pg_|information)'")
        return {name for (name,) in cursor.fetchall()}


def restore(file: Path, *, replace: bool = False) -> str:
    """What the command says when it refuses; nothing when it has restored."""
    try:
        call_command("restore", str(file), replace=replace, stdout=io.StringIO())
    except CommandError as refused:
        return str(refused)
    return ""


def test_every_table_comes_back_in_an_empty_cluster(tmp_path, other):
    """With its rows, its sequences and the triggers that protect history; then no second time."""
    make_scene(State.VALIDATED)
    file, lying = tmp_path / "une sauvegarde.rameau", tmp_path / "menteuse.rameau"
    call_command("backup", str(file), stdout=io.StringIO())
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    before = hashes()
    assert len(before) > 40
    rewrite(file, lying, lambda told: told["tables"].update({"diagnostics_user": "0 0 0"}))

    with other():
        assert hashes() == {}
        assert restore(file) == ""
        assert hashes() == before
        with pytest.raises(DatabaseError, match="rows of diagnostics_version are append-only"):
            Version.objects.update(number=7)
        last = Event.objects.latest("pk")
        assert record_of_nothing() > last.pk

        # The control of the comparison: one value of one row.
        User.objects.filter(pk=User.objects.earliest("pk").pk).update(last_login=timezone.now())
        changed = hashes()
        assert [name for name in before if before[name] != changed[name]] == ["diagnostics_user"]

        assert "La base de données n’est pas vide" in restore(file)
        assert "n’est pas ce que" in restore(lying, replace=True)
        assert (hashes(), schemas()) == (changed, {"public"})
        assert restore(file, replace=True) == ""
        assert (hashes(), schemas()) == (before, {"public"})


def test_a_restore_that_was_killed_leaves_the_only_copy_to_a_person(tmp_path, other):
    """Killed once the backup's rows are committed, before they are checked."""
    file, again = tmp_path / "bonne.rameau", tmp_path / "nuit.rameau"
    make_backup(connection, file)
    with other():
        assert restore(file) == ""
        User.objects.create(email="seule@exemple.fr")
        only_copy = hashes()
        connection.close()  # or the child would end it
        connection.close_pool()
        child = os.fork()
        if child == 0:
            backup.digest_of_tables = lambda connection: os._exit(9)
            restore(file, replace=True)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        assert hashes() != only_copy

        left = hashes()
        for _ in range(2):
            assert restore(file, replace=True) == backup.INTERRUPTED
        with pytest.raises(CommandError, match="attend dans le schéma « before_restore »"):
            call_command("backup", str(again))
        assert (hashes(), schemas(), again.exists()) == (left, {"public", backup.ASIDE}, False)

        put_back = re.search(r"« (BEGIN;.*COMMIT;) »", backup.INTERRUPTED).group(1)
        with connection.cursor() as cursor:
            cursor.execute(put_back)
        assert (hashes(), schemas()) == (only_copy, {"public"})


def record_of_nothing() -> int:
    """The number that the next event will have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('diagnostics_event', 'id'))")
        return cursor.fetchone()[0]


def rewrite(file: Path, to: Path, change) -> None:
    """Make a backup whose manifest says something else, with a sum that is right."""
    with tarfile.open(file) as tar, tarfile.open(to, "w") as other:
        for member in tar.getmembers():
            content = tar.extractfile(member).read()
            if member.name == backup.MANIFEST:
                told = json.loads(content)
                change(told)
                content = json.dumps(told).encode()
            member.size = len(content)
            other.addfile(member, io.BytesIO(content))
    seal(to)


def test_a_damaged_or_foreign_file_is_refused_and_nothing_is_touched(tmp_path):
    file, bad = tmp_path / "bonne.rameau", tmp_path / "mauvaise.rameau"
    make_backup(connection, file)
    whole = file.read_bytes()
    before = hashes()

    def refusal(content: bytes, *, replace: bool = True) -> str:
        bad.write_bytes(content)
        return restore(bad, replace=replace)

    # The name of the first member says whose it is; all that follows is under the sum.
    places = [*range(150, len(whole), len(whole) // 12), len(whole) - 1]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1
        assert "est abîmé ou incomplet" in refusal(bytes(flipped)), place
    for size in (len(whole) - 1, len(whole) // 2, 1024):
        assert "est abîmé ou incomplet" in refusal(whole[:size]), size
    for other in (b"", b"PGDMP" + whole[600:], b"{}"):
        assert "n’est pas une sauvegarde de ce projet" in refusal(other)
    rewrite(file, bad, lambda told: told["migrations"].append(["diagnostics", "9999_later"]))
    assert "version plus récente" in restore(bad, replace=True)
    assert "La base de données n’est pas vide" in refusal(whole, replace=False)
    assert hashes() == before
    assert read_manifest(file)["format"] == backup.FORMAT  # the control: untouched, it is read
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("backup", str(file))
