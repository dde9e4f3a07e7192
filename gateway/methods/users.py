"""`User.*`: logging in and out, and looking users up."""

from collections.abc import Iterable
from itertools import islice

from gateway import errors
from gateway.methods import access
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
    Value,
    array,
    reads,
    struct,
    writes,
)
from gateway.methods.fields import FIELDS_PARAMS, Fields
from gateway.methods.params import text, truth
from gateway.model import Person, User
from gateway.store.interface import Reader, Writer

MAX_MATCHES = 1000
"""Users in the answer to one text to match: Bugzilla's default for maxusermatches."""

SHORTEST_PART = 3
"""Characters of a login or real name that find it, if they are not all of the login."""

GROUP = struct(
    Field("id", INT, "The number of the group."),
    Field("name", STRING, "Its name."),
    Field("description", STRING, "What it is for."),
)

USER = struct(
    Field("id", INT, "The number of the user."),
    Field("name", STRING, "The login."),
    Field("real_name", STRING, "The real name."),
    Field("email", STRING, "The login, which is an address; for callers who are logged in.", optional=True),
    Field("can_login", BOOLEAN, "Whether the account is in use; for callers who are logged in.", optional=True),
    Field("groups", array(GROUP), "Of oneself, or for who may edit users.", optional=True),
    Field("email_enabled", BOOLEAN, "Whether mail is sent; for who may edit users.", optional=True),
    Field("login_denied_text", STRING, "Why the account is disabled; for who may edit users.", optional=True),
    Field("saved_searches", array(struct()), "Always empty; of oneself.", optional=True),
    Field("saved_reports", array(struct()), "Always empty; of oneself.", optional=True),
)


@writes(
    "User.login",
    login=Login.EXEMPT,
    makes_token=True,
    params=(
        Param("login", STRING, "The login.", required=True, example="me@example.com"),
        Param("password", STRING, "The password.", required=True, example="secret"),
        Param("Bugzilla_login", STRING, "The same as login."),
        Param("Bugzilla_password", STRING, "The same as password."),
        Param("remember", BOOLEAN, "Accepted, and without effect."),
        Param("restrict_login", BOOLEAN, "Accepted, and without effect."),
    ),
    result=struct(
        Field("id", INT, "The number of the user."),
        Field("token", STRING, "A token that stands for login and password from now on."),
    ),
    routes=(Route("GET", "/login"),),
    errors=(errors.PARAM_REQUIRED, errors.LOGIN_FAILED, errors.ACCOUNT_DISABLED, errors.LOCKED_OUT),
)
def login(call: Call[Writer]) -> Value:
    """Log in: trade a login and a password for a token."""
    for name in ("login", "password"):
        if call.user is None and not call.params.has(name) and not call.params.has(f"Bugzilla_{name}"):
            raise errors.PARAM_REQUIRED(param=name)
    if call.user is None or call.new_token is None:
        raise errors.LOGIN_FAILED()
    secret, token_hash, lifetime = call.new_token
    call.tx.add_token(call.user.id, token_hash, call.tx.now + lifetime)
    return {"id": call.user.id, "token": f"{call.user.id}-{secret}"}


@writes(
    "User.logout",
    result=NOTHING,
    routes=(Route("GET", "/logout"),),
    errors=(errors.TOKEN_INVALID,),
)
def logout(call: Call[Writer]) -> Value:
    """Log out: end the token that the call came with, if it came with one."""
    if call.user is not None and call.token is not None:
        call.tx.remove_token(call.user.id, call.token)


@reads(
    "User.valid_login",
    params=(Param("login", STRING, "The login to compare with.", required=True, example="me@example.com"),),
    result=BOOLEAN,
    routes=(Route("GET", "/valid_login"),),
    errors=(errors.PARAM_REQUIRED, errors.TOKEN_INVALID, errors.API_KEY_INVALID),
)
def valid_login(call: Call[Reader]) -> Value:
    """Say whether the call's token, key or password is that of this login."""
    if call.params.value("login") is None:
        raise errors.PARAM_REQUIRED(param="login")
    return call.user is not None and call.user.login == call.params.text("login")


