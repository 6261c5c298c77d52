"""What ``make load`` says of the times that it measured."""

import json

import pytest

from diagnostics.bench.crowd import Found, Goal, percentile
from diagnostics.management.commands.load import goals_of


@pytest.mark.parametrize(
    ("times", "share", "value"), [([], 95, 0), ([7.0], 95, 7), (list(range(101)), 95, 95)]
)
def test_a_percentile(times, share, value):
    assert percentile(times, share) == value


def test_the_table_says_which_goals_hold(tmp_path):
    noted = {
        "times": {"page": [100.0] * 99 + [4000.0], "enregistrement": [100.0] * 9 + [3000.0]},
        "failures": ["GET /: 500"],
        "waited": 2,
    }
    file = tmp_path / "found.json"
    file.write_text(json.dumps(noted))
    found = Found.read(file)
    goals = [Goal("page", 200), Goal("enregistrement", 1500)]
    assert found.missed(goals) == ["enregistrement"]
    assert list(found.lines(goals))[2:] == [
        "| page | 100 | 100 ms | 100 ms | 139 ms | 200 ms | tenu |",
        "| enregistrement | 10 | 100 ms | 1695 ms | 2739 ms | 1\u202f500 ms | dépassé |",
        "\nÉchecs : 1 ; PDF dits « se prépare » : 2.",
        "  GET /: 500",
    ]


@pytest.mark.parametrize(("people", "goals"), [(10, 2), (100, 2), (101, 1), (300, 1), (900, 1)])
def test_how_many_people_say_what_is_asked(people, goals):
    assert len(goals_of(people)) == goals
