"""`Page.change`: the form of an attachment, merged with what others have changed since it was shown.

The values of a form are texts by name. A flag that is set is named `flag-ID` in the form, and one that can be set
`type-ID`; the field for its requestee has the prefix `asked-`. Each value that the form showed is sent along, with the
prefix `shown-`, so that three values are compared: the shown one, the sent one and the stored one. A value that was not
changed in the form is left as it is stored, and needs no rights.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from gateway.methods import attachment_update, views
from gateway.methods.declaration import ANY, PAGES, STRING, Call, Login, Param, writes
from gateway.methods.params import Params
from gateway.methods.views import AttachmentView, FlagChoice
from gateway.store.interface import Writer

TEXTS = ("summary", "file_name", "content_type")
SWITCHES = ("is_patch", "is_obsolete", "is_private")
SHOWN = "shown-"
ASKED = "asked-"

Form = Mapping[str, str]


def name(choice: FlagChoice) -> str:
    """Return the name of a flag in the form."""
    return f"type-{choice.flag_type.id}" if choice.flag is None else f"flag-{choice.flag.id}"


def stored(view: AttachmentView) -> dict[str, str]:
    """Return the stored values of the fields that the form has; checkboxes that are off are empty."""
    values: dict[str, str] = {}
    if view.may_edit:
        values |= {each: getattr(view.attachment, each) for each in TEXTS}
        switches = SWITCHES if view.is_insider else SWITCHES[:-1]  # others have no checkbox for is_private
        values |= {each: "1" if getattr(view.attachment, each) else "" for each in switches}
    for choice in view.choices:
        values[name(choice)], values[ASKED + name(choice)] = _current(choice)
    return values


def shown(form: Form) -> dict[str, str]:
    """Return the values that a form showed at first."""
    return {each.removeprefix(SHOWN): value for each, value in form.items() if each.startswith(SHOWN)}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form to show again: the values that it showed at first, and those that were sent."""

    shown: Mapping[str, str]
    values: Mapping[str, str]


UNCHANGED = Filled({}, {})


def filled(form: Form) -> Filled:
    """Return a form as it was sent, with checkboxes that are off as empty values."""
    before = shown(form)
    return Filled(before, {**{each: "" for each in SWITCHES if each in before}, **form})


def _current(choice: FlagChoice) -> tuple[str, str]:
    """Return the status of a flag and the login of its requestee; empty if there is none."""
    flag = choice.flag
    return (flag.status, flag.requestee.login if flag.requestee else "") if flag else ("", "")


@dataclass(frozen=True, slots=True)
class Merged:
    """A form merged with what is stored.

    `params` are the changes as parameters of Bug.update_attachment. `conflicts` are the stored values of the fields
    that both the form and somebody else changed, by name. `others` are the fields that only others changed. `values`
    are those of the form to show again, and `now` those that are stored.
    """

    params: dict[str, Any]
    conflicts: dict[str, str]
    others: list[str]
    values: dict[str, str]
    now: dict[str, str]


def merge(view: AttachmentView, form: Form) -> Merged:
    """Merge a submitted form with the attachment as it is stored."""
    now = stored(view)
    merged = Merged({}, {}, [], {**now, "comment": form.get("comment", "")}, now)
    _merge_fields(merged, form)
    flags = list(_merged_flags(merged, view, form))
    if flags:
        merged.params["flags"] = flags
    lost = _lost_requests(view, form) if merged.params.get("is_obsolete") else ""
    if lost:
        merged.conflicts["is_obsolete"] = lost
    if form.get("comment", "").strip():
        merged.params["comment"] = form["comment"]
    return merged


def _merge_fields(merged: Merged, form: Form) -> None:
    before = shown(form)
    for each in (*TEXTS, *SWITCHES):
        now = merged.now.get(each)
        if now is None or (each not in form and (each in TEXTS or each not in before)):
            continue  # the form has no such field
        mine, was = form.get(each, ""), before.get(each, now)
        if mine in (was, now):
            merged.others.extend([each] if mine == was != now else [])
            continue
        merged.values[each] = mine
        merged.params[each] = mine if each in TEXTS else bool(mine)
        if was != now:
            merged.conflicts[each] = now


def _merged_flags(merged: Merged, view: AttachmentView, form: Form) -> Iterator[dict[str, Any]]:
    """Yield the flags that the form changes, as parameters."""
    choices = {name(choice): choice for choice in view.choices}
    before = shown(form)
    sent = [each for each in form if each.startswith(("flag-", "type-"))]
    for each in dict.fromkeys([*choices, *sent]):
        choice = choices.get(each)
        now = _current(choice) if choice else ("", "")
        was = (before.get(each, now[0]), before.get(ASKED + each, now[1]))
        status = form.get(each, was[0])
        mine = (status, form.get(ASKED + each, was[1]).strip() if status == "?" else "")
        if mine in (was, now):
            merged.others.extend([each] if mine == was != now else [])
            continue
        merged.values[each], merged.values[ASKED + each] = mine
        if was != now or choice is None:
            merged.conflicts[each] = " ".join(filter(None, now)) if choice else _flags_now(view, each)
        elif choice.flag is None:
            yield {"type_id": choice.flag_type.id, "new": True, "status": mine[0], "requestee": mine[1]}
        else:
            yield {"id": choice.flag.id, "status": mine[0] or "X", "requestee": mine[1]}


def _flags_now(view: AttachmentView, field: str) -> str:
    """Return the flags of the type that a field would set one of, where somebody else has set the only one."""
    flags = [each for each in view.attachment.flags if f"type-{each.type_id}" == field]
    return ", ".join(f"{each.name}{each.status}" for each in flags)


def _lost_requests(view: AttachmentView, form: Form) -> str:
    """Return the requests that others made since the form was shown, which end if the attachment becomes obsolete."""
    before = shown(form)
    if not before:
        return ""
    asked = [each for each in view.attachment.flags if each.status == "?" and before.get(f"flag-{each.id}") != "?"]
    known = {choice.flag.id for choice in view.choices if choice.flag}
    return ", ".join(f"{each.name}{each.status}" for each in asked if each.id in known)


@dataclass(frozen=True, slots=True)
class FormResult:
    """The result of a form: nothing was changed if there are `conflicts`.

    `fields` are the names of what the form has changed, and `others` of what others had changed before; flags are
    `flagtypes.name`.
    """

    fields: list[str]
    merged: Merged


@writes(
    "Page.change",
    registry=PAGES,
    login=Login.REQUIRED,
    params=(
        Param("id", STRING, "Number of the attachment.", required=True),
        Param("form", ANY, "The values of the form by name.", required=True),
    ),
    errors=tuple({*views.attachment.errors, *attachment_update.update_attachment.errors}),
)
def change(call: Call[Writer]) -> FormResult:
    """Change an attachment as a form says, unless it changes what somebody else has changed since it was shown."""
    form: Any = call.params.value("form")
    looked_at = Params({"id": call.params.value("id")}, views.attachment.param_names)
    view: AttachmentView = views.attachment.run(replace(call, params=looked_at))
    merged = merge(view, form)
    if merged.conflicts:
        return FormResult([], merged)
    method = attachment_update.update_attachment
    changed = Params({"ids": [view.attachment.id], **merged.params}, method.param_names)
    answer = method.run(replace(call, params=changed))
    fields = list(answer["attachments"][0]["changes"])
    return FormResult([*fields, *(["comment"] if merged.params.get("comment") else [])], merged)
