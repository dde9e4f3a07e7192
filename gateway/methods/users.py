"""`User.*`: logging in and out, and looking users up."""

from collections.abc import Callable, Iterable
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
    array,
    reads,
    struct,
    writes,
)
from gateway.methods.group_access import GROUP, blessable, edits_users
from gateway.methods.include_fields import EVERY_FIELD, FIELDS_PARAMS, FieldFilter
from gateway.methods.model_fields import Listing, ModelField, ObjectType
from gateway.methods.params import text, truth
from gateway.model import SavedSearch, User
from gateway.store.interface import Reader, Writer
from gateway.values import Value

MAX_MATCHES = 1000
"""The most users that one text to match finds: Bugzilla's default for maxusermatches."""

SHORTEST_PART = 3
"""The fewest characters of a part of a login or real name that find it."""

ReadUsers = Callable[[Listing[User]], Iterable[Value] | None]


def _for_users(read: Callable[[User], Value]) -> ReadUsers:
    """Return the function that reads a field for callers who are logged in."""
    return lambda listing: map(read, listing.objects) if listing.call.user else None


def _for_editors(read: Callable[[User], Value]) -> ReadUsers:
    """Return the function that reads a field for members of editusers."""
    return lambda listing: map(read, listing.objects) if edits_users(listing.call) else None


SAVED = ObjectType[SavedSearch](
    ModelField("id", INT, "Number."),
    ModelField("name", STRING, "Name."),
    ModelField("query", STRING, "The query string of its address."),
)


def _saved(*, reports: bool) -> ReadUsers:
    """Return the function that reads the searches or reports that the caller saved; None for other users."""

    def read_all(listing: Listing[User]) -> Iterable[Value]:
        for user in listing.objects:
            if _is_caller(listing.call, user):
                saved = [each for each in listing.call.tx.saved_searches(user.id) if each.is_report == reports]
                yield [*SAVED.show(listing.call, EVERY_FIELD, saved)]
            else:
                yield None

    return read_all


def _groups(listing: Listing[User]) -> Iterable[Value] | None:
    """Return the groups of the caller, or of every user for members of editusers; of others those they may bless."""
    call, groups = listing.call, listing.call.tx.groups()
    if call.user is None:
        return None
    shown = {each["name"]: each for each in GROUP.show(call, EVERY_FIELD, groups)}
    told = {each.name for each in blessable(call)}
    return [
        [shown[name] for name in sorted(each.groups, key=str.casefold) if name in told or _is_caller(call, each)]
        for each in listing.objects
    ]


def _is_caller(call: Call[Reader], user: User) -> bool:
    return call.user is not None and call.user.id == user.id


USER = ObjectType[User](
    ModelField("id", INT, "Number of the user."),
    ModelField("name", STRING, "Login.", attribute="login"),
    ModelField("real_name", STRING, "Real name."),
    ModelField(
        "email",
        STRING,
        "Login, which is an address. Shown to callers who are logged in.",
        optional=True,
        read_all=_for_users(lambda user: user.login),
    ),
    ModelField(
        "can_login",
        BOOLEAN,
        "True if the account is enabled. Shown to callers who are logged in.",
        optional=True,
        read_all=_for_users(lambda user: not user.disabled_text),
    ),
    ModelField(
        "groups",
        array(GROUP),
        "Groups. The user and members of editusers see all, others those into which they may put users.",
        optional=True,
        read_all=_groups,
    ),
    ModelField(
        "email_enabled",
        BOOLEAN,
        "True if mail is sent to the user. Shown to members of editusers.",
        optional=True,
        read_all=_for_editors(lambda user: user.email_enabled),
    ),
    ModelField(
        "login_denied_text",
        STRING,
        "Reason why the account is disabled. Shown to members of editusers.",
        optional=True,
        read_all=_for_editors(lambda user: user.disabled_text),
    ),
    ModelField(
        "saved_searches",
        array(SAVED),
        "Searches that the user saved. Shown to the user.",
        optional=True,
        read_all=_saved(reports=False),
        omit_none=True,
    ),
    ModelField(
        "saved_reports",
        array(SAVED),
        "Reports that the user saved. Shown to the user.",
        optional=True,
        read_all=_saved(reports=True),
        omit_none=True,
    ),
)


