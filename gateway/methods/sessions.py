"""`Session.*`: logging in to the pages. `User.logout` ends a session as it ends a login token."""

from gateway import errors
from gateway.methods.declaration import PAGES, STRING, Call, Login, Param, reads, writes
from gateway.model import User
from gateway.passwords import hash_session
from gateway.store.interface import Reader, Writer


@writes(
    "Session.login",
    registry=PAGES,
    login=Login.EXEMPT,
    makes_token=True,
    params=(
        Param("login", STRING, "Login.", required=True),
        Param("password", STRING, "Password.", required=True),
        Param("client", STRING, "The browser, as people call it."),
    ),
    errors=(errors.LOGIN_FAILED, errors.ACCOUNT_DISABLED, errors.LOCKED_OUT),
)
def login(call: Call[Writer]) -> str:
    """Log in: exchange a login and a password for the cookie of a session, which is not a login token."""
    if call.user is None or call.new_token is None:
        raise errors.LOGIN_FAILED()
    secret, _, lifetime = call.new_token
    client = call.params.text("client") or ""
    call.tx.add_token(call.user.id, hash_session(secret), call.tx.now + lifetime, client)
    return f"{call.user.id}-{secret}"


@reads("Session.user", registry=PAGES, login=Login.EXEMPT)
def user(call: Call[Reader]) -> User | None:
    """Return the user of the session, None without one."""
    return call.user
