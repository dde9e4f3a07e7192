import base64
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.model import Group
from gateway.passwords import hash_secret, verify
from gateway.sitefile import SiteFileError, load
from gateway.store.interface import Reader, Store

Change = Callable[[dict[str, Any]], object]


def silent(*_: object) -> None:
    """No progress."""


async def load_site(store: Store, site: dict[str, Any]) -> None:
    await load(store, json.dumps(site).encode(), silent)


async def is_empty(store: Store) -> bool:
    def work(tx: Reader) -> bool:
        return not (tx.groups() or tx.products() or list(tx.users()) or list(tx.bug_ids()))

    return await store.read(work)


async def test_passwords_and_keys_in_the_clear_are_stored_as_hashes(store: Store) -> None:
    users = [
        {"login": "ann@example.com", "password": "Pässwörd1", "api_keys": [{"api_key": "K" * 40, "revoked": 1}]},
        {"login": "bob@example.com", "password": None},
        {"login": "cy@example.com", "password": "", "password_hash": None},
    ]
    await load_site(store, {"users": users})

    def work(tx: Reader) -> None:
        hashes = [tx.password_hash(user.id) for user in tx.users()]
        assert verify("Pässwörd1", hashes[0]).ok
        assert hashes[1:] == [None, None]
        found = tx.api_key(hash_secret("K" * 40))
        assert found is not None
        key, user = found
        assert (key.user_id, key.revoked, user.id) == (1, True, 1)

    await store.read(work)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-11-21 17:41:31", datetime(2026, 11, 21, 17, 41, 31, tzinfo=UTC)),
        ("2026-11-21T17:41:31", datetime(2026, 11, 21, 17, 41, 31, tzinfo=UTC)),
        ("2026-11-21T17:41:31Z", datetime(2026, 11, 21, 17, 41, 31, tzinfo=UTC)),
        ("2026-11-21T17:41:31+02:00", datetime(2026, 11, 21, 15, 41, 31, tzinfo=UTC)),
        ("2026-11-21T17:41:31.987Z", datetime(2026, 11, 21, 17, 41, 31, tzinfo=UTC)),
    ],
)
async def test_times_are_utc_unless_they_say_otherwise(
    store: Store, site: dict[str, Any], written: str, meant: datetime
) -> None:
    site["bugs"][0]["creation_time"] = written
    await load_site(store, site)
    bug = await store.read(lambda tx: tx.bug(3))
    assert bug is not None
    assert bug.creation_time == meant


async def test_truth_is_written_in_two_ways(store: Store, site: dict[str, Any]) -> None:
    site["attachments"][0] |= {"is_private": 1, "is_obsolete": 0, "is_patch": True}
    await load_site(store, site)
    (attachment,) = await store.read(lambda tx: tx.attachments([2]))
    assert (attachment.is_private, attachment.is_obsolete, attachment.is_patch) == (True, False, True)


async def test_parameters_are_text_and_null_is_none(store: Store) -> None:
    await load_site(store, {"params": {"a": "x", "b": 10240, "c": None, "d": True, "e": ""}})
    site = await store.read(lambda tx: tx.site())
    assert dict(site.parameters) == {"a": "x", "b": "10240", "d": "1", "e": ""}


async def test_what_a_site_file_may_carry_besides_is_not_looked_at(store: Store) -> None:
    await load_site(store, {"bug_names": {"one": 1}, "attachment_names": {"two": 2}})
    assert await is_empty(store)


@pytest.mark.parametrize("found", [None, 1, 2, 3])
async def test_today_s_formats_and_files_without_one_are_loaded(
    store: Store, site: dict[str, Any], found: int | None
) -> None:
    del site["format"]
    site["bugs"][0]["qa_contact"] = ""  # as in format 1
    await load_site(store, site if found is None else {"format": found, **site})
    bug = await store.read(lambda tx: tx.bug(3))
    assert bug is not None
    assert bug.qa_contact is None