@writes(
    "User.login",
    login=Login.EXEMPT,
    makes_token=True,
    params=(
        Param("login", STRING, "Login.", required=True, example="me@example.com"),
        Param("password", STRING, "Password.", required=True, example="secret"),
        Param("Bugzilla_login", STRING, "The same as login."),
        Param("Bugzilla_password", STRING, "The same as password."),
        Param("remember", BOOLEAN, "Accepted without effect."),
        Param("restrict_login", BOOLEAN, "Accepted without effect."),
    ),
    result=struct(
        Field("id", INT, "Number of the user."),
        Field("token", STRING, "A token to send instead of login and password."),
    ),
    routes=(Route("GET", "/login"),),
    errors=(errors.PARAM_REQUIRED, errors.LOGIN_FAILED, errors.ACCOUNT_DISABLED, errors.LOCKED_OUT),
)
def login(call: Call[Writer]) -> Value:
    """Log in: exchange a login and a password for a token."""
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
def logout(call: Call[Writer]) -> None:
    """Log out: end the token that the call sends, if it sends one."""
    if call.user is not None and call.token is not None:
        call.tx.remove_token(call.user.id, call.token)


@reads(
    "User.valid_login",
    read_only=False,
    params=(Param("login", STRING, "Login to check.", required=True, example="me@example.com"),),
    result=BOOLEAN,
    routes=(Route("GET", "/valid_login"),),
    errors=(errors.PARAM_REQUIRED, errors.TOKEN_INVALID, errors.API_KEY_INVALID),
)
def valid_login(call: Call[Reader]) -> Value:
    """Tell whether the credentials of the call are those of a login."""
    if call.params.value("login") is None:
        raise errors.PARAM_REQUIRED(param="login")
    return call.user is not None and call.user.login == call.params.text("login")


@reads(
    "User.get",
    params=(
        Param("ids", array(INT), "Numbers of users. Only for callers who are logged in.", example="1"),
        Param("names", array(STRING), "Logins.", example="me@example.com"),
        Param(
            "match",
            array(STRING),
            "Texts to find: a whole login, a part of a login or real name of at least 3 characters, or a pattern for "
            "the whole in which * stands for any text. Only for callers who are logged in.",
        ),
        Param("limit", INT, "The most users that each text in match finds."),
        Param("include_disabled", BOOLEAN, "True if match finds disabled accounts too.", default="false"),
        Param("groups", array(STRING), "Only users in one of these groups. The caller must be in all of them."),
        Param("group_ids", array(INT), "Only users in one of the groups with these numbers."),
        *FIELDS_PARAMS,
    ),
    result=struct(Field("users", array(USER), "The users found, without duplicates.")),
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
    """Find users by login, number or part of a name."""
    params = call.params
    if not any(params.has(name) for name in ("names", "ids", "match")):
        raise errors.PARAMS_REQUIRED(params="ids, names, match")
    logins = dict.fromkeys((text(name, "names") or "").strip() for name in params.items("names"))
    if "" in logins:
        raise errors.PARAMS_REQUIRED(params="ids, names, match")
    found = {user.id: user for user in (_named(call, login) for login in logins)}
    if call.user is None:
        for name, by in (("ids", "number"), ("match", "part of a name")):
            if params.has(name):
                raise errors.USER_LOOKUP_DENIED(by=by)
    found |= {each.id: each for each in map(call.tx.user, dict.fromkeys(params.numbers("ids"))) if each}
    limit = _limit(call)
    for wanted in dict.fromkeys(each.strip() for each in params.texts("match")):
        found |= {each.id: each for each in _matching(call, wanted, limit)}
    return {"users": USER.show(call, FieldFilter(params), _in_groups(call, found))}


def _named(call: Call[Reader], login: str) -> User:
    user = call.tx.user_by_login(login)
    if user is None:
        raise errors.OBJECT_NOT_FOUND(what="user", name=login)
    return user


def _limit(call: Call[Reader]) -> int:
    return min([MAX_MATCHES, *call.params.numbers("limit")] if truth(call.params.value("limit")) else [MAX_MATCHES])


def _matching(call: Call[Reader], wanted: str, limit: int) -> Iterable[User]:
    """Return the users that a text finds: by pattern or login, or if there are none by a part of a name.

    The rules are those of `match` in Bugzilla::User. A whole login finds a disabled account too.
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
    """Split a text at its asterisks, of which it has at least one; empty parts between them are dropped."""
    first, *between, last = wanted.split("*")
    return [first, *filter(None, between), last]


def _fits(parts: list[str], user: User) -> bool:
    return any(_is_made_of(parts, name.casefold()) for name in (user.login, user.real_name))


def _is_made_of(parts: list[str], name: str) -> bool:
    """Tell whether the name consists of the parts, in order, with any text between them. Takes linear time."""
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
