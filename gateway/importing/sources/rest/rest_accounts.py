"""Groups and users of a site, with the groups that users are in, and the searches of the account that reads."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from gateway.errors import GatewayError
from gateway.importing.sources.rest.site_reader import SiteReader
from gateway.importing.sources.rest.working_copy import WorkingCopy
from gateway.store.interface import Progress

_BATCH = 500
_BY_EXPRESSION = 2
_FIRST_MADE_UP = 1_000_000
"""The lowest number that is given to a group whose own is not shown."""

_UNTIL = "users_until"


class Accounts:
    """Finds users by login, and groups by name."""

    def __init__(self, site: SiteReader, copy: WorkingCopy) -> None:
        self._site = site
        self._copy = copy
        self._unknown: set[str] = set()
        self._expressions: list[tuple[int, re.Pattern[str]]] = []
        self.user_id = lru_cache(maxsize=10_000)(self._user_id)

    # ---- groups
    def read_groups(self) -> None:
        """Read the groups, as far as the account may see them."""
        try:
            found = self._site.ask("Group.get")["groups"]
        except GatewayError:
            found = []
        with self._copy.batch():
            self._copy.set_state("groups_shown", "1" if found else "")
            self._copy.set_state("expressions_shown", "1" if any("user_regexp" in each for each in found) else "")
            self._copy.put("groups", (_group(each) for each in found))
        self._expressions = [
            (each["id"], pattern) for each in found if (pattern := _compiled(each.get("user_regexp") or ""))
        ]

    def group_id(self, name: str) -> int:
        """Return the number of a group; one that the account is not shown gets a made-up one."""
        number = self._copy.value("SELECT id FROM groups WHERE name = ?", name)
        if number is None:
            number = max(_FIRST_MADE_UP, self._copy.value("SELECT max(id) FROM groups") or 0) + 1
            self._copy.put("groups", [{"id": number, "name": name, "description": name, "isbuggroup": 1}])
        return number

    # ---- users
    def read_users(self, progress: Progress) -> None:
        """Read all users: those that a pattern finds, then those whose numbers are still missing.

        Bugzilla finds a thousand by a pattern, as a rule; by number it shows any. Behind the largest number it goes on
        until there are none.
        """
        shown = self._read("match", ["*"], include_disabled=1)
        after = int(self._copy.state(_UNTIL) or 0)
        while shown:
            largest = self._copy.value("SELECT max(userid) FROM profiles") or 0
            numbers = [*self._missing(after, max(largest, after + _BATCH))]
            found = self._read("ids", numbers)
            if found is None or (not found and numbers[-1] >= largest):
                break
            after = numbers[-1]
            with self._copy.batch():
                self._copy.set_state(_UNTIL, str(after))
            progress("users of the site", after, max(largest, after))
        with self._copy.batch():
            self._copy.set_state("users_shown", "1" if shown and found is not None else "")
            self._copy.set_state(_UNTIL, "0")

    def _missing(self, after: int, largest: int) -> Iterable[int]:
        """Yield up to a batch of numbers of users that were not read."""
        statement = "SELECT userid FROM profiles WHERE userid > ? ORDER BY userid"
        known = (row[0] for row in self._copy.connection.execute(statement, (after,)).fetchall())
        expected, missing = after + 1, 0
        for number in (*known, largest + _BATCH):
            for each in range(expected, number):
                yield each
                missing += 1
                if missing == _BATCH:
                    return
            expected = number + 1

    def _read(self, by: str, values: list[Any], **params: Any) -> list[Mapping[str, Any]] | None:
        """Read users and write them down; None if the account may not look them up so."""
        try:
            found: list[Mapping[str, Any]] = self._site.ask("User.get", **{by: values}, **params)["users"]
        except GatewayError:
            return None
        with self._copy.batch():
            for user in found:
                self._put(user)
        return found

    def _put(self, user: Mapping[str, Any]) -> None:
        copy, number = self._copy, user["id"]
        copy.put("profiles", [_profile(user)])
        copy.connection.execute("DELETE FROM user_group_map WHERE user_id = ?", (number,))
        for group in user.get("groups") or ():
            if copy.value("SELECT id FROM groups WHERE id = ?", group["id"]) is None:
                copy.put("groups", [_group(group)])
            matches = any(each == group["id"] and expr.search(user["name"]) for each, expr in self._expressions)
            kind = _BY_EXPRESSION if matches else 0
            copy.put(
                "user_group_map",
                [{"user_id": number, "group_id": group["id"], "isbless": 0, "grant_type": kind}],
            )
        if "login_denied_text" in user:
            copy.set_state("memberships_shown", "1")
        for table, member, owner in (
            ("namedqueries", "saved_searches", "userid"),
            ("reports", "saved_reports", "user_id"),
        ):
            for each in user.get(member) or ():
                copy.put(table, [{"id": each["id"], owner: number, "name": each["name"], "query": each["query"]}])

    def note(self, people: Iterable[Mapping[str, Any] | None]) -> None:
        """Write down people that a bug shows, with their numbers, who were not among the users."""
        for each in people:
            if each and self._copy.value("SELECT userid FROM profiles WHERE userid = ?", each["id"]) is None:
                self._copy.put("profiles", [_profile(each)])
                self.user_id.cache_clear()

    def look_up(self, logins: Iterable[str]) -> None:
        """Read the users with these logins who were not among the users; those that do not exist are left out."""
        for login in {each for each in logins if each and self._user_id(each) is None} - self._unknown:
            if not self._read("names", [login]):
                self._unknown.add(login)
            self.user_id.cache_clear()

    def _user_id(self, login: str | None) -> int | None:
        """Return the number of a user by login; None for no login, and for nobody's."""
        if not login:
            return None
        return self._copy.value("SELECT userid FROM profiles WHERE login_name = ?", login)


def _compiled(expression: str) -> re.Pattern[str] | None:
    try:
        return re.compile(expression, re.IGNORECASE) if expression else None
    except re.error:
        return None


def _group(group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": group["id"],
        "name": group["name"],
        "description": group.get("description") or "",
        "isbuggroup": group.get("is_bug_group", False),
        "userregexp": group.get("user_regexp") or "",
        "isactive": group.get("is_active", True),
    }


def _profile(user: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "userid": user["id"],
        "login_name": user["name"],
        "realname": user.get("real_name") or "",
        "disabledtext": user.get("login_denied_text") or "",
        "is_enabled": user.get("can_login", True),
        "disable_mail": not user.get("email_enabled", True),
    }
