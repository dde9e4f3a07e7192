"""`User.create`, `User.update` and `User.offer_account_by_email`: accounts, for those who edit users."""

import re

from msgspec.structs import replace

from gateway import errors
from gateway.auditing import audited
from gateway.methods.administration import CREATED, changes, given_texts, given_truths, listed, named, require_group
from gateway.methods.declaration import (
    BOOLEAN,
    INT,
    NOTHING,
    STRING,
    Call,
    Field,
    Login,
    Param,
    Route,
    array,
    reads,
    struct,
    writes,
)
from gateway.methods.group_access import blessable
from gateway.methods.params import text, trimmed
from gateway.model import User
from gateway.store.interface import Reader, Writer
from gateway.values import Value

SHORTEST_PASSWORD = 6
"""The fewest characters of a password: Bugzilla's USER_PASSWORD_MIN_LENGTH."""

_ADDRESS = r"^[\w\.\+\-=\']+@[\w\.\-]+\.[\w\-]+$"
"""Bugzilla's default for the parameter emailregexp."""

_HASHED = "hashed"

GROUP_CHANGE = struct(
    Field("add", array(STRING), "Groups to add.", optional=True),
    Field("remove", array(STRING), "Groups to remove.", optional=True),
    Field("set", array(STRING), "All the groups; then add and remove do not count.", optional=True),
)


def check_password(password: str) -> None:
    """Raise PASSWORD_TOO_SHORT for a new password that is too short."""
    if len(trimmed(password)) < SHORTEST_PASSWORD:
        raise errors.PASSWORD_TOO_SHORT(limit=SHORTEST_PASSWORD)


def _checked_login(call: Call[Reader], login: str, user: User | None = None) -> str:
    """Return a login that can be taken. Raises ADDRESS_INVALID, ACCOUNT_EXISTS."""
    pattern = call.site.parameters.get("emailregexp") or _ADDRESS
    try:
        is_valid = re.search(pattern, login) is not None
    except re.error:
        is_valid = re.search(_ADDRESS, login) is not None
    if not is_valid or not login.isprintable() or len(login) > 127:
        raise errors.ADDRESS_INVALID(address=login)
    taken = call.tx.user_by_login(login)
    if taken is not None and (user is None or taken.id != user.id):
        raise errors.ACCOUNT_EXISTS(login=login)
    return login


@writes(
    "User.create",
    hashes="password",
    checks_password=check_password,
    params=(
        Param("email", STRING, "Login, an address.", required=True, example="new@example.com"),
        Param("full_name", STRING, "Real name."),
        Param("password", STRING, "Password; without one the user cannot log in with a password."),
    ),
    result=CREATED,
    routes=(Route("POST", "/user", status=201),),
    errors=(
        errors.NOT_AUTHORISED,
        errors.PARAM_REQUIRED,
        errors.ADDRESS_INVALID,
        errors.ACCOUNT_EXISTS,
        errors.PASSWORD_TOO_SHORT,
    ),
)
def create(call: Call[Writer]) -> Value:
    """Create an account. Only for members of editusers."""
    require_group(call, "editusers", "create accounts")
    login = trimmed(call.params.text("email"))
    if not login:
        raise errors.PARAM_REQUIRED(param="email")
    user = User(0, _checked_login(call, login), trimmed(call.params.text("full_name")))
    return {"id": audited(call.tx, call.user).add_user(user, call.params.text("password") or None)}


@reads(
    "User.offer_account_by_email",
    read_only=False,
    params=(Param("email", STRING, "Address of the future user.", required=True, example="next@example.com"),),
    result=NOTHING,
    errors=(errors.PARAM_REQUIRED, errors.ADDRESS_INVALID, errors.ACCOUNT_EXISTS),
)
def offer_account_by_email(call: Call[Reader]) -> None:
    """Check an address for a new account. No mail is sent: administrators create accounts."""
    address = trimmed(call.params.text("email"))
    if not address:
        raise errors.PARAM_REQUIRED(param="email")
    _checked_login(call, address)