@reads(
    "User.get",
    params=(
        Param("ids", array(INT), "Numbers of users; only for callers who are logged in.", example="1"),
        Param("names", array(STRING), "Logins.", example="me@example.com"),
        Param(
            "match",
            array(STRING),
            "Whole logins, or parts of logins and real names of at least 3 characters, or, with a * in them for any "
            "text, patterns for the whole; only for callers who are logged in.",
        ),
        Param("limit", INT, "How many users each text in match finds at the most."),
        Param("include_disabled", BOOLEAN, "Whether match finds disabled accounts too.", default="false"),
        Param("groups", array(STRING), "Only users in one of these groups, all of which the caller has to be in."),
        Param("group_ids", array(INT), "Only users in one of the groups with these numbers."),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("users", array(USER), "The users found, each once.")),
    routes=(
        Route("GET", "/user"),
        Route("GET", "/user/{ids:[0-9]+}"),
        Route("GET", "/user/{names}"),
    ),
    errors=(
        errors.PARAMS_REQUIRED,
        errors.OBJECT_NOT_FOUND,
        errors.USER_LOOKUP_DENIED,
        errors.NOT_NUMERIC,
        errors.GROUP_UNKNOWN,
    ),
)
def get(call: Call[Reader]) -> Value:
    """Look users up by login, number or part of a name."""
    params, fields = call.params, Fields(call.params)
    if not any(params.has(name) for name in ("names", "ids", "match")):
        raise errors.PARAMS_REQUIRED(params="ids, names, match")
    found = {user.id: user for user in (_named(call, name) for name in params.items("names"))}
    if call.user is None:
        for name, by in (("ids", "number"), ("match", "part of a name")):
            if params.has(name):
                raise errors.USER_LOOKUP_DENIED(by=by)
        return {"users": [fields.pick(_public(each)) for each in _in_groups(call, found)]}
    found |= {each.id: each for each in map(call.tx.user, params.numbers("ids")) if each}
    limit = _limit(call)
    for wanted in params.texts("match"):
        found |= {each.id: each for each in _matching(call, wanted.strip(), limit)}
    groups = {each.name: each for each in call.tx.groups()}
    described = {name: {"id": each.id, "name": name, "description": each.description} for name, each in groups.items()}
    return {"users": [fields.pick(_detailed(call, each, described)) for each in _in_groups(call, found)]}


def _named(call: Call[Reader], name: Value) -> User:
    login = (text(name, "names") or "").strip()
    user = call.tx.user_by_login(login) if login else None
    if user is None:
        raise errors.OBJECT_NOT_FOUND(what="user", name=login)
    return user


def _limit(call: Call[Reader]) -> int:
    return min([MAX_MATCHES, *call.params.numbers("limit")] if truth(call.params.value("limit")) else [MAX_MATCHES])


def _matching(call: Call[Reader], wanted: str, limit: int) -> Iterable[User]:
    """The users that a text finds: by pattern or by login, and only if there are none by a part of a name.

    The rules are those of `match` in Bugzilla::User. A whole login finds a disabled account, too.
    """
    with_disabled = call.params.truth("include_disabled")
    exact = call.tx.user_by_login(wanted) if wanted and "*" not in wanted else None
    if exact is not None:
        return [exact]
    if "*" in wanted:
        parts = _parts(wanted.casefold())
        users = (each for each in call.tx.users() if with_disabled or not each.disabled_text)
        found = [*islice((each for each in users if _fits(parts, each)), limit)]
        if found:
            return found
    return call.tx.users_matching(wanted, limit, with_disabled) if len(wanted) >= SHORTEST_PART else []


def _parts(wanted: str) -> list[str]:
    """What stands before, between and after the asterisks of a text, of which it has one at least."""
    first, *between, last = wanted.split("*")
    return [first, *filter(None, between), last]


def _fits(parts: list[str], user: User) -> bool:
    return any(_is_made_of(parts, name.casefold()) for name in (user.login, user.real_name))


def _is_made_of(parts: list[str], name: str) -> bool:
    """Whether the parts are in the name, in order, the first and the last at its ends. Each is looked for once."""
    first, *between, last = parts
    at, end = len(first), len(name) - len(last)
    if at > end or not name.startswith(first) or not name.endswith(last):
        return False
    for part in between:
        found = name.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def _in_groups(call: Call[Reader], found: dict[int, User]) -> list[User]:
    params = call.params
    if not params.has("groups") and not params.has("group_ids"):
        return list(found.values())
    names = {each.id: each.name for each in call.tx.groups()}
    for number in params.numbers("group_ids"):
        if number not in names:
            raise errors.OBJECT_NOT_FOUND(what="group with the number", name=number)
    for name in params.texts("groups"):
        if not access.in_group(call.user, name):
            raise errors.GROUP_UNKNOWN(group=name)
    wanted = {*params.texts("groups"), *map(names.get, params.numbers("group_ids"))}
    return [each for each in found.values() if wanted & each.groups]


def _public(user: Person) -> dict[str, Value]:
    return {"id": user.id, "name": user.login, "real_name": user.real_name}


def _detailed(call: Call[Reader], user: User, groups: dict[str, Value]) -> dict[str, Value]:
    """A user as a caller who is logged in sees them."""
    oneself, administrator = user.id == call.caller.id, access.in_group(call.user, "editusers")
    shown = _public(user) | {"email": user.login, "can_login": not user.disabled_text, "groups": []}
    if administrator:
        shown |= {"email_enabled": user.email_enabled, "login_denied_text": user.disabled_text}
    if oneself:
        shown |= {"saved_searches": [], "saved_reports": []}
    if oneself or administrator:
        shown["groups"] = [groups[name] for name in sorted(user.groups)]
    return shown