async def test_a_later_format_is_refused_whatever_else_the_file_has(store: Store) -> None:
    with pytest.raises(SiteFileError, match=r"has format 4, and this release reads formats up to 3\. .*later release"):
        await load_site(store, {"format": 4, "releases": []})
    assert await is_empty(store)


async def test_ids_may_be_left_to_the_store(store: Store) -> None:
    await load_site(store, {"groups": [{"name": "one"}, {"name": "two"}], "users": [{"login": "ann@example.com"}]})
    groups = await store.read(lambda tx: tx.groups())
    assert [group.name for group in groups] == ["one", "two"]


async def test_a_file_is_read_as_it_is_needed(store: Store, site: dict[str, Any]) -> None:
    text = json.dumps(site, ensure_ascii=False, indent=1).encode()
    await load(store, memoryview(text), silent)
    assert not await is_empty(store)


async def test_only_an_empty_store_is_loaded(store: Store, site: dict[str, Any]) -> None:
    await store.write(lambda tx: tx.add_group(Group(0, "there before")))
    with pytest.raises(SiteFileError, match="not empty"):
        await load_site(store, site)
    assert [group.name for group in await store.read(lambda tx: tx.groups())] == ["there before"]


async def test_progress_tells_of_every_part(store: Store, site: dict[str, Any]) -> None:
    site["users"][0] |= {"password": "x"}
    last: dict[str, tuple[int, int]] = {}
    await load(store, json.dumps(site).encode(), lambda what, done, total: last.update({what: (done, total)}))
    assert last["passwords"] == (1, 1)
    assert {"groups", "users", "bugs", "attachments", "comments", "flags", "changes"} < last.keys()
    assert all(0 < done <= total for done, total in last.values())


def _remove(part: str, index: int, name: str) -> Change:
    return lambda site: site[part][index].pop(name)


def _set(part: str, index: int, **values: object) -> Change:
    return lambda site: site[part][index].update(values)


def _part(name: str, value: object) -> Change:
    return lambda site: site.update({name: value})


