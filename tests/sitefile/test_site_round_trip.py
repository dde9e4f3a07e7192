"""What is loaded is what is dumped, and what is dumped can be loaded."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from calling import Caller
from running import Gateway, command, copied, running
from running import load as load_site
from running import site as site_of_tests

from gateway import errors
from gateway.sitefile import dump, load
from gateway.store.interface import Store

KEYLESS = {"group_controls": lambda each: (each["product"], each["group_name"])}


def silent(*_: object) -> None:
    """No progress."""


async def dumped(store: Store) -> dict[str, Any]:
    out = io.BytesIO()
    await dump(store, out, silent)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


async def test_everything_comes_back_as_it_was(store: Store, site: dict[str, Any]) -> None:
    await load(store, json.dumps(site).encode(), silent)
    again = await dumped(store)
    assert list(again) == list(site)
    for part, expected in site.items():
        assert again[part] == expected, part


async def test_a_dump_of_a_loaded_dump_is_the_same_to_the_byte(
    store: Store, another_store: Store, site: dict[str, Any]
) -> None:
    first, second = io.BytesIO(), io.BytesIO()
    await load(store, json.dumps(site).encode(), silent)
    await dump(store, first, silent)
    await load(another_store, first.getvalue(), silent)
    await dump(another_store, second, silent)
    assert first.getvalue() == second.getvalue()


async def test_the_site_of_the_other_tests_comes_back_with_all_that_it_says(store: Store) -> None:
    text = (Path(__file__).parents[1] / "site.json").read_bytes()
    await load(store, text, silent)
    again, said = await dumped(store), json.loads(text)
    compared = 0
    for part, records in said.items():
        if not isinstance(records, list):
            continue
        key = KEYLESS.get(part, lambda each: each["id"])
        by_key = {key(each): each for each in again[part]}
        assert len(by_key) == len(records)
        for record in records:
            for name in record.keys() - {"password", "api_keys", "note"}:
                compared += 1
                assert _plain(name, by_key[key(record)][name]) == _plain(name, record[name]), (part, record)
    assert compared > 200
    assert again["version"] == said["version"]
    assert again["params"] == said["params"]


def _plain(name: str, value: object) -> object:
    """A value of either file: lists that are sets sorted, times as times."""
    if name in ("groups", "cc", "aliases"):
        return sorted(value)  # type: ignore[call-overload]
    if name.endswith(("_time", "_date")):
        time = datetime.fromisoformat(str(value))
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    if name in ("versions", "milestones"):
        return [each["name"] if isinstance(each, dict) else each for each in value]  # type: ignore[attr-defined]
    return value or None if name == "qa_contact" else value  # which format 1 leaves empty


async def test_a_dump_is_all_that_there_is_afterwards(store: Store) -> None:
    out = io.BytesIO(b"what an attempt before this one left behind " * 1000)
    out.seek(10)
    await dump(store, out, silent)
    assert json.loads(out.getvalue()) == await dumped(store)


async def test_an_empty_store_is_a_site_too(store: Store, another_store: Store) -> None:
    empty = await dumped(store)
    assert {part for part, records in empty.items() if records == []} == {
        *("groups", "group_grants", "users", "saved_searches", "audit_log"),
        *("products", "components", "group_controls", "flag_types"),
        *("bug_fields", "field_values", "status_transitions", "keywords"),
        *("bugs", "attachments", "comments", "flags", "changes", "bug_tags", "bug_visits"),
    }
    await load(another_store, json.dumps(empty).encode(), silent)
    assert await dumped(another_store) == empty


async def test_progress_counts_bugs(store: Store, site: dict[str, Any]) -> None:
    await load(store, json.dumps(site).encode(), silent)
    seen: list[tuple[int, int]] = []
    await dump(store, io.BytesIO(), lambda done, total: seen.append((done, total)))
    assert seen == [(1, 2), (2, 2)]


def test_everybody_logs_in_as_before_once_a_dump_is_loaded_elsewhere(loaded_database: Path, tmp_path: Path) -> None:
    here, there, file = copied(loaded_database, tmp_path / "here.db"), tmp_path / "there.db", tmp_path / "site.json"
    command("dump", str(file), "--database", str(here))
    load_site(there, file)
    with running(here) as before, running(there) as after:
        told, told_again = (list(_logins(gateway)) for gateway in (before, after))
    assert told == told_again
    assert {code for code, _ in told} == {0, errors.ACCOUNT_DISABLED.code, errors.API_KEY_REVOKED.code}


def _logins(gateway: Gateway) -> Iterator[tuple[int, object]]:
    """What everybody is told who shows their password, and each of their keys."""
    caller = Caller(gateway.url)
    for user in site_of_tests()["users"]:
        keys = [{"Bugzilla_api_key": key["api_key"]} for key in user["api_keys"]]
        for shown in [{"Bugzilla_login": user["login"], "Bugzilla_password": user["password"]}, *keys]:
            answer = caller.through("jsonrpc-2.0", "User.valid_login", {"login": user["login"], **shown})
            assert answer
            yield answer.code, answer.result
