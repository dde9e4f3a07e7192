"""The form of an attachment: the values in it, and what those that come back change. No I/O.

What was not changed in the form is not sent on, so that it needs no right. A flag that is set is `flag-ID` in the form,
one of a type that may be set `type-ID`; whom it is asked of is `asked-` before either.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gateway.methods.views import AttachmentView, FlagChoice

TEXTS = ("summary", "file_name", "content_type")
SWITCHES = ("is_patch", "is_obsolete", "is_private")


def seen(view: AttachmentView) -> str:
    """What tells whether an attachment is still as the form showed it."""
    return view.attachment.last_change_time.isoformat()


def name(choice: FlagChoice) -> str:
    """The name of a flag in the form."""
    return f"type-{choice.flag_type.id}" if choice.flag is None else f"flag-{choice.flag.id}"


def stored(view: AttachmentView) -> dict[str, str]:
    """The values of the form before anything is changed; a switch that is off is not there."""
    attachment = view.attachment
    values = {each: getattr(attachment, each) for each in TEXTS}
    values |= {each: "1" for each in SWITCHES if getattr(attachment, each)}
    for choice in view.choices:
        values[name(choice)], values[f"asked-{name(choice)}"] = _standing(choice)
    return values


def _standing(choice: FlagChoice) -> tuple[str, str]:
    """The status of a flag and whom it is asked of; empty where it is not set, or nobody is."""
    flag = choice.flag
    return (flag.status, flag.requestee.login if flag.requestee else "") if flag else ("", "")


def changes(view: AttachmentView, form: Mapping[str, str]) -> dict[str, Any]:
    """What a form changes, as parameters of Bug.update_attachment."""
    params: dict[str, Any] = {}
    if view.may_edit:
        before = stored(view)
        params |= {each: form[each] for each in TEXTS if form.get(each, before[each]) != before[each]}
        switches = SWITCHES if view.is_insider else SWITCHES[:-1]  # others have no switch for what is private
        params |= {each: each in form for each in switches if (each in form) != (each in before)}
    if form.get("comment", "").strip():
        params["comment"] = form["comment"]
    flags = list(_changed_flags(view, form))
    return {**params, "flags": flags} if flags else params


def _changed_flags(view: AttachmentView, form: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for choice in view.choices:
        before = _standing(choice)
        status = form.get(name(choice), before[0])
        asked = form.get(f"asked-{name(choice)}", before[1]).strip() if status == "?" else ""
        if (status, asked) == before or (choice.flag is None and not status):
            continue
        which = {"type_id": choice.flag_type.id, "new": True} if choice.flag is None else {"id": choice.flag.id}
        yield {**which, "status": status or "X", "requestee": asked}
