"""Groups and users, with what users log in with."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from gateway.importing.import_context import ImportContext
from gateway.importing.rows import SourceRow, ends
from gateway.model import ApiKey, Group, GroupGrant, User
from gateway.passwords import hash_secret
from gateway.store.interface import Reader, Writer

_GRANTS = "group_group_map"
"""The table with the rights of groups; a source without it does not tell those of users in groups either."""

_GRANT_KINDS = {0: "member", 1: "bless", 2: "visible"}
_BY_EXPRESSION = 2
_BATCH = 500
_DISABLED = "This account is disabled."
_OLD_SALT = 8
_COOKIE_AGE = timedelta(days=30)
_LOCKOUT = timedelta(minutes=30)


async def import_groups(context: ImportContext) -> dict[int, Group]:
    """Import groups and the rights of groups in groups. Returns the groups by id."""
    groups = {row.number("id"): _group(row) for row in context.rows.all("groups")}
    _remark_expressions(context, groups)
    grants = {grant for row in context.rows.all(_GRANTS) if (grant := _grant(row, groups))}
    context.report.take("groups", len(groups))
    context.report.take(_GRANTS, len(grants))

    def work(writer: Writer) -> None:
        there = {group.id: group for group in writer.groups()}
        for group in groups.values():
            if group.id not in there:
                writer.add_group(group)
            elif there[group.id] != group:
                writer.set_group(group)
        earlier = set(writer.group_grants())
        for grant in sorted(grants - earlier, key=_order):
            writer.add_group_grant(grant)
        for grant in sorted(earlier - grants if context.rows.has(_GRANTS) else (), key=_order):
            writer.remove_group_grant(grant)

    await context.write(work)
    return groups


def _remark_expressions(context: ImportContext, groups: Mapping[int, Group]) -> None:
    """Report the groups whose expression is none of Python's: it stays, and new users do not match it."""
    for group in groups.values():
        if not _compiles(group.user_regexp):
            context.report.remark(
                f"The regular expression of the group {group.name} is not one of Python's: its members stay, nobody "
                f"becomes one by it until it is changed. It is {group.user_regexp}"
            )


def _order(grant: GroupGrant) -> tuple[str, str, str]:
    return grant.group, grant.member, grant.kind


def _group(row: SourceRow) -> Group:
    return Group(
        row.number("id"),
        row.text("name"),
        row.text("description"),
        row.is_set("isbuggroup"),
        row.text("userregexp"),
        row.is_set("isactive", default=True),
    )


def _grant(row: SourceRow, groups: Mapping[int, Group]) -> GroupGrant | None:
    group, member = groups.get(row.number("grantor_id")), groups.get(row.number("member_id"))
    kind = _GRANT_KINDS.get(row.number("grant_type"))
    return GroupGrant(group.name, member.name, kind) if group and member and kind else None


def _compiles(expression: str) -> bool:
    try:
        re.compile(expression, re.IGNORECASE)
    except re.error:
        return False
    return True


async def import_users(context: ImportContext, groups: Mapping[int, Group]) -> None:
    """Import users with their password hashes and groups."""
    for rows in context.pages("profiles", "userid", _BATCH):
        page = await _without_others(context, rows)
        if not page:
            continue
        memberships = context.rows.grouped("user_group_map", "user_id", *ends(page, "userid"))
        users = [_Account(context, row, memberships.get(row.number("userid"), []), groups) for row in page]

        def work(writer: Writer, users: list[_Account] = users) -> None:
            for user in users:
                user.write(writer)

        await context.write(work)
        for row in page:
            context.users.add(row.number("userid"))
        context.report.take("profiles", len(page))


async def _without_others(context: ImportContext, page: list[SourceRow]) -> list[SourceRow]:
    """Return the users whose number or login the gateway has not given to another one since an earlier import."""
    new = [row for row in page if context.is_newer("profiles", row.number("userid"))]
    if not new or context.store is None:
        return page

    def find(reader: Reader) -> set[int]:
        others: set[int] = set()
        for row in new:
            user_id, login = row.number("userid"), row.text("login_name")
            by_id, by_login = reader.user(user_id), reader.user_by_login(login)
            if (by_id or by_login) and not (by_id and by_login and by_id.id == by_login.id):
                others.add(user_id)
        return others

    others = await context.read(context.store, find)
    for user_id in sorted(others):
        context.report.leave("profiles", "have a number or a login that the gateway has given to another user", user_id)
    return [row for row in page if row.number("userid") not in others]