@writes(
    "User.update",
    login=Login.REQUIRED,
    hashes="password",
    checks_password=check_password,
    params=(
        Param("ids", array(INT), "Numbers of users.", example="1"),
        Param("names", array(STRING), "Logins.", example="me@example.com"),
        Param("email", STRING, "New login, for one user."),
        Param("full_name", STRING, "New real name."),
        Param("password", STRING, "New password."),
        Param("email_enabled", BOOLEAN, "False to send the user no mail."),
        Param("login_denied_text", STRING, "Reason why the account is disabled; empty to enable it."),
        Param("groups", GROUP_CHANGE, "Changes of the groups that the user is in."),
        Param("bless_groups", GROUP_CHANGE, "Changes of the groups into which the user may put others."),
    ),
    unknown_param=errors.UNKNOWN_CHANGE,
    result=listed("users"),
    routes=(Route("PUT", "/user/{ids:[0-9]+}"), Route("PUT", "/user/{names}")),
    errors=(
        errors.NOT_AUTHORISED,
        errors.PARAMS_REQUIRED,
        errors.OBJECT_NOT_FOUND,
        errors.UNKNOWN_CHANGE,
        errors.ADDRESS_INVALID,
        errors.ACCOUNT_EXISTS,
        errors.PASSWORD_TOO_SHORT,
    ),
)
def update(call: Call[Writer]) -> Value:
    """Change accounts. Only for members of editusers."""
    require_group(call, "editusers", "change accounts")
    users = named(call, call.tx.users(), lambda user: user.login, "user", errors.OBJECT_NOT_FOUND)
    return {"users": [{"id": user.id, "changes": _changed(call, user)} for user in users]}


_SHOWN = {"login": "email", "real_name": "full_name", "disabled_text": "login_denied_text"}


def _changed(call: Call[Writer], user: User) -> dict[str, Value]:
    """Change one account and return what changed, by Bugzilla's names."""
    new = replace(
        user,
        **given_texts(call, {"email": "login", "full_name": "real_name", "login_denied_text": "disabled_text"}),
        **given_truths(call, {"email_enabled": "email_enabled"}),
    )
    if new.login != user.login:
        _checked_login(call, new.login, user)
    tx = audited(call.tx, call.user)
    found = changes(user, new, _SHOWN)
    if bool(user.disabled_text) != bool(new.disabled_text):
        found["is_enabled"] = _pair(not user.disabled_text, not new.disabled_text)
    if user.email_enabled != new.email_enabled:
        found["disable_mail"] = _pair(not user.email_enabled, not new.email_enabled)
    if found:
        tx.set_user(new)
    if password := call.params.text("password"):
        tx.set_password_hash(user.id, password)
        found["cryptpassword"] = {"removed": "", "added": _HASHED}
    for name, groups in (("groups", tx.direct_groups(user.id)), ("bless_groups", tx.blessed_groups(user.id))):
        if (after := _groups_after(call, name, groups)) != groups:
            (tx.set_direct_groups if name == "groups" else tx.set_blessed_groups)(user.id, after)
            found[name] = _listed(call, groups, after)
    return found


def _pair(old: bool, new: bool) -> Value:
    return {"removed": str(int(old)), "added": str(int(new))}


def _groups_after(call: Call[Reader], name: str, before: frozenset[str]) -> frozenset[str]:
    """Return the groups as a call wants them. Raises NOT_AUTHORISED for one that the caller cannot give."""
    change = call.params.value(name)
    if not isinstance(change, dict):
        return before
    may_give = {each.name.casefold(): each.name for each in blessable(call)}

    def groups(key: str) -> set[str]:
        given = change.get(key)
        written = [text(each, name) or "" for each in (given if isinstance(given, list) else [given] if given else [])]
        for each in written:
            if each.casefold() not in may_give:
                raise errors.NOT_AUTHORISED(action=f"put users into the group {each}")
        return {may_give[each.casefold()] for each in written}

    if change.get("set") is not None:
        return frozenset(groups("set") | {each for each in before if each not in may_give.values()})
    return frozenset((before | groups("add")) - groups("remove"))


def _listed(call: Call[Reader], before: frozenset[str], after: frozenset[str]) -> Value:
    """Return what was removed and added, in the order of the groups' numbers."""
    names = [each.name for each in call.tx.groups()]
    return {
        "removed": ",".join(each for each in names if each in before - after),
        "added": ",".join(each for each in names if each in after - before),
    }
