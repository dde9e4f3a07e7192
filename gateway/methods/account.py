"""`Account.*`: the caller's own account on the pages: its password and its sessions."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway import errors
from gateway.methods.declaration import PAGES, STRING, Call, Login, Param, reads, writes
from gateway.model import ApiKey, Session
from gateway.store.interface import Reader, Writer

SHORTEST_PASSWORD = 8
"""The fewest characters of a password that is chosen on a page."""

LONGEST_PASSWORD = 1000

_SHOWN_HASH = 16
"""The digits of the hash of a session by which a form names it."""


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as its page shows it. `sessions` are by the name that forms have for them; `own` is this one's."""

    sessions: Mapping[str, Session]
    own: str
    keys: list[ApiKey]


@reads("Account.show", registry=PAGES, login=Login.REQUIRED)
def show(call: Call[Reader]) -> AccountView:
    """Show the sessions and the keys of the caller."""
    sessions = {each.token_hash[:_SHOWN_HASH]: each for each in call.tx.sessions(call.caller.id)}
    return AccountView(sessions, (call.token or "")[:_SHOWN_HASH], call.tx.api_keys(call.caller.id))


@writes(
    "Account.end_session",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(Param("session", STRING, "The session to end; `others` for all but that of the caller.", required=True),),
)
def end_session(call: Call[Writer]) -> int:
    """End a session of the caller, or all others, and return how many were ended."""
    wanted = call.params.text("session") or ""
    ended = [
        each
        for each in call.tx.sessions(call.caller.id)
        if (each.token_hash != call.token if wanted == "others" else each.token_hash[:_SHOWN_HASH] == wanted)
    ]
    for each in ended:
        call.tx.remove_token(call.caller.id, each.token_hash)
    return len(ended)


def check_new_password(password: str, again: str) -> None:
    """Raise PASSWORD_UNFIT if a new password cannot be taken, or was not typed twice."""
    if password != again:
        raise errors.PASSWORD_UNFIT(why="it was typed differently the second time")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise errors.PASSWORD_UNFIT(why=f"it needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")


@writes(
    "Account.set_password",
    registry=PAGES,
    login=Login.REQUIRED,
    hashes="new_password",
    params=(Param("new_password", STRING, "The new password.", required=True),),
    errors=(errors.LOGIN_FAILED, errors.LOCKED_OUT),
)
def set_password(call: Call[Writer]) -> None:
    """Change the password of the caller, who shows the old one. This ends all sessions and tokens."""
    call.tx.set_password_hash(call.caller.id, call.params.text("new_password") or "")