class _Account:
    """A user as the source has it."""

    def __init__(
        self, context: ImportContext, row: SourceRow, memberships: list[SourceRow], groups: Mapping[int, Group]
    ) -> None:
        self._user = User(
            row.number("userid"),
            row.text("login_name"),
            row.text("realname"),
            disabled_text=_disabled_text(context, row),
            email_enabled=not row.is_set("disable_mail"),
            extern_id=row.text("extern_id"),
        )
        self._password_hash = stored_hash(row.text("cryptpassword"))
        self._direct: set[str] = set()
        self._by_expression: set[str] = set()
        self._blessed: set[str] = set()
        self._tells_rights = context.rows.has(_GRANTS)
        for each in memberships:
            group = groups.get(each.number("group_id"))
            if group is None:
                context.report.leave("user_group_map", "name a group that does not exist", self._user.id)
                continue
            context.report.take("user_group_map")
            self._add(group, is_bless=each.is_set("isbless"), grant_type=each.number("grant_type"))

    def _add(self, group: Group, *, is_bless: bool, grant_type: int) -> None:
        if is_bless:
            self._blessed.add(group.name)
        elif grant_type == _BY_EXPRESSION:
            self._by_expression.add(group.name)
        else:
            self._direct.add(group.name)

    def write(self, writer: Writer) -> None:
        """Add the user, or replace it if something differs."""
        user = self._user
        there = writer.user(user.id)
        if there is None:
            writer.add_user(replace(user, groups=frozenset(self._direct)), self._password_hash)
        else:
            self._replace(writer, there)
        if writer.groups_by_expression(user.id) != self._by_expression:
            writer.set_groups_by_expression(user.id, self._by_expression)
        if self._tells_rights and writer.blessed_groups(user.id) != self._blessed:
            writer.set_blessed_groups(user.id, self._blessed)

    def _replace(self, writer: Writer, there: User) -> None:
        if replace(there, groups=frozenset()) != self._user:
            writer.set_user(replace(self._user, groups=there.groups))
        if writer.direct_groups(there.id) != self._direct:
            writer.set_direct_groups(there.id, self._direct)
        stored = writer.password_hash(there.id)
        if self._password_hash and stored != self._password_hash and not (stored or "").startswith("$argon2"):
            writer.set_password_hash(there.id, self._password_hash, end_logins=False)


def _disabled_text(context: ImportContext, row: SourceRow) -> str:
    text = row.text("disabledtext")
    if row.is_set("is_enabled", default=not text):
        if text:
            context.report.leave("profiles", "are enabled in spite of a text, which was dropped", row.number("userid"))
        return ""
    if not text:
        context.report.leave("profiles", "are disabled without a text, and got one", row.number("userid"))
    return text or _DISABLED


def stored_hash(stored: str) -> str | None:
    """Return the hash of a password as the gateway keeps it; None for an account that cannot log in with one.

    Bugzilla 4.4 puts no comma between the salt of 8 characters and the digest.
    """
    if stored in ("", "*"):
        return None
    if stored.endswith("}") and "," not in stored:
        return f"{stored[:_OLD_SALT]},{stored[_OLD_SALT:]}"
    return stored


async def import_api_keys(context: ImportContext) -> None:
    """Import API keys, of which only the SHA-256 is kept."""
    for page in context.pages("user_api_keys", "id", _BATCH):
        keys = [_api_key(row) for row in page if row.number("user_id") in context.users]

        def work(writer: Writer, keys: list[ApiKey] = keys) -> None:
            for key in keys:
                there = writer.api_key(key.key_hash)
                if there is None:
                    is_given = context.is_newer("user_api_keys", key.id) and key.id in _key_ids(writer)
                    writer.add_api_key(replace(key, id=0) if is_given else key)
                elif key.revoked and not there[0].revoked:
                    writer.revoke_api_key(there[0].id)

        await context.write(work)
        context.report.take("user_api_keys", len(keys))
        if len(keys) < len(page):
            context.report.leave("user_api_keys", "are of nobody", number=len(page) - len(keys))


def _key_ids(reader: Reader) -> set[int]:
    return {key.id for user in reader.users() for key in reader.api_keys(user.id)}


def _api_key(row: SourceRow) -> ApiKey:
    return ApiKey(
        row.number("id"),
        row.number("user_id"),
        hash_secret(row.text("api_key")),
        row.text("description"),
        row.is_set("revoked"),
        row.time("last_used"),
    )


async def import_logins(context: ImportContext, now: datetime) -> None:
    """Import the login tokens that are still valid."""
    tokens: list[tuple[int, str, datetime]] = []
    for row in context.rows.all("logincookies"):
        used = row.time("lastused")
        if used is None or used + _COOKIE_AGE <= now or row.number("userid") not in context.users:
            context.report.leave("logincookies", "are logins that have expired")
        elif row.text("ipaddr"):
            context.report.leave("logincookies", "are logins bound to the address of a client: users log in again")
        else:
            tokens.append((row.number("userid"), hash_secret(row.text("cookie")), used + _COOKIE_AGE))

    def work(writer: Writer) -> None:
        for user_id, token_hash, expires in tokens:
            if not writer.token_valid(user_id, token_hash):
                writer.add_token(user_id, token_hash, expires)

    await context.write(work)
    context.report.take("logincookies", len(tokens))


async def import_lockouts(context: ImportContext, now: datetime) -> None:
    """Import the wrong passwords of the last half hour, which lock users out; they count from now."""
    failures: list[tuple[int, str]] = []
    for row in context.rows.all("login_failure"):
        when = row.time("login_time")
        if when is None or when + _LOCKOUT <= now or row.number("user_id") not in context.users:
            context.report.leave("login_failure", "are wrong passwords of more than half an hour ago")
        else:
            failures.append((row.number("user_id"), row.text("ip_addr")))

    def work(writer: Writer) -> None:
        for user_id, address in failures:
            known = writer.login_failures(user_id, address, now - _LOCKOUT)
            if len(known) < failures.count((user_id, address)):
                writer.add_login_failure(user_id, address)

    await context.write(work)
    context.report.take("login_failure", len(failures))
