"""Who knocks at the database's door."""

from __future__ import annotations

import logging
import threading

import psycopg

from rameau_diag.postgresql.waiting import Watch

PATIENCE = 60  # seconds


def test_it_knocks_until_it_is_let_in_whatever_is_in_the_way(monkeypatch, caplog):
    monkeypatch.setattr(Watch, "PAUSE", 0)
    caplog.set_level(logging.WARNING)
    answers = iter([psycopg.OperationalError("away"), MemoryError("s3cret"), OSError("s3cret")])
    let_in, seen = threading.Event(), []

    def connect() -> None:
        seen.append(watch.is_away)
        if error := next(answers, None):
            raise error
        let_in.set()

    watch = Watch(connect)
    watch.knock()
    assert let_in.wait(PATIENCE)
    assert seen == [False, True, True, True]
    assert "MemoryError" in caplog.text
    assert "s3cret" not in caplog.text
    while watch.is_away:  # it ends its work
        threading.Event().wait(0.01)
