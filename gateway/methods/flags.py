"""Flags on attachments and bugs: the requests of a call, checked, and the changes that follow from them.

A call names a flag by `id`, or a flag type by `type_id` or `name`; a type stands for the one flag of it that is set,
unless `new` is true or none is. The rules and their order follow Bugzilla 5.2
(`extract_flags` in Bugzilla::WebService::Util, `set_flag` and `_validate` in Bugzilla::Flag).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from msgspec.structs import replace

from gateway import errors
from gateway.methods import access
from gateway.methods.declaration import BOOLEAN, INT, STRING, Call, Field, struct
from gateway.methods.params import text, truth, whole
from gateway.model import Attachment, Bug, Flag, FlagType, User
from gateway.store.interface import Reader, Writer
from gateway.values import Value

FLAG_CHANGE = struct(
    Field("name", STRING, "Name of the flag type.", optional=True),
    Field("type_id", INT, "Number of the flag type; needed if several have the name.", optional=True),
    Field("id", INT, "Number of the flag to change; needed if several of the type are set.", optional=True),
    Field("status", STRING, "The new status: ?, +, -, or X to clear the flag."),
    Field("requestee", STRING, "Login of the user whom a request (?) asks.", optional=True),
    Field("new", BOOLEAN, "True to set another flag even if one of this type is set.", optional=True),
)

FLAG_ERRORS = (
    errors.OBJECT_NOT_FOUND,
    errors.FLAG_STATUS_INVALID,
    errors.FLAG_DENIED,
    errors.REQUESTEE_NOT_ALLOWED,
    errors.FLAG_NOT_UNIQUE,
    errors.FLAG_TYPE_NOT_UNIQUE,
    errors.FLAG_TYPE_INACTIVE,
    errors.FLAG_NOT_MULTIPLICABLE,
)


@dataclass(frozen=True, slots=True)
class FlagRequest:
    """A request for one flag: the flag to change, or the type of a new one, and its status and requestee."""

    flag: Flag | None
    flag_type: FlagType | None
    status: str
    requestee: str
    names_setter: bool = False


def types_for(tx: Reader, bug: Bug, target: str = "attachment") -> list[FlagType]:
    """Return the flag types that apply to attachments of a bug, or to the bug itself ('bug'), in their order."""
    return [each for each in tx.flag_types(bug.product, bug.component) if each.target_type == target]


def statuses(user: User, flag_type: FlagType, status: str = "") -> list[str]:
    """Return the statuses that the user may give a flag of this type, on an attachment that they may change.

    `status` is that of the flag, empty if it is not set. X, which clears it, is not among them.
    """
    may_ask = flag_type.is_requestable and access.can_request_flag(user, flag_type)
    may_set = access.can_set_flag(user, flag_type)
    rights = {"?": may_ask, "+": may_set, "-": may_set}
    return [each for each, allowed in rights.items() if allowed or each == status]


def owner_ids(flag: Flag) -> tuple[int, ...]:
    """Return the numbers of the users who own a flag: its setter and its requestee."""
    return (flag.setter.id, *((flag.requestee.id,) if flag.requestee else ()))


class FlagEditor:
    """The flags of one attachment, or of a bug itself, while a call changes them.

    `before` are the flags that are stored; `now` those after the requests applied so far. New ones have the id 0.
    """

    def __init__(
        self, call: Call[Reader], bug: Bug, attachment: Attachment | None, flags: Sequence[Flag] | None = None
    ) -> None:
        self._call = call
        self._bug = bug
        self._attachment = attachment
        self._target = "attachment" if attachment else "bug"
        stored = attachment.flags if attachment and flags is None else flags or ()
        self.before = list(stored)
        self.now = list(stored)
        self.requestees: list[User] = []

    @cached_property
    def _types(self) -> dict[int, FlagType]:
        """The flag types that apply, by id."""
        return {each.id: each for each in types_for(self._call.tx, self._bug, self._target)}

    @cached_property
    def _order(self) -> dict[int, int]:
        """The place of each type among those that apply."""
        return {type_id: place for place, type_id in enumerate(self._types)}

    # ---- the requests of a call

    def requests(self) -> list[FlagRequest]:
        """Return the requests in the parameter `flags`, changes of flags first."""
        values = self._call.params.value("flags")
        if not truth(values):
            return []
        if not isinstance(values, list):
            raise errors.PARAM_INVALID(param="flags", value="this", why="a list of structs is wanted")
        return sorted(map(self._request, values), key=lambda request: request.flag is None)

    def _request(self, value: Value) -> FlagRequest:
        if not isinstance(value, dict):
            raise errors.PARAM_INVALID(param="flags", value="this", why="a list of structs is wanted")
        flag, flag_type = self._named(value)
        status = text(value.get("status"), "status") or ""
        requestee = text(value.get("requestee"), "requestee") or ""
        return FlagRequest(flag, flag_type, status, requestee, truth(value.get("setter")))

    def _named(self, value: dict[str, Value]) -> tuple[Flag | None, FlagType | None]:
        if truth(value.get("id")):
            return self._flag_by_id(value["id"]), None
        if truth(value.get("type_id")):
            flag_type = self._type_by_id(value["type_id"])
        elif truth(value.get("name")):
            flag_type = self._type_by_name(text(value["name"], "name") or "")
        else:
            raise errors.PARAM_REQUIRED(param="flags[].name, .type_id or .id")
        if truth(value.get("new")):
            return None, flag_type
        by_name = not truth(value.get("type_id"))
        same = [
            each for each in self.before if (each.name == flag_type.name if by_name else each.type_id == flag_type.id)
        ]
        if len(same) > 1:
            raise errors.FLAG_NOT_UNIQUE(flag=flag_type.name)
        return (same[0], None) if same else (None, flag_type)

    def _flag_by_id(self, value: Value) -> Flag:
        wanted = text(value, "id") or ""
        for flag in self.before:
            if flag.id == whole(wanted):
                return flag
        raise errors.OBJECT_NOT_FOUND(what=f"flag on this {self._target} with the id", name=wanted)

    def _type_by_id(self, value: Value) -> FlagType:
        wanted = text(value, "type_id") or ""
        flag_type = self._types.get(whole(wanted) or 0)
        if flag_type is None:
            raise errors.OBJECT_NOT_FOUND(what=f"flag type for this {self._target} with the id", name=wanted)
        return flag_type

    def _type_by_name(self, name: str) -> FlagType:
        found = [each for each in self._types.values() if each.name == name]
        if len(found) > 1:
            raise errors.FLAG_TYPE_NOT_UNIQUE(flag=name)
        if not found:
            raise errors.OBJECT_NOT_FOUND(what=f"flag type for this {self._target} named", name=name)
        return found[0]

    # ---- applying them

    def drop_requests(self) -> None:
        """Clear the pending requests, as an attachment that becomes obsolete does."""
        self.now = [each for each in self.now if each.status != "?"]

    def apply(self, requests: Iterable[FlagRequest]) -> None:
        """Check requests and carry them out."""
        for request in requests:
            if request.flag is not None:
                self._change(request.flag, request)
            elif request.flag_type is not None and request.status != "X":
                self._set(request.flag_type, request)
            self.now.sort(key=lambda flag: self._order.get(flag.type_id, 0))

    def _change(self, flag: Flag, request: FlagRequest) -> None:
        """Change a flag, unless the call has dropped it or its type no longer applies."""
        flag_type = self._types.get(flag.type_id)
        if flag_type is None or all(each.id != flag.id for each in self.now):
            return
        changed = self._checked(flag, flag_type, request)
        position = next(place for place, each in enumerate(self.now) if each.id == flag.id)
        self.now[position : position + 1] = [] if changed.status == "X" else [changed]

    def _set(self, flag_type: FlagType, request: FlagRequest) -> None:
        if not flag_type.is_active:
            raise errors.FLAG_TYPE_INACTIVE(flag=flag_type.name)
        if not flag_type.is_multiplicable and any(each.type_id == flag_type.id for each in self.now):
            raise errors.FLAG_NOT_MULTIPLICABLE(flag=flag_type.name)
        now = self._call.tx.now
        unset = Flag(
            id=0,
            type_id=flag_type.id,
            name=flag_type.name,
            status="",
            bug_id=self._bug.id,
            attachment_id=self._attachment.id if self._attachment else None,
            setter=self._call.caller,
            requestee=None,
            creation_date=now,
            modification_date=now,
        )
        self.now.append(self._checked(unset, flag_type, request))

    def _checked(self, old: Flag, flag_type: FlagType, request: FlagRequest) -> Flag:
        """Return the flag as requested. Checks the status, then the requestee, then the rights of the caller."""
        self._check_status(old, flag_type, request.status)
        requestee = self._requestee(old, flag_type, request) if request.status == "?" else None
        new = replace(old, status=request.status, requestee=requestee)
        self._check_right(old, flag_type, request.status)
        asked = requestee.id if requestee else 0
        moved = asked != (old.requestee.id if old.requestee else 0)
        if request.names_setter and (moved or old.status != request.status):
            raise errors.FLAG_SETTER(flag=flag_type.name)
        if requestee is not None and moved:
            self.requestees.append(requestee)
        if old.status == request.status:
            return replace(new, modification_date=self._call.tx.now) if moved else new
        return replace(new, setter=self._call.caller, modification_date=self._call.tx.now)

    def _check_status(self, old: Flag, flag_type: FlagType, status: str) -> None:
        asks_anew = status == "?" and old.status != "?"
        if status not in ("X", "+", "-", "?") or (asks_anew and not flag_type.is_requestable):
            raise errors.FLAG_STATUS_INVALID(status=status)

    def _check_right(self, old: Flag, flag_type: FlagType, status: str) -> None:
        """Check the right to request or set a flag; clearing it takes only the right to change the attachment."""
        if status in (old.status, "X"):
            return
        user = self._call.caller
        may = access.can_request_flag if status == "?" else access.can_set_flag
        if not may(user, flag_type):
            raise errors.FLAG_DENIED(flag=flag_type.name, old=old.status, new=status)

    def _requestee(self, old: Flag, flag_type: FlagType, request: FlagRequest) -> User | None:
        login = request.requestee.strip()
        if not truth(login):
            return None
        user = self._call.tx.user_by_login(login)
        if user is None:
            raise errors.OBJECT_NOT_FOUND(what="user", name=login)
        if old.requestee is None or old.requestee.id != user.id:
            self._check_requestee(user, flag_type)
        return user

    def _check_requestee(self, user: User, flag_type: FlagType) -> None:
        if not flag_type.is_requesteeble:
            raise errors.REQUESTEE_NOT_ALLOWED(flag=flag_type.name)
        if user.disabled_text:
            raise errors.REQUESTEE_DISABLED(requestee=user.login)
        is_private = self._attachment is not None and self._attachment.is_private
        hidden = is_private and not access.is_insider(user, self._call.site)
        if hidden or not access.can_see_bug(user, self._bug):
            raise errors.REQUESTEE_DENIED(requestee=user.login, flag=flag_type.name)
        if not access.can_set_flag(user, flag_type):
            raise errors.REQUESTEE_NEEDS_PRIVILEGES(requestee=user.login, flag=flag_type.name)

    # ---- storing them

    def difference(self) -> tuple[str, str] | None:
        """Return the removed and the added flags as the log writes them, or None if there are none."""
        return flag_difference(self.before, self.now)

    def retarget(self) -> None:
        """Give flags whose type does not apply to a moved bug the type of the same name that does, or drop them."""
        kept = []
        for flag in self.now:
            found = flag.type_id if flag.type_id in self._types else self._same_type(flag)
            if found is not None:
                kept.append(replace(flag, type_id=found))
        self.now = kept

    def _same_type(self, flag: Flag) -> int | None:
        """Return the type of the same name that applies, if the setter of the flag may set such a flag."""
        setter = self._call.tx.user(flag.setter.id)
        for each in self._types.values():
            is_free = each.is_multiplicable or all(other.type_id != each.id for other in self.now)
            may = access.can_request_flag if flag.status == "?" else access.can_set_flag
            if each.name == flag.name and each.is_active and is_free and setter and may(setter, each):
                return each.id
        return None

    def save(self, tx: Writer) -> None:
        """Store the changes, and add requestees to the cc list of the bug."""
        stored = {each.id: each for each in self.before}
        kept = {each.id for each in self.now}
        for flag in self.now:
            if not flag.id:
                tx.add_flag(flag)
            elif flag.type_id != stored[flag.id].type_id:
                tx.remove_flag(flag.id)
                tx.add_flag(flag)
            elif flag != stored[flag.id]:
                tx.set_flag(flag)
        for flag in self.before:
            if flag.id not in kept:
                tx.remove_flag(flag.id)
        for requestee in self.requestees:
            tx.add_cc(self._bug.id, requestee.id)


def flag_difference(before: Sequence[Flag], after: Sequence[Flag]) -> tuple[str, str] | None:
    """Return the removed and the added flags as the log writes them, or None if there are none."""
    removed, added = [_signed(each) for each in before], [_signed(each) for each in after]
    for signed in list(removed):
        if signed in added:
            removed.remove(signed)
            added.remove(signed)
    if not removed and not added:
        return None
    return ", ".join(word for _, word in removed), ", ".join(word for _, word in added)


def _signed(flag: Flag) -> tuple[int, str]:
    """Return the setter and the flag as the log writes it: the same text by another setter is a change."""
    requestee = f"({flag.requestee.login})" if flag.requestee else ""
    return flag.setter.id, f"{flag.name}{flag.status}{requestee}"