WRONG: list[tuple[Change, str]] = [
    (_part("usres", []), "a site file has no part usres"),
    (_part("params", []), "params: expected `object`, got `array`"),
    (_part("params", {"a": []}), "params[...]: expected `bool | int | str | null`, got `array`"),
    (_part("format", "2"), "format: expected `int`, got `str`"),
    (_part("format", 0), "format: expected `int` >= 1"),
    (_part("users", {}), "users: expected `array`, got `object`"),
    (_part("users", [3]), "users[0]: expected `object`, got `int`"),
    (_remove("users", 1, "login"), "users[1]: object missing required field `login`"),
    (_set("users", 1, login="ANN@example.com"), "users[1]: "),
    (_set("users", 0, groups=["nobody"]), "users[0]: "),
    (_set("users", 0, api_keys=[{"revoked": 0}]), "users[0].api_keys[0]: there is neither an api_key nor a key_hash"),
    (_set("users", 0, api_keys=[{"key_hash": "x"}]), "users[0].api_keys[0].key_hash: expected `str` matching"),
    (_set("components", 0, product="None"), "components[0].product: there is no product None"),
    (_set("components", 0, default_assignee="x"), "components[0].default_assignee: there is no user x"),
    (_set("group_controls", 0, group_name="none"), "group_controls[0]: "),
    (_set("group_controls", 0, product="None"), "group_controls[0].product: there is no product None"),
    (_set("group_controls", 0, membercontrol=4), "group_controls[0].membercontrol: expected `int` <= 3"),
    (_set("flag_types", 0, inclusions=["Nowhere:x"]), "flag_types[0].inclusions: Nowhere:x is no Product:Component"),
    (_set("flag_types", 0, exclusions=["Old"]), "flag_types[0].exclusions: Old is no Product:Component"),
    (_set("flag_types", 0, target_type="user"), "flag_types[0].target_type: expected `str` matching"),
    (_set("bugs", 1, id=0), "bugs[1].id: expected `int` >= 1"),
    (_set("bugs", 1, id=10**20), "bugs[1].id: expected `int` <= 2147483647"),
    (_set("bugs", 1, id=3), "bugs[1]: "),
    (_set("bugs", 1, product="None"), "bugs[1]: "),
    (_set("bugs", 1, reporter="x"), "bugs[1].reporter: there is no user x"),
    (_set("bugs", 1, cc=["x"]), "bugs[1].cc: there is no user x"),
    (_set("bugs", 1, aliases=["THREE"]), "bugs[1]: "),
    (_set("bugs", 1, creation_time="yesterday"), "bugs[1].creation_time: invalid RFC3339 encoded datetime"),
    (_set("attachments", 3, bug_id=99), "attachments[3].bug_id: there is no bug 99"),
    (_set("attachments", 0, creator="x"), "attachments[0].creator: there is no user x"),
    (_set("attachments", 0, size=3), "attachments[0].data_b64: these are 7 bytes, not 3 as its size says"),
    (_set("attachments", 0, data_b64="$$$"), "attachments[0].data_b64: invalid base64 encoded string"),
    (_remove("attachments", 0, "data_b64"), "attachments[0]: object missing required field `data_b64`"),
    (_set("attachments", 0, is_privat=1), "attachments[0]: object contains unknown field `is_privat`"),
    (_set("attachments", 0, is_private=2), "attachments[0].is_private: expected `bool`, got `int`"),
    (_set("comments", 1, attachment_id=5), "comments[1].attachment_id: there is no attachment 5 of bug 3"),
    (_set("comments", 1, type="other"), "comments[1].type: expected `str` matching"),
    (_set("flags", 1, attach_id=77), "flags[1].attach_id: there is no attachment 77 of bug 3"),
    (_set("flags", 1, requestee="x"), "flags[1].requestee: there is no user x"),
    (_set("flags", 1, type_id=77), "flags[1]: "),
    (_set("flags", 1, status="!"), "flags[1].status: expected `str` matching"),
    (_set("changes", 0, user="x"), "changes[0].user: there is no user x"),
    (_set("changes", 0, bug_id=99), "changes[0].bug_id: there is no bug 99"),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
async def test_what_is_wrong_is_named_by_its_place_and_nothing_is_loaded(
    store: Store, site: dict[str, Any], change: Change, message: str
) -> None:
    change(site)
    with pytest.raises(SiteFileError) as problem:
        await load_site(store, site)
    assert str(problem.value).lower().startswith(message.lower())
    assert await is_empty(store)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b'{"users": [}', b'{"users": [{"login": "a"}', b"\xff\xfe", b"3"])
async def test_what_is_no_site_file_is_told_so(store: Store, text: bytes) -> None:
    with pytest.raises(SiteFileError):
        await load(store, text, silent)
    assert await is_empty(store)


async def test_the_site_of_the_other_tests_loads_with_its_content(store: Store) -> None:
    text = (Path(__file__).parents[1] / "site.json").read_bytes()
    await load(store, text, silent)
    expected = {each["id"]: each["data_b64"] for each in json.loads(text)["attachments"]}

    def work(tx: Reader) -> dict[int, str | None]:
        return {
            each.id: None if each.size is None else base64.b64encode(b"".join(tx.pieces(each.id))).decode()
            for each in tx.attachments(list(expected))
        }

    assert await store.read(work) == expected


async def test_the_example_of_the_documentation_is_a_site(store: Store) -> None:
    page = (Path(__file__).parents[2] / "docs" / "site-files.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    await load(store, example.encode(), silent)
    (attachment,) = await store.read(lambda tx: tx.attachments_of_bug(1))
    assert attachment.file_name == "rattle.txt"
