"""Public programs that attach files to a Bugzilla get from the gateway what a real Bugzilla answered them.

`calls.jsonl` has every method that each of them calls, in its protocol and with the arguments that its source uses, and
the answers of a Bugzilla 5.2 with the wide site to these calls, made in this order. `source` names the repository, the
file and the line; where it is empty the source could not be had, and the arguments are such as the program would use.
"""

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import pytest
from matching import differences
from playing import Outcome, calls, play
from running import running
from wide import import_wide_site, needs_wide_site, not_served

NOT_SERVED = not_served(call["method"] for call in calls() if "result" in call["answer"])


@needs_wide_site
@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
def test_each_program_is_answered_as_by_bugzilla(
    backend: str, request: pytest.FixtureRequest, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    database: Path | str = tmp_path / "gateway.db"
    if backend == "postgresql":
        database = request.getfixturevalue("postgresql_server").new_database()
    import_wide_site(database, tmp_path)
    outcomes = defaultdict[str, list[Outcome]](list)
    with running(database) as gateway:
        for outcome in play(gateway.url):
            outcomes[outcome.program].append(outcome)
    for program, of_program in outcomes.items():
        with subtests.test(program=program):
            failed = [str(each) for each in of_program if each.problems and each.method not in NOT_SERVED]
            assert not failed, "\n".join(failed)
    if NOT_SERVED:
        with subtests.test("all methods"):
            pytest.skip(f"not served yet: {NOT_SERVED}")


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (1, True),
        ("1", 1),
        ({"id": "$new"}, {"id": "1"}),
        ({"id": "$new"}, {"id": 1, "more": 1}),
        ({"id": "$new"}, {}),
        ("$bug", 8),
        ("Created attachment $new", "Created attachment x"),
        ("$now", "2020-01-01T00:00:00Z"),
        ("$now", "now"),
        ("$string", ""),
        ([1, 2], [2, 1]),
        ({"$list": 2, "0": 1}, [1]),
        ({"$list": 2, "1": 1}, [1, 2]),
        ({"$any_order": [1, 2]}, [2, 2]),
        ({"$any_order": [1]}, [1, 1]),
        ({"$bug": []}, {"8": []}),
    ],
)
def test_differences_are_seen(expected: object, actual: object) -> None:
    assert [*differences(expected, actual, {"bug": 7})]


def test_marks_match_what_they_stand_for() -> None:
    now = datetime.now(UTC)
    expected = {
        "$bug": "$bug",
        "id": "$new",
        "text": "Created attachment $new of bug $bug",
        "times": ["$now", "$now"],
        "bugs": {"$list": 3, "0": 1, "2": "$string"},
        "ids": {"$any_order": [1, 2, 2]},
    }
    actual = {
        "7": 7,
        "id": 12,
        "text": "Created attachment 12 of bug 7",
        "times": [f"{now:%Y-%m-%dT%H:%M:%SZ}", f"{now:%Y%m%dT%H:%M:%S}"],
        "bugs": [1, None, "x"],
        "ids": [2, 1, 2],
        "update_token": "1-abc",
    }
    assert not [*differences(expected, actual, {"bug": 7})]
