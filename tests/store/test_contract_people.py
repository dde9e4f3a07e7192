"""The site, groups, users and what they log in with, on every backend."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace
from store_samples import Sample

from gateway.model import ApiKey, Group, Site, User
from gateway.store.interface import Store, Writer

HASH = "ab" * 32


async def test_a_new_store_has_the_default_site(store: Store) -> None:
    assert await store.read(lambda tx: tx.site()) == Site()


async def test_the_site_is_replaced_whole(store: Store) -> None:
    first = Site("5.2+", {"QA": "1.0"}, {"insidergroup": "staff", "urlbase": "http://x/ü"})
    second = Site("5.3", {}, {"maintainer": "root"})
    for site in (first, second):
        await store.write(lambda tx, site=site: tx.set_site(site))
        assert await store.read(lambda tx: tx.site()) == site


async def test_groups_go_by_id(store: Store) -> None:
    late, early = Group(9, "a", "A", True, "x"), Group(3, "b")
    await store.write(lambda tx: [tx.add_group(group) for group in (late, early)])
    assert await store.read(lambda tx: tx.groups()) == [early, late]


async def test_a_user_comes_back_as_added(store: Store) -> None:
    user = User(7, "Zoë@my.company", "Zoë", "left us", frozenset({"g", "h"}), email_enabled=False)

    def work(tx: Writer) -> int:
        for name in ("g", "h", "i"):
            tx.add_group(Group(0, name))
        return tx.add_user(user, "$argon2")

    assert await store.write(work) == 7
    assert await store.read(lambda tx: tx.user(7)) == user
    assert await store.read(lambda tx: tx.password_hash(7)) == "$argon2"


@pytest.mark.parametrize("login", ["alice@my.company", "ALICE@MY.COMPANY"])
async def test_a_login_is_found_whatever_its_case(store: Store, sample: Sample, login: str) -> None:
    found = await store.read(lambda tx: tx.user_by_login(login))
    assert found
    assert found.id == sample.alice.id
    assert found.login == "Alice@my.company"
    assert found.groups == {"staff", "editbugs"}


async def test_case_is_that_of_unicode(store: Store) -> None:
    user_id = await store.write(lambda tx: tx.add_user(User(0, "STRAßE@ÉCOLE", ""), None))
    found = await store.read(lambda tx: tx.user_by_login("strasse@école"))
    assert found
    assert found.id == user_id
    with pytest.raises(ValueError, match="already"):
        await store.write(lambda tx: tx.add_user(User(0, "straße@école", ""), None))


async def test_users_go_by_id_however_many(store: Store) -> None:
    ids = [*range(2000, 0, -1), 5000]
    await store.write(lambda tx: [tx.add_user(User(n, f"user{n}@x", ""), None) for n in ids])
    assert await store.read(lambda tx: [user.id for user in tx.users()]) == sorted(ids)


async def test_what_does_not_exist_is_none(store: Store, sample: Sample) -> None:
    for user_id in (0, -1, 99, 2**70):
        assert await store.read(lambda tx, user_id=user_id: tx.user(user_id)) is None
        assert await store.read(lambda tx, user_id=user_id: tx.password_hash(user_id)) is None
        assert await store.read(lambda tx, user_id=user_id: tx.api_keys(user_id)) == []
    for text in ("", "nobody", "alice", "\ud800", "a\x00b", "%", "'"):
        assert await store.read(lambda tx, text=text: tx.user_by_login(text)) is None
        assert await store.read(lambda tx, text=text: tx.api_key(text)) is None
    assert await store.read(lambda tx: tx.password_hash(sample.alice.id)) is None


async def test_users_matching(store: Store) -> None:
    people = [
        User(1, "carol@x", "Carol"),
        User(2, "Bert@x", "cAROLus ÉMILE"),
        User(3, "anna@x", "100% _anna_", "gone"),
        User(4, "dave@carol", ""),
    ]

    async def matching(text: str, limit: int = 10, include_disabled: bool = False) -> list[int]:
        return await store.read(lambda tx: [user.id for user in tx.users_matching(text, limit, include_disabled)])

    await store.write(lambda tx: [tx.add_user(user, None) for user in people])
    assert await matching("CAROL") == [2, 1, 4]
    assert await matching("carol", limit=2) == [2, 1]
    assert await matching("carol", limit=0) == []
    assert await matching("émile") == [2]
    assert await matching("") == [2, 1, 4]
    assert await matching("", include_disabled=True) == [3, 2, 1, 4]
    assert await matching("anna") == []
    assert await matching("0% _", include_disabled=True) == [3]
    assert await matching("%", include_disabled=False) == []


async def test_logins_go_in_the_order_of_their_characters(store: Store) -> None:
    logins = ["zoe@x", "Ångström@x", "a_b@x", "ab@x", "a-b@x", "Émile@x", "日本@x", "😀@x", "a b@x", "\uffee@x"]
    await store.write(lambda tx: [tx.add_user(User(0, login, ""), None) for login in logins])
    found = await store.read(lambda tx: [user.login for user in tx.users_matching("@x", 100, True)])
    assert found == sorted(logins, key=str.casefold)


ODD = ["a\x00b", "\x00", "\ufdd0", "\ufdd00\x00\ufdd01", "\x7f\x01\ufffe\U0010ffff", "'\\\"%s?$1"]


@pytest.mark.parametrize("text", ODD)
async def test_every_text_comes_back_and_is_found(store: Store, text: str) -> None:
    user = User(7, f"{text}@x", text, text, frozenset({text}))

    def work(tx: Writer) -> None:
        tx.add_group(Group(0, text, text, user_regexp=text))
        tx.add_user(user, text)
        tx.set_site(Site(text, {text: text}, {text: text}))

    await store.write(work)
    assert await store.read(lambda tx: tx.user_by_login(f"{text}@X")) == user
    assert await store.read(lambda tx: tx.users_matching(text, 1, True)) == [user]
    assert await store.read(lambda tx: tx.site()) == Site(text, {text: text}, {text: text})
    assert await store.read(lambda tx: tx.password_hash(7)) == text


async def test_matching_users_have_their_groups(store: Store, sample: Sample) -> None:
    (alice,) = await store.read(lambda tx: tx.users_matching("ångström", 5, False))
    assert alice == await store.read(lambda tx: tx.user(sample.alice.id))


async def test_set_user_replaces_all_but_the_password_and_the_groups(store: Store, sample: Sample) -> None:
    user = User(sample.bob.id, "robert@my.company", "Robert", "left", email_enabled=False)

    def work(tx: Writer) -> None:
        tx.set_password_hash(user.id, "$hash")
        tx.set_user(replace(user, groups=frozenset({"staff"})))

    await store.write(work)
    assert await store.read(lambda tx: tx.user(user.id)) == user
    assert await store.read(lambda tx: tx.user_by_login("bob@my.company")) is None
    assert await store.read(lambda tx: tx.user_by_login("ROBERT@my.company")) == user
    assert await store.read(lambda tx: tx.password_hash(user.id)) == "$hash"


@pytest.mark.parametrize("end_logins", [True, False])
async def test_another_password_ends_the_logins_of_its_user(store: Store, sample: Sample, end_logins: bool) -> None:
    def work(tx: Writer) -> None:
        for user_id in (sample.alice.id, sample.bob.id):
            tx.add_token(user_id, HASH, tx.now + timedelta(days=1))
        tx.set_password_hash(sample.alice.id, "$new", end_logins=end_logins)

    await store.write(work)
    assert await store.read(lambda tx: tx.password_hash(sample.alice.id)) == "$new"
    assert await store.read(lambda tx: tx.token_valid(sample.alice.id, HASH)) is not end_logins
    assert await store.read(lambda tx: tx.token_valid(sample.bob.id, HASH))


async def test_api_keys(store: Store, sample: Sample) -> None:
    keys = [
        ApiKey(8, sample.alice.id, "aa" * 32, "cron"),
        ApiKey(5, sample.alice.id, "bb" * 32, "", revoked=True),
        ApiKey(6, sample.bob.id, "cc" * 32),
    ]
    await store.write(lambda tx: [tx.add_api_key(key) for key in keys])
    assert await store.read(lambda tx: tx.api_keys(sample.alice.id)) == [keys[1], keys[0]]
    owners = await store.read(lambda tx: [tx.user(person.id) for person in (sample.alice, sample.bob)])
    assert await store.read(lambda tx: tx.api_key("bb" * 32)) == (keys[1], owners[0])
    assert await store.read(lambda tx: tx.api_key("cc" * 32)) == (keys[2], owners[1])
    await store.write(lambda tx: tx.revoke_api_key(8))
    revoked = await store.read(lambda tx: tx.api_key("aa" * 32))
    assert revoked
    assert revoked[0].revoked


async def test_tokens_belong_to_a_user_and_end(store: Store, sample: Sample) -> None:
    alice, bob = sample.alice.id, sample.bob.id
    await store.write(lambda tx: tx.add_token(alice, HASH, tx.now + timedelta(hours=1)))
    assert await store.read(lambda tx: tx.token_valid(alice, HASH))
    assert not await store.read(lambda tx: tx.token_valid(bob, HASH))
    assert not await store.read(lambda tx: tx.token_valid(alice, "cd" * 32))
    await store.write(lambda tx: tx.remove_token(alice, HASH))
    assert not await store.read(lambda tx: tx.token_valid(alice, HASH))
    await store.write(lambda tx: tx.remove_token(alice, HASH))


async def test_a_token_is_not_valid_from_the_second_in_which_it_expires(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[bool, bool]:
        tx.add_token(sample.alice.id, "bb" * 32, tx.now + timedelta(seconds=1))
        tx.add_token(sample.alice.id, "aa" * 32, tx.now)
        return tx.token_valid(sample.alice.id, "aa" * 32), tx.token_valid(sample.alice.id, "bb" * 32)

    assert await store.write(work) == (False, True)


async def test_login_failures_are_counted_by_user_and_address(store: Store, sample: Sample) -> None:
    alice, bob = sample.alice.id, sample.bob.id

    def fail(tx: Writer) -> None:
        tx.add_login_failure(alice, "192.0.2.1")
        tx.add_login_failure(alice, "192.0.2.1")
        tx.add_login_failure(alice, "2001:db8::1")
        tx.add_login_failure(bob, "192.0.2.1")

    async def failures(user_id: int, address: str) -> int:
        return len(await store.read(lambda tx: tx.login_failures(user_id, address, tx.now - timedelta(minutes=30))))

    await store.write(fail)
    assert [await failures(alice, "192.0.2.1"), await failures(alice, "2001:db8::1")] == [2, 1]
    await store.write(lambda tx: tx.clear_login_failures(alice, "192.0.2.1"))
    assert [await failures(alice, "192.0.2.1"), await failures(alice, "2001:db8::1")] == [0, 1]
    assert await failures(bob, "192.0.2.1") == 1


async def test_login_failures_before_since_do_not_count(store: Store, sample: Sample) -> None:
    def work(tx: Writer) -> tuple[int, int, bool]:
        tx.add_login_failure(sample.bob.id, "a")
        since_now = tx.login_failures(sample.bob.id, "a", tx.now)
        since_then = tx.login_failures(sample.bob.id, "a", tx.now + timedelta(seconds=1))
        return len(since_now), len(since_then), since_now == [tx.now]

    assert await store.write(work) == (1, 0, True)


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda tx, s: tx.add_group(Group(0, "staff")), "The group 'staff' exists already."),
        (lambda tx, s: tx.add_group(Group(1, "new")), "The id of the group 'new' is taken."),
        (lambda tx, s: tx.add_user(User(0, "BOB@my.company", ""), None), "The user 'BOB@my.company' exists already."),
        (lambda tx, s: tx.add_user(User(1, "new@x", ""), None), "The id of the user 'new@x' is taken."),
        (lambda tx, s: tx.add_user(User(0, "", ""), None), "a login cannot be empty"),
        (lambda tx, s: tx.add_user(User(2**70, "new@x", ""), None), "too large"),
        (lambda tx, s: tx.add_user(User(0, "n@x", "", groups=frozenset({"no"})), None), "There is no group 'no'."),
        (
            lambda tx, s: tx.set_user(User(s.bob.id, "alice@MY.company", "")),
            "The user 'alice@MY.company' exists already.",
        ),
        (lambda tx, s: tx.set_user(User(99, "new@x", "")), "There is no user 99."),
        (lambda tx, s: tx.set_direct_groups(s.bob.id, ["no"]), "There is no group 'no'."),
        (lambda tx, s: tx.set_direct_groups(99, ["staff"]), "There is no user 99."),
        (lambda tx, s: tx.set_password_hash(99, "$"), "There is no user 99."),
        (lambda tx, s: tx.add_api_key(ApiKey(0, 99, HASH)), "There is no user 99."),
        (lambda tx, s: [tx.add_api_key(ApiKey(0, 1, HASH, "x")) for _ in "12"], "The API key 'x' exists already."),
        (lambda tx, s: tx.revoke_api_key(99), "There is no API key 99."),
        (lambda tx, s: tx.add_token(99, HASH, tx.now + timedelta(1)), "There is no user 99."),
        (lambda tx, s: tx.add_token(1, HASH, tx.now.replace(tzinfo=None)), "has no zone"),
        (lambda tx, s: tx.add_login_failure(99, "192.0.2.1"), "There is no user 99."),
    ],
)
async def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    store: Store, sample: Sample, work, message: str
) -> None:
    def everything(tx):
        return tx.groups(), list(tx.users()), tx.api_keys(1)

    before = await store.read(everything)
    with pytest.raises(ValueError, match=r"\S") as error:
        await store.write(lambda tx: work(tx, sample))
    assert message in str(error.value)
    assert await store.read(everything) == before


async def test_sessions_are_tokens_with_a_client(store: Store, sample: Sample) -> None:
    def add(tx: Writer) -> None:
        for token, client in (("aa" * 32, "Firefox"), ("bb" * 32, ""), ("cc" * 32, None)):
            tx.add_token(sample.alice.id, token, tx.now + timedelta(days=1), client)

    await store.write(add)
    found = await store.read(lambda tx: tx.sessions(sample.alice.id))
    assert [(each.token_hash[:2], each.client) for each in found] == [("aa", "Firefox"), ("bb", "")]
    assert all(each.begun < each.expires for each in found)
    assert await store.read(lambda tx: tx.sessions(sample.bob.id)) == []


async def test_the_use_of_a_key_is_noted(store: Store, sample: Sample) -> None:
    expires = datetime(2030, 1, 1, tzinfo=UTC)
    key = ApiKey(0, sample.alice.id, "dd" * 32, expires=expires)
    key_id = await store.write(lambda tx: tx.add_api_key(key))
    await store.write(lambda tx: tx.note_key_use(key_id))
    found = next(each for each in await store.read(lambda tx: tx.api_keys(sample.alice.id)) if each.id == key_id)
    assert found.last_used is not None
    assert found.expires == expires
    assert (found.is_valid(expires), found.is_valid(expires - timedelta(seconds=1))) == (False, True)


async def test_the_database_has_a_size(store: Store) -> None:
    assert await store.read(lambda tx: tx.database_size()) > 4096


async def test_lockouts_are_counted_and_cleared_for_every_address(store: Store, sample: Sample) -> None:
    def fail(tx: Writer) -> None:
        for address, times in {"192.0.2.1": 5, "192.0.2.2": 6, "192.0.2.3": 4}.items():
            for _ in range(times):
                tx.add_login_failure(sample.alice.id, address)
        for _ in range(5):
            tx.add_login_failure(sample.bob.id, "192.0.2.1")

    await store.write(fail)
    long_ago, soon = (datetime.now(UTC) + timedelta(minutes=minutes) for minutes in (-5, 5))
    assert await store.read(lambda tx: tx.lockouts(long_ago, 5)) == 3
    for time, person, count in ((long_ago, sample.alice, 2), (long_ago, sample.bob, 1), (soon, sample.alice, 0)):
        assert await store.read(lambda tx, since=time, by=person.id: tx.lockouts(since, 5, by)) == count  # type: ignore[misc]
    assert await store.read(lambda tx: tx.lockouts(soon, 5)) == 0
    await store.write(lambda tx: tx.clear_lockouts(sample.alice.id))
    assert await store.read(lambda tx: tx.lockouts(long_ago, 5)) == 1
